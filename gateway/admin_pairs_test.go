package gateway

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"duplex/core"
	"duplex/workflows"
)

func TestShowPair(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	w.parked()
	var d PairDetail
	if status, e := w.api("GET", escaped, nil, &d); status != 200 {
		t.Fatalf("%d %+v", status, e)
	}
	if len(d.Parked) != 2 || d.Parked[0].Rule != "title~title" || d.Parked[0].ToDo == "" || d.Parked[0].Pending != "engineering" {
		t.Errorf("parked %+v", d.Parked)
	}
	if d.Workflow != "http://127.0.0.1:8233/namespaces/default/workflows/pair:desk:support:1%2F%C3%BC" {
		t.Errorf("workflow %s", d.Workflow)
	}
	if len(d.Plans) != 1 || len(d.Plans[0].Decisions) != 1 || d.Plans[0].Decisions[0].To != "engineering" {
		t.Errorf("plans %+v", d.Plans)
	}
	var h History
	w.api("GET", escaped+"/history?limit=5", nil, &h)
	if len(h.Outcomes) != 1 || len(h.Plans) != 1 {
		t.Errorf("history %+v", h)
	}
	both, _ := json.Marshal([]any{d, h})
	for _, content := range []string{"the losing value", "the value"} {
		if strings.Contains(string(both), content) {
			t.Errorf("content outside a plan: %s", content)
		}
	}
	var p core.Plan
	if w.api("GET", d.Plans[0].URL[len("/api/v1"):], nil, &p); p.Decisions[0].Value.Source() != "the value" {
		t.Errorf("plan %+v", p)
	}
	for _, path := range []string{"/pairs/none", "/pairs/none/history", "/plans/none"} {
		if status, e := w.api("GET", path, nil, nil); status != 404 || e.Class != "not-found" {
			t.Errorf("%s: %d %+v", path, status, e)
		}
	}
}

func TestListPairs(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"1", "2", "3"} {
		w.pair(id, "t"+id)
	}
	var got []string
	for after := ""; ; {
		var list PairList
		if status, e := w.api("GET", "/pairs?connection=desk&limit=2&after="+after, nil, &list); status != 200 {
			t.Fatalf("%d %+v", status, e)
		}
		for _, p := range list.Pairs {
			got = append(got, p.Sides[0].Key)
		}
		if after = list.Next; after == "" {
			break
		}
	}
	if strings.Join(got, " ") != "M-1 M-2 M-3" {
		t.Errorf("pages gave %v", got)
	}
	if status, e := w.api("GET", "/pairs?limit=many", nil, nil); status != 400 || e.Where != "limit" {
		t.Errorf("%d %+v", status, e)
	}
}

// TestActs: an operator's decision goes to the pair's workflow, which is started from the row when it does not run.
func TestActs(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	p := w.parked()
	for _, c := range []struct {
		act  string
		body any
		want any
	}{
		{workflows.ResyncUpdate, nil, workflows.ResyncRequest{By: "ann"}},
		{workflows.PauseUpdate, nil, workflows.OperatorRequest{By: "ann"}},
		{workflows.ResumeUpdate, nil, workflows.OperatorRequest{By: "ann"}},
		{workflows.ResolveUpdate, ResolveRequest{Rule: "title~title", Winner: "engineering"}, workflows.ResolveRequest{Rule: "title~title", Side: core.B, By: "ann", Kind: core.ResolveWinner}},
		{workflows.UnlinkUpdate, nil, workflows.OperatorRequest{By: "ann"}},
	} {
		var done Done
		if status, e := w.api("POST", escaped+"/"+c.act, c.body, &done); status != 200 || done.Text == "" {
			t.Errorf("%s: %d %+v", c.act, status, e)
			continue
		}
		u := w.engine.updates[len(w.engine.updates)-1]
		if r, ok := u.arg.(workflows.ResolveRequest); ok {
			r.Resolution = ""
			u.arg = r
		}
		if u.id != p.ID || u.name != c.act || u.arg != c.want || u.state.(workflows.PairState).ID != p.ID || !u.state.(workflows.PairState).Entered {
			t.Errorf("%s came as %+v", c.act, u)
		}
	}
	sent := len(w.engine.updates)
	for _, c := range []struct {
		name   string
		path   string
		body   any
		status int
		part   string
	}{
		{"nothing parked there", escaped + "/resolve", ResolveRequest{Rule: "nope", Winner: "support"}, 404, "title~title"},
		{"no conflict", escaped + "/resolve", ResolveRequest{Rule: "comment:5", Winner: "support"}, 409, "too-large"},
		{"no such side", escaped + "/resolve", ResolveRequest{Rule: "title~title", Winner: "left"}, 422, "support or engineering"},
		{"no such pair", "/pairs/none/resync", nil, 404, "none"},
	} {
		if status, e := w.api("POST", c.path, c.body, nil); status != c.status || !strings.Contains(e.Text, c.part) {
			t.Errorf("%s: %d %+v, want %d with %q", c.name, status, e, c.status, c.part)
		}
	}
	w.engine.updateErr = temporal.NewApplicationError("wait for its first read", "")
	if status, e := w.api("POST", escaped+"/resync", nil, nil); status != 409 || !strings.Contains(e.Text, "first read") {
		t.Errorf("rejected by the workflow: %d %+v", status, e)
	}
	w.engine.updateErr = nil
	w.engine.fail(serviceerror.NewUnavailable("connection refused"))
	if status, _ := w.api("POST", escaped+"/resync", nil, nil); status != 503 {
		t.Errorf("engine away: %d", status)
	}
	w.engine.fail(nil)
	if err := w.store.UnlinkPair(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.api("POST", escaped+"/resync", nil, nil); status != 409 {
		t.Errorf("unlinked: %d", status)
	}
	if len(w.engine.updates) != sent+1 {
		t.Errorf("%d updates sent by refused calls", len(w.engine.updates)-sent-1)
	}
}

func (w *world) item(side core.Side, title string) string {
	w.t.Helper()
	ref, err := w.sys[side].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String(title)}})
	if err != nil {
		w.t.Fatal(err)
	}
	return ref.ID
}

func TestLink(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	a, b, c := w.item(core.A, "one"), w.item(core.B, "eins"), w.item(core.B, "zwei")
	link := func(left, right string) (int, Error, Linked) {
		var l Linked
		status, e := w.api("POST", "/links", LinkRequest{Connection: "desk", Items: map[string]string{"support": left, "engineering": right}}, &l)
		return status, e, l
	}
	status, e, l := link(a, b)
	if status != 200 || !l.Created || l.Pair.Sides[1].Item != b || l.Pair.Sides[1].Key == "" {
		t.Fatalf("%d %+v %+v", status, e, l)
	}
	if s := w.engine.all(); len(s) != 1 || s[0].id != l.Pair.ID || !s[0].state.Entered {
		t.Errorf("the workflow was not told: %+v", s)
	}
	if status, _, again := link(a, b); status != 200 || again.Created || again.Pair.ID != l.Pair.ID {
		t.Errorf("linking twice: %d %+v", status, again)
	}
	if status, e, _ := link(a, c); status != 409 || e.Where != l.Pair.ID {
		t.Errorf("an item of another pair: %d %+v", status, e)
	}
	if status, e, _ := link(a, "999"); status != 404 || e.Where != "engineering" {
		t.Errorf("an item that is not there: %d %+v", status, e)
	}
	if status, _ := w.api("POST", "/links", LinkRequest{Connection: "desk", Items: map[string]string{"support": a}}, nil); status != 400 {
		t.Errorf("one item only: %d", status)
	}
	if status, _ := w.api("POST", "/links", LinkRequest{Connection: "none"}, nil); status != 404 {
		t.Errorf("no such connection: %d", status)
	}
	if err := w.store.UnlinkPair(t.Context(), l.Pair.ID); err != nil {
		t.Fatal(err)
	}
	if status, e, other := link(a, c); status != 200 || other.Pair.ID == l.Pair.ID || !other.Created {
		t.Errorf("another twin after unlinking: %d %+v %+v", status, e, other)
	} else if err := w.store.UnlinkPair(t.Context(), other.Pair.ID); err != nil {
		t.Fatal(err)
	}
	if status, e, again := link(a, b); status != 200 || again.Pair.ID != l.Pair.ID || again.Pair.Status == core.PairUnlinked {
		t.Errorf("linking again: %d %+v %+v", status, e, again)
	}
}

func TestQueueAndStatus(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	w.engine.fail(errors.New("refused"))
	w.send(core.A, "d1", hint("1"))
	var s Status
	if status, e := w.api("GET", "/status", nil, &s); status != 200 || s.Temporal != "unreachable" || !s.Ready || s.Deliveries["waiting"] != 1 || s.OldestWaiting.IsZero() {
		t.Fatalf("%d %+v %+v", status, e, s)
	}
	w.engine.fail(nil)
	w.run()
	var list DeliveryList
	w.api("GET", "/deliveries?system=left&state=waiting&item=1", nil, &list)
	if len(list.Deliveries) != 1 || !strings.Contains(list.Deliveries[0].Reason, "waits") {
		t.Fatalf("deliveries %+v", list)
	}
	for _, seq := range []string{"1", "1"} { // handed over again also when it was
		before := len(w.engine.all())
		if status, e := w.api("POST", "/deliveries/"+seq+"/retry", nil, nil); status != 200 {
			t.Fatalf("%d %+v", status, e)
		}
		w.eventually("it is handed over again", func() bool { return len(w.engine.all()) > before && w.delivery("d1").State == core.DeliveryHandedOver })
	}
	for path, want := range map[string]int{"/deliveries/999/retry": 404, "/deliveries/x/retry": 400} {
		if status, _ := w.api("POST", path, nil, nil); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}
