package richtext

import (
	"pgregory.net/rapid"
)

// Random trees for the laws: everything the tree can say, tidy or not.

var someText = rapid.OneOf(
	rapid.StringOfN(rapid.RuneFrom([]rune("ab1 .,!*_~`[]()<>&|#+-=:/\\\"'{}@\n\té—😀")), 0, 12, -1),
	rapid.SampledFrom([]string{
		"", " ", "word", "two words", "snake_case_name", "1. one", "- dash", "# hash", "> quote", "```", "---", "===",
		"https://acme.example/a_b?c=d&e=f", "see https://acme.example.", "www.acme.example", "me@acme.example",
		"&copy;", "&amp;", "<b>x</b>", "<!-- x -->", "{{ticket.id}}", "{{", "a  b", " lead", "trail ", "a\nb", "a\n\nb",
		"[x] task", "| a | b |", "| --- | --- |", "\\", "**", "a*", "_", "!", "~~a~~", "\u00a0", "C:\\dir\\", "[link](x)",
		"![i](x)", ":--", "&#32;", "<script>alert(1)</script>", "+ plus", "1)", "10:30", "a\u2003b", "日本", "<https://a.b>",
		"[^1]", "@ann", "hi @ann-b.", "a@b", "@", "@0b8C1d2e", "ann", "-x", ".x", "/y", "[code]", "[/code]", "[DONE]", "2023-11-14", "[!NOTE]x", "`code`", "``", "\ufeff", "\u0000",
	}),
)

var someURL = rapid.SampledFrom([]string{
	"https://acme.example/", "https://acme.example/a b", "https://acme.example/(x)", "http://a.b/?q=1&copy=2",
	"javascript:alert(1)", "/relative", "mailto:me@acme.example", "#here", "", "https://a.b/ü", "https://a.b/*_*",
	"JAVASCRIPT:x", "data:text/html,x", "https://a.b/\"><script>", "https://a.b/%7B{x}", "cid:part1", "https://a.b\\c",
})

var someMark = rapid.Custom(func(t *rapid.T) Mark {
	kind := rapid.SampledFrom([]MarkKind{Link, Strong, Em, Underline, Strike, Sub, Sup, Color, Highlight, Code}).Draw(t, "mark")
	m := Mark{Kind: kind}
	switch kind {
	case Link:
		m.Value = someURL.Draw(t, "href")
	case Color, Highlight:
		m.Value = rapid.SampledFrom([]string{"#ff0000", "#0F0", "red", "rgb(1, 2, 3)", "none"}).Draw(t, "color")
	}
	return m
})

var someInline = rapid.Custom(func(t *rapid.T) Node {
	kind := rapid.SampledFrom([]Kind{Text, Text, Text, Text, HardBreak, Mention, Emoji, Date, Status, Image, File}).Draw(t, "inline")
	return Node{
		Kind:  kind,
		Text:  someInlineText(t, kind),
		Name:  rapid.SampledFrom([]string{"", ":smile:", "blue", "#abcdef", "pink", "c"}).Draw(t, "name"),
		ID:    rapid.SampledFrom([]string{"", "id-1", "5b10", "octo-cat", "acme/team", "12", "a.png", "0b8C1d2e-0000-4a5b-8c7d-0123456789aB", "5b10a2844c20165700ede21g", "557058:0b8c1d2e-0000-4a5b-8c7d-0123456789ab", "069000000000001AAA"}).Draw(t, "id"),
		URL:   someURL.Draw(t, "url"),
		Marks: rapid.SliceOfN(someMark, 0, 3).Draw(t, "marks"),
	}
})

func someInlineText(t *rapid.T, kind Kind) string {
	if kind == Date {
		return rapid.SampledFrom([]string{"1700000000000", "1700006400000", "0", "-1", "007", "99999999999999999", "soon", ""}).Draw(t, "date")
	}
	return someText.Draw(t, "text")
}

func someBlocks(t *rapid.T, depth int) []Node {
	n := rapid.IntRange(0, 3).Draw(t, "blocks")
	var out []Node
	for range n {
		out = append(out, someBlock(t, depth))
	}
	return out
}

func someBlock(t *rapid.T, depth int) Node {
	kinds := []Kind{Paragraph, Paragraph, Heading, CodeBlock, Rule, Text}
	if depth > 0 {
		kinds = append(kinds, Quote, Panel, Expand, BulletList, OrderedList, TaskList, Table, Item, Cell)
	}
	b := Node{Kind: rapid.SampledFrom(kinds).Draw(t, "block")}
	switch b.Kind {
	case Text:
		b.Text = someText.Draw(t, "stray")
	case Paragraph:
		b.Children = rapid.SliceOfN(someInline, 0, 4).Draw(t, "line")
	case Heading:
		b.Level = rapid.IntRange(0, 7).Draw(t, "level")
		b.Children = rapid.SliceOfN(someInline, 0, 3).Draw(t, "line")
	case CodeBlock:
		b.Text = someText.Draw(t, "code")
		b.Name = rapid.SampledFrom([]string{"", "go", "C++", "not a name"}).Draw(t, "language")
	case BulletList, OrderedList, TaskList:
		b.Level = rapid.IntRange(-1, 3).Draw(t, "start")
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			b.Children = append(b.Children, Node{Kind: Item, Checked: rapid.Bool().Draw(t, "checked"), Children: someBlocks(t, depth-1)})
		}
	case Table:
		simple := rapid.Bool().Draw(t, "simple")
		columns := rapid.IntRange(0, 3).Draw(t, "columns")
		for r := range rapid.IntRange(0, 3).Draw(t, "rows") {
			row := Node{Kind: Row}
			for range columns {
				cell := Node{Kind: Cell, Header: r == 0}
				if simple {
					cell.Children = []Node{{Kind: Paragraph, Children: rapid.SliceOfN(someInline, 0, 2).Draw(t, "cell")}}
				} else {
					cell.Header = rapid.Bool().Draw(t, "header")
					cell.Colspan, cell.Rowspan = rapid.IntRange(0, 2).Draw(t, "colspan"), rapid.IntRange(0, 2).Draw(t, "rowspan")
					cell.Children = someBlocks(t, depth-1)
				}
				row.Children = append(row.Children, cell)
			}
			b.Children = append(b.Children, row)
		}
	default:
		b.Name = rapid.SampledFrom([]string{"", "info", "warning", "A title", "a  \"<b>\""}).Draw(t, "name")
		b.Children = someBlocks(t, depth-1)
	}
	return b
}

var someDoc = rapid.Custom(func(t *rapid.T) Doc { return Doc{Blocks: someBlocks(t, 3)} })
