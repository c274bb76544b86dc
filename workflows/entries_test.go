package workflows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/workflows"
)

// filesFirst is a system where a file is attached before a text can show it.
type filesFirst struct {
	connectors.Connector
	connectors.Commenter
	connectors.CommentEditor
	connectors.CommentDeleter
	connectors.CommentNarrower
	connectors.CommentFinder
	connectors.AttachmentOpener
	connectors.Attacher
	connectors.AttachmentDeleter
	connectors.AttachmentFinder
	connectors.Finder
	connectors.UserResolver
	connectors.Identifier
}

// TestPain08InlineImagesArriveByThemselves: the new item has the text before it has the files; what stands in the place of a picture is
// replaced without another event.
func TestPain08InlineImagesArriveByThemselves(t *testing.T) {
	w := newWorld(t, mappingFile, func(side core.Side, o *memory.Options) {
		f := memory.New(memory.Options{}).Connector().Facts()
		f.RichText = []string{"html", "adf"}[side]
		o.Facts = &f
	})
	w.wraps = func(c *memory.Connector) connectors.Connector {
		return filesFirst{c, c, c, c, c, c, c, c, c, c, c, c, c}
	}
	item, err := w.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: fields("title", core.String("it burns"), "priority", core.Option("low", "low"))})
	w.must(err)
	picture, err := w.sys[core.A].AttachAs("u-ada", item.ID, "smoke.png", "image/png", []byte("smoke"), core.Public)
	w.must(err)
	w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("priority", core.Option("high", "high"),
		"description", core.Text("html", `<p>look: <img src="`+picture.Names[0]+`" alt="smoke.png"></p>`))))
	w.at(3*time.Minute, func() {
		twin := w.twin()
		refs := richtext.References(richtext.ADF, twin.Field("description").Source())
		if len(twin.Attachments) != 1 || len(refs) != 1 || refs[0].ID != twin.Attachments[0].Names[0] {
			t.Errorf("files %v, the description shows %v: %s", twin.Attachments, refs, twin.Field("description").Source())
		}
		if got := w.left(item.ID).Field("description").Source(); !strings.Contains(got, picture.Names[0]) {
			t.Errorf("where it was written it reads %s", got)
		}
	})
	w.run(item, 4*time.Minute)
}

// TestPain11CommentEditsAndDeletesAreCarried: as they happen.
func TestPain11CommentEditsAndDeletesAreCarried(t *testing.T) {
	w := newWorld(t, strings.Replace(mappingFile, "private: keep,", "private: keep, deletes: true,", 1))
	item := w.ticket()
	var id string
	says := func(want ...string) {
		t.Helper()
		var got []string
		for _, c := range w.twin().Comments {
			_, words, _ := strings.Cut(c.Body.Source(), "\n\n")
			got = append(got, words)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("the copies say %q, want %q", got, want)
		}
	}
	w.at(3*time.Minute, func() {
		c, err := w.sys[core.A].CommentAs("u-ada", item.ID, "first wording", core.Public)
		w.must(err)
		id = c.ID
		w.comment(core.A, "u-ada", item.ID, "another", core.Public)
	})
	w.at(5*time.Minute, func() {
		says("first wording", "another")
		w.must(w.sys[core.A].EditCommentAs("u-ada", item.ID, id, "second wording"))
	})
	w.at(7*time.Minute, func() {
		says("second wording", "another")
		w.must(w.sys[core.A].DeleteCommentAs("u-ada", item.ID, id))
	})
	w.at(9*time.Minute, func() { says("another") })
	w.run(item, 10*time.Minute)
}

// TestPain13ACommentMadePrivateIsHiddenAtOnce: nobody has to do anything about its copy.
func TestPain13ACommentMadePrivateIsHiddenAtOnce(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	ids := map[core.Audience]string{}
	w.at(3*time.Minute, func() {
		for becomes, words := range map[core.Audience]string{core.Internal: "for the team after all", core.Restricted: "for some after all"} {
			c, err := w.sys[core.A].CommentAs("u-ada", item.ID, words, core.Public)
			w.must(err)
			ids[becomes] = c.ID
		}
	})
	w.at(5*time.Minute, func() {
		if n := len(w.twin().Comments); n != 2 {
			t.Errorf("%d copies, want two", n)
		}
		for becomes, id := range ids {
			w.must(w.sys[core.A].ShowCommentAs("u-ada", item.ID, id, core.Visibility{Audience: becomes, Group: map[core.Audience]string{core.Restricted: "leads"}[becomes]}))
		}
	})
	w.at(7*time.Minute, func() {
		copies := w.twin().Comments
		if len(copies) != 1 || copies[0].Visibility.Audience != core.Internal || !strings.Contains(copies[0].Body.Source(), "for the team") {
			t.Errorf("the copies are %+v", copies)
		}
	})
	w.run(item, 8*time.Minute)
}

// counting is a system that proves by their number alone that comments have not changed, as a read without Full may.
type counting struct{ *memory.Connector }

func (c counting) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	o, err := c.Connector.Get(ctx, id, want)
	if err == nil && !want.Full && want.Known != nil && len(want.Known.Comments) == len(o.Comments) {
		o.Comments = want.Known.Comments
	}
	return o, err
}

// TestPain13ASweepFindsWhatWasMadePrivate: no webhook told of it, and the number of comments is as it was.
func TestPain13ASweepFindsWhatWasMadePrivate(t *testing.T) {
	w := newWorld(t, mappingFile)
	w.wraps = func(c *memory.Connector) connectors.Connector { return counting{c} }
	item := w.ticket()
	var id string
	w.at(3*time.Minute, func() {
		c, err := w.sys[core.A].CommentAs("u-ada", item.ID, "for the team after all", core.Public)
		w.must(err)
		id = c.ID
	})
	w.at(5*time.Minute, func() {
		w.quiet.Store(true) // its webhook is lost
		w.must(w.sys[core.A].ShowCommentAs("u-ada", item.ID, id, core.Visibility{Audience: core.Internal}))
		w.quiet.Store(false)
	})
	w.at(20*time.Minute, func() {
		w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged, Urgency: core.Sweep})
	})
	w.at(22*time.Minute, func() {
		if copies := w.twin().Comments; len(copies) != 1 || copies[0].Visibility.Audience != core.Internal {
			t.Errorf("the copies are %+v", copies)
		}
	})
	w.run(item, 23*time.Minute)
}
