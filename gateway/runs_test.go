package gateway

import (
	"strings"
	"testing"

	"go.temporal.io/api/serviceerror"

	"duplex/core"
	"duplex/workflows"
)

// TestRunsOverTheAPI: a run is checked, stored and started once, shown with its items, and steered through its workflow.
func TestRunsOverTheAPI(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	p := w.pair("1", "2")
	for _, c := range []struct {
		reason string
		req    RunRequest
		status int
		says   string
	}{
		{"an unknown kind", RunRequest{Kind: "dance", Connection: "desk"}, 400, "no run of kind"},
		{"an unknown connection", RunRequest{Kind: core.RunReplay, Connection: "none"}, 404, "no connection none"},
		{"an unknown side", RunRequest{Kind: core.RunBackfill, Connection: "desk", Params: core.RunParams{Side: "suport"}}, 422, "support or engineering"},
		{"a side that begins no pairs", RunRequest{Kind: core.RunBackfill, Connection: "desk", Params: core.RunParams{Side: "engineering"}}, 409, "begin no pairs"},
		{"two ways to select", RunRequest{Kind: core.RunBackfill, Connection: "desk", Params: core.RunParams{Side: "support", Query: "x", Items: []string{"1"}}}, 400, "one of"},
		{"an unknown class", RunRequest{Kind: core.RunReplay, Connection: "desk", Params: core.RunParams{Class: "sad"}}, 422, "class"},
		{"an unknown pair", RunRequest{Kind: core.RunPreview, Connection: "desk", Params: core.RunParams{Pair: "pair:x"}}, 404, "no pair"},
		{"nothing to link", RunRequest{Kind: core.RunLink, Connection: "desk"}, 400, "nothing to link"},
	} {
		if status, e := w.api("POST", "/runs", c.req, nil); status != c.status || !strings.Contains(e.Text, c.says) {
			t.Errorf("%s: %d %q, want %d with %q", c.reason, status, e.Text, c.status, c.says)
		}
	}
	if len(w.engine.started) != 0 {
		t.Fatalf("a refused run was started: %v", w.engine.started)
	}
	_, e := w.api("POST", "/runs", RunRequest{Kind: core.RunLink, Connection: "desk", FileName: "pairs.csv", Lines: []RunLine{
		{Line: 2, Items: map[string]string{"support": "1", "engineering": "2"}}, {Line: 3, Items: map[string]string{"support": "1"}},
		{Line: 4, Items: map[string]string{"support": "5", "engineering": "2"}}}}, nil)
	if len(e.Diagnostics) != 2 || e.Diagnostics[0].Line != 3 || e.Diagnostics[1].Line != 4 || !strings.Contains(e.Diagnostics[1].Text, "on line 2 as well") {
		t.Errorf("wrong lines are told as %+v", e.Diagnostics)
	}
	var run Run
	if status, e := w.api("POST", "/runs", RunRequest{Kind: core.RunReplay, Connection: "desk", Params: core.RunParams{Pair: p.ID}}, &run); status != 200 {
		t.Fatalf("%d %+v", status, e)
	}
	if len(w.engine.started) != 1 || w.engine.started[0].id != workflows.RunID(run.ID) || run.By != "ann" || run.State != core.RunRunning {
		t.Errorf("started %+v for %+v", w.engine.started, run.Run)
	}
	var list RunList
	var items RunItemList
	if _, e := w.api("GET", "/runs?kind=replay&state=running&connection=desk", nil, &list); len(list.Runs) != 1 {
		t.Errorf("listed %+v %+v", list, e)
	}
	if status, e := w.api("GET", "/runs/"+run.ID+"/items?state=waiting", nil, &items); status != 200 {
		t.Errorf("%d %+v", status, e)
	}
	if status, _ := w.api("GET", "/runs/none", nil, nil); status != 404 {
		t.Errorf("an unknown run is %d", status)
	}
	for _, act := range []string{"pause", "resume", "stop"} {
		if status, e := w.api("POST", "/runs/"+run.ID+"/"+act, nil, nil); status != 200 {
			t.Errorf("%s: %d %+v", act, status, e)
		}
		if u := w.engine.updates[len(w.engine.updates)-1]; u.id != workflows.RunID(run.ID) || u.name != act {
			t.Errorf("%s came as %+v", act, u)
		}
	}
	if err := w.store.SetRunState(t.Context(), run.ID, core.RunDone, ""); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.api("POST", "/runs/"+run.ID+"/stop", nil, nil); status != 409 {
		t.Errorf("a run that has ended is stopped with %d", status)
	}
}

// TestRunsWaitForTheEngine: what was asked for while the engine was away begins when it is back.
func TestRunsWaitForTheEngine(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	w.engine.fail(serviceerror.NewUnavailable("connection refused"))
	var run Run
	if status, e := w.api("POST", "/runs", RunRequest{Kind: core.RunReplay, Connection: "desk"}, &run); status != 200 {
		t.Fatalf("%d %+v", status, e)
	}
	w.engine.fail(nil)
	if err := w.gateway.launchWaiting(t.Context(), false); err != nil || len(w.engine.started) != 1 || w.engine.started[0].id != workflows.RunID(run.ID) {
		t.Errorf("started %v, error %v", w.engine.started, err)
	}
	if err := w.store.SetRunState(t.Context(), run.ID, core.RunPaused, "paused by ann"); err != nil {
		t.Fatal(err)
	}
	for all, want := range map[bool]int{false: 1, true: 2} {
		w.engine.started = w.engine.started[:1]
		if err := w.gateway.launchWaiting(t.Context(), all); err != nil || len(w.engine.started) != want {
			t.Errorf("all %t: started %v, error %v", all, w.engine.started, err)
		}
	}
	w.engine.started = nil
	if err := w.gateway.launchWaiting(t.Context(), true); err != nil || !w.engine.started[0].arg.(workflows.BatchState).Paused {
		t.Errorf("a paused run that the engine lost would go on: %v, error %v", w.engine.started, err)
	}
}

// TestRoutingAnswersRuns: an item that goes to no pair is not left without an answer.
func TestRoutingAnswersRuns(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	if err := w.store.PutRun(t.Context(), core.Run{ID: "r", Kind: core.RunBackfill, Connection: "desk", State: core.RunRunning},
		[]core.RunItem{{Name: "x", System: "right", Item: "7", State: core.ItemHandedOver}}); err != nil {
		t.Fatal(err)
	}
	h := core.Hint{Ref: core.Ref{System: "right", ID: "7"}, Kind: core.HintChanged, Connection: "desk", Run: "r"}
	if _, _, err := w.store.RecordDelivery(t.Context(), core.Delivery{System: "right", ID: "run:r:1", Hints: []core.Hint{h}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.gateway.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	counts, err := w.store.CountRunItems(t.Context(), "r")
	if err != nil || counts[core.ItemSkipped] != 1 {
		t.Errorf("counts %v, error %v; want it skipped, because engineering begins no pairs", counts, err)
	}
}

// TestParkedPairsFollowANewVersion: putting a version in force tries what was parked under another one again, and only that.
func TestParkedPairsFollowANewVersion(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	apply := func(source string, follow bool) Applied {
		var a Applied
		if status, e := w.api("PUT", "/connections/desk", ApplyRequest{FileName: "desk.yaml", Source: source, Follow: follow}, &a); status != 200 {
			t.Fatalf("%d %+v", status, e)
		}
		return a
	}
	if a := apply(desk+"sweep: 1h\n", false); a.Run != "" {
		t.Errorf("nothing is parked, and run %s began", a.Run)
	}
	p := w.pair("1", "2")
	p.Status, p.Parked = core.PairProblem, map[string]core.Parked{"title~title": {Problem: core.Problem{Class: core.ProblemInvalid}, Version: 2}}
	if err := w.store.SavePair(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	a := apply(desk+"sweep: 2h\n", false)
	run, err := w.store.Run(t.Context(), a.Run)
	if err != nil || run.Kind != core.RunFollow || run.Params.ParkedUnless != a.Version {
		t.Errorf("run %+v, error %v", run, err)
	}
	if a := apply(desk+"sweep: 2h\n", true); a.Changed || a.Run == "" {
		t.Errorf("all pairs were to follow: %+v", a)
	}
	var done Done
	if _, e := w.api("POST", "/connections/desk/activate", ActivateRequest{Version: 1, Follow: true}, &done); !strings.Contains(done.Text, "all pairs follow in run follow-") {
		t.Errorf("%q %+v", done.Text, e)
	}
}
