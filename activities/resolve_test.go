package activities_test

import (
	"strings"
	"testing"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/blame"
)

const parkingFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'true'}
  engineering: {system: right, type: item}
conflicts: park
rules:
  - {support: title, engineering: title}
  - {support: priority, engineering: priority, values: {low: normal, high: high}}
  - {support: labels, engineering: labels, as: set}
comments: {flow: both, private: keep}
`

// decide gives the pair an operator's decision, for the values it shows now.
func (d *desk) decide(r core.Resolution, field string) {
	d.t.Helper()
	r.ID, r.Pair, r.By = r.Rule+string(r.Kind)+d.now.String(), d.pair, "ann"
	if r.Kind != core.ResolveSkip {
		for _, side := range core.Sides {
			o := d.item(side)
			r.Seen[side] = o.Field(field)
		}
	}
	d.must(d.store.PutResolution(d.t.Context(), r))
}

// decision is what became of the newest decision.
func (d *desk) decision() core.Resolution {
	d.t.Helper()
	rs, err := d.store.Resolutions(d.t.Context(), d.pair, 1)
	d.must(err)
	if len(rs) == 0 {
		d.t.Fatal("no decision is kept")
	}
	return rs[0]
}

func (d *desk) parked(rule string) core.Parked {
	d.t.Helper()
	p, ok := d.row().Parked[rule]
	if !ok {
		d.t.Fatalf("%s is not parked: %v", rule, d.row().Parked)
	}
	return p
}

func (d *desk) prio(side core.Side) string {
	o := d.item(side)
	return o.Field("priority").Name()
}

// conflicted is a pair whose title was changed on both sides.
func conflicted(t *testing.T) *desk {
	d := newDesk(t, parkingFile)
	d.open(nil)
	d.sync()
	d.edit(core.A, map[string]core.Value{"title": core.String("left's")})
	d.edit(core.B, map[string]core.Value{"title": core.String("right's")})
	d.sync()
	d.parked("title~title")
	return d
}

func TestResolveToAValue(t *testing.T) {
	titleValue := func(side core.Side, v string) core.Resolution {
		return core.Resolution{Rule: "title~title", Kind: core.ResolveValue, Side: side, Value: core.String(v)}
	}
	t.Run("a conflict: it is written to both sides, both values that lost are kept, and who decided is told", func(t *testing.T) {
		d := conflicted(t)
		d.decide(titleValue(core.A, "ann's"), "title")
		d.sync()
		d.title("ann's")
		if p := d.row(); len(p.Parked) != 0 || p.Status != core.PairInSync {
			t.Errorf("parked %v, status %s", p.Parked, p.Status)
		}
		r := d.decision()
		if r.State != core.ResolutionDone || r.Plan == "" || r.EndedAt.IsZero() {
			t.Errorf("the decision is %+v", r)
		}
		a := d.why("title")
		var lost []string
		for _, l := range a.Lost {
			lost = append(lost, l.Side+" "+l.Value.String()+" "+l.Operator)
		}
		if got := strings.Join(lost, "; "); got != "support left's ann; engineering right's ann" && got != "engineering right's ann; support left's ann" {
			t.Errorf("lost: %s", got)
		}
		for _, s := range a.Sides {
			if s.Steps[0].Kind != blame.Resolved || s.Steps[0].Operator != "ann" {
				t.Errorf("%s: %+v", s.Name, s.Steps)
			}
		}
		os, err := d.store.Outcomes(t.Context(), d.pair, 50)
		d.must(err)
		told := ""
		for _, o := range os {
			if o.Act == "resolve" {
				told += o.Detail
			}
			for _, content := range []string{"ann's", "left's", "right's"} {
				if strings.Contains(o.Detail, content) {
					t.Errorf("content in the outcome: %s", o.Detail)
				}
			}
		}
		if told != "ann decided: a value was given in the words of support; carried out" {
			t.Errorf("the ledger says %q", told)
		}
		writes := d.sys[core.A].Calls()[memory.OpUpdate] + d.sys[core.B].Calls()[memory.OpUpdate]
		d.sync()
		if n := d.sys[core.A].Calls()[memory.OpUpdate] + d.sys[core.B].Calls()[memory.OpUpdate]; n != writes {
			t.Errorf("%d more writes after it was carried out", n-writes)
		}
	})
	t.Run("the value that was the base once is written all the same", func(t *testing.T) {
		d := conflicted(t)
		d.decide(titleValue(core.B, "t"), "title")
		d.sync()
		d.title("t")
	})
	t.Run("a winner", func(t *testing.T) {
		d := conflicted(t)
		d.decide(core.Resolution{Rule: "title~title", Kind: core.ResolveWinner, Side: core.B}, "title")
		d.sync()
		d.title("right's")
		if r := d.decision(); r.State != core.ResolutionDone {
			t.Errorf("the decision is %+v", r)
		}
	})
	t.Run("an edit made after the decision is nobody's decision: it lapses", func(t *testing.T) {
		d := conflicted(t)
		d.decide(titleValue(core.A, "ann's"), "title")
		d.edit(core.B, map[string]core.Value{"title": core.String("right again")})
		d.sync()
		if o := d.item(core.B); o.Field("title").Source() != "right again" {
			t.Errorf("the edit was undone: %v", o.Field("title"))
		}
		if r := d.decision(); r.State != core.ResolutionLapsed || r.Reason == "" {
			t.Errorf("the decision is %+v", r)
		}
		d.parked("title~title")
	})
	t.Run("an edit between the two writes ends it halfway", func(t *testing.T) {
		d := conflicted(t)
		d.decide(titleValue(core.A, "ann's"), "title")
		d.fetch(core.A, d.refs[core.A], false)
		d.fetch(core.B, d.refs[core.B], false)
		_, err := d.apply(d.plan())
		d.must(err)
		if r := d.decision(); !r.Half || r.State != core.ResolutionOpen {
			t.Fatalf("after the first write the decision is %+v", r)
		}
		d.parked("title~title")
		d.edit(core.B, map[string]core.Value{"title": core.String("right again")})
		d.sync()
		if o := d.item(core.B); o.Field("title").Source() != "right again" {
			t.Errorf("the edit was undone: %v", o.Field("title"))
		}
		if r := d.decision(); r.State != core.ResolutionLapsed {
			t.Errorf("the decision is %+v", r)
		}
	})
	t.Run("a write whose answer was lost is not repeated and ends well", func(t *testing.T) {
		d := conflicted(t)
		d.decide(titleValue(core.A, "ann's"), "title")
		d.sys[core.A].FailNextWith(memory.OpUpdate, memory.AfterCommit, connectors.Busy("write", "the connection broke", 0))
		d.sync()
		d.title("ann's")
		if r := d.decision(); r.State != core.ResolutionDone {
			t.Errorf("the decision is %+v", r)
		}
	})
	t.Run("a value that cannot be converted is resolved by giving one in the target's words", func(t *testing.T) {
		d := newDesk(t, parkingFile)
		d.open(nil)
		d.sync()
		d.edit(core.A, map[string]core.Value{"priority": core.Option("normal", "normal")})
		d.sync()
		if p := d.parked("priority~priority"); p.Problem.Class != core.ProblemInvalid {
			t.Fatalf("parked as %s", p.Problem.Class)
		}
		d.decide(core.Resolution{Rule: "priority~priority", Kind: core.ResolveValue, Side: core.B, Value: core.Option("high", "high")}, "priority")
		d.sync()
		if a, b := d.prio(core.A), d.prio(core.B); a != "high" || b != "high" || len(d.row().Parked) != 0 {
			t.Errorf("priorities %s and %s, parked %v", a, b, d.row().Parked)
		}
	})
	t.Run("a value the system refuses is parked again and not tried without end", func(t *testing.T) {
		d := conflicted(t)
		d.decide(titleValue(core.B, "refused"), "title")
		d.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, connectors.Invalid("write", "title", "not this"))
		d.sync()
		if r := d.decision(); r.State != core.ResolutionRefused {
			t.Errorf("the decision is %+v", r)
		}
		before := d.sys[core.B].Calls()[memory.OpUpdate]
		d.sync()
		if n := d.sys[core.B].Calls()[memory.OpUpdate] - before; n != 0 {
			t.Errorf("%d more writes", n)
		}
		if p := d.parked("title~title"); p.Problem.Class != core.ProblemInvalid {
			t.Errorf("parked as %s", p.Problem.Class)
		}
	})
	t.Run("the last of several decisions counts", func(t *testing.T) {
		d := conflicted(t)
		d.decide(titleValue(core.A, "first word"), "title")
		d.now = d.now.Add(1)
		d.decide(titleValue(core.A, "last word"), "title")
		d.sync()
		d.title("last word")
	})
	t.Run("a decision that comes while a plan is under way waits for the next one", func(t *testing.T) {
		d := conflicted(t)
		d.edit(core.A, map[string]core.Value{"labels": core.Strings("hot", "new")})
		d.fetch(core.A, d.refs[core.A], false)
		d.fetch(core.B, d.refs[core.B], false)
		plan := d.plan()
		d.decide(titleValue(core.A, "ann's"), "title")
		_, err := d.apply(plan)
		d.must(err)
		if r := d.decision(); r.State != core.ResolutionOpen {
			t.Fatalf("the decision is %+v", r)
		}
		d.sync()
		d.title("ann's")
	})
}

// TestSkipLeavesACommentOutForGood: a comment the other system refuses is no longer a problem once an operator says so, and is
// never carried over.
func TestSkipLeavesACommentOutForGood(t *testing.T) {
	d := newDesk(t, parkingFile)
	d.open(nil)
	d.sync()
	c, err := d.sys[core.A].CommentAs("u-ada", d.refs[core.A].ID, "too much", core.Public)
	d.must(err)
	d.sys[core.B].FailNextWith(memory.OpAddComment, memory.Before, connectors.Invalid("comment", "body", "no"))
	d.sync()
	d.parked("comment:" + c.ID)
	d.decide(core.Resolution{Rule: "comment:" + c.ID, Kind: core.ResolveSkip}, "")
	d.sync()
	if p := d.row(); len(p.Parked) != 0 || p.Status != core.PairInSync {
		t.Errorf("parked %v, status %s", p.Parked, p.Status)
	}
	if r := d.decision(); r.State != core.ResolutionDone {
		t.Errorf("the decision is %+v", r)
	}
	r, err := d.act.Transform(t.Context(), activities.TransformInput{Pair: d.pair, Seen: d.seen, Retry: true})
	if d.must(err); r.Write {
		t.Errorf("asked to try everything again, it would: %s", r.Summary)
	}
	if o := d.item(core.B); len(o.Comments) != 0 {
		t.Errorf("it was carried over: %+v", o.Comments)
	}
}
