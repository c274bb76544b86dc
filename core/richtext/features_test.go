package richtext

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/rich-text.md")

// features are what the tree can say, each as a tree of its own.
var features = []struct {
	name string
	tree Node
}{
	{"bold", marked(Mark{Kind: Strong})},
	{"emphasis", marked(Mark{Kind: Em})},
	{"underline", marked(Mark{Kind: Underline})},
	{"strike", marked(Mark{Kind: Strike})},
	{"subscript", marked(Mark{Kind: Sub})},
	{"superscript", marked(Mark{Kind: Sup})},
	{"colour", marked(Mark{Color, "#ff0000"})},
	{"code in text", marked(Mark{Kind: Code})},
	{"link", marked(Mark{Link, "https://acme.example/"})},
	{"line break", line(Node{Kind: Text, Text: "a"}, Node{Kind: HardBreak}, Node{Kind: Text, Text: "b"})},
	{"heading 1", Node{Kind: Heading, Level: 1, Children: []Node{{Kind: Text, Text: "a"}}}},
	{"heading 3", Node{Kind: Heading, Level: 3, Children: []Node{{Kind: Text, Text: "a"}}}},
	{"code block", Node{Kind: CodeBlock, Text: "a"}},
	{"code block with language", Node{Kind: CodeBlock, Text: "a", Name: "go"}},
	{"quote", Node{Kind: Quote, Children: []Node{paragraphOf("a")}}},
	{"rule", Node{Kind: Rule}},
	{"bullet list", Node{Kind: BulletList, Children: []Node{item("a")}}},
	{"nested list", Node{Kind: BulletList, Children: []Node{{Kind: Item, Children: []Node{paragraphOf("a"), {Kind: BulletList, Children: []Node{item("b")}}}}}}},
	{"ordered list", Node{Kind: OrderedList, Level: 1, Children: []Node{item("a")}}},
	{"ordered list from 3", Node{Kind: OrderedList, Level: 3, Children: []Node{item("a")}}},
	{"code block in a list", Node{Kind: BulletList, Children: []Node{{Kind: Item, Children: []Node{paragraphOf("a"), {Kind: CodeBlock, Text: "b"}}}}}},
	{"task list", Node{Kind: TaskList, Children: []Node{{Kind: Item, Checked: true, Children: []Node{paragraphOf("a")}}}}},
	{"table", table(Node{Kind: Cell, Children: []Node{paragraphOf("b")}})},
	{"table with spans", table(Node{Kind: Cell, Rowspan: 2, Children: []Node{paragraphOf("b")}})},
	{"list in a table", table(Node{Kind: Cell, Children: []Node{{Kind: BulletList, Children: []Node{item("b")}}}})},
	{"panel", Node{Kind: Panel, Name: "warning", Children: []Node{paragraphOf("a")}}},
	{"expand", Node{Kind: Expand, Name: "t", Children: []Node{paragraphOf("a")}}},
	{"mention", line(Node{Kind: Mention, ID: "12"})},
	{"emoji", line(Node{Kind: Emoji, Name: ":smile:", Text: "😄"})},
	{"emoji of one system", line(Node{Kind: Emoji, Name: ":acme:"})},
	{"date", line(Node{Kind: Date, Text: "1700000000000"})},
	{"status", line(Node{Kind: Status, Text: "DONE", Name: "green"})},
	{"picture of the web", line(Node{Kind: Image, URL: "https://acme.example/a.png", Text: "a"})},
	{"picture in a line", line(Node{Kind: Text, Text: "a "}, Node{Kind: Image, URL: "https://acme.example/a.png", Text: "a"})},
	{"attached picture", line(Node{Kind: Image, ID: "a.png", Text: "a.png"})},
	{"attached file", line(Node{Kind: File, ID: "a.zip", Text: "a.zip"})},
}

func line(nodes ...Node) Node { return Node{Kind: Paragraph, Children: nodes} }

func marked(m Mark) Node { return line(Node{Kind: Text, Text: "a", Marks: []Mark{m}}) }

func item(text string) Node { return Node{Kind: Item, Children: []Node{paragraphOf(text)}} }

// table returns a table of a header and one row that ends with cell.
func table(cell Node) Node {
	head := Node{Kind: Cell, Header: true, Children: []Node{paragraphOf("h")}}
	return Node{Kind: Table, Children: []Node{
		{Kind: Row, Children: []Node{head, head}},
		{Kind: Row, Children: []Node{{Kind: Cell, Children: []Node{paragraphOf("a")}}, cell}},
	}}
}

// fate says what becomes of a tree in a format: kept, or how it is degraded.
func fate(t *testing.T, name string, f Format, tree Node) string {
	want := tidy(Doc{Blocks: []Node{tree}})
	source, losses := Render(f, want)
	kept := dump(Parse(f, source).Blocks) == dump(want.Blocks)
	if len(losses) == 0 {
		if !kept && name != "emoji" { // the character itself is written
			t.Errorf("%s in %s comes back as %s and nothing says so", name, f, dump(Parse(f, source).Blocks))
		}
		return "kept"
	}
	var became []string
	for _, l := range losses {
		if kept {
			t.Errorf("%s in %s is kept, but %v is reported", name, f, l)
		}
		became = append(became, l.Kind+" → "+l.Became)
	}
	return strings.Join(became, ", ")
}

// TestFeaturesOfFormats writes docs/rich-text.md with -update and compares it
// otherwise. A feature that is not kept must be reported.
func TestFeaturesOfFormats(t *testing.T) {
	var sb strings.Builder
	sb.WriteString("# What each rich text format can carry\n\n" +
		"This file is written by the tests of core/richtext (`go test ./core/richtext -run Features -update`); edits by hand are refused by\nthe next run.\n\n" +
		"*kept* means that the text comes back as the same tree after it was written and read. Everything else is degraded to\n" +
		"something readable and reported: what it was → what a reader sees instead. From one format to another, a feature\n" +
		"survives if both keep it.\n\n| Feature |")
	for _, f := range formats {
		sb.WriteString(" " + string(f) + " |")
	}
	sb.WriteString("\n|---|" + strings.Repeat("---|", len(formats)) + "\n")
	for _, feature := range features {
		sb.WriteString("| " + feature.name + " |")
		for _, f := range formats {
			fmt.Fprintf(&sb, " %s |", fate(t, feature.name, f, feature.tree))
		}
		sb.WriteString("\n")
	}
	path := filepath.Join("..", "..", "docs", "rich-text.md")
	if *update {
		if err := os.WriteFile(path, []byte(sb.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if on, err := os.ReadFile(path); err != nil || string(on) != sb.String() {
		t.Errorf("docs/rich-text.md is not what the formats do (%v): run this test with -update and look at the difference", err)
	}
}
