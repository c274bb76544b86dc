package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/workflows"

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
		{workflows.ResolveUpdate, ResolveRequest{Rule: "title~title", Winner: "engineering"}, workflows.ResolveRequest{Rule: "title~title", Side: core.B, By: "ann"}},
		{workflows.UnlinkUpdate, nil, workflows.OperatorRequest{By: "ann"}},
	} {
		var done Done
		if status, e := w.api("POST", escaped+"/"+c.act, c.body, &done); status != 200 || done.Text == "" {
			t.Errorf("%s: %d %+v", c.act, status, e)
			continue
		}
		u := w.engine.updates[len(w.engine.updates)-1]
		if u.id != p.ID || u.name != c.act || u.arg != c.want || u.state.ID != p.ID || !u.state.Entered {
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
