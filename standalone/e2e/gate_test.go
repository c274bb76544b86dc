package e2e

import (
	"fmt"
	"testing"
	"time"

	"duplex/standalone/rig"
)

func (w *world) gateIs(system, state string) error {
	var g struct{ State, Reason string }
	err := w.admin.Call(w.ctx(), "GET", "/api/v1/gates/"+system, nil, &g)
	if err == nil && g.State != state {
		err = fmt.Errorf("the gate of %s is %s (%s), want %s", system, g.State, g.Reason, state)
	}
	return err
}

// TestClosedGateHoldsTheFleet: in real processes, a gate that is closed by hand stops all calls to a system while people
// work on, and what they did arrives when it opens. A credential that is revoked closes it by itself, parks no pair, and
// when it is restored the work goes on.
func TestClosedGateHoldsTheFleet(t *testing.T) {
	t.Parallel() // it waits to see that nothing happens
	w := newWorld(t, "", "from-tickets")
	s := w.paired(1, false)
	gates := "/api/v1/gates/jira-acme"
	w.must(w.admin.Call(w.ctx(), "POST", gates+"/close", object{"for": "1h", "reason": "test"}, nil))
	time.Sleep(2 * time.Second) // how long the fleet may take to hear of it
	before := w.watch.callsOf(s.track)
	w.must(s.ada.EditTicket(w.ctx(), s.ticket, object{"subject": "pz0001 edited behind a gate"}))
	w.must(s.comment(w.ctx()))
	time.Sleep(8 * time.Second) // what is shown is that nothing happens
	for _, c := range w.watch.callsOf(s.track)[len(before):] {
		t.Logf("meanwhile: %s", c)
	}
	if err := s.issueSays("pz0001 edited behind a gate"); err == nil {
		t.Error("the edit arrived behind a closed gate")
	}
	var detail struct {
		Status string
		Waits  []string
	}
	w.must(w.admin.Call(w.ctx(), "GET", "/api/v1/pairs/"+s.id(), nil, &detail))
	if len(detail.Waits) != 1 || detail.Status != "in-sync" {
		t.Errorf("the pair is %s and waits for %q, want it in step and waiting for jira-acme", detail.Status, detail.Waits)
	}
	w.must(w.admin.Call(w.ctx(), "POST", gates+"/open", object{}, nil))
	w.eventually("the edit arrives", func() error { return s.issueSays("pz0001 edited behind a gate") })
	w.settle()

	_, err := w.jira.Break(w.ctx(), rig.Fault{Kind: "revoked", Account: syncAccount})
	w.must(err)
	w.must(s.ada.EditTicket(w.ctx(), s.ticket, object{"subject": "pz0001 edited while revoked"}))
	w.eventually("the refused account closes the gate", func() error { return w.gateIs("jira-acme", "denied") })
	first := len(w.ownCalls(w.jira))
	time.Sleep(6 * time.Second)
	if more := len(w.ownCalls(w.jira)) - first; more > 6 {
		t.Errorf("%d calls in six seconds behind a denied gate, want no more than a probe or two", more)
	}
	w.must(w.admin.Call(w.ctx(), "GET", "/api/v1/pairs/"+s.id(), nil, &detail))
	if detail.Status != "in-sync" {
		t.Errorf("the pair is %s: a refused account parks no pair", detail.Status)
	}
	w.must(w.jira.Mend(w.ctx(), ""))
	w.must(w.admin.Call(w.ctx(), "POST", gates+"/probe", object{}, nil))
	w.must(w.gateIs("jira-acme", "open"))
	w.eventually("the edit arrives", func() error { return s.issueSays("pz0001 edited while revoked") })
}
