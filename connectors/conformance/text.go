package conformance

import (
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// texts that have hurt somebody.
var texts = []struct{ reason, text string }{
	{"letters of many scripts", "Grüße, naïve, Ωmega, привет, 你好, 🚀 e\u0301"},
	{"characters that mark up", `<b>&amp; "quotes" 'single' * _under_ [link](x) {code} # no heading`},
	{"a placeholder of a template language", "the value is {{ticket.id}} and ${env:HOME}"},
	{"several lines", "first line\nsecond line\nthird line"},
}

var textTests = []test{
	{"Text/TitleKeepsUnicode", "", func(t *T) {
		o := t.create()
		v := core.String(texts[0].text)
		t.tick()
		t.update(o.Ref.ID, map[string]core.Value{t.Title: v}, "")
		wantValue(t, t.Title, t.field(o.Ref.ID, t.Title), v)
	}},
	{"Text/CommentsKeepTheirText", "Commenter", func(t *T) {
		id := t.made(t.draft())
		for _, tt := range texts {
			t.tick()
			c := t.added(id, t.comment(tt.text, core.Internal))
			if got := strings.TrimSpace(t.Plain(c.Body)); got != tt.text {
				t.Errorf("%s: %q became %q", tt.reason, tt.text, got)
			}
		}
	}},
	{"Text/CommentsKeep32kB", "Commenter", func(t *T) {
		id := t.made(t.draft())
		text := strings.TrimSpace(strings.Repeat("all of this has to arrive. ", 1200))
		if m := t.Connector.Facts().MaxComment; m > 0 && m < len(text) {
			t.Skipf("a comment holds %d characters here", m)
		}
		c := t.added(id, t.comment(text, core.Internal))
		if got := strings.TrimSpace(t.Plain(c.Body)); got != text {
			t.Errorf("%d characters became %d", len(text), len(got))
		}
	}},
	{"Text/ReachesItsNormalFormInOnePass", "Commenter", func(t *T) {
		id := t.made(t.draft())
		for _, tt := range texts {
			t.tick()
			first := t.added(id, t.comment(tt.text, core.Internal))
			t.tick()
			again := t.comment("", core.Internal)
			again.Body = first.Body
			second := t.added(id, again)
			wantValue(t, tt.reason, second.Body, first.Body)
		}
	}},
	{"Text/IsShownAsItWasAnswered", "Commenter", func(t *T) {
		id := t.made(t.draft())
		c := t.added(id, t.comment(texts[1].text, core.Internal))
		if got, ok := commentOf(t.get(id), c.ID); !ok || !core.Equal(got.Body, c.Body) {
			t.Errorf("the answer said %q, a read says %q", c.Body, got.Body)
		}
	}},
}

func (t *T) comment(text string, a core.Audience) core.CommentDraft {
	return core.CommentDraft{Body: t.Body(text), Visibility: core.Visibility{Audience: a}, Mark: mark()}
}

func (t *T) added(id string, d core.CommentDraft) core.Comment {
	t.Helper()
	c, err := t.Connector.(connectors.Commenter).AddComment(t.Context(), id, d)
	if err != nil {
		t.Fatalf("comment: %v", err)
	}
	if c.ID == "" {
		t.Fatal("the new comment has no id")
	}
	return c
}

func commentOf(o core.Observation, id string) (core.Comment, bool) {
	for _, c := range o.Comments {
		if c.ID == id {
			return c, true
		}
	}
	return core.Comment{}, false
}
