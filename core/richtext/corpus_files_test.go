package richtext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ticket is one document of the corpus.
type ticket struct {
	name   string
	format Format
	source string
}

// corpus reads testdata/corpus: a folder per format, files of documents, each
// after a line "=== what it is".
func corpus(t testing.TB) []ticket {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var out []ticket
	seen := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		format := Format(filepath.Base(filepath.Dir(file)))
		if !Known(format) {
			t.Fatalf("%s: no format is called %s", file, format)
		}
		for _, part := range strings.Split("\n"+string(text), "\n=== ")[1:] {
			name, source, _ := strings.Cut(part, "\n")
			name = string(format) + ": " + name
			source = strings.TrimSuffix(source, "\n")
			if other := seen[source]; other != "" {
				t.Errorf("%s is %s again", name, other)
			}
			seen[source] = name
			out = append(out, ticket{name, format, source})
		}
	}
	return out
}

func TestCorpusIsLargeAndVaried(t *testing.T) {
	tickets := corpus(t)
	if len(tickets) < 300 {
		t.Errorf("%d documents", len(tickets))
	}
	shapes := map[string]bool{}
	for _, c := range tickets {
		shapes[outline(Parse(c.format, c.source).Blocks)] = true
	}
	if len(shapes) < 180 {
		t.Errorf("%d documents have only %d outlines", len(tickets), len(shapes))
	}
}

// outline is a tree without its words.
func outline(nodes []Node) string {
	var sb strings.Builder
	for _, n := range nodes {
		sb.WriteString(string(n.Kind))
		for _, m := range n.Marks {
			sb.WriteString("+" + string(m.Kind))
		}
		sb.WriteString("(" + outline(n.Children) + ")")
	}
	return sb.String()
}

// Every document of the corpus, in every format it may be carried to: the
// laws, the contracts of the vendors, and nothing harmful.
func TestCorpusHoldsLawsAndContracts(t *testing.T) {
	s := adfSchema(t)
	for _, c := range corpus(t) {
		t.Run(c.name, func(t *testing.T) {
			lawHolds(t, c.format, c.source)
			d := Parse(c.format, c.source)
			holdsContracts(t, s, d)
			leavesSafely(t, c.format, c.source)
			for _, to := range formats {
				got, losses := Convert(c.format, to, c.source)
				lawHolds(t, to, got)
				for _, words := range LossWords(losses) {
					if strings.Contains(words, "changed") || strings.Contains(words, "  ") {
						t.Errorf("a loss of %v is said as %q", losses, words)
					}
				}
				carriesWords(t, c, to, got)
			}
			if c.format == Markdown {
				if got, want := byGoldmark(t, Normal(Markdown, c.source)), byGoldmark(t, c.source); got != want {
					t.Errorf("the normal form looks different\nsource: %s\nnormal: %s\nshows:\n%s\nwanted:\n%s", c.source, Normal(Markdown, c.source), got, want)
				}
			}
		})
	}
}

// carriesWords checks that the words of a document are still there: nothing
// that can be read is dropped, whatever becomes of its formatting.
func carriesWords(t *testing.T, c ticket, to Format, got string) {
	t.Helper()
	there := map[string]int{}
	for _, w := range words(textIn(Parse(to, got).Blocks)) {
		there[w]++
	}
	for _, w := range words(textIn(Parse(c.format, c.source).Blocks)) {
		if there[w] == 0 {
			t.Errorf("to %s, %q is gone\nfrom: %s\nto:   %s", to, w, c.source, got)
			return
		}
		there[w]--
	}
}

// textIn returns what can be read in a tree, but for the numbers of lists.
func textIn(nodes []Node) string {
	var sb strings.Builder
	for _, n := range nodes {
		if !n.isInline() || n.Kind == HardBreak {
			sb.WriteByte(' ')
		}
		switch n.Kind {
		case Expand:
			sb.WriteString(n.Name + " ")
		case Mention: // where the reader's system says the name, only the id is there
		case Status:
			sb.WriteString("[" + n.Text + "]")
		case Emoji:
			sb.WriteString(firstOf(n.Text, n.Name))
		case Date:
			_, text, _ := dateHTML(n)
			sb.WriteString(text)
		default:
			sb.WriteString(n.Text)
		}
		if !n.isInline() || n.Kind == HardBreak {
			sb.WriteByte(' ')
		}
		sb.WriteString(textIn(n.Children))
	}
	return sb.String()
}

// words are the runs of letters and digits in a text.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !wordRune(r) })
}
