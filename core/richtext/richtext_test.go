package richtext

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEqual(t *testing.T) {
	cases := []struct {
		format Format
		a, b   string
		want   bool
		reason string
	}{
		{HTML, "<p>a</p>", `<div class="zd-comment" dir="auto"><p dir="auto">a</p></div>`, true, "Zendesk wraps comments"},
		{HTML, "<p>a  b&nbsp;c</p>", "<p>a b c</p>", true, "editors add no-break spaces"},
		{HTML, "https://a.b/", `<a href="https://a.b/" rel="noreferrer">https://a.b/</a>`, true, "servers link addresses"},
		{HTML, "<p>{{a}}</p>", "<p><code>{{a}}</code></p>", true, "escaped placeholders mean their text"},
		{HTML, "<p>a</p>", "<p><b>a</b></p>", false, "formatting is meaning"},
		{HTML, "<p>a b</p>", "<p>ab</p>", false, "a space is meaning"},
		{ADF, adf(`{"type":"rule","attrs":{"localId":"x"}}`), adf(`{"type":"rule"}`), true, "Jira adds local ids"},
		{Plain, "a\r\n", "a", true, "line ends at the end"},
		{Markdown, "*a*", "_a_", true, "two notations, one meaning"},
		{Markdown, "- a\n- b", "* a\n\n* b", true, "two list notations"},
	}
	for _, c := range cases {
		if got := Equal(c.format, c.a, c.b); got != c.want {
			t.Errorf("%s: Equal(%q, %q) = %v", c.reason, c.a, c.b, got)
		}
	}
}

func TestPrepend(t *testing.T) {
	cases := []struct {
		format       Format
		source, want string
	}{
		{HTML, "<p>a</p>", "<p>Ann &lt;x&gt;:</p><p>a</p>"},
		{Plain, "a", "Ann <x>:\n\na"},
		{Markdown, "- a", "Ann \\<x>:\n\n- a"},
		{HTML, "", "<p>Ann &lt;x&gt;:</p>"},
	}
	for _, c := range cases {
		if got := Prepend(c.format, c.source, "Ann <x>:"); got != c.want {
			t.Errorf("Prepend to %q in %s = %q, want %q", c.source, c.format, got, c.want)
		}
	}
}

func TestIsEmpty(t *testing.T) {
	for source, want := range map[string]bool{"": true, "<p>&nbsp;</p><br>": true, "<script>x</script>": true, "<hr>": false, "a": false} {
		if IsEmpty(HTML, source) != want {
			t.Errorf("IsEmpty(%q) = %v", source, !want)
		}
	}
}

func TestEscapePlaceholders(t *testing.T) {
	cases := []struct{ source, want, reason string }{
		{"<p>a {{ticket.id}} b</p>", "<p>a <code>{{ticket.id}}</code> b</p>", "Zendesk would expand it"},
		{"<p>{% if x %}</p>", "<p><code>{% if x %}</code></p>", "Liquid too"},
		{"<p><code>{{a}}</code></p>", "<p><code>{{a}}</code></p>", "escaped already"},
		{"<p>{{a</p>", "<p><code>{{a</code></p>", "the end may stand elsewhere"},
		{"<p>{a}</p>", "<p>{a}</p>", "no placeholder"},
	}
	for _, c := range cases {
		got := EscapePlaceholders(c.source)
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.reason, got, c.want)
		}
		if !Equal(HTML, got, c.source) || Normal(HTML, got) != Normal(HTML, c.source) {
			t.Errorf("%s: %q does not mean %q any more", c.reason, got, c.source)
		}
	}
}

// An independent sanitiser finds nothing to take away from what is written.
func TestLawHTMLIsSafe(t *testing.T) {
	policy := sanitiser()
	rapid.Check(t, func(t *rapid.T) {
		foreign := Normal(HTML, strings.Join(rapid.SliceOf(someText).Draw(t, "pieces"), " "))
		written, _ := Render(HTML, someDoc.Draw(t, "doc"))
		for _, source := range []string{foreign, written} {
			if bad := harm(source); bad != "" {
				t.Fatalf("%s in %s", bad, source)
			}
			sameBlocks(t, "sanitised", Parse(HTML, policy.Sanitize(source)).Blocks, Parse(HTML, source).Blocks, source)
		}
	})
}
