package activities_test

import (
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

func seenBy(d *desk, side core.Side, text string) (seen []core.Visibility) {
	for _, c := range d.item(side).Comments {
		if strings.Contains(c.Body.Source(), text) {
			seen = append(seen, c.Visibility)
		}
	}
	return seen
}

// TestACommentMadePrivateTakesItsCopyAlong: the copy is shown to fewer people, and back to more only as a new copy would be.
func TestACommentMadePrivateTakesItsCopyAlong(t *testing.T) {
	for _, c := range []struct {
		reason string
		file   string
		becomes,
		want core.Visibility // zero: there is no copy
	}{
		{"internal", deskFile, core.Visibility{Audience: core.Internal}, core.Visibility{Audience: core.Internal}},
		{"internal, and private comments stay", strings.Replace(deskFile, "private: keep", "private: stop", 1), core.Visibility{Audience: core.Internal}, core.Visibility{}},
		{"for a group that means nothing there", deskFile, core.Visibility{Audience: core.Restricted, Group: "leads"}, core.Visibility{}},
		{"for a group that has its counterpart there", strings.Replace(deskFile, "private: keep", "restricted: {groups: {leads: tier-2}}", 1),
			core.Visibility{Audience: core.Restricted, Group: "leads"}, core.Visibility{Audience: core.Restricted, Group: "tier-2"}},
		{"edits are not carried", strings.Replace(deskFile, "private: keep", "edits: false", 1), core.Visibility{Audience: core.Internal}, core.Visibility{Audience: core.Internal}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, c.file)
			d.open(nil)
			d.sync()
			id := d.say(core.A, "u-ada", "too much said", core.Public)
			d.sync()
			d.must(d.sys[core.A].ShowCommentAs("u-ada", d.refs[core.A].ID, id, c.becomes))
			d.sync()
			got := seenBy(d, core.B, "too much said")
			if c.want == (core.Visibility{}) && len(got) != 0 || c.want != (core.Visibility{}) && (len(got) != 1 || got[0] != c.want) {
				t.Errorf("the copy is seen by %v, want %v", got, c.want)
			}
			if p := d.row().Parked; len(p) != 0 {
				t.Errorf("parked %v", p)
			}
			d.must(d.sys[core.A].ShowCommentAs("u-ada", d.refs[core.A].ID, id, core.Visibility{Audience: core.Public}))
			d.sync()
			if got := seenBy(d, core.B, "too much said"); len(got) != 1 {
				t.Errorf("after it is public again there are copies for %v", got)
			}
		})
	}
}

// TestACopyThatCannotBeNarrowedIsTakenBack: what is private must not wait for a person.
func TestACopyThatCannotBeNarrowedIsTakenBack(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	id := d.say(core.A, "u-ada", "too much said", core.Public)
	d.sync()
	d.must(d.sys[core.A].ShowCommentAs("u-ada", d.refs[core.A].ID, id, core.Visibility{Audience: core.Internal}))
	d.sys[core.B].FailNextWith(memory.OpNarrowComment, memory.Before, connectors.ErrUnsupported)
	d.sync()
	if got := seenBy(d, core.B, "too much said"); len(got) != 1 || got[0].Audience != core.Internal {
		t.Errorf("seen by %v, want one internal copy in place of the public one", got)
	}
}

func TestGroupsGoToTheirCounterparts(t *testing.T) {
	d := newDesk(t, strings.Replace(deskFile, "private: keep", "restricted: {groups: {leads: tier-2}}, publish: {engineering: {restricted: internal}}", 1))
	d.open(nil)
	d.sync()
	for _, side := range core.Sides {
		for _, group := range []string{"leads", "tier-2", "others"} {
			c, err := d.sys[side].CommentAs("u-ada", d.refs[side].ID, group+" of "+d.sys[side].Name(), core.Restricted)
			d.must(err)
			d.must(d.sys[side].ShowCommentAs("u-ada", d.refs[side].ID, c.ID, core.Visibility{Audience: core.Restricted, Group: group}))
		}
	}
	d.sync()
	restricted, internal := func(group string) []core.Visibility {
		return []core.Visibility{{Audience: core.Restricted, Group: group}}
	}, []core.Visibility{{Audience: core.Internal}}
	for _, c := range []struct {
		reason, text string
		on           core.Side
		want         []core.Visibility
	}{
		{"the first name goes to the second", "leads of left", core.B, restricted("tier-2")},
		{"and the second back to the first", "tier-2 of right", core.A, restricted("leads")},
		{"a name of the other side means nothing here", "tier-2 of left", core.B, nil},
		{"without a line it stays", "others of left", core.B, nil},
		{"unless publish says in words who else reads it", "others of right", core.A, internal},
	} {
		got := seenBy(d, c.on, c.text)
		if len(got) != len(c.want) || len(got) == 1 && got[0] != c.want[0] {
			t.Errorf("%s: seen by %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestFilesFollowThePolicy(t *testing.T) {
	d := newDesk(t, strings.Replace(deskFile, "max_size: 10B", "names: ['*.txt', '!secret*'], min_size: 3B, deletes: true", 1))
	d.open(nil)
	d.sync()
	attach := func(name, content string, a core.Audience) string {
		f, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, name, "text/plain", []byte(content), a)
		d.must(err)
		return f.ID
	}
	there := func() string {
		var names []string
		for _, f := range d.item(core.B).Attachments {
			names = append(names, f.Name+"="+string(d.sys[core.B].Content(d.refs[core.B].ID, f.ID)))
		}
		return strings.Join(names, " ")
	}
	check := func(reason, want string) {
		t.Helper()
		d.sync()
		if got := there(); got != want {
			t.Errorf("%s: there are %q, want %q", reason, got, want)
		}
		if p := d.row().Parked; len(p) != 0 {
			t.Errorf("%s: parked %v", reason, p)
		}
	}
	a := attach("A.TXT", "aaaa", core.Public)
	attach("Secret.txt", "ssss", core.Public)
	attach("a.bin", "bbbb", core.Public)
	attach("tiny.txt", "t", core.Public)
	check("names and sizes", "A.TXT=aaaa")
	b := attach("b.txt", "aaaa", core.Public)
	check("the same content is one file", "A.TXT=aaaa")
	d.must(d.sys[core.A].DetachAs("u-ada", d.refs[core.A].ID, a))
	check("as long as one of its originals is there", "A.TXT=aaaa")
	d.must(d.sys[core.A].ReplaceAs("u-ada", d.refs[core.A].ID, b, []byte("bbbb b")))
	check("a new version replaces the one before", "b.txt=bbbb b")
	d.must(d.sys[core.A].ShowFileAs("u-ada", d.refs[core.A].ID, b, core.Internal))
	check("a file made private is shown anew to fewer", "b.txt=bbbb b")
	if v := d.item(core.B).Attachments[0].Visibility; v.Audience != core.Internal {
		t.Errorf("the copy of a file made private is %v", v)
	}
	d.must(d.sys[core.A].ShowFileAs("u-ada", d.refs[core.A].ID, b, core.Restricted))
	check("a file for part of the team has no copy", "")
	d.must(d.sys[core.A].DetachAs("u-ada", d.refs[core.A].ID, b))
	check("and none when it is gone", "")
	c := attach("c.txt", "cccc", core.Public)
	check("another", "c.txt=cccc")
	d.must(d.sys[core.A].DetachAs("u-ada", d.refs[core.A].ID, c))
	check("a deleted file takes its copy along", "")
}

// TestAReplacedFileStaysBehindWithoutEdits: the first version stays, under whatever id the next one comes.
func TestAReplacedFileStaysBehindWithoutEdits(t *testing.T) {
	d := newDesk(t, strings.Replace(deskFile, "max_size: 10B", "edits: false", 1))
	d.open(nil)
	d.sync()
	f, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "plan.txt", "text/plain", []byte("one"), core.Public)
	d.must(err)
	d.sync()
	d.must(d.sys[core.A].DetachAs("u-ada", d.refs[core.A].ID, f.ID))
	_, err = d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "plan.txt", "text/plain", []byte("two!"), core.Public)
	d.must(err)
	d.sync()
	files := d.item(core.B).Attachments
	if len(files) != 1 || string(d.sys[core.B].Content(d.refs[core.B].ID, files[0].ID)) != "one" {
		t.Errorf("there are %v", files)
	}
}

// TestAPlanThatHasWaitedCopiesNothingThatWasHiddenMeanwhile: the other system was away while a comment and a file were made private.
func TestAPlanThatHasWaitedCopiesNothingThatWasHiddenMeanwhile(t *testing.T) {
	for _, lost := range []bool{false, true} {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		id := d.say(core.A, "u-ada", "too much said", core.Public)
		f, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "f.txt", "text/plain", []byte("f"), core.Public)
		d.must(err)
		d.fetch(core.A, d.refs[core.A], false)
		plan := d.plan()
		if lost { // an attempt wrote the comment, and nobody knows
			d.sys[core.B].FailNext(memory.OpAddComment, memory.AfterCommit)
			if _, err := d.apply(plan); err == nil {
				t.Fatal("no error for a lost answer")
			}
		}
		some := core.Visibility{Audience: core.Restricted, Group: "leads"}
		d.must(d.sys[core.A].ShowCommentAs("u-ada", d.refs[core.A].ID, id, some))
		d.must(d.sys[core.A].ShowFileAs("u-ada", d.refs[core.A].ID, f.ID, core.Restricted))
		d.now = d.now.Add(2 * time.Minute)
		r, err := d.apply(plan)
		d.must(err)
		if n := len(seenBy(d, core.B, "too much said")); !r.Moved || !lost && n != 0 || len(d.item(core.B).Attachments) != 0 {
			t.Errorf("lost answer %v: %d copies, files %v, moved %v", lost, n, d.item(core.B).Attachments, r.Moved)
		}
		d.sync()
		if got := seenBy(d, core.B, "too much said"); len(got) != 0 || len(d.row().Parked) != 0 {
			t.Errorf("lost answer %v: after the next sync it is read by %v, parked %v", lost, got, d.row().Parked)
		}
	}
}
