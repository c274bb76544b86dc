package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"duplex/core"
)

// plan asks for a test run and gives the lines of the answer.
func (w *world) plan(body any) (status int, lines []TrialLine, failed Error) {
	w.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), "POST", w.admin.URL+"/api/v1/connections/desk/plan", bytes.NewReader(b))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	dec := json.NewDecoder(res.Body)
	if res.StatusCode != http.StatusOK {
		var e ErrorBody
		if err := dec.Decode(&e); err != nil {
			w.t.Fatal(err)
		}
		return res.StatusCode, nil, e.Error
	}
	for dec.More() {
		var l TrialLine
		if err := dec.Decode(&l); err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return res.StatusCode, lines, Error{}
}

// TestTrialRequests: what is asked for in the wrong way is told, and what is tried is compiled and compared as asked.
func TestTrialRequests(t *testing.T) {
	var got Trial
	w := newWorld(t, func(o *Options) {
		o.Trial = func(_ context.Context, run Trial, say func(core.TrialEvent) error) error {
			got = run
			if err := say(core.TrialEvent{Begun: &core.TrialBegun{Connection: "desk"}}); err != nil {
				return err
			}
			return say(core.TrialEvent{Done: &core.TrialSummary{Items: 3}})
		}
	})
	w.connect(desk)
	w.connect(desk + "sweep: 1h\n")
	draft := &TrialFile{FileName: "draft.yaml", Source: desk + "sweep: 2h\n"}
	for _, c := range []struct {
		reason           string
		body             any
		status           int
		text             string // of the refusal
		version, against string
	}{
		{"nothing to look at", TrialRequest{}, 400, "say what to look at", "", ""},
		{"two things to look at", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1, Failing: true}}, 400, "give one of", "", ""},
		{"too many", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1 << 20}}, 400, "at most", "", ""},
		{"a file and a version", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1}, Version: 1, File: draft}, 400, "not both", "", ""},
		{"a misspelt key", map[string]any{"samples": 1}, 400, "not the JSON expected", "", ""},
		{"a version there is not", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1}, Version: 9}, 404, "no version 9", "", ""},
		{"a wrong file", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1}, File: &TrialFile{FileName: "x.yaml", Source: "connection: desk"}}, 422, "wrong in the file", "", ""},
		{"a file of another connection", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1}, File: &TrialFile{FileName: "x.yaml", Source: strings.Replace(desk, "desk", "other", 1)}},
			422, "of connection other", "", ""},
		{"the version in force by itself", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1}}, 200, "", "version 2, in force", ""},
		{"another version against the one in force", TrialRequest{TrialRequest: core.TrialRequest{Failing: true}, Version: 1}, 200, "", "version 1", "version 2, in force"},
		{"a file against the one in force", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1}, File: draft}, 200, "", "draft.yaml", "version 2, in force"},
		{"a file against another version", TrialRequest{TrialRequest: core.TrialRequest{Sample: 1}, File: draft, Against: 1}, 200, "", "draft.yaml", "version 1"},
		{"then and now", TrialRequest{TrialRequest: core.TrialRequest{Recorded: true}, Version: 1}, 200, "", "version 1", ""},
		{"the newest of what is recorded", TrialRequest{TrialRequest: core.TrialRequest{Recorded: true, Newest: true}, Version: 1}, 200, "", "version 1", "version 2, in force"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			got = Trial{}
			status, lines, e := w.plan(c.body)
			if status != c.status || !strings.Contains(e.Text, c.text) {
				t.Fatalf("%d %+v", status, e)
			}
			if got.Version != c.version || got.AgainstVersion != c.against || (got.Against != nil) != (c.against != "") {
				t.Errorf("%q against %q", got.Version, got.AgainstVersion)
			}
			if status == 200 && (len(lines) != 2 || lines[0].Begun == nil || lines[1].Done == nil || lines[1].Done.Items != 3) {
				t.Errorf("lines %+v", lines)
			}
		})
	}
}

// TestTrialEndsWithItsCaller: the reads of a run end when whoever asked goes away, an error in the middle is the last line, and
// only so many runs go on at once.
func TestTrialEndsWithItsCaller(t *testing.T) {
	began, ended := make(chan struct{}, mostTrials), make(chan struct{}, mostTrials)
	fails := false
	w := newWorld(t, func(o *Options) {
		o.Trial = func(ctx context.Context, _ Trial, say func(core.TrialEvent) error) error {
			if err := say(core.TrialEvent{Begun: &core.TrialBegun{}}); err != nil {
				return err
			}
			if fails {
				return refuse(classBusy, "", "jira is in maintenance")
			}
			began <- struct{}{}
			<-ctx.Done()
			ended <- struct{}{}
			return ctx.Err()
		}
	})
	w.connect(desk)
	ctx, leave := context.WithCancel(t.Context())
	for range mostTrials {
		req, err := http.NewRequestWithContext(ctx, "POST", w.admin.URL+"/api/v1/connections/desk/plan", strings.NewReader(`{"sample": 1}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		<-began
	}
	if status, _, e := w.plan(map[string]any{"sample": 1}); status != 503 || !strings.Contains(e.Text, "under way") {
		t.Errorf("one more: %d %+v", status, e)
	}
	leave()
	for range mostTrials {
		<-ended
	}
	fails = true
	w.eventually("a place is free again", func() bool {
		status, lines, _ := w.plan(map[string]any{"sample": 1})
		return status == 200 && len(lines) == 2 && lines[1].Error != nil && lines[1].Error.Class == classBusy
	})
}
