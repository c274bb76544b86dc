package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"

	"context"
)

// api calls the admin API with the token and decodes the answer.
func (w *world) api(method, path string, body, into any) (int, Error) {
	w.t.Helper()
	var send io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		send = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		send = bytes.NewReader(j)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.admin.URL+"/api/v1"+path, send)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set(ByHeader, "ann")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode/100 == 2 {
		if into != nil {
			if err := json.Unmarshal(answer, into); err != nil {
				w.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
			}
		}
		return res.StatusCode, Error{}
	}
	var e ErrorBody
	if err := json.Unmarshal(answer, &e); err != nil || e.Error.Class == "" {
		w.t.Fatalf("%s %s: the error is not the API's: %s", method, path, answer)
	}
	return res.StatusCode, e.Error
}

func TestNewNeedsToken(t *testing.T) {
	w := newWorld(t)
	o := w.gateway.o
	o.AdminToken = ""
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "DUPLEX_TOKEN") {
		t.Errorf("error %v, want one that says what to set", err)
	}
}

// TestToken: every path of the API wants the token; health and metrics hold nothing that needs it.
func TestToken(t *testing.T) {
	w := newWorld(t)
	w.pair("1", "2")
	for _, c := range []struct {
		path, header string
		want         int
	}{
		{"/api/v1/status", "", 401},
		{"/api/v1/status", "Bearer ", 401},
		{"/api/v1/status", "Bearer " + token + "x", 401},
		{"/api/v1/status", "Bearer " + token[1:], 401},
		{"/api/v1/status", token, 401},
		{"/api/v1/status", "Basic " + token, 401},
		{"/api/v1/pairs", "", 401},
		{"/api/v1/plans/x", "", 401},
		{"/api/v1/status", "Bearer " + token, 200},
		{"/api/v1/nowhere", "", 404},
		{"/healthz", "", 200},
		{"/readyz", "", 200},
		{"/metrics", "", 200},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, w.admin.URL+c.path, nil)
		if c.header != "" {
			req.Header.Set("Authorization", c.header)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("%s with %q: %d, want %d", c.path, c.header, res.StatusCode, c.want)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no security headers", c.path)
		}
		if strings.Contains(string(body), token) {
			t.Errorf("%s shows the token", c.path)
		}
	}
}

func TestMetricsHoldNoIDs(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	w.pair("secretid", "2")
	w.send(core.A, "m1", hint("secretid"))
	w.post("stranger-made-this-up", w.sys[core.A].Webhook("m2", hint("1"), w.now()))
	w.api("GET", "/pairs/pair:desk:support:secretid", nil, nil)
	res, err := http.Get(w.admin.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	for _, want := range []string{`duplex_deliveries_total{result="handed-over",system="left"} 1`, `duplex_pairs{connection="desk",status="in-sync"} 1`,
		`duplex_deliveries_waiting 0`, `duplex_handover_seconds_count{system="left"} 1`, `route="GET /api/v1/pairs/{id}"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s", want)
		}
	}
	for _, not := range []string{"secretid", "stranger"} {
		if strings.Contains(string(text), not) {
			t.Errorf("the metrics name %q", not)
		}
	}
}

const leftFile = "system: left\nkind: memory\nbase_url: http://127.0.0.1:1\nwebhook: {secret: '${env:LEFT_SECRET}'}\n"

func TestApplySystem(t *testing.T) {
	w := newWorld(t)
	var a Applied
	if status, e := w.api("PUT", "/systems/left", ApplyRequest{FileName: "left.yaml", Source: leftFile, DryRun: true}, &a); status != 200 || !a.Changed || a.Version != 0 {
		t.Fatalf("dry run: %d %+v %+v", status, a, e)
	}
	for i, changed := range []bool{true, false} {
		if status, e := w.api("PUT", "/systems/left", ApplyRequest{FileName: "left.yaml", Source: leftFile}, &a); status != 200 || a.Changed != changed || a.Version != 1 {
			t.Errorf("apply %d: %d %+v %+v", i, status, a, e)
		}
	}
	if a.Webhook != "https://duplex.acme.example/webhooks/left" {
		t.Errorf("webhook address %q", a.Webhook)
	}
	for _, c := range []struct {
		name, reason, path, source, part string
		status                           int
	}{
		{"literal secret", "secrets are references", "left", strings.Replace(leftFile, "${env:LEFT_SECRET}", "hunter2", 1), "reference", 422},
		{"another name", "the path and the file agree", "right", leftFile, "left", 422},
		{"unknown kind", "there must be a connector", "left", strings.Replace(leftFile, "memory", "memroy", 1), "memroy", 422},
		{"no YAML", "everything wrong has a place", "left", "system: [", "", 422},
		{"empty", "there is nothing to apply", "left", "", "source", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, e := w.api("PUT", "/systems/"+c.path, ApplyRequest{FileName: "x.yaml", Source: c.source}, nil)
			all, _ := json.Marshal(e)
			if status != c.status || !strings.Contains(string(all), c.part) {
				t.Errorf("%d %s, want %d and %q: %s", status, all, c.status, c.part, c.reason)
			}
			if strings.Contains(string(all), "hunter2") {
				t.Error("the error shows the secret")
			}
		})
	}
	var s System
	if status, _ := w.api("GET", "/systems/left", nil, &s); status != 200 || s.Source != leftFile || s.Kind != "memory" {
		t.Errorf("shown as %+v", s)
	}
	if status, e := w.api("GET", "/systems/far", nil, nil); status != 404 || e.Where != "far" {
		t.Errorf("unknown system: %d %+v", status, e)
	}
}

func TestApplyConnection(t *testing.T) {
	w := newWorld(t)
	req := ApplyRequest{FileName: "desk.yaml", Source: desk}
	var a Applied
	for i, want := range []Applied{{Name: "desk", Version: 0, Changed: true, DryRun: true}, {Name: "desk", Version: 1, Changed: true}, {Name: "desk", Version: 1}} {
		req.DryRun = want.DryRun
		a = Applied{}
		if status, e := w.api("PUT", "/connections/desk", req, &a); status != 200 || a.Version != want.Version || a.Changed != want.Changed {
			t.Errorf("apply %d: %d %+v %+v, want %+v", i, status, a, e, want)
		}
	}
	req.Source = strings.Replace(desk, "conflicts: latest", "conflicts: support", 1)
	if w.api("PUT", "/connections/desk", req, &a); a.Version != 2 {
		t.Errorf("a change is version %d", a.Version)
	}
	var done Done
	if status, e := w.api("POST", "/connections/desk/activate", ActivateRequest{Version: 1}, &done); status != 200 {
		t.Errorf("roll back: %d %+v", status, e)
	}
	var list ConnectionList
	w.api("GET", "/connections/desk/versions", nil, &list)
	if len(list.Connections) != 2 || list.Connections[0].Active || !list.Connections[1].Active || list.Connections[1].AppliedBy != "ann" {
		t.Errorf("versions %+v", list.Connections)
	}
	var c Connection
	w.api("GET", "/connections/desk", nil, &c)
	if c.Version != 1 || c.Source != desk || len(c.Sides) != 2 || !c.Sides[0].Starts || c.Sides[1].Starts {
		t.Errorf("shown as %+v", c)
	}

	req.Source = strings.Replace(desk, "conflicts: latest", "conflicts: lastest", 1) + "sweeep: 15m\n"
	status, e := w.api("PUT", "/connections/desk", req, nil)
	if status != 422 || len(e.Diagnostics) < 2 {
		t.Fatalf("%d %+v, want everything that is wrong", status, e)
	}
	for _, d := range e.Diagnostics {
		if d.File != "desk.yaml" || d.Line == 0 || d.Text == "" {
			t.Errorf("diagnostic without a place: %+v", d)
		}
	}
	for _, c := range []struct {
		method, path string
		body         any
		want         int
	}{
		{"PUT", "/connections/other", ApplyRequest{FileName: "desk.yaml", Source: desk}, 422},
		{"POST", "/connections/desk/activate", ActivateRequest{Version: 9}, 404},
		{"POST", "/connections/desk/activate", ActivateRequest{}, 400},
		{"POST", "/connections/desk/activate", `{"versoin": 1}`, 400},
		{"POST", "/connections/desk/activate", `{"version": 1} {}`, 400},
		{"PUT", "/connections/desk", strings.Repeat(" ", maxAdminBody+10), 413},
		{"GET", "/connections/none", nil, 404},
		{"GET", "/connections/none/versions", nil, 404},
		{"DELETE", "/connections/desk", nil, 405},
	} {
		if status, e := w.api(c.method, c.path, c.body, nil); status != c.want {
			t.Errorf("%s %s: %d %+v, want %d", c.method, c.path, status, e, c.want)
		}
	}
}

// TestApplyWhileSystemAway: a connection that cannot be checked is not put in force, and not called wrong either.
func TestApplyWhileSystemAway(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Check = func(context.Context, core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error) {
			return nil, nil, connectors.Busy("describe", "maintenance", time.Minute)
		}
	})
	if status, e := w.api("PUT", "/connections/desk", ApplyRequest{FileName: "desk.yaml", Source: desk}, nil); status != 503 || !strings.Contains(e.Text, "maintenance") {
		t.Errorf("%d %+v", status, e)
	}
	if cs, _ := w.store.Connections(t.Context()); len(cs) != 0 {
		t.Error("it was stored")
	}
}

func (w *world) parked() core.Pair {
	w.t.Helper()
	p := w.pair("1/ü", "2")
	p.Status = core.PairProblem
	p.Parked = map[string]core.Parked{
		"title~title": {Problem: core.Problem{Class: core.ProblemConflict, Text: "changed on both sides", Value: "the losing value", Field: "title", Since: time.Unix(1e9, 0)}, Pending: core.B},
		"comment:5":   {Problem: core.Problem{Class: core.ProblemTooLarge, Text: "too long", Since: time.Unix(2e9, 0)}},
	}
	if err := w.store.SavePair(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	plan := core.Plan{ID: "plan-1", Pair: p.ID, Connection: "desk", Version: 1, At: time.Unix(1e9, 0), Decisions: []core.Decision{
		{Rule: "title~title", Action: core.ActionWrite, To: core.B, Value: core.String("the value"), Reason: "changed in support"}, {Rule: "x", Action: core.ActionNone}}}
	if err := w.store.PutPlan(w.t.Context(), plan); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.AddOutcome(w.t.Context(), core.Outcome{Pair: p.ID, Plan: "plan-1", Side: "engineering", Act: "update", Fields: []string{"title"}, Result: "ok",
		Started: time.Unix(1e9, 0), Ended: time.Unix(1e9+1, 0)}); err != nil {
		w.t.Fatal(err)
	}
	return p
}

const escaped = "/pairs/pair:desk:support:1%2F%C3%BC"
