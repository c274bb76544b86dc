package activities_test

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

func (d *desk) say(side core.Side, user, text string, audience core.Audience) string {
	d.t.Helper()
	c, err := d.sys[side].CommentAs(user, d.refs[side].ID, text, audience)
	d.must(err)
	return c.ID
}

// said are the texts of a side's comments, less the header that names the author.
func (d *desk) said(side core.Side) string {
	var texts []string
	for _, c := range d.item(side).Comments {
		text := c.Body.Source()
		if _, rest, ok := strings.Cut(text, ":\n\n"); ok {
			text = rest
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "|")
}

func TestCommentsFollowEditsAndDeletes(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	id := d.say(core.A, "u-ada", "one", core.Public)
	d.say(core.A, "u-sync", "by the sync's own account", core.Public)
	d.say(core.A, "u-ada", "for some", core.Restricted)
	d.sync()
	if got := d.said(core.B); got != "one" {
		t.Errorf("copied %q, want only the person's comment", got)
	}
	d.must(d.sys[core.A].EditCommentAs("u-ada", d.refs[core.A].ID, id, "two"))
	d.edit(core.A, values{"title": core.String("another change")})
	d.sync()
	if got := d.said(core.B); got != "two" {
		t.Errorf("after the edit the copy reads %q", got)
	}
	d.must(d.sys[core.A].DeleteCommentAs("u-ada", d.refs[core.A].ID, id))
	d.sync()
	if got := d.said(core.B); got != "" {
		t.Errorf("after the delete there is %q", got)
	}
}

// TestAnEditAfterALostCopyArrives: the copy exists with the first wording, its answer was lost, then the author edited.
func TestAnEditAfterALostCopyArrives(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	id := d.say(core.A, "u-ada", "first wording", core.Public)
	d.sys[core.B].FailNext(memory.OpAddComment, memory.AfterCommit)
	d.fetch(core.A, d.refs[core.A], false)
	if _, err := d.apply(d.plan()); err == nil {
		t.Fatal("no error for a lost answer")
	}
	d.must(d.sys[core.A].EditCommentAs("u-ada", d.refs[core.A].ID, id, "second wording"))
	d.sync()
	if got := d.said(core.B); got != "second wording" {
		t.Errorf("the copy reads %q", got)
	}
}

func TestPrivateStopKeepsInternalComments(t *testing.T) {
	d := newDesk(t, strings.Replace(deskFile, "private: keep", "private: stop", 1))
	d.open(nil)
	d.sync()
	d.say(core.A, "u-ada", "between us", core.Internal)
	d.say(core.A, "u-ada", "for all", core.Public)
	d.sync()
	if got := d.said(core.B); got != "for all" {
		t.Errorf("copied %q", got)
	}
}

func TestACommentThatIsTooLongIsParkedAlone(t *testing.T) {
	d := newDesk(t, deskFile, func(side core.Side, o *memory.Options) {
		f := memory.New(memory.Options{}).Connector().Facts()
		if side == core.B {
			f.MaxComment = 40
		}
		o.Facts = &f
	})
	d.open(nil)
	d.sync()
	id := d.say(core.A, "u-ada", strings.Repeat("too long ", 10), core.Public)
	d.say(core.A, "u-ada", "short", core.Public)
	d.sync()
	if got := d.said(core.B); got != "short" {
		t.Errorf("copied %q", got)
	}
	if p := d.row().Parked["comment:"+id]; p.Problem.Class != core.ProblemTooLarge {
		t.Errorf("parked %v, want the long comment as too large", d.row().Parked)
	}
	d.must(d.sys[core.A].EditCommentAs("u-ada", d.refs[core.A].ID, id, "cut"))
	d.sync()
	if got := d.said(core.B); !strings.Contains(got, "cut") || len(d.row().Parked) != 0 {
		t.Errorf("after it was shortened: copied %q, parked %v", got, d.row().Parked)
	}
}

func TestFilesThatCannotTravelAreParkedAlone(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	attach := func(name, content string) {
		_, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, name, "text/plain", []byte(content), core.Public)
		d.must(err)
	}
	attach("big.txt", "more than ten bytes")
	attach("gone.txt", "gone")
	attach("good.txt", "good")
	d.sys[core.A].FailNextWith(memory.OpOpen, memory.Before, connectors.ErrNotFound)
	d.sync()
	files := d.item(core.B).Attachments
	if len(files) != 1 || files[0].Name != "good.txt" {
		t.Errorf("copied %v, want the good file", files)
	}
	classes := map[core.ProblemClass]int{}
	for _, p := range d.row().Parked {
		classes[p.Problem.Class]++
	}
	if classes[core.ProblemTooLarge] != 1 || len(d.row().Parked) != 2 {
		t.Errorf("parked %v, want the big file and the one that is gone", d.row().Parked)
	}
}
