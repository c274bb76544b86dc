package richtext

import (
	"reflect"
	"sort"
	"strings"
)

// Format names a way to write rich text down.
type Format string

// The formats known today.
const (
	ADF  Format = "adf"  // Atlassian Document Format, JSON (Jira Cloud REST v3)
	HTML Format = "html" // the HTML that comment and description fields hold (Zendesk html_body and its like)
	// HTMLAzure is HTML with the mentions of Azure DevOps.
	HTMLAzure Format = "html-azuredevops"
	// HTMLSalesforce is the HTML of Salesforce's rich text areas.
	HTMLSalesforce Format = "html-salesforce"
	// HTMLChatter is the HTML of Salesforce's feed posts.
	HTMLChatter Format = "html-chatter"
	// Journal is the text of ServiceNow's comments and work notes, with HTML in [code]…[/code].
	Journal  Format = "servicenow-journal"
	Markdown Format = "markdown" // GitHub Flavored Markdown
	// MarkdownAzure is the Markdown of Azure DevOps.
	MarkdownAzure Format = "markdown-azuredevops"
	Wiki          Format = "wiki"  // Jira wiki markup (Data Center, REST v2)
	Asana         Format = "asana" // Asana's XML of task notes (html_notes)
	// AsanaComment is Asana's XML of comments (html_text): no headings, no rules.
	AsanaComment Format = "asana-comment"
	Plain        Format = "plain" // plain text; a blank line separates paragraphs
)

// codec is one format. parse is total; what it returns need not be tidy.
// write gets a tidy document that its profile has already fitted.
type codec interface {
	parse(source string) Doc
	profile() profile
	write(d Doc) string
}

// codecs is the registry: a new format is one more line here.
var codecs = map[Format]codec{
	ADF:            adfCodec{},
	HTML:           sharedHTML,
	HTMLAzure:      azureCodec,
	HTMLSalesforce: salesforceCodec,
	HTMLChatter:    chatterCodec,
	Journal:        journalCodec{},
	Markdown:       markdownCodec{},
	MarkdownAzure:  markdownCodec{azure: true},
	Wiki:           wikiCodec{},
	Asana:          asanaCodec{},
	AsanaComment:   asanaCodec{comment: true},
	Plain:          plainCodec{},
}

// codecOf returns the codec of f; an unknown format is read and written as
// plain text.
func codecOf(f Format) codec {
	if c, ok := codecs[f]; ok {
		return c
	}
	return plainCodec{}
}

// Known reports whether f has a codec.
func Known(f Format) bool {
	_, ok := codecs[f]
	return ok
}

// Parse reads source. Any input gives a document: what is not well formed is
// read as far as it can be, and as text where it cannot.
func Parse(f Format, source string) Doc {
	c := codecOf(f)
	raw := c.parse(source)
	d, losses := fit(c.profile(), tidy(raw))
	d.Lost = mergeLosses(raw.Lost, losses)
	return d
}

// Render writes d. The losses name everything the format cannot carry
// exactly, with what the parser of d had to leave out already.
func Render(f Format, d Doc) (string, []Loss) {
	return render(f, tidy(d))
}

// render writes a tidy document.
func render(f Format, d Doc) (string, []Loss) {
	c := codecOf(f)
	fitted, losses := fit(c.profile(), d)
	return c.write(fitted), mergeLosses(d.Lost, losses)
}

// Convert is Render of Parse. A mention, and a picture or file that is stored
// in its own system, means nothing in another: it becomes its name. [Carry]
// takes people and files along.
func Convert(from, to Format, source string) (string, []Loss) {
	d := Parse(from, source)
	if from == to { // it fits
		return codecOf(to).write(d), d.Lost
	}
	if blocks, losses := withoutForeign(d.Blocks, codecOf(from).profile(), codecOf(to).profile()); losses != nil {
		return Render(to, Doc{Blocks: blocks, Lost: mergeLosses(d.Lost, losses)})
	}
	return render(to, d)
}

// Normal returns the normal form of source: what duplex itself would have
// written. It is idempotent.
func Normal(f Format, source string) string {
	s, _ := Convert(f, f, source)
	return s
}

// Equal reports whether a and b mean the same: equal trees, disregarding
// what servers add on their own (local ids, wrapping elements) and how much
// white space stands between words.
func Equal(f Format, a, b string) bool {
	return a == b || reflect.DeepEqual(loosen(Parse(f, a).Blocks), loosen(Parse(f, b).Blocks))
}

// Prepend puts header, plain text, before source as its own first paragraph.
// Line breaks in header are kept. The result is in normal form.
func Prepend(f Format, source, header string) string {
	d := Parse(f, source)
	head := Parse(Plain, header).Blocks
	d.Blocks = append(head[:len(head):len(head)], d.Blocks...)
	s, _ := Render(f, d)
	return s
}

// PlainText returns source as plain text: paragraphs and line breaks stay.
func PlainText(f Format, source string) string {
	s, _ := Convert(f, Plain, source)
	return s
}

// IsEmpty reports whether source shows nothing to a reader.
func IsEmpty(f Format, source string) bool { return len(Parse(f, source).Blocks) == 0 }

// mergeLosses adds up losses of the same kind and fate, sorted by kind.
func mergeLosses(lists ...[]Loss) []Loss {
	counts := map[Loss]int{}
	for _, list := range lists {
		for _, l := range list {
			n := l.Count
			l.Count = 0
			counts[l] += n
		}
	}
	var out []Loss
	for l, n := range counts {
		l.Count = n
		out = append(out, l)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Kind != out[j].Kind {
			return out[i].Kind < out[j].Kind
		}
		return out[i].Became < out[j].Became
	})
	return out
}

// loosen returns a copy of nodes in which runs of spaces are one space and
// leading spaces are gone, for comparisons.
func loosen(nodes []Node) []Node {
	out := make([]Node, 0, len(nodes))
	lineStart := true
	for _, n := range nodes {
		n.Children = loosen(n.Children)
		if n.Kind == Text && !hasMark(n.Marks, Code) {
			n.Text = collapse(n.Text)
			if lineStart {
				n.Text = strings.TrimLeft(n.Text, " ")
			}
		}
		lineStart = n.Kind == HardBreak
		if n.Kind == Text && n.Text == "" {
			lineStart = true
			continue
		}
		out = append(out, n)
	}
	return out
}
