package richtext

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var formats = []Format{ADF, HTML, HTMLAzure, HTMLSalesforce, HTMLChatter, Journal, Markdown, MarkdownAzure, Wiki, Asana, AsanaComment, Plain}

// notations are the formats that have a notation of their own: each other one
// is one of them with limits or elements of its system.
var notations = []Format{ADF, HTML, Markdown, Wiki, Asana, Plain}

// dump writes a tree on one line.
func dump(nodes []Node) string {
	var sb strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&sb, " %s", n.Kind)
		for _, s := range []string{n.Text, n.Name, n.ID, n.URL} {
			if s != "" {
				fmt.Fprintf(&sb, " %q", s)
			}
		}
		if n.Level != 0 || n.Colspan != 0 || n.Rowspan != 0 || n.Checked || n.Header {
			fmt.Fprint(&sb, n.Level, n.Colspan, n.Rowspan, n.Checked, n.Header)
		}
		for _, m := range n.Marks {
			fmt.Fprintf(&sb, " +%s%s", m.Kind, m.Value)
		}
		if n.Children != nil {
			fmt.Fprintf(&sb, " (%s )", dump(n.Children))
		}
		sb.WriteByte(';')
	}
	return sb.String()
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

func sameBlocks(t failer, what string, got, want []Node, source string) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s\nsource: %q\ngot:  %s\nwant: %s", what, source, dump(got), dump(want))
	}
}

func TestLawTidyIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := tidy(someDoc.Draw(t, "doc"))
		sameBlocks(t, "tidy of tidy", tidy(once).Blocks, once.Blocks, "")
	})
}

// A document that has been fitted to a format survives writing and reading.
func TestLawWrittenTreeReadsBack(t *testing.T) {
	for _, f := range formats {
		t.Run(string(f), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := codecOf(f).profile()
				fitted, _ := fit(p, tidy(someDoc.Draw(t, "doc")))
				again, losses := fit(p, fitted)
				sameBlocks(t, "fit of fit", again.Blocks, fitted.Blocks, "")
				if f != Plain && len(losses) > 0 {
					t.Fatalf("a fitted document loses %v", losses)
				}
				source := codecOf(f).write(fitted)
				sameBlocks(t, "parse of write", Parse(f, source).Blocks, fitted.Blocks, source)
				if n := Normal(f, source); n != source {
					t.Fatalf("Normal of a written document\ngot:  %q\nwant: %q", n, source)
				}
			})
		})
	}
}

// lawHolds checks the law for one input of any kind.
func lawHolds(t failer, f Format, source string) {
	t.Helper()
	first := Parse(f, source)
	normal := Normal(f, source)
	sameBlocks(t, "Parse of Normal, normal form "+normal, Parse(f, normal).Blocks, first.Blocks, source)
	if again := Normal(f, normal); again != normal {
		t.Fatalf("Normal is not idempotent\nsource: %q\nonce:  %q\ntwice: %q", source, normal, again)
	}
	if !Equal(f, source, normal) {
		t.Fatalf("a source and its normal form are not Equal\nsource: %q\nnormal: %q", source, normal)
	}
}

func TestLawAnyInput(t *testing.T) {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{
			"<p>", "</p>", "<b>", "</b>", "<ul><li>", "</li></ul>", "<ol start=3><li>", "<table><tr><td>", "</td><td>", "</table>",
			"<h1>", "</h1>", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<code>", "</code>", "<a href=x>", "</a>", "<br>",
			"<img src=x alt=y>", "<script>", "</script>", "<div>", "</div>", "<details><summary>", "</summary>", "</details>",
			"<input type=checkbox>", "<hr>", "<!-- c -->", "&nbsp;", "&lt;", "\n", "\n\n", "\n    ", "\n- ", "\n1. ", "\n> ", "\n# ",
			"\n```\n", "\n~~~\n", "**", "*", "_", "__", "~~", "`", "[a](b)", "![a](b)", "\n| a | b |\n|---|---|\n| c | d |\n",
			"\n---\n", "\n===\n", "- [ ] ", "- [x] ", "\n\t", "\\", "<", ">", "&", "[", "]", "(", ")", "[a]: b\n", "<https://a.b>",
			"\nh1. ", "\nbq. ", "\n* ", "\n*# ", "\n** ", "\n----\n", "{quote}", "{panel}", "{panel:title=x|bgColor=#FFEBE6}", "{code:go}",
			"{code}", "{noformat}", "{{", "}}", "{*}", "{_}", "{color:red}", "{color}", "[a|https://a.b]", "[~ann]", "[^a.zip]",
			"!a.png|thumbnail!", "\n||a||b||\n|c|d|\n", "\\\\", "(x)", "+", "^", "~", "|", "!", "https://a.b/-c-",
			"<body>", "</body>", `<a data-asana-gid="12"/>`, `<a data-asana-gid="12" data-asana-type="user" href="https://a.b">@Ann`, "<hr/>",
		}), someText), 0, 12)
	for _, f := range formats {
		t.Run(string(f), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				source := ""
				for _, p := range pieces.Draw(t, "pieces") {
					source += p
				}
				lawHolds(t, f, source)
			})
		})
	}
}
