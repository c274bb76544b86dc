package workflows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
)

// gates are the activities' Gates in a world without HTTP: a gate that is closed from one time to another, and an account
// that can be refused.
type gates struct {
	w            *world
	system       string
	closed, ends time.Time
	opened       time.Time
	account      bool // the account as a whole is refused until ends
	probes       int
}

func (g *gates) Closed(_ context.Context, system string) (time.Duration, string) {
	now := g.w.env.Now()
	if system != g.system || g.closed.IsZero() || now.Before(g.closed) || !now.Before(g.ends) {
		return 0, ""
	}
	return g.ends.Sub(now), system + " is not called: test"
}

func (g *gates) Opened(_ context.Context, system string) time.Time {
	if system != g.system {
		return time.Time{}
	}
	return g.opened
}

func (g *gates) Denied(_ context.Context, system string, _ bool) (time.Duration, string) {
	g.probes++
	if !g.account || system != g.system || !g.w.env.Now().Before(g.ends) {
		return 0, ""
	}
	g.closed = g.w.env.Now()
	return g.ends.Sub(g.closed), system + " refuses the account"
}

// TestSixHoursBehindAClosedGate: a system is not to be called for six hours while people work on in the other one. No call is
// made to it, the workflow's state does not grow, nothing is parked, and when the gate opens the last edit arrives.
func TestSixHoursBehindAClosedGate(t *testing.T) {
	w := newWorld(t, mappingFile)
	g := &gates{w: w, system: "right"}
	w.act.Gates = g
	item := w.ticket()
	start, end := 2*time.Minute, 2*time.Minute+6*time.Hour
	var calls []string
	var states [][]byte
	w.at(start, func() {
		g.closed, g.ends = w.env.Now(), w.env.Now().Add(end-start)
		w.sys[core.B].OnCall(func(op memory.Op, _ string) {
			if wait, _ := g.Closed(context.Background(), "right"); wait > 0 {
				calls = append(calls, string(op))
			}
		})
	})
	for i := range 70 { // an edit every five minutes
		w.at(start+time.Duration(i)*5*time.Minute+time.Second, func() {
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String(fmt.Sprintf("edit %d", i)))))
		})
	}
	for h := 1; h < 6; h++ {
		w.at(start+time.Duration(h)*time.Hour+4*time.Minute, func() {
			v, err := w.env.QueryWorkflow(workflows.StateQuery)
			w.must(err)
			var s workflows.PairState
			w.must(v.Get(&s))
			if s.Failures != 0 || s.Problem != "" {
				t.Errorf("after %d h: %d failures, problem %q; want none, nothing is wrong with the pair", h, s.Failures, s.Problem)
			}
			b, _ := json.Marshal(s)
			states = append(states, b)
			if p := w.pair(item.ID); p.Status != core.PairInSync || len(p.Parked) > 0 {
				t.Errorf("after %d h the row says %s with %d parked", h, p.Status, len(p.Parked))
			}
		})
	}
	w.run(item, end+10*time.Minute)
	if len(calls) > 0 {
		t.Errorf("%d calls behind the closed gate: %v", len(calls), calls)
	}
	for i := 1; i < len(states); i++ {
		if !bytes.Equal(states[0], states[i]) {
			t.Errorf("the state changed while nothing could be done:\n%s\n%s", states[0], states[i])
		}
	}
	if got := w.twin().Field("title"); !core.Equal(got, core.String("edit 69")) {
		t.Errorf("the twin's title is %v, want the last edit", got)
	}
}

// TestRefusedAccountParksNothing: while the account as a whole is refused the pair waits; a refusal of one item parks as ever.
func TestRefusedAccountParksNothing(t *testing.T) {
	for _, c := range []struct {
		account bool
		status  core.PairStatus
		reason  string
	}{
		{true, core.PairInSync, "the account is the admin's to mend, once for all pairs"},
		{false, core.PairProblem, "the item is this pair's problem"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, mappingFile)
			g := &gates{w: w, system: "right", account: c.account}
			w.act.Gates = g
			item := w.ticket()
			w.at(2*time.Minute, func() {
				g.ends = w.env.Now().Add(20 * time.Minute)
				w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, fmt.Errorf("write: %w", connectors.ErrDenied))
				w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("new title"))))
			})
			w.at(2*time.Minute+30*time.Second, func() {
				if p := w.pair(item.ID); p.Status != c.status {
					t.Errorf("status %s, want %s: %s", p.Status, c.status, c.reason)
				}
			})
			w.run(item, time.Hour)
			if g.probes == 0 {
				t.Error("nobody asked whether the account is refused")
			}
			if got := w.twin().Field("title"); !core.Equal(got, core.String("new title")) {
				t.Errorf("the twin's title is %v, want the edit", got)
			}
		})
	}
}

// TestWorkThatWaitedGoesBehindLiveEdits: what was to be written at once when the gate closed, and stood in the queue until it
// opened, is asked for again with less urgency, and written once.
func TestWorkThatWaitedGoesBehindLiveEdits(t *testing.T) {
	for _, c := range []struct {
		waited time.Duration
		want   []bool // whether it was asked for as live
		reason string
	}{
		{time.Second, []bool{true}, "a pause of seconds makes no backlog"},
		{time.Hour, []bool{true, false}, "an outage does"},
	} {
		w := newWorld(t, mappingFile)
		g := &gates{w: w, system: "right"}
		w.act.Gates = g
		item := w.ticket()
		var live []bool
		writes := 0
		w.at(2*time.Minute, func() {
			g.opened = time.Now().Add(c.waited) // by the clock of what is asked for
			w.sys[core.B].OnCall(func(op memory.Op, _ string) {
				if op == memory.OpUpdate {
					writes++
				}
			})
			w.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
				var in activities.ApplyInput
				if info.ActivityType.Name == "Apply" && args.Get(&in) == nil {
					live = append(live, in.Live)
				}
			})
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("new title"))))
		})
		w.run(item, time.Hour)
		if got := w.twin().Field("title").Source(); got != "new title" || writes != 1 || !slices.Equal(live, c.want) {
			t.Errorf("title %q after %d writes, asked for as live %v, want %v: %s", got, writes, live, c.want, c.reason)
		}
	}
}
