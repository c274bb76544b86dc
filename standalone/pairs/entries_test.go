package pairs_test

import (
	"bytes"
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/standalone/kinds"
)

var audiences = map[core.Audience]string{core.Public: "public comment", core.Internal: "internal comment"}

func words(side core.Side, a core.Audience) string {
	return fmt.Sprintf("what ada says to audience %d from side %d", a, side)
}

// talk lets ada write a comment for each audience that there is, and attach a file.
func (l *life) talk(side core.Side) {
	p := l.places[side]
	did := false
	for _, a := range []core.Audience{core.Public, core.Internal} {
		if !p.speaks(a) {
			continue
		}
		f := richtext.Format(p.ada.Facts().RichText)
		body, _ := richtext.Convert(richtext.Markdown, f, "**Hear** "+words(side, a))
		_, err := p.ada.(connectors.Commenter).AddComment(ctx(), l.id(side), core.CommentDraft{Body: core.Text(string(f), body), Visibility: core.Visibility{Audience: a}})
		if err != nil {
			l.fault(side, audiences[a], "ada could not write it: %w", err)
		}
		did = true
	}
	if p.Files.None == "" {
		if err := l.attach(side); err != nil {
			l.fault(side, "file", "ada could not attach it: %w", err)
		}
		did = true
	}
	if did {
		l.listen(side)
	}
}

// speaks tells whether comments of that audience can be written.
func (p *place) speaks(a core.Audience) bool {
	none := p.Comments.None + p.Comments.Public
	if a == core.Internal {
		none = p.Comments.None + p.Comments.Internal
	}
	return none == ""
}

func (l *life) attach(side core.Side) error {
	p, content := l.places[side], l.content(side)
	readers := core.Public
	if p.Files.Public != "" {
		readers = core.Internal
	}
	_, err := p.ada.(connectors.Attacher).Attach(ctx(), l.id(side), core.AttachmentDraft{Name: fmt.Sprintf("side-%d.txt", side), MediaType: "text/plain",
		Size: int64(len(content)), Visibility: core.Visibility{Audience: readers}}, bytes.NewReader(content))
	return err
}

// said holds that what ada said and attached on a side is on the other, once, and that nobody reads it for whom it was not meant.
func (l *life) said(side core.Side) {
	from, to := l.places[side], l.places[side.Other()]
	here, err := l.look(side)
	l.must(err)
	there, err := l.look(side.Other())
	l.must(err)
	for _, a := range []core.Audience{core.Public, core.Internal} {
		if !from.speaks(a) {
			continue
		}
		copies := 0
		for _, c := range there.Comments {
			if !strings.Contains(richtext.PlainText(richtext.Format(c.Body.Format()), c.Body.Source()), words(side, a)) {
				continue
			}
			copies++
			if most, _ := kinds.Reach(a, from.Comments, to.Comments); c.Visibility.WiderThan(core.Visibility{Audience: most}) {
				l.fault(side, audiences[a], "its copy is %s", c.Visibility)
			}
		}
		want := 1
		if reason(audiences[a], from.Profile, to.Profile) != "" {
			want = 0
		}
		if copies != want {
			l.fault(side, audiences[a], "%d copies, want %d; the pair: %s", copies, want, l.problem())
		}
	}
	if reason("file", from.Profile, to.Profile) == "" {
		l.filed(side, here, there)
	}
}

func (l *life) filed(side core.Side, here, there core.Observation) {
	content, other := l.content(side), side.Other()
	copies, readers := 0, core.Visibility{}
	for _, f := range here.Attachments {
		if f.Size == int64(len(content)) && l.hasContent(side, f, content) {
			readers = f.Visibility
		}
	}
	for _, f := range there.Attachments {
		if !l.hasContent(other, f, content) {
			continue
		}
		copies++
		if most, _ := kinds.Reach(readers.Audience, l.places[side].Files, l.places[other].Files); f.Visibility.WiderThan(core.Visibility{Audience: most}) {
			l.fault(side, "file", "its copy is %s, the original is %s", f.Visibility, readers)
		}
	}
	if copies != 1 {
		l.fault(side, "file", "%d copies, want one; the pair: %s", copies, l.problem())
	}
}
