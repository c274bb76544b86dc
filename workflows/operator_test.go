package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

// parkAssignee lets both sides choose another assignee between one and two minutes after the start. The mapping parks it.
func (w *world) parkAssignee(item core.Ref) {
	w.at(time.Minute, func() {
		w.quiet.Store(true)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("assignee", core.Person("u-ada", "", ""))))
		w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields("assignee", core.Person("u-grace", "", ""))))
		w.quiet.Store(false)
		w.hint(core.A, core.Hint{Kind: core.HintChanged})
		w.hint(core.B, core.Hint{Kind: core.HintChanged})
	})
	w.at(2*time.Minute, func() {
		if p := w.pair(item.ID); p.Status != core.PairProblem || len(p.Parked) != 1 {
			w.t.Errorf("status %s, parked %v; want the assignee parked", p.Status, p.Parked)
		}
	})
}

// parked is the only rule that is parked.
func (w *world) parked(item core.Ref) string {
	w.t.Helper()
	for rule := range w.pair(item.ID).Parked {
		return rule
	}
	w.t.Error("nothing is parked")
	return ""
}

func (w *world) assignees(item core.Ref) [2]string {
	w.t.Helper()
	return [2]string{w.left(item.ID).Field("assignee").Email(), w.twin().Field("assignee").Email()}
}

func TestResolveLetsTheChosenSideWin(t *testing.T) {
	for _, c := range []struct {
		side   core.Side
		want   string
		reason string
	}{
		{core.A, "ada@acme.example", "the operator chose support"},
		{core.B, "grace@acme.example", "the operator chose engineering"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, mappingFile)
			item := w.ticket()
			w.parkAssignee(item)
			w.at(3*time.Minute, func() {
				w.update(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: w.parked(item), Side: c.side, By: "ann"})
			})
			w.at(4*time.Minute, func() {
				if got := w.assignees(item); got != [2]string{c.want, c.want} {
					t.Errorf("%s: assignees %v, want %s", c.reason, got, c.want)
				}
				if p := w.pair(item.ID); p.Status != core.PairInSync || len(p.Parked) != 0 {
					t.Errorf("status %s, parked %v; want in sync", p.Status, p.Parked)
				}
			})
			w.run(item, 5*time.Minute)
		})
	}
}

// TestResolveDuringAWriteIsNotLost: the choice comes while another field is being written.
func TestResolveDuringAWriteIsNotLost(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.parkAssignee(item)
	var rule string
	w.sys[core.B].OnCall(func(op memory.Op, _ string) {
		if op == memory.OpUpdate && rule != "" {
			w.update(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: rule, Side: core.A, By: "ann"})
			rule = ""
		}
	})
	w.at(3*time.Minute, func() {
		rule = w.parked(item)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("meanwhile"))))
	})
	w.at(4*time.Minute, func() {
		if got := w.assignees(item); got != [2]string{"ada@acme.example", "ada@acme.example"} {
			t.Errorf("assignees %v, want Ada on both sides", got)
		}
		w.same(item, "meanwhile", 0, 0)
	})
	w.run(item, 5*time.Minute)
}

// TestResolveSurvivesAFailedSync: the write of the chosen value is denied; the next try still knows the choice.
func TestResolveSurvivesAFailedSync(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.parkAssignee(item)
	w.at(3*time.Minute, func() {
		w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, errDenied)
		w.update(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: w.parked(item), Side: core.A, By: "ann"})
	})
	w.at(10*time.Minute, func() {
		if got := w.assignees(item); got != [2]string{"ada@acme.example", "ada@acme.example"} {
			t.Errorf("assignees %v, want Ada on both sides", got)
		}
	})
	w.run(item, 11*time.Minute)
}

// TestResyncTriesParkedThingsAgain: a value the right side refuses is not tried by itself, and is when an operator asks.
func TestResyncTriesParkedThingsAgain(t *testing.T) {
	w := newWorld(t, strings.Replace(mappingFile, "users: [email], conflict: park", "users: [email], conflict: support", 1))
	item := w.ticket()
	calls := func() int { return w.sys[core.B].Calls()[memory.OpUpdate] }
	var before int
	w.at(time.Minute, func() {
		w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, refusal("title", "not today"))
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("later"))))
	})
	w.at(2*time.Minute, func() {
		if p := w.pair(item.ID); len(p.Parked) != 1 {
			t.Errorf("parked %v, want the title", p.Parked)
		}
		before = calls()
		w.hint(core.B, core.Hint{Kind: core.HintChanged})
	})
	w.at(3*time.Minute, func() {
		if n := calls() - before; n != 0 {
			t.Errorf("%d writes of a value that was refused and has not changed", n)
		}
		w.update(workflows.ResyncUpdate, workflows.ResyncRequest{By: "ann"})
	})
	w.at(4*time.Minute, func() {
		w.same(item, "later", 0, 0)
		if p := w.pair(item.ID); len(p.Parked) != 0 {
			t.Errorf("still parked: %v", p.Parked)
		}
	})
	w.run(item, 5*time.Minute)
}

func TestUnlinkEndsThePairAndLeavesBothItems(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	a := w.run(item, time.Minute)
	if !strings.Contains(a.Text, "both items stay") {
		t.Errorf("answer %q", a.Text)
	}
	w.twin()
	w.left(item.ID)
	if p := w.pair(item.ID); p.Status != core.PairUnlinked {
		t.Errorf("status %s", p.Status)
	}
}

// TestOperatorsWaitForTheFirstRead: nothing can be asked of a pair whose item was not looked at yet.
func TestOperatorsWaitForTheFirstRead(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.sys[core.A].FailNextWith(memory.OpGet, memory.Before, errDenied)
	refused := map[string]error{}
	var asked int
	ask := func(name string, arg any) {
		asked++
		w.env.UpdateWorkflow(name, fmt.Sprint(name, asked), &testsuite.TestUpdateCallback{OnReject: func(err error) { refused[name] = err }, OnAccept: func() {},
			OnComplete: func(any, error) {}}, arg)
	}
	w.at(10*time.Second, func() {
		ask(workflows.ResyncUpdate, workflows.ResyncRequest{})
		ask(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: "title", Side: core.A})
		ask(workflows.PauseUpdate, workflows.OperatorRequest{})
		ask(workflows.ResumeUpdate, workflows.OperatorRequest{})
		ask(workflows.UnlinkUpdate, workflows.OperatorRequest{})
	})
	w.at(20*time.Second, func() {
		if len(refused) != 5 {
			t.Errorf("refused %v, want all five updates", refused)
		}
		refused = map[string]error{}
	})
	w.at(5*time.Minute, func() {
		w.same(item, "printer on fire", 0, 0)
		ask(workflows.ResolveUpdate, workflows.ResolveRequest{Side: core.A})
	})
	w.at(6*time.Minute, func() {
		if refused[workflows.ResolveUpdate] == nil {
			t.Error("resolve without a rule was accepted")
		}
	})
	w.run(item, 7*time.Minute)
}
