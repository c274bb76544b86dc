package richtext

import (
	"runtime"
	"strings"
	"testing"
)

// hostile returns inputs of about size bytes that make naive parsers recurse
// without end or do quadratic work.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"open divs":         fill("<div>"),
		"open bold":         fill("<b>x"),
		"open links":        fill("<a href=x>y"),
		"nested lists":      fill("<ul><li>x"),
		"nested quotes":     fill("<blockquote>x"),
		"nested tables":     fill("<table><tr><td>x"),
		"stray end tags":    fill("</b></p></ul>"),
		"comments":          fill("<!--"),
		"attributes":        "<p " + fill("a=b ") + ">x",
		"one long link":     `<a href="https://a.b/` + strings.Repeat("x", 10_000) + `">` + strings.Repeat("<b>x</b>y", 1000) + "</a>",
		"markdown brackets": fill("["),
		"markdown images":   fill("![a]("),
		"markdown stars":    fill("*a **b "),
		"markdown quotes":   fill(">"),
		"markdown lists":    fill("- "),
		"markdown ticks":    fill("`a``"),
		"markdown indents":  fill("\n    - a"),
		"markdown links":    fill("[a]: b\n"),
		"markdown tags":     fill("<a "),
		"entities":          fill("&amp;"),
		"adf nesting":       fill(`{"type":"blockquote","content":[`),
		"closed adf":        strings.Repeat(`{"type":"blockquote","content":[`, 5000) + `{"type":"text","text":"x"}` + strings.Repeat("]}", 5000),
		"breaks":            fill("a\n"),
		"blank lines":       fill("\n"),
		"spaces":            fill(" "),
		"placeholders":      fill("{{"),
		"addresses":         fill("https://a.b/"),
		"table rows":        "|a|\n|-|\n" + fill("|b|\n"),
	}
}

func count(nodes []Node, depth int) (total, deepest int) {
	for _, n := range nodes {
		inner := depth
		if n.isContainer() {
			inner++
		}
		t, d := count(n.Children, inner)
		total, deepest = total+t+1, max(deepest, d, inner)
	}
	return total, deepest
}

func TestHostileInputIsBounded(t *testing.T) {
	const size = 1_500
	for name, source := range nasty(size) {
		for _, f := range formats {
			t.Run(name+" as "+string(f), func(t *testing.T) {
				d := Parse(f, source)
				total, deepest := count(d.Blocks, 0)
				if deepest > MaxDepth {
					t.Errorf("nested %d deep, want at most %d", deepest, MaxDepth)
				}
				if total > 2*len(source)+10 {
					t.Errorf("%d nodes from %d bytes", total, len(source))
				}
				for _, to := range notations {
					if out, _ := Render(to, d); len(out) > 60*len(source)+1000 {
						t.Errorf("%d bytes of %s from %d bytes", len(out), to, len(source))
					}
				}
			})
		}
	}
}

func TestDeepNestingKeepsItsText(t *testing.T) {
	cases := []struct {
		format Format
		source string
		reason string
	}{
		{HTML, strings.Repeat("<blockquote>", 300) + "deep" + strings.Repeat("</blockquote>", 300), "mail threads quote quotes"},
		{HTML, strings.Repeat("<ul><li>", 300) + "deep", "lists never closed"},
		{HTML, strings.Repeat("<table><tr><td>", 300) + "deep", "mail layout by tables"},
		{Markdown, strings.Repeat("> ", 150) + "deep", "quotes within the parser's bound"},
		{Markdown, strings.Repeat(">", 5000) + "deep", "quotes beyond it are plain text"},
		{ADF, strings.Repeat(`{"type":"blockquote","content":[`, 300) + `{"type":"text","text":"deep"}` + strings.Repeat("]}", 300), "beyond MaxDepth"},
		{ADF, strings.Repeat(`{"type":"blockquote","content":[`, 20000) + `{"type":"text","text":"deep"}` + strings.Repeat("]}", 20000), "beyond what a JSON decoder accepts"},
	}
	for _, c := range cases {
		d := Parse(c.format, c.source)
		if _, deepest := count(d.Blocks, 0); deepest > MaxDepth {
			t.Errorf("%s: nested %d deep", c.reason, deepest)
		}
		if text := PlainText(c.format, c.source); !strings.Contains(text, "deep") {
			t.Errorf("%s: the text is gone", c.reason)
		}
	}
}

// TestWorkIsLinear counts what is allocated for an input and for one of four
// times its size: text that is copied again and again shows there.
func TestWorkIsLinear(t *testing.T) {
	const size = 8 << 10
	small, large := nasty(size), nasty(4*size)
	for name := range small {
		for _, f := range homes(name) {
			a, b := allocated(f, small[name]), allocated(f, large[name])
			if grown := len(large[name]) / max(len(small[name]), 1); grown < 2 || grown > 8 {
				continue // a shape of one size
			}
			if b > 7*a+1<<18 {
				t.Errorf("%s in %s: %d bytes for one size, %d for four times that", name, f, a, b)
			}
		}
	}
}

// allocated returns how many bytes it takes to read and write source.
func allocated(f Format, source string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Normal(f, source)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
