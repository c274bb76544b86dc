package richtext

import (
	"fmt"
	"strconv"
	"strings"
)

// Losses returns what carrying source to another format loses.
func Losses(from, to Format, source string) []Loss {
	_, losses := Convert(from, to, source)
	return losses
}

// things names what can be lost: one of it, and several. What has no plural
// is not counted.
var things = map[string][2]string{
	string(Paragraph): {"a paragraph", "paragraphs"}, string(Heading): {"a heading", "headings"},
	string(CodeBlock): {"a code block", "code blocks"}, string(Rule): {"a line across", "lines across"},
	string(Quote): {"a quote", "quotes"}, string(Panel): {"a panel", "panels"}, string(Expand): {"a part to fold out", "parts to fold out"},
	string(BulletList): {"a list", "lists"}, string(OrderedList): {"a numbered list", "numbered lists"},
	string(TaskList): {"a list of tasks", "lists of tasks"}, string(Item): {"a list item", "list items"}, string(Table): {"a table", "tables"},
	string(HardBreak): {"a line break", "line breaks"}, string(Mention): {"a mention", "mentions"}, string(Emoji): {"an emoji", "emoji"},
	string(Date): {"a date", "dates"}, string(Status): {"a status", "statuses"}, string(Image): {"a picture", "pictures"}, string(File): {"a file", "files"},
	string(Link): {"a link", "links"}, string(Strong): {"bold", ""}, string(Em): {"italics", ""}, string(Underline): {"underlining", ""},
	string(Strike): {"strike-through", ""}, string(Sub): {"subscript", ""}, string(Sup): {"superscript", ""},
	string(Color): {"a text colour", "text colours"}, string(Highlight): {"a colour behind text", "colours behind text"}, "panel colour": {"a panel's colour", "colours of panels"}, string(Code): {"code within text", ""},
	"heading level": {"a heading's level", "heading levels"}, "start number": {"a list's first number", "first numbers of lists"},
	"language": {"the language of a code block", "languages of code blocks"}, "nesting": {"nesting that is too deep", ""},
	"trackingImage": {"a tracking picture", "tracking pictures"}, "alternative text": {"the text of a picture", "texts of pictures"},
	"colspan": {"a cell across columns", "cells across columns"}, "rowspan": {"a cell across rows", "cells across rows"},
	"caption": {"a caption", "captions"}, "image size": {"a picture's size", "sizes of pictures"},
	"decisionList": {"a list of decisions", "lists of decisions"}, "placeholder": {"a placeholder", "placeholders"},
	"inlineCard": {"a link card", "link cards"}, "blockCard": {"a link card", "link cards"}, "embedCard": {"an embedded page", "embedded pages"},
	"extension": {"a macro", "macros"}, "bodiedExtension": {"a macro", "macros"}, "inlineExtension": {"a macro", "macros"},
	"layoutSection": {"columns", ""}, "layoutColumn": {"columns", ""}, "backgroundColor": {"a background colour", "background colours"},
}

// fates says what became of it, for one and for several.
var fates = map[string][2]string{
	"text":           {"became text", "became text"},
	"nothing":        {"was left out", "were left out"},
	"quote":          {"became a quote", "became quotes"},
	"list":           {"became a list", "became lists"},
	"link":           {"became a link", "became links"},
	"space":          {"became a space", "became spaces"},
	"image":          {"became a picture of another size", "became pictures of another size"},
	"between spaces": {"moved between spaces", "moved between spaces"},
	"block":          {"moved to a line of its own", "moved to lines of their own"},
	"tip":            {"became that of a tip", "became that of a tip"}, "success": {"became that of a success", "became that of a success"},
	"mention": {"became a mention", "became mentions"}, "file": {"became a file", "became files"},
	"paragraph": {"became a paragraph", "became paragraphs"}, "line break": {"became a line", "became lines"},
	"empty cells": {"became empty cells", "became empty cells"}, "list before it": {"was joined to the one before", "were joined to the ones before"},
	"items of its list": {"gave way to the list in it", "gave way to the lists in them"}, "letters of it": {"was cut to its letters", "were cut to their letters"},
}

// LossWords says losses in plain words, one line each and no line twice: "a
// table became text", "3 pictures were left out". It shows nothing of the
// text itself: a kind it does not know is "something".
func LossWords(losses []Loss) []string {
	var out []string
	said := map[string]bool{}
	for _, l := range losses {
		if words := lossWords(l); !said[words] {
			said[words] = true
			out = append(out, words)
		}
	}
	return out
}

func lossWords(l Loss) string {
	thing, known := things[l.Kind]
	if !known {
		thing = [2]string{"something this system alone has", "things this system alone has"}
	}
	several := l.Count > 1 && thing[1] != ""
	fate, known := fates[l.Became]
	switch {
	case known:
	case strings.Trim(l.Became, "0123456789") == "" && l.Became != "":
		fate = [2]string{"became " + l.Became, "became " + l.Became}
	default:
		fate = [2]string{"was changed", "were changed"}
	}
	if several {
		return fmt.Sprintf("%s %s %s", strconv.Itoa(l.Count), thing[1], fate[1])
	}
	return thing[0] + " " + fate[0]
}
