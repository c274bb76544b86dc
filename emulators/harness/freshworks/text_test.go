package freshworks

import "testing"

func TestRewrite(t *testing.T) {
	for _, c := range []struct{ in, want, reason string }{
		{"plain & <text", "<div>plain & &lt;text</div>", "plain text is wrapped, and a stray sign is text"},
		{"<p>a</p>", "<p>a</p>", "a block stays"},
		{"<b>a</b>", "<div><b>a</b></div>", "what is no block is wrapped"},
		{`<p onclick="x" id="m" data-mark="dx">a</p>`, "<p>a</p>", "no attribute carries a mark"},
		{"<p>a<!-- mark --></p><script>x</script>", "<p>a</p>", "comments and scripts go"},
		{`<p>a<span style="display: none">mark</span></p>`, "<p>a</p>", "hidden elements go with what is in them"},
		{`<a href="javascript:x">a</a>`, "<div><a>a</a></div>", "an unsafe address goes"},
		{`<a href="https://x.example/?a=1&amp;b=2">a</a>`, `<div><a href="https://x.example/?a=1&amp;b=2">a</a></div>`, "a link stays"},
		{"", "", "nothing stays nothing"},
	} {
		if got := (Vendor{}).Rewrite(c.in); got != c.want {
			t.Errorf("%s: %q became %q, want %q", c.reason, c.in, got, c.want)
		}
		if again := (Vendor{}).Rewrite(c.want); again != c.want {
			t.Errorf("%s: a second pass makes %q of %q", c.reason, again, c.want)
		}
	}
	if got := (Vendor{LinksRel: true}).Rewrite(`<p><a href="https://x.example">a</a></p>`); got != `<p><a href="https://x.example" rel="noreferrer">a</a></p>` {
		t.Errorf("links get rel: %q", got)
	}
}
