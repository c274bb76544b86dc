package blame

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"duplex/core"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// ledger writes what fetches and syncs leave behind, oldest first.
type ledger struct {
	in  Input
	now int
}

func newLedger() *ledger {
	return &ledger{in: Input{Rule: "prio", Fields: [2]string{"priority", "prio"}, Names: [2]string{"support", "engineering"}, Whole: true,
		Own: [2]string{"u-own", "u-own"}}}
}

// see is a fetch that shows the value.
func (l *ledger) see(side core.Side, value, who string, change ...func(*core.Observation)) string {
	l.now++
	o := core.Observation{CreatedAt: start.Add(-time.Hour), UpdatedAt: start.Add(time.Duration(l.now) * time.Minute), Revision: fmt.Sprint(l.now),
		Fields: map[string]core.Value{}}
	if who != "" {
		o.UpdatedBy = core.Person("u-"+who, "", who)
	}
	if value != "" {
		o.Fields[l.in.Fields[side]] = core.Option("", value)
	}
	for _, f := range change {
		f(&o)
	}
	hash := fmt.Sprint("seen-", l.now)
	l.in.Seen[side] = append([]core.Sighting{{Hash: hash, StoredAt: o.UpdatedAt, Item: o}}, l.in.Seen[side]...)
	return hash
}

// plan is a sync that decided to write the value to the side; result is what became of it, "" for nothing known.
func (l *ledger) plan(to core.Side, value, result string, now [2]string, change ...func(*core.Decision)) string {
	l.now++
	at := start.Add(time.Duration(l.now) * time.Minute)
	id := fmt.Sprint("plan-", l.now)
	d := core.Decision{Rule: "prio", Fields: l.in.Fields, Action: core.ActionWrite, To: to, Value: core.Option("", value), Reason: "only one side changed"}
	for _, f := range change {
		f(&d)
	}
	l.in.Plans = append([]core.Plan{{ID: id, Version: 7, At: at, Now: now, Decisions: []core.Decision{d}}}, l.in.Plans...)
	if result != "" {
		l.in.Outcomes = append([]core.Outcome{{Plan: id, Side: l.in.Names[to], Act: "update", Fields: []string{l.in.Fields[to]}, Result: result, Ended: at}}, l.in.Outcomes...)
	}
	return id
}

func TestExplain(t *testing.T) {
	history := func(l *ledger) func(*core.Observation) {
		return func(o *core.Observation) {
			o.Changed = map[string]time.Time{"priority": o.UpdatedAt, "prio": o.UpdatedAt}
		}
	}
	for _, c := range []struct {
		reason  string
		play    func(l *ledger)
		support string // kinds of steps
		engine  string
		person  string // of the first step of engineering
		sure    bool
		lost    []string
		whole   bool
	}{
		{"nothing was ever read", func(*ledger) {}, "", "", "", false, nil, true},
		{"an edit crossed", func(l *ledger) {
			l.see(core.A, "low", "Bob")
			b := l.see(core.B, "P3", "own")
			a := l.see(core.A, "high", "Ada")
			l.plan(core.B, "P1", "ok", [2]string{a, b})
			l.see(core.B, "P1", "own")
		}, "edited", "written edited", "", false, nil, true},
		{"the field's own history makes the person sure", func(l *ledger) {
			l.see(core.B, "P3", "Bob")
			l.see(core.B, "P1", "Ada", history(l))
		}, "", "edited", "Ada", true, nil, true},
		{"without history the person is the item's last editor, and that is not sure", func(l *ledger) {
			l.see(core.B, "P3", "Bob")
			l.see(core.B, "P1", "Ada")
		}, "", "edited", "Ada", false, nil, true},
		{"duplex's own account is never named for an edit it did not make", func(l *ledger) {
			l.see(core.B, "P3", "Bob")
			l.see(core.B, "P1", "own")
		}, "", "edited", "", false, nil, true},
		{"a stale write is no write", func(l *ledger) {
			a := l.see(core.A, "high", "Ada")
			b := l.see(core.B, "P3", "Bob")
			l.plan(core.B, "P1", "stale", [2]string{a, b})
			l.see(core.B, "P1", "Grace")
		}, "unknown", "edited", "Grace", false, nil, false},
		{"a refused field of a write that did others is no write", func(l *ledger) {
			a := l.see(core.A, "high", "Ada")
			b := l.see(core.B, "P3", "Bob")
			l.plan(core.B, "P1", "ok", [2]string{a, b})
			l.in.Outcomes[0].Fields = []string{"title"}
			l.see(core.B, "P1", "Grace")
		}, "unknown", "edited", "Grace", false, nil, false},
		{"a write whose outcome is no longer kept is known by its value", func(l *ledger) {
			l.see(core.A, "low", "Bob")
			b := l.see(core.B, "P3", "Bob")
			a := l.see(core.A, "high", "Ada")
			l.plan(core.B, "P1", "", [2]string{a, b})
			l.see(core.B, "P1", "own")
		}, "edited", "written edited", "", false, nil, true},
		{"a person set the same value again later: theirs is the last write", func(l *ledger) {
			l.see(core.A, "low", "Bob")
			b := l.see(core.B, "P3", "Bob")
			a := l.see(core.A, "high", "Ada")
			l.plan(core.B, "P1", "ok", [2]string{a, b})
			l.see(core.B, "P1", "own")
			l.see(core.B, "P2", "Grace")
			l.see(core.B, "P1", "Grace")
		}, "edited", "edited", "Grace", false, []string{"P2"}, true},
		{"an operator gave a value", func(l *ledger) {
			a := l.see(core.A, "high", "Ada")
			b := l.see(core.B, "P3", "Bob")
			l.plan(core.B, "P2", "ok", [2]string{a, b}, func(d *core.Decision) {
				d.Chosen, d.Given, d.By, d.Conflict, d.Loser, d.LoserOf = true, true, "ann", true, core.Option("", "P3"), core.B
			})
			l.see(core.B, "P2", "own")
		}, "unknown", "resolved", "", false, []string{"P3"}, false},
		{"the mapping's default was written for a person who is not known there", func(l *ledger) {
			l.see(core.A, "low", "Bob")
			b := l.see(core.B, "P3", "Bob")
			a := l.see(core.A, "ada", "Ada")
			l.plan(core.B, "ada", "ok", [2]string{a, b}, func(d *core.Decision) { d.Fallback = core.Option("", "triage") })
			l.see(core.B, "triage", "own")
		}, "edited", "default edited", "", false, nil, true},
		{"the observation a write was made from is gone", func(l *ledger) {
			b := l.see(core.B, "P3", "Bob")
			l.plan(core.B, "P1", "ok", [2]string{"removed", b})
			l.see(core.B, "P1", "own")
		}, "", "written unknown", "", false, nil, false},
		{"the field was not read before", func(l *ledger) {
			l.see(core.B, "", "Bob")
			l.see(core.B, "P1", "Ada")
		}, "", "unknown", "", false, nil, false},
		{"older rows were not read", func(l *ledger) {
			l.in.Whole = false
			l.see(core.B, "P1", "Ada", func(o *core.Observation) { o.CreatedAt = o.UpdatedAt })
		}, "", "unknown", "", false, nil, false},
		{"the item was created with it", func(l *ledger) {
			l.see(core.B, "P1", "Ada", func(o *core.Observation) {
				o.CreatedAt, o.CreatedBy = o.UpdatedAt, core.Person("u-Ada", "", "Ada")
			})
		}, "", "created", "Ada", true, nil, true},
		{"a computed rule has no field to follow", func(l *ledger) {
			l.in.Fields[core.A] = ""
			b := l.see(core.B, "P3", "Bob")
			l.plan(core.B, "P1", "ok", [2]string{"whole-item", b})
			l.see(core.B, "P1", "own")
		}, "none", "written computed", "", false, nil, true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			l := newLedger()
			c.play(l)
			a := Explain(l.in)
			got := map[string]Side{}
			for _, s := range a.Sides {
				got[s.Name] = s
			}
			for name, want := range map[string]string{"support": c.support, "engineering": c.engine} {
				var kinds []string
				for _, step := range got[name].Steps {
					kinds = append(kinds, string(step.Kind))
				}
				if k := strings.Join(kinds, " "); k != want && want != "none" {
					t.Errorf("%s: %q, want %q: %s", name, k, want, got[name].Text)
				}
			}
			if s := got["engineering"].Steps; len(s) > 0 && (s[0].Person.Name() != c.person || s[0].Sure != c.sure) {
				t.Errorf("person %v, sure %v; want %q, %v", s[0].Person, s[0].Sure, c.person, c.sure)
			}
			var lost []string
			for _, x := range a.Lost {
				lost = append(lost, x.Value.String())
				if x.Plan == "" && x.Observation == "" || x.Reason == "" {
					t.Errorf("not told where or why: %+v", x)
				}
			}
			if fmt.Sprint(lost) != fmt.Sprint(c.lost) || a.Whole != c.whole {
				t.Errorf("lost %v, whole %v; want %v, %v", lost, a.Whole, c.lost, c.whole)
			}
		})
	}
}

// TestExplainEnds: values that were handed back and forth for years do not make an endless answer.
func TestExplainEnds(t *testing.T) {
	l := newLedger()
	seen := [2]string{l.see(core.A, "v0", "Ada"), l.see(core.B, "w0", "Bob")}
	for n := range 500 {
		to := core.Side(n % 2)
		l.plan(to, fmt.Sprint("v", n), "ok", seen)
		seen[to] = l.see(to, fmt.Sprint("v", n), "own")
	}
	if a := Explain(l.in); len(a.Sides[0].Steps) > most+1 || a.Whole {
		t.Errorf("%d steps, whole %v", len(a.Sides[0].Steps), a.Whole)
	}
}
