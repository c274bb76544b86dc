package richtext

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMerge(t *testing.T) {
	cases := []struct {
		reason             string
		format             Format
		base, mine, theirs string
		want               string // "-": cannot be told
	}{
		{"each changed another line", Plain, "a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"},
		{"both changed one line to the same", Plain, "a\nb", "a\nB", "a\nB", "a\nB"},
		{"both changed one line to different things", Plain, "a\nb", "a\nB", "a\nX", "-"},
		{"one deleted a line that the other changed", Plain, "a\nb\nc", "a\nc", "a\nB\nc", "-"},
		{"both added at the end: whose comes first cannot be told", Plain, "a", "a\nb", "a\nc", "-"},
		{"one added at the beginning, the other at the end", Plain, "a\nb", "x\na\nb", "a\nb\ny", "x\na\nb\ny"},
		{"spaces and empty lines of plain text are kept", Plain, "a\n\n  b\n", "a\n\n  b\nc\n", "A\n\n  b\n", "A\n\n  b\nc\n"},
		{"from nothing, one added", Plain, "", "a", "", "a"},
		{"paragraphs of Markdown", Markdown, "one\n\ntwo\n\nthree", "one!\n\ntwo\n\nthree", "one\n\ntwo\n\n**three**", "one!\n\ntwo\n\n**three**"},
		{"items of one list", Markdown, "- a\n- b\n- c", "- a\n- b\n- c\n- d", "- A\n- b\n- c", "- A\n- b\n- c\n- d"},
		{"an item moves up when the first goes", Markdown, "p\n\n- a\n- b", "p\n\n- b", "p\n\n- a\n- b\n- c", "p\n\n- b\n- c"},
		{"two lists stay two lists", Markdown, "- a\n- b\n\n<!-- -->\n\n- c", "- a\n- b\n\n<!-- -->\n\n- c\n- d", "- A\n- b\n\n<!-- -->\n\n- c", ""},
		{"rows of a table", Markdown, "| h |\n|---|\n| a |\n| b |", "| h |\n|---|\n| A |\n| b |", "| h |\n|---|\n| a |\n| b |\n| c |", "| h |\n|---|\n| A |\n| b |\n| c |"},
		{"lines of code", Markdown, "```go\na\nb\nc\n```", "```go\nA\nb\nc\n```", "```go\na\nb\nC\n```", "```go\nA\nb\nC\n```"},
		{"lines of a mail, which are breaks in one paragraph", HTML, "<p>a<br>b<br>c</p>", "<p>a<br>b<br>c!</p>", "<p>a?<br>b<br>c</p>", "<p>a?<br>b<br>c!</p>"},
		{"a paragraph that loses its first line does not join the one before", HTML, "<p>p</p><p>a<br>b</p>", "<p>p</p><p>b</p>", "<p>p</p><p>a<br>b<br>c</p>", "<p>p</p><p>b<br>c</p>"},
		{"one made a word bold, the other rewrote the sentence", HTML, "<p>a b</p>", "<p>a <b>b</b></p>", "<p>a c</p>", "-"},
	}
	for _, c := range cases {
		if c.want == "" {
			c.want = Normal(c.format, strings.Replace(c.theirs, "c", "c\n- d", 1))
		}
		got, ok := Merge(c.format, c.base, c.mine, c.theirs)
		switch {
		case c.want == "-" && ok:
			t.Errorf("%s: gives %q, and it cannot be told", c.reason, got)
		case c.want != "-" && (!ok || got != c.want && got != Normal(c.format, c.want)):
			t.Errorf("%s: gives %q %v, want %q", c.reason, got, ok, c.want)
		}
		turned, ok2 := Merge(c.format, c.base, c.theirs, c.mine)
		if ok2 != ok || ok && turned != got {
			t.Errorf("%s: who is asked first matters: %q and %q", c.reason, got, turned)
		}
	}
}

func TestGraft(t *testing.T) {
	panel := `{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"intro"}]},` +
		`{"type":"panel","attrs":{"panelType":"warning"},"content":[{"type":"paragraph","content":[{"type":"text","text":"mind"}]},` +
		`{"type":"paragraph","content":[{"type":"text","text":"the gap"}]}]},` +
		`{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"one","marks":[{"type":"textColor","attrs":{"color":"#ff0000"}}]}]}]},` +
		`{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"two"}]}]}]},` +
		`{"type":"paragraph","content":[{"type":"text","text":"end"}]}]}`
	cases := []struct {
		reason, old, new string // the edit of the text as it looks on the other side
		wantOld, wantNew string // the same edit of the panel's document
		lost             string
	}{
		{"nothing was edited", "", "", "", "", ""},
		{"a block that nobody touched stays as it is, next to one that was edited", "end", "the end", `"end"`, `"the end"`, ""},
		{"an item of a list is edited, the other keeps its colour", "two", "both", `"two"`, `"both"`, ""},
		{"the edited item gives up its colour", "one", "uno", `"text":"one","marks":[{"type":"textColor","attrs":{"color":"#ff0000"}}]`, `"text":"uno"`, "color"},
	}
	for _, via := range []Format{Plain, Markdown} {
		for _, c := range cases {
			source, _ := Convert(ADF, via, panel)
			edited, _ := Convert(via, ADF, strings.Replace(source, c.old, c.new, 1))
			got, lost := Graft(via, ADF, edited, panel)
			want := Normal(ADF, strings.Replace(panel, c.wantOld, c.wantNew, 1))
			if via == Plain && strings.Contains(c.new, "both") || via == Plain && c.lost != "" {
				continue // in plain text a list is lines of one block
			}
			if got != want {
				t.Errorf("%s, by way of %s:\n got %s\nwant %s", c.reason, via, got, want)
			}
			if kinds := kindsOf(lost); kinds != c.lost {
				t.Errorf("%s, by way of %s: loses %q, want %q", c.reason, via, kinds, c.lost)
			}
		}
	}
	source, _ := Convert(ADF, Markdown, panel)
	t.Run("an edited panel is given up, and told", func(t *testing.T) {
		edited, _ := Convert(Plain, ADF, strings.Replace(PlainText(ADF, panel), "mind", "beware of", 1))
		got, lost := Graft(Plain, ADF, edited, panel)
		if strings.Contains(got, "panel") || !strings.Contains(got, "beware of") || !strings.Contains(kindsOf(lost), "panel") {
			t.Errorf("gives %s, loses %v", got, lost)
		}
	})
	t.Run("a deleted block is deleted, which is no loss", func(t *testing.T) {
		edited, _ := Convert(Markdown, ADF, source[:strings.LastIndex(source[:strings.Index(source, "one")], "\n")])
		got, lost := Graft(Markdown, ADF, edited, panel)
		if strings.Contains(got, "bulletList") || !strings.Contains(got, "panel") || lost != nil {
			t.Errorf("gives %s, loses %v", got, lost)
		}
	})
}

func kindsOf(losses []Loss) string {
	var kinds []string
	for _, l := range losses {
		kinds = append(kinds, l.Kind)
	}
	return strings.Join(kinds, " ")
}

// What nobody changed on one side is what the other made of it, whatever the text.
func TestLawMergeOfOneEditIsThatEdit(t *testing.T) {
	for _, f := range formats {
		t.Run(string(f), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				write := func(label string) string { s, _ := Render(f, someDoc.Draw(t, label)); return Normal(f, s) }
				a, b := write("a"), write("b")
				if f == Plain && (a == "" || b == "") {
					return // an empty text has one empty line
				}
				for _, m := range [][3]string{{a, b, a}, {a, a, b}, {a, b, b}} {
					got, ok := Merge(f, m[0], m[1], m[2])
					if !ok || !Equal(f, got, b) { // indentation is no edit
						t.Fatalf("%q\nmerged from %q\n     and %q\n   since %q: %v, want %q", got, m[1], m[2], m[0], ok, b)
					}
				}
			})
		})
	}
}

// What the other format cannot express is not harmed by an edit that says nothing new, whatever the text.
func TestLawGraftOfNothingNewChangesNothing(t *testing.T) {
	for _, f := range notations {
		for _, via := range notations {
			t.Run(string(f)+" by way of "+string(via), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					rich, _ := Render(f, someDoc.Draw(t, "rich"))
					rich = Normal(f, rich)
					there, _ := Convert(f, via, rich)
					back, _ := Convert(via, f, there)
					got, lost := Graft(via, f, back, rich)
					want := rich
					if !newGrafting(via, f, back, rich).trips(rich) {
						want, lost = Normal(f, back), nil
					}
					if got != want || lost != nil {
						t.Fatalf("%q\nbecame %q\nby way of %q, loses %v", rich, got, there, lost)
					}
					plain, _ := Render(f, someDoc.Draw(t, "plain"))
					again, _ := Convert(f, via, plain)
					edited, _ := Convert(via, f, again)
					if got, _ := Graft(via, f, edited, edited); got != Normal(f, edited) {
						t.Fatalf("%q grafted on itself gives %q", edited, got)
					}
				})
			})
		}
	}
}
