package freshworks

import (
	"net/url"
	"testing"
)

func TestMarksInTexts(t *testing.T) {
	c := &Connector{base: &url.URL{Scheme: "https", Host: "acme.freshdesk.com"}}
	const mark = "dx-abcdefghijklmnopqrstuvwx23"
	written := c.withMark("<p>Hello</p>", mark)
	for _, tt := range []struct{ reason, html, text, mark string }{
		{"as it was written", written, "<p>Hello</p>", mark},
		{"with attributes that the vendor adds to links", `<div>Hello</div><p><a href="https://acme.freshdesk.com/#` + mark + `" rel="noreferrer" target="_blank">·</a></p>`, "<div>Hello</div>", mark},
		{"with the paragraph turned into a div", `<div>Hello</div> <div dir="ltr"> <a target='_blank' href='https://acme.freshdesk.com/#` + mark + `'>·</a> </div>`, "<div>Hello</div>", mark},
		{"wrapped as a whole", `<div>Hello<p><a href="https://acme.freshdesk.com/#` + mark + `">·</a></p></div>`, "<div>Hello</div>", mark},
		{"another link is text", `<p><a href="https://acme.freshdesk.com/#dx-short">·</a></p>`, `<p><a href="https://acme.freshdesk.com/#dx-short">·</a></p>`, ""},
		{"within a quotation it is another text's", "<p>Thanks</p><blockquote>" + written + "</blockquote>", "<p>Thanks</p><blockquote>" + written + "</blockquote>", ""},
		{"behind a quotation it is its own", "<blockquote>x</blockquote>" + written, "<blockquote>x</blockquote><p>Hello</p>", mark},
		{"no link", "<p>Hello</p>", "<p>Hello</p>", ""},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if text, got := splitMark(tt.html); text != tt.text || got != tt.mark {
				t.Errorf("split into %q and %q", text, got)
			}
		})
	}
	if c.withMark("<p>x</p>", "") != "<p>x</p>" {
		t.Error("a text without a mark got a link")
	}
}
