package gateway

import (
	"strings"
	"testing"

	"duplex/core"
)

// TestPublishAndRollback: a draft is stored and rests, is published with a follow-up when asked for, is refused when it was overtaken,
// and is rolled back.
func TestPublishAndRollback(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	w.pair("1", "2")
	var applied Applied
	if status, e := w.api("PUT", "/connections/desk", ApplyRequest{FileName: "desk.yaml", Source: desk + "sweep: 1h\n", Draft: true}, &applied); status != 200 ||
		applied.Version != 2 || !applied.Draft || !applied.Changed {
		t.Fatalf("draft: %d %+v %+v", status, e, applied)
	}
	inForce := func(reason string, version int) {
		t.Helper()
		v, err := w.store.Connection(t.Context(), "desk", 0)
		if err != nil || v.Version != version {
			t.Errorf("%s: version %d, %v", reason, v.Version, err)
		}
	}
	inForce("a draft is not in force", 1)
	for _, c := range []struct {
		reason, path string
		body         any
		status       int
		text         string
		inForce      int
	}{
		{"published, and all pairs follow", "publish", PublishRequest{Follow: true}, 200, "version 2 of desk is in force; all pairs follow in run ", 2},
		{"in force already", "publish", PublishRequest{Version: 2}, 200, "in force already", 2},
		{"no draft is left", "publish", PublishRequest{}, 404, "there is no draft", 2},
		{"a version there is not", "publish", PublishRequest{Version: 7}, 404, "no version 7", 2},
		{"a misspelt key", "publish", map[string]any{"versoin": 2}, 400, "not the JSON expected", 2},
		{"rolled back", "rollback", RollbackRequest{}, 200, "version 1 of desk is in force", 1},
		{"nothing before that", "rollback", RollbackRequest{}, 409, "no version of desk was in force before", 1},
	} {
		var done Done
		status, e := w.api("POST", "/connections/desk/"+c.path, c.body, &done)
		if status != c.status || !strings.Contains(done.Text+e.Text, c.text) {
			t.Errorf("%s: %d %q %q", c.reason, status, done.Text, e.Text)
		}
		inForce(c.reason, c.inForce)
	}
	if status, e := w.api("PUT", "/connections/desk", ApplyRequest{FileName: "desk.yaml", Source: desk + "sweep: 2h\n", Draft: true}, &applied); status != 200 {
		t.Fatalf("draft: %d %+v", status, e)
	}
	w.connect(desk + "sweep: 3h\n")
	if status, e := w.api("POST", "/connections/desk/publish", PublishRequest{Version: 3}, nil); status != 409 || !strings.Contains(e.Text, "made from version 1, and version 4 is in force now") {
		t.Errorf("a draft that was overtaken: %d %+v", status, e)
	}
	inForce("a draft that was overtaken", 4)
	var runs RunList
	if status, e := w.api("GET", "/runs?kind=follow", nil, &runs); status != 200 || len(runs.Runs) != 1 || runs.Runs[0].Kind != core.RunFollow {
		t.Errorf("runs %d %+v %+v", status, e, runs)
	}
	var d Diff
	if status, e := w.api("POST", "/connections/desk/diff", DiffRequest{Before: 1, After: 3}, &d); status != 200 || len(d.Changes) != 1 ||
		d.Changes[0].Text != "sweep: now 2h, was not said (15m)" || d.Pairs != nil {
		t.Errorf("diff: %d %+v %+v", status, e, d)
	}
	for reason, body := range map[string]any{"a file and a version": DiffRequest{After: 1, File: &TrialFile{FileName: "x"}}, "no version": DiffRequest{Before: -1}} {
		if status, _ := w.api("POST", "/connections/desk/diff", body, nil); status != 400 {
			t.Errorf("%s: %d", reason, status)
		}
	}
}
