package richtext

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
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
	{"colour behind text", marked(Mark{Highlight, "#ffff00"})},
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

// Accounts, pictures and files as each system names them.
var (
	accountIn = map[Format]string{HTMLAzure: someGUID, MarkdownAzure: someGUID, Markdown: "octo-cat"}
	pictureIn = map[Format]string{HTMLChatter: "069000000000001AAA", Asana: "12", AsanaComment: "12"}
)

// in returns a feature's tree with the names of one system.
func in(f Format, n Node) Node {
	if id := accountIn[f]; id != "" && n.Kind == Mention {
		n.ID = id
	}
	if id := pictureIn[f]; id != "" && n.Kind == Image && n.URL == "" {
		n.ID, n.Text = id, ""
	}
	children := n.Children
	n.Children = nil
	for _, c := range children {
		n.Children = append(n.Children, in(f, c))
	}
	return n
}

// fate says what became of a tree: kept, or how it degraded. A tree that
// changed without a report is an error.
func fate(t *testing.T, name string, was, is Doc, losses []Loss) (kept bool, became []string) {
	t.Helper()
	same := dump(was.Blocks) == dump(is.Blocks)
	if len(losses) == 0 {
		if !same && name != "emoji" && !strings.HasPrefix(name, "emoji in ") { // the character itself is written
			t.Errorf("%s comes back as %s and nothing says so", dump(was.Blocks), dump(is.Blocks))
		}
		return true, nil
	}
	for _, l := range losses {
		if same {
			t.Errorf("%s is kept, but %v is reported", dump(was.Blocks), l)
		}
		became = append(became, l.Kind+" → "+l.Became)
	}
	return false, became
}

// held says what a format keeps of a tree.
func held(t *testing.T, name string, f Format, tree Node) (Doc, bool, []string) {
	t.Helper()
	want := tidy(Doc{Blocks: []Node{in(f, tree)}})
	source, losses := Render(f, want)
	kept, became := fate(t, name+" in "+string(f), want, Parse(f, source), losses)
	return want, kept, became
}

var about = map[Format]string{
	ADF: "Jira Cloud, REST version 3", HTML: "Zendesk, Freshdesk, Freshservice, ServiceNow's HTML fields", HTMLAzure: "fields and comments of Azure DevOps",
	HTMLSalesforce: "Salesforce's rich text areas", HTMLChatter: "Salesforce's feed posts", Journal: "ServiceNow's comments and work notes",
	Markdown: "GitHub", MarkdownAzure: "fields and comments of Azure DevOps that are in Markdown", Wiki: "Jira Data Center, and Jira Cloud's REST version 2",
	Asana: "Asana's task notes", AsanaComment: "Asana's comments", Plain: "Salesforce's long text areas and case comments, ServiceNow's descriptions",
}

// pairTable writes what carrying each feature of one format to another loses.
func pairTable(t *testing.T) (matrix, sections string) {
	var mx, sx strings.Builder
	mx.WriteString("| from \\ to |")
	for _, to := range formats {
		mx.WriteString(" " + string(to) + " |")
	}
	mx.WriteString("\n|---|" + strings.Repeat("---|", len(formats)) + "\n")
	for _, from := range formats {
		fmt.Fprintf(&mx, "| [%s](#from-%s) |", from, from)
		fmt.Fprintf(&sx, "### From %s\n\n| To | Survives | Approximated, and reported as |\n|---|---|---|\n", from)
		for _, to := range formats {
			if from == to {
				mx.WriteString(" |")
				continue
			}
			survives, all := 0, 0
			byFate := map[string][]string{}
			for _, feature := range features {
				was, keeps, _ := held(t, feature.name, from, feature.tree)
				if !keeps {
					continue
				}
				all++
				source, _ := Render(from, was)
				got, losses := Convert(from, to, source)
				kept, became := fate(t, feature.name, was, Parse(to, got), losses)
				if kept {
					survives++
					continue
				}
				key := strings.Join(became, ", ")
				byFate[key] = append(byFate[key], feature.name)
			}
			var lines []string
			for became, names := range byFate {
				lines = append(lines, strings.Join(names, ", ")+": *"+became+"*")
			}
			sort.Strings(lines)
			fmt.Fprintf(&mx, " %d / %d |", survives, all-survives)
			fmt.Fprintf(&sx, "| %s | %d of %d | %s |\n", to, survives, all, strings.Join(lines, "; "))
		}
		mx.WriteString("\n")
		sx.WriteString("\n")
	}
	return mx.String(), strings.TrimSuffix(sx.String(), "\n")
}

// TestFeaturesOfFormats writes docs/rich-text.md with -update and compares it
// otherwise. A feature that is not kept must be reported.
func TestFeaturesOfFormats(t *testing.T) {
	var sb strings.Builder
	sb.WriteString("# What each rich text format can carry\n\n" +
		"This file is written by the tests of core/richtext (`go test ./core/richtext -run Features -update`); edits by hand are refused by\nthe next run.\n\n" +
		"*kept* means that the text comes back as the same tree after it was written and read. Everything else is degraded to\n" +
		"something readable and reported: what it was → what a reader sees instead. A mention and a stored picture or file are kept\n" +
		"within one system; on the way to another they are asked for by name, and become text where nobody answers.\n\n| Format | Where it is used |\n|---|---|\n")
	for _, f := range formats {
		fmt.Fprintf(&sb, "| %s | %s |\n", f, about[f])
	}
	sb.WriteString("\n## What a format keeps\n\n| Feature |")
	for _, f := range formats {
		sb.WriteString(" " + string(f) + " |")
	}
	sb.WriteString("\n|---|" + strings.Repeat("---|", len(formats)) + "\n")
	for _, feature := range features {
		sb.WriteString("| " + feature.name + " |")
		for _, f := range formats {
			_, kept, became := held(t, feature.name, f, feature.tree)
			if kept {
				became = []string{"kept"}
			}
			fmt.Fprintf(&sb, " %s |", strings.Join(became, ", "))
		}
		sb.WriteString("\n")
	}
	matrix, sections := pairTable(t)
	sb.WriteString("\n## From one format to another\n\nOf the features above that a format keeps: how many survive / are approximated in the other. What is approximated is always reported.\n\n" +
		matrix + "\n" + sections)
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

// Every loss the formats report can be said on a screen.
func TestEveryLossHasWords(t *testing.T) {
	for _, feature := range features {
		for _, f := range formats {
			_, losses := Render(f, Doc{Blocks: []Node{in(f, feature.tree)}})
			for _, l := range losses {
				if things[l.Kind] == [2]string{} || lossWords(l) == things[l.Kind][0]+" was changed" {
					t.Errorf("%s to %s: %v is said as %q", feature.name, f, l, lossWords(l))
				}
			}
		}
	}
}
