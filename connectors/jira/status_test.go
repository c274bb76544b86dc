package jira

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// flow is a site with one issue and a workflow: from -> to. Statuses are named by category and name, as in
// "new:Backlog".
type flow struct {
	leads     map[string][]string
	at        string
	took      []string
	needs     string   // a status that is entered only with a resolution
	sent      []string // resolutions that were sent
	looked    int      // how often the transitions were asked for
	patched   map[string]any
	forbidden string // a status whose entry is refused
	hijack    string // a status from which somebody moves the issue back at once
}

func (f *flow) status(s string) map[string]any {
	category, name, _ := strings.Cut(s, ":")
	return map[string]any{"id": "id-" + name, "name": name, "statusCategory": map[string]string{"key": category}}
}

func (f *flow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-AAccountId", "self")
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	switch r.Method + " " + r.URL.Path {
	case "GET /rest/api/3/issue/1":
		answer(map[string]any{"id": "1", "key": "ENG-1", "fields": map[string]any{
			"updated": "2026-03-04T12:00:00.000+0000", "created": "2026-03-04T12:00:00.000+0000", "status": f.status(f.at),
			"project": map[string]string{"id": "10", "key": "ENG"}, "issuetype": map[string]string{"id": "20", "name": "Bug"}}})
	case "GET /rest/api/3/project/10/statuses":
		var all []any
		for s := range f.leads {
			all = append(all, f.status(s))
		}
		answer([]any{map[string]any{"id": "20", "statuses": all}})
	case "GET /rest/api/3/issue/createmeta/10/issuetypes/20":
		answer(map[string]any{"fields": []any{}, "total": 0})
	case "GET /rest/api/3/field":
		answer([]any{})
	case "GET /rest/api/3/issueLinkType":
		answer(map[string]any{"issueLinkTypes": []any{}})
	case "GET /rest/api/3/issue/1/editmeta":
		answer(map[string]any{"fields": map[string]any{}})
	case "GET /rest/api/3/issue/1/transitions":
		f.looked++
		var all []any
		for _, to := range f.leads[f.at] {
			hop := map[string]any{"id": to, "name": "to " + to, "to": f.status(to)}
			if to == f.needs {
				hop["fields"] = map[string]any{"resolution": map[string]any{"required": true, "allowedValues": []any{
					map[string]string{"id": "r1", "name": "Fixed"}, map[string]string{"id": "r2", "name": "Duplicate"}}}}
			}
			all = append(all, hop)
		}
		answer(map[string]any{"transitions": all})
	case "POST /rest/api/3/issue/1/transitions":
		var in struct {
			Transition struct{ ID string }
			Fields     map[string]struct{ ID string }
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		to := in.Transition.ID
		if to == f.forbidden || !slices.Contains(f.leads[f.at], to) || (to == f.needs && in.Fields["resolution"].ID == "") {
			w.WriteHeader(400)
			answer(map[string]any{"errors": map[string]string{"customfield_1": "is required"}})
			return
		}
		if id := in.Fields["resolution"].ID; id != "" {
			f.sent = append(f.sent, id)
		}
		f.at, f.took = to, append(f.took, to)
		if to == f.hijack {
			f.at = "new:Open"
		}
		w.WriteHeader(204)
	case "PUT /rest/api/3/issue/1":
		_ = json.NewDecoder(r.Body).Decode(&f.patched)
		w.WriteHeader(204)
	default:
		w.WriteHeader(500)
		fmt.Fprintf(w, "the test site has no %s %s", r.Method, r.URL.Path)
	}
}

func (f *flow) connector(t *testing.T) *Connector { return serve(t, f) }

func (s *screens) serve(t *testing.T) *Connector { return serve(t, s) }

// serve is a connector to a test site.
func serve(t *testing.T, site http.Handler) *Connector {
	t.Helper()
	s := httptest.NewServer(site)
	t.Cleanup(s.Close)
	c, err := New(connectors.Config{System: core.System{Name: "jira-acme", BaseURL: s.URL,
		Auth: map[string]string{"email": "sync@acme.example", "token": "tttt"}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStatusIsReachedOverSeveralHops(t *testing.T) {
	line := map[string][]string{
		"new:Open":             {"indeterminate:Doing"},
		"indeterminate:Doing":  {"new:Open", "indeterminate:Review"},
		"indeterminate:Review": {"indeterminate:Doing", "done:Done"},
		"done:Done":            {"new:Open"},
		"new:Nowhere":          {},
		"done:Rejected":        {},
	}
	branches := map[string][]string{
		"new:Open":            {"done:Rejected", "indeterminate:Doing"},
		"indeterminate:Doing": {"done:Done"},
		"done:Rejected":       {},
		"done:Done":           {},
	}
	closing := map[string][]string{
		"new:Open":      {"done:Resolved"},
		"done:Resolved": {"done:Closed", "new:Open"},
		"done:Closed":   {"new:Open"},
	}
	cases := []struct {
		reason string
		leads  map[string][]string
		from   string
		to     string
		want   []string // nil: no way
	}{
		{"one hop", line, "new:Open", "Doing", []string{"indeterminate:Doing"}},
		{"through the whole workflow", line, "new:Open", "Done", []string{"indeterminate:Doing", "indeterminate:Review", "done:Done"}},
		{"backwards where a hop leads there", line, "done:Done", "Open", []string{"new:Open"}},
		{"what is done begins anew where that is the only way back into work", line, "done:Done", "Review", []string{"new:Open", "indeterminate:Doing", "indeterminate:Review"}},
		{"a closed status on the way is the last choice", branches, "new:Open", "Done", []string{"indeterminate:Doing", "done:Done"}},
		{"a closed status on the way where there is no other", closing, "new:Open", "Closed", []string{"done:Resolved", "done:Closed"}},
		{"no way at all", line, "new:Nowhere", "Done", nil},
		{"reopening through the start and on is not explored for work in progress", line, "indeterminate:Review", "Nowhere", nil},
	}
	for _, tt := range cases {
		f := &flow{leads: tt.leads, at: tt.from}
		o, err := f.connector(t).Update(t.Context(), "1", core.Patch{Fields: map[string]core.Value{"status": core.Option("", tt.to)}}, "", connectors.Want{Fields: []string{"status"}})
		if tt.want == nil {
			var invalid *connectors.InvalidError
			if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["status"], "no transition leads") {
				t.Errorf("%s: %v after %v, want a refusal about status", tt.reason, err, f.took)
			}
			continue
		}
		if err != nil || !slices.Equal(f.took, tt.want) || o.Field("status").Name() != tt.to {
			t.Errorf("%s: took %v, %v, shown as %q; want %v", tt.reason, f.took, err, o.Field("status"), tt.want)
		}
	}
}

func TestKnownWaysAreTakenBackwardsToo(t *testing.T) {
	f := &flow{at: "done:Done", leads: map[string][]string{
		"done:Done":              {"new:Open", "indeterminate:Dead end"},
		"indeterminate:Dead end": {},
		"new:Open":               {"indeterminate:Doing"},
		"indeterminate:Doing":    {"done:Done"},
	}}
	c := f.connector(t)
	w := c.workflow("10/20")
	w.learn("id-Open", []hop{{To: status{ID: "id-Doing"}}})
	patch := core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Doing")}}
	if _, err := c.Update(t.Context(), "1", patch, "", connectors.Want{}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"new:Open", "indeterminate:Doing"}; !slices.Equal(f.took, want) {
		t.Errorf("took %v, want %v: that way was learned from another issue", f.took, want)
	}
}

func TestTransitionsGetWhatTheirScreenAsksFor(t *testing.T) {
	leads := map[string][]string{"new:Open": {"done:Done"}, "done:Done": {}}
	cases := []struct {
		reason string
		patch  map[string]core.Value
		want   string
	}{
		{"a rule provides the resolution", map[string]core.Value{"status": core.Option("", "Done"), "resolution": core.Option("r2", "Duplicate")}, "r2"},
		{"nothing provides it: the first one allowed", map[string]core.Value{"status": core.Option("", "Done")}, "r1"},
	}
	for _, tt := range cases {
		f := &flow{leads: leads, at: "new:Open", needs: "done:Done"}
		if _, err := f.connector(t).Update(t.Context(), "1", core.Patch{Fields: tt.patch}, "", connectors.Want{}); err != nil {
			t.Errorf("%s: %v", tt.reason, err)
		}
		if !slices.Equal(f.sent, []string{tt.want}) || f.patched != nil {
			t.Errorf("%s: sent %v and wrote %v, want %s on the transition only", tt.reason, f.sent, f.patched, tt.want)
		}
	}
}

func TestARefusedTransitionIsAboutStatus(t *testing.T) {
	f := &flow{leads: map[string][]string{"new:Open": {"done:Done"}, "done:Done": {}}, at: "new:Open", forbidden: "done:Done"}
	_, err := f.connector(t).Update(t.Context(), "1", core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Done")}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || !strings.Contains(invalid.Fields["status"], "is required") {
		t.Errorf("%v, want a refusal of status that repeats why", err)
	}
}

// TestSomebodyMovesTheIssueOnTheWay: the issue is read again; neither the status nor the mapping is to blame.
func TestSomebodyMovesTheIssueOnTheWay(t *testing.T) {
	f := &flow{leads: map[string][]string{"new:Open": {"indeterminate:Doing"}, "indeterminate:Doing": {"done:Done"}, "done:Done": {}}, at: "new:Open", hijack: "indeterminate:Doing"}
	_, err := f.connector(t).Update(t.Context(), "1", core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Done")}}, "", connectors.Want{})
	if !errors.Is(err, connectors.ErrStale) {
		t.Errorf("%v, want stale", err)
	}
}

// TestAWrongWayIsForgotten: what was learnt while somebody else moved an issue does not bar the way of all others.
func TestAWrongWayIsForgotten(t *testing.T) {
	f := &flow{leads: map[string][]string{"new:Open": {"indeterminate:Doing"}, "indeterminate:Doing": {"done:Done"}, "done:Done": {"new:Open"}}, at: "new:Open"}
	c := f.connector(t)
	c.workflow("10/20").learn("id-Doing", []hop{{To: status{ID: "id-Open", Name: "Open"}}})
	if _, err := c.Update(t.Context(), "1", core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Done")}}, "", connectors.Want{}); err != nil || f.at != "done:Done" {
		t.Errorf("at %s, %v; want it done", f.at, err)
	}
}

func TestAnUnknownStatusWritesNothing(t *testing.T) {
	f := &flow{leads: map[string][]string{"new:Open": {"done:Done"}, "done:Done": {}}, at: "new:Open"}
	_, err := f.connector(t).Update(t.Context(), "1", core.Patch{Fields: map[string]core.Value{
		"status": core.Option("", "No such"), "summary": core.String("x")}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["status"], "Done") || f.patched != nil || f.looked > 0 {
		t.Errorf("%v, wrote %v; want a refusal that lists the statuses and nothing written", err, f.patched)
	}
}

func TestAStatusInADifferentCaseIsFound(t *testing.T) {
	f := &flow{leads: map[string][]string{"new:Open": {"done:Done"}, "done:Done": {}}, at: "done:Done"}
	if _, err := f.connector(t).Update(t.Context(), "1", core.Patch{Fields: map[string]core.Value{"status": core.Option("", "DONE")}}, "", connectors.Want{}); err != nil || f.looked > 0 {
		t.Errorf("%v after %d looks; the issue is there already", err, f.looked)
	}
}
