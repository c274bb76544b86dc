package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/core"
	"duplex/workflows"
)

// TestReleaseLetsTheConnectionGoOn: the brake is shown, comes off once, and every pair it held is told, behind live edits.
func TestReleaseLetsTheConnectionGoOn(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	held, other := w.pair("1", "11"), w.pair("2", "12")
	held.Status = core.PairProblem
	held.Parked = map[string]core.Parked{"pair": {Problem: core.Problem{Class: core.ProblemBrake, Text: "waits"}}}
	if err := w.store.SavePair(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if status, e := w.api("POST", "/connections/desk/release", nil, nil); status != http.StatusConflict || !strings.Contains(e.Text, "not stopped") {
		t.Errorf("nothing to release: %d %+v", status, e)
	}
	if status, _ := w.api("POST", "/connections/nobody/release", nil, nil); status != http.StatusNotFound {
		t.Errorf("an unknown connection: %d", status)
	}
	_, _, err := w.store.PutBrake(t.Context(), core.Brake{Connection: "desk", Side: "support", Kind: core.BrakeDeleted, Saw: "12 items of support were deleted"})
	if err != nil {
		t.Fatal(err)
	}
	var status Status
	w.api("GET", "/status", nil, &status)
	if b := status.Connections[0].Brake; b == nil || b.Saw != "12 items of support were deleted" {
		t.Errorf("the status says %+v", b)
	}
	if text := w.metrics(); !strings.Contains(text, `duplex_brake{connection="desk"} 1`) {
		t.Error("the metric does not show the brake")
	}
	w.run()
	var done Done
	if code, e := w.api("POST", "/connections/desk/release", nil, &done); code != http.StatusOK || !strings.Contains(done.Text, "1 pairs") {
		t.Fatalf("release: %d %+v %+v", code, done, e)
	}
	w.eventually("the held pair is told", func() bool { return len(w.engine.all()) > 0 })
	for _, s := range w.engine.all() {
		if s.id == other.ID || s.hint.Urgency != core.Replay {
			t.Errorf("told %s with %+v", s.id, s.hint)
		}
	}
	if last, _, err := w.store.LastRelease(t.Context(), "desk"); err != nil || last.ReleasedBy != "ann" {
		t.Errorf("released by %q, %v", last.ReleasedBy, err)
	}
	if text := w.metrics(); !strings.Contains(text, `duplex_brake{connection="desk"} 0`) {
		t.Error("the metric does not show the release")
	}
	if len(w.engine.started) != 1 || w.engine.started[0].id != workflows.SweepNowID("desk") {
		t.Errorf("a sweep follows the release: %+v", w.engine.started)
	}
}

func (w *world) metrics() string {
	w.t.Helper()
	res, err := http.Get(w.admin.URL + "/metrics")
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return string(b)
}

func TestSweepsAreStartedAndShown(t *testing.T) {
	w := newWorld(t)
	w.connect(desk + "sweep: 30s\n")
	if status, e := w.api("POST", "/connections/desk/sweep", SweepRequest{Side: "suport"}, nil); status != http.StatusUnprocessableEntity || !strings.Contains(e.Text, "support or engineering") {
		t.Errorf("a side there is not: %d %+v", status, e)
	}
	if status, e := w.api("POST", "/connections/desk/sweep", SweepRequest{Side: "engineering"}, nil); status != http.StatusOK {
		t.Fatalf("sweep: %d %+v", status, e)
	}
	req, ok := w.engine.started[0].arg.(workflows.SweepRequest)
	if !ok || len(req.Only) != 1 || req.Only[0] != core.B || req.Systems != [2]string{"left", "right"} || req.By != "ann" {
		t.Errorf("started with %+v", w.engine.started[0])
	}
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	err := w.store.PutSideSweep(t.Context(), core.SideSweep{Connection: "desk", Side: "support", Started: at, Ended: at.Add(time.Second), Result: core.SweepDone, Listed: 3})
	if err != nil {
		t.Fatal(err)
	}
	var list SweepList
	w.api("GET", "/sweeps", nil, &list)
	if len(list.Sweeps) != 2 || list.Sweeps[0].Listed != 3 || list.Sweeps[0].Every != "30s" || !list.Sweeps[0].Next.Equal(at.Add(30*time.Second)) ||
		list.Sweeps[1].Side != "engineering" || list.Sweeps[1].Result != "" || !list.Sweeps[1].Next.IsZero() {
		t.Errorf("shown: %+v", list.Sweeps)
	}
	if text := w.metrics(); !strings.Contains(text, `duplex_sweep_last_success_timestamp_seconds{connection="desk",side="support"}`) {
		t.Error("the metric does not show the sweep")
	}
}
