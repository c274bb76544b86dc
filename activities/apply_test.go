package activities_test

import (
	"strings"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

type values = map[string]core.Value

func TestRefusedFieldsAreParkedAlone(t *testing.T) {
	for _, c := range []struct {
		refusals []string
		reason   string
	}{
		{[]string{"title"}, "the system names the field: the others are written at once"},
		{[]string{"", "title"}, "the system names none: the fields are written one by one"},
	} {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		for _, f := range c.refusals {
			d.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, connectors.Invalid("write", f, "no"))
		}
		d.edit(core.A, values{"title": core.String("new"), "priority": core.Option("", "high"), "labels": core.Strings("hot", "new")})
		d.fetch(core.A, d.refs[core.A], false)
		if _, err := d.apply(d.plan()); err != nil {
			t.Fatal(err)
		}
		twin, parked := d.item(core.B), d.row().Parked
		written := 0
		wanted := values{"title": core.String("new"), "priority": core.Option("", "high"), "labels": core.Strings("hot", "new")}
		for f, want := range wanted {
			if core.Equal(twin.Field(f), want) {
				written++
			}
		}
		if written != 2 || len(parked) != 1 {
			t.Errorf("%s: %d of three fields written, parked %v; want two and one", c.reason, written, parked)
		}
	}
}

func TestCreateWithoutTheRefusedField(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(values{"priority": core.Option("", "high")})
	d.sys[core.B].FailNextWith(memory.OpCreate, memory.Before, connectors.Invalid("create", "priority", "not on this screen"))
	if _, err := d.apply(d.plan()); err != nil {
		t.Fatal(err)
	}
	if p := d.row(); len(p.Parked) != 1 || p.Sides[core.B].Ref.IsZero() {
		t.Errorf("parked %v, twin %v; want the priority parked and a twin", p.Parked, p.Sides[core.B].Ref)
	}
	left := d.item(core.A)
	if got := left.Field("priority").Name(); got != "high" {
		t.Errorf("priority on the left is %q: what a create left out came back", got)
	}
	d.sync()
	twin := d.item(core.B)
	if got := twin.Field("priority").Name(); got != "high" {
		t.Errorf("priority of the twin is %q after another round", got)
	}
}

func TestUnknownUserNeverWipesTheAssignee(t *testing.T) {
	only := func(side core.Side, o *memory.Options) {
		if side == core.B {
			o.Users = []core.Value{core.Person("u-grace", "grace@acme.example", "Grace Hopper"), core.Person("u-triage", "triage@acme.example", "Triage Desk")}
		}
	}
	for _, c := range []struct {
		file, want string
		parked     int
		reason     string
	}{
		{deskFile, "grace@acme.example", 1, "without a default the present assignee stays and the rule is parked"},
		{strings.Replace(deskFile, "users: [email]}", "users: [email], default: {engineering: triage@acme.example}}", 1), "triage@acme.example", 0, "the default takes it"},
	} {
		d := newDesk(t, c.file, only)
		d.open(values{"assignee": core.Person("u-grace", "", "")})
		d.sync()
		d.edit(core.A, values{"assignee": core.Person("u-ada", "", "")})
		d.sync()
		twin, left := d.item(core.B), d.item(core.A)
		if got := twin.Field("assignee").Email(); got != c.want {
			t.Errorf("%s: the twin's assignee is %q", c.reason, got)
		}
		if got := left.Field("assignee").Email(); got != "ada@acme.example" {
			t.Errorf("%s: the left assignee became %q", c.reason, got)
		}
		if got := len(d.row().Parked); got != c.parked {
			t.Errorf("%s: parked %v", c.reason, d.row().Parked)
		}
	}
}

func TestStaleWriteReadsAgain(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	d.edit(core.A, values{"title": core.String("new")})
	d.fetch(core.A, d.refs[core.A], false)
	p := d.plan()
	d.edit(core.B, values{"priority": core.Option("", "low")})
	r, err := d.apply(p)
	if err != nil || !r.Stale {
		t.Fatalf("result %+v, error %v; want stale", r, err)
	}
	d.sync()
	d.title("new")
	left := d.item(core.A)
	if got := left.Field("priority").Name(); got != "low" {
		t.Errorf("the edit in between is %q on the left", got)
	}
}

// TestLostAnswerOfARewrittenText: the server rewrites rich text, so what it shows is not what was written; still nothing conflicts.
func TestLostAnswerOfARewrittenText(t *testing.T) {
	d := newDesk(t, deskFile, func(side core.Side, o *memory.Options) {
		if side == core.B {
			o.Rewrite = func(v core.Value) core.Value { return core.Text(v.Format(), v.Source()+"\n\n") }
		}
	})
	d.open(values{"description": core.Text("plain", "old")})
	d.sync()
	d.sys[core.B].FailNext(memory.OpUpdate, memory.AfterCommit)
	d.edit(core.A, values{"description": core.Text("plain", "new words")})
	d.sync()
	left := d.item(core.A)
	if got := left.Field("description").Source(); got != "new words" {
		t.Errorf("the left text became %q", got)
	}
	if n := d.sys[core.B].Calls()[memory.OpUpdate]; n != 1 {
		t.Errorf("%d writes, want the one whose answer was lost", n)
	}
	plans, err := d.store.Plans(t.Context(), d.pair, 10)
	d.must(err)
	for _, p := range plans {
		for _, dec := range p.Decisions {
			if dec.Conflict {
				t.Errorf("a conflict where nobody but the sync wrote: %s", dec.Reason)
			}
		}
	}
}

// TestACommentBesideALostAnswerIsSeen: the read that finds the lost write also sees what people did meanwhile.
func TestACommentBesideALostAnswerIsSeen(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	d.sys[core.B].FailNext(memory.OpUpdate, memory.AfterCommit)
	d.edit(core.A, values{"title": core.String("new")})
	d.fetch(core.A, d.refs[core.A], false)
	p := d.plan()
	if _, err := d.apply(p); err == nil {
		t.Fatal("no error for a lost answer")
	}
	_, err := d.sys[core.B].CommentAs("u-grace", d.refs[core.B].ID, "meanwhile", core.Internal)
	d.must(err)
	r, err := d.apply(p)
	if err != nil || r.Settled {
		t.Fatalf("result %+v, error %v; want another round for the comment", r, err)
	}
	if _, err := d.apply(d.plan()); err != nil {
		t.Fatal(err)
	}
	if n := len(d.item(core.A).Comments); n != 1 {
		t.Errorf("%d comments on the left, want the one made meanwhile", n)
	}
}

func TestLaggingIndexIsWaitedFor(t *testing.T) {
	d := newDesk(t, deskFile, func(side core.Side, o *memory.Options) {
		if side == core.B {
			o.Nasty.FindLag = 5 * time.Minute
		}
	})
	d.open(nil)
	p := d.plan()
	for range 2 { // two creates never arrive, the third loses its answer and is not shown for a while
		d.sys[core.B].FailNext(memory.OpCreate, memory.Before)
	}
	d.sys[core.B].FailNext(memory.OpCreate, memory.AfterCommit)
	var err error
	for range 60 {
		if _, err = d.apply(p); err == nil {
			break
		}
		d.now = d.now.Add(time.Minute)
	}
	d.must(err)
	if n := len(d.sys[core.B].Items()); n != 1 {
		t.Errorf("%d twins, want one", n)
	}
	if n := d.sys[core.B].Calls()[memory.OpCreate]; n != 3 {
		t.Errorf("%d creates, want three: two failed before the fact", n)
	}
}

func TestTwoItemsWithOneMarkAreForAPerson(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	p := d.plan()
	d.sys[core.B].FailNext(memory.OpCreate, memory.Before)
	if _, err := d.apply(p); err == nil {
		t.Fatal("no error for a lost create")
	}
	mark := activities.Mark(d.pair, "item", core.B, "")
	for range 2 {
		_, err := d.sys[core.B].CreateAs("u-sync", core.Draft{Type: "item", Mark: mark, Fields: values{"title": core.String("t")}})
		d.must(err)
	}
	_, err := d.apply(p)
	if err == nil || !strings.Contains(err.Error(), "delete all but one") {
		t.Errorf("error %v, want it to ask a person", err)
	}
	if n := len(d.sys[core.B].Items()); n != 2 {
		t.Errorf("%d items, want the two that were there", n)
	}
}

// TestTheTwinBelongsToItsPair: the twin turns up as a new item, also while its create is still under way.
func TestTheTwinBelongsToItsPair(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	pair := d.pair
	d.sys[core.B].FailNext(memory.OpCreate, memory.AfterCommit)
	if _, err := d.apply(d.plan()); err == nil {
		t.Fatal("no error for a lost create")
	}
	twin := d.sys[core.B].Items()[0].Ref
	d.pair = core.PairID("desk", "engineering", twin.ID)
	if r := d.fetch(core.B, core.Ref{System: "right", ID: twin.ID}, true); r.BelongsTo != pair {
		t.Errorf("while the create is under way the twin belongs to %q (refused %q), want %q", r.BelongsTo, r.Refused, pair)
	}
}

// TestAStepOfACreateIsNobodysEdit: a create loses its answer on the way to the status it was to reach. The step that it left the
// twin at is the sync's own and must not go back to where the edit came from.
func TestAStepOfACreateIsNobodysEdit(t *testing.T) {
	d := newDesk(t, strings.Replace(deskFile, "comments:", "  - {support: status, engineering: status}\ncomments:", 1))
	d.open(values{"status": core.Option("", "done")})
	d.sys[core.B].FailNext(memory.OpCreate, memory.AfterCommit)
	stepped := false
	d.sys[core.B].OnCall(func(op memory.Op, id string) {
		if items := d.sys[core.B].Items(); op == memory.OpGet && len(items) == 1 && !stepped {
			stepped, d.now = true, d.now.Add(time.Second)
			d.must(d.sys[core.B].EditAs("u-sync", items[0].Ref.ID, values{"status": core.Option("", "in progress")}))
		}
	})
	d.sync()
	for _, side := range core.Sides {
		if o := d.item(side); o.Field("status").Name() != "done" {
			t.Errorf("the status on side %d is %q, want done", side, o.Field("status").Name())
		}
	}
	if !stepped {
		t.Error("the test took no step")
	}
}
