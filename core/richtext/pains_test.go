package richtext

import (
	"strings"
	"testing"
)

// A trip to another format and back that reports no loss changes nothing: over
// every document of the corpus and every format.
func TestPain06FormattingIsNotMangledUnsaid(t *testing.T) {
	whole := map[Format]int{}
	for _, c := range corpus(t) {
		for _, via := range formats {
			there, losses := Convert(c.format, via, c.source)
			if len(losses) > 0 {
				continue
			}
			back, losses := Convert(via, c.format, there)
			if len(losses) > 0 || !Equal(c.format, asShown(c.format, back), asShown(c.format, c.source)) {
				t.Errorf("%s by way of %s, loses %v\nfrom:  %s\nthere: %s\nback:  %s", c.name, via, losses, c.source, there, back)
			}
			whole[via]++
		}
	}
	for via, n := range whole {
		t.Logf("%d documents came back whole from %s", n, via)
	}
	if whole[HTML] < 150 || whole[ADF] < 100 || whole[Markdown] < 100 {
		t.Errorf("few documents make the trip at all: %v", whole)
	}
}

// asShown takes out what a system shows by its own means: the name of an
// account, and the name of an emoji that has a character.
func asShown(f Format, source string) string {
	var walk func(nodes []Node) []Node
	walk = func(nodes []Node) []Node {
		var out []Node
		for _, n := range nodes {
			switch {
			case n.Kind == Emoji && n.Text != "":
				n = Node{Kind: Text, Text: n.Text, Marks: n.Marks}
			case n.Kind == Mention:
				n.Text = ""
			}
			n.Children = walk(n.Children)
			out = append(out, n)
		}
		return out
	}
	out, _ := Render(f, Doc{Blocks: walk(Parse(f, source).Blocks)})
	return out
}

// A trip to any other format and back keeps every word, in the order they
// were, and what it costs in formatting is said in words a person understands.
func TestPain07RoundTripKeepsContentAndSaysTheRest(t *testing.T) {
	for _, c := range corpus(t) {
		for _, via := range formats {
			there, losses := Convert(c.format, via, c.source)
			back, more := Convert(via, c.format, there)
			carriesWords(t, c, c.format, back)
			for _, words := range append(LossWords(losses), LossWords(more)...) {
				if strings.Contains(words, "changed") {
					t.Errorf("%s by way of %s: %q says nothing", c.name, via, words)
				}
			}
			if n := Normal(c.format, back); n != back {
				t.Errorf("%s by way of %s is not in normal form: %q", c.name, via, back)
			}
			// A second trip loses nothing more: texts do not wear off.
			again, _ := Convert(c.format, via, back)
			if twice, _ := Convert(via, c.format, again); !Equal(c.format, twice, back) {
				t.Errorf("%s by way of %s wears off\nonce:  %s\ntwice: %s", c.name, via, back, twice)
			}
		}
	}
}
