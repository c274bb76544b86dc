package activities_test

import (
	"strings"
	"testing"

	"duplex/core"
	"duplex/core/blame"
)

// why asks the ledger of the pair about one field that is called alike on both sides.
func (d *desk) why(field string) blame.Answer {
	d.t.Helper()
	in := blame.Input{Whole: true, Rule: field + "~" + field, Fields: [2]string{field, field}, Names: [2]string{"support", "engineering"},
		Own: [2]string{"u-duplex", "u-duplex"}}
	p := d.row()
	var err error
	in.Plans, err = d.store.Plans(d.t.Context(), d.pair, 1000)
	d.must(err)
	in.Outcomes, err = d.store.Outcomes(d.t.Context(), d.pair, 1000)
	d.must(err)
	for _, side := range core.Sides {
		in.Seen[side], err = d.store.Sightings(d.t.Context(), p.Sides[side].Ref.System, p.Sides[side].Ref.ID, 1000)
		d.must(err)
	}
	return blame.Explain(in)
}

// kinds are the steps of one side's answer: "written engineering; edited support".
func kinds(s blame.Side) string {
	var out []string
	for _, step := range s.Steps {
		out = append(out, string(step.Kind)+" "+step.Side)
	}
	return strings.Join(out, "; ")
}

// TestPain17WhyAnswersWithoutReadingLogs: from what real syncs left in the ledger, each side's value is followed to its
// origin: the person, the time, the plan and the mapping version.
func TestPain17WhyAnswersWithoutReadingLogs(t *testing.T) {
	check := func(t *testing.T, d *desk, field, support, engineering, person string) blame.Answer {
		t.Helper()
		a := d.why(field)
		if got := kinds(a.Sides[0]); got != support {
			t.Errorf("support: %s, want %s\n%s", got, support, a.Sides[0].Text)
		}
		if got := kinds(a.Sides[1]); got != engineering {
			t.Errorf("engineering: %s, want %s\n%s", got, engineering, a.Sides[1].Text)
		}
		for _, s := range a.Sides {
			last := s.Steps[len(s.Steps)-1]
			if !strings.Contains(last.Person.String(), person) {
				t.Errorf("%s goes back to %v, want %s", s.Name, last.Person, person)
			}
			for _, step := range s.Steps {
				if step.Reason == "" || step.At.IsZero() || step.Observation == "" {
					t.Errorf("a step without reason, time or observation: %+v", step)
				}
				if step.Kind == blame.Written && (step.Plan == "" || step.Version != 1) {
					t.Errorf("a write without its plan or mapping version: %+v", step)
				}
			}
		}
		return a
	}
	t.Run("the item was created with the value", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		a := check(t, d, "title", "created support", "written engineering; created support", "Ada")
		if !strings.Contains(a.Sides[1].Text, "was written by duplex at 2026-03-01 09:00:00 UTC (the item is created, mapping version 1), because title of support was t from the item's creation by") {
			t.Errorf("told as %q", a.Sides[1].Text)
		}
	})
	t.Run("a person changed it on the other side", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		d.edit(core.B, map[string]core.Value{"title": core.String("new")})
		d.sync()
		a := check(t, d, "title", "written support; edited engineering", "edited engineering", "Grace")
		if len(a.Lost) != 0 || !a.Whole {
			t.Errorf("lost %+v, whole %v", a.Lost, a.Whole)
		}
	})
	t.Run("a set merges, and the newest change of it is told", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		d.edit(core.B, map[string]core.Value{"labels": core.Strings("hot", "red")})
		d.sync()
		check(t, d, "labels", "written support; edited engineering", "edited engineering", "Grace")
	})
	t.Run("other fields come and go in between", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		d.edit(core.A, map[string]core.Value{"title": core.String("new")})
		d.sync()
		for _, p := range []string{"high", "low", "high"} {
			d.edit(core.B, map[string]core.Value{"priority": core.Option("", p)})
			d.sync()
		}
		check(t, d, "title", "edited support", "written engineering; edited support", "Grace")
	})
	t.Run("an edit that lost to the policy is shown with where it is kept", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		d.edit(core.A, map[string]core.Value{"title": core.String("earlier")})
		d.edit(core.B, map[string]core.Value{"title": core.String("later")})
		d.sync()
		a := check(t, d, "title", "written support; edited engineering", "edited engineering", "Grace")
		if len(a.Lost) != 1 || a.Lost[0].Value.Source() != "earlier" || a.Lost[0].To.Source() != "later" || a.Lost[0].Side != "support" ||
			!strings.Contains(a.Lost[0].Reason, "the later edit wins") || a.Lost[0].Plan == "" || !strings.Contains(a.Lost[0].Person.String(), "Grace") {
			t.Fatalf("lost: %+v", a.Lost)
		}
		p, err := d.store.Plan(t.Context(), a.Lost[0].Plan)
		if err != nil || !keeps(p, "earlier") {
			t.Errorf("the plan named does not keep the value: %v", err)
		}
	})
	t.Run("an edit that a later one replaced before it was carried over", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		d.edit(core.A, map[string]core.Value{"title": core.String("first")})
		d.fetch(core.A, d.refs[core.A], false)
		d.edit(core.A, map[string]core.Value{"title": core.String("second")})
		d.sync()
		a := check(t, d, "title", "edited support", "written engineering; edited support", "Grace")
		if len(a.Lost) != 1 || a.Lost[0].Value.Source() != "first" || a.Lost[0].Observation == "" {
			t.Errorf("lost: %+v", a.Lost)
		}
	})
	t.Run("a value duplex wrote and a person changed since is the person's", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		d.edit(core.A, map[string]core.Value{"title": core.String("new")})
		d.sync()
		d.edit(core.B, map[string]core.Value{"title": core.String("newer")})
		d.sync()
		a := check(t, d, "title", "written support; edited engineering", "edited engineering", "Grace")
		if was := a.Sides[1].Steps[0].Was; was.Source() != "new" {
			t.Errorf("it was %v before", was)
		}
	})
}

func keeps(p core.Plan, loser string) bool {
	for _, d := range p.Decisions {
		if d.Conflict && d.Loser.Source() == loser {
			return true
		}
	}
	return false
}
