package jira

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// screens is a site with one issue that a few transitions move, each with its screen.
type screens struct {
	flow
	ways     map[string][]way // from -> transitions
	has      map[string]any   // fields of the issue, beside its status
	editable []string         // on the edit screen
	moves    []map[string]any // what transitions were sent
	puts     []map[string]any
}

type way struct {
	id, to string
	asks   map[string]any // required on its screen, with metadata
	secret string         // a field that it wants and whose screen does not tell
}

func (s *screens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, v any) {
		w.Header().Set("X-AAccountId", "self")
		w.WriteHeader(status)
		if v != nil {
			_ = json.NewEncoder(w).Encode(v)
		}
	}
	refuse := func(field, why string) { answer(400, map[string]any{"errors": map[string]string{field: why}}) }
	custom := func(id, name, kind string) map[string]any {
		return map[string]any{"id": id, "name": name, "custom": true, "schema": map[string]string{"type": kind}}
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /rest/api/3/field":
		answer(200, []any{custom("customfield_1", "Reason", "string"), custom("customfield_2", "Root cause", "option"), custom("customfield_3", "Odd", "any")})
	case "GET /rest/api/3/issue/1":
		fields := map[string]any{"updated": "2026-03-04T12:00:00.000+0000", "created": "2026-03-04T12:00:00.000+0000", "status": s.status(s.at),
			"project": map[string]string{"id": "10", "key": "ENG"}, "issuetype": map[string]string{"id": "20", "name": "Bug"}}
		for k, v := range s.has {
			fields[k] = v
		}
		answer(200, map[string]any{"id": "1", "key": "ENG-1", "fields": fields})
	case "GET /rest/api/3/issue/1/editmeta":
		on := map[string]any{}
		for _, f := range s.editable {
			on[f] = map[string]any{}
		}
		answer(200, map[string]any{"fields": on})
	case "GET /rest/api/3/issue/1/transitions":
		all := []any{}
		for _, one := range s.ways[s.at] {
			all = append(all, map[string]any{"id": one.id, "name": "way " + one.id, "to": s.status(one.to), "fields": one.asks})
		}
		answer(200, map[string]any{"transitions": all})
	case "POST /rest/api/3/issue/1/transitions":
		var in struct {
			Transition struct{ ID string }
			Fields     map[string]any
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		for _, one := range s.ways[s.at] {
			if one.id != in.Transition.ID {
				continue
			}
			for f := range one.asks {
				if in.Fields[f] == nil {
					refuse(f, "is required")
					return
				}
			}
			if one.secret != "" && s.has[one.secret] == nil {
				refuse(one.secret, "is required to close")
				return
			}
			s.at, s.moves = one.to, append(s.moves, in.Fields)
			answer(204, nil)
			return
		}
		refuse("", "no such transition")
	case "PUT /rest/api/3/issue/1":
		var in struct{ Fields map[string]any }
		_ = json.NewDecoder(r.Body).Decode(&in)
		for f := range in.Fields {
			if !strings.Contains(strings.Join(s.editable, " "), f) {
				refuse(f, "Field '"+f+"' cannot be set. It is not on the appropriate screen, or unknown.")
				return
			}
			s.has[f] = in.Fields[f]
		}
		s.puts = append(s.puts, in.Fields)
		answer(204, nil)
	default:
		s.flow.ServeHTTP(w, r)
	}
}

// TestPain09StatusTransitionsAndTheirFields: what a transition asks for comes from the patch, then from the issue, then a
// resolution by default; what nobody gives is named, with the transition and how to give it.
func TestPain09StatusTransitionsAndTheirFields(t *testing.T) {
	required := func(names ...string) map[string]any {
		m := map[string]any{}
		for _, n := range names {
			m[n] = map[string]any{"required": true, "name": n, "allowedValues": []any{map[string]string{"id": "r1", "name": "Fixed"}}}
		}
		return m
	}
	straight := func(w ...way) map[string][]way { return map[string][]way{"new:Open": w} }
	reason := core.String("because")
	for _, c := range []struct {
		reason string
		ways   map[string][]way
		has    map[string]any
		edit   []string
		also   map[string]core.Value
		at     string // afterwards
		sent   string // the field that the last transition was sent, with its value
		err    map[string]string
	}{
		{"the rule gives it", straight(way{"31", "done:Done", required("customfield_1"), ""}), nil, nil,
			map[string]core.Value{"Reason": reason}, "done:Done", `{"customfield_1":"because"}`, nil},
		{"the rule gives a resolution", straight(way{"31", "done:Done", required("resolution"), ""}), nil, nil,
			map[string]core.Value{"resolution": core.Option("r2", "Duplicate")}, "done:Done", `{"resolution":{"id":"r2"}}`, nil},
		{"the issue has it", straight(way{"31", "done:Done", required("customfield_2"), ""}), map[string]any{"customfield_2": map[string]string{"id": "7", "value": "Human"}}, nil,
			nil, "done:Done", `{"customfield_2":{"id":"7"}}`, nil},
		{"a resolution that nobody gives", straight(way{"31", "done:Done", required("resolution"), ""}), nil, nil,
			nil, "done:Done", `{"resolution":{"id":"r1"}}`, nil},
		{"nobody gives it", straight(way{"31", "done:Done", required("customfield_1"), ""}), nil, nil, nil, "new:Open", "", map[string]string{
			"status": `the transition "way 31" (31) to "Done" needs Reason; give it beside the status, with also: {<this side>: {Reason: …}}`}},
		{"the screen does not tell of it", straight(way{"31", "done:Done", nil, "customfield_1"}), nil, nil, nil, "new:Open", "", map[string]string{
			"status": `the transition "way 31" (31) to "Done" was refused; Reason: is required to close; give it beside the status, with also: {<this side>: {Reason: …}}`}},
		{"the screen does not tell of it, and the rule gives it to the issue", straight(way{"31", "done:Done", nil, "customfield_1"}), nil, []string{"customfield_1"},
			map[string]core.Value{"Reason": reason}, "done:Done", `null`, nil},
		{"two transitions to one status: the one that needs nothing", straight(way{"31", "done:Done", required("customfield_1"), ""}, way{"32", "done:Done", nil, ""}), nil, nil,
			nil, "done:Done", `null`, nil},
		{"two transitions to one status: the one that is not refused", straight(way{"31", "done:Done", nil, "customfield_1"}, way{"32", "done:Done", required("resolution"), ""}), nil, nil,
			nil, "done:Done", `{"resolution":{"id":"r1"}}`, nil},
		{"two transitions to one status: the one whose field the rule gives", straight(way{"31", "done:Done", required("customfield_2"), ""}, way{"32", "done:Done", required("customfield_1"), ""}), nil, nil,
			map[string]core.Value{"Reason": reason}, "done:Done", `{"customfield_1":"because"}`, nil},
		{"a refused transition sends nobody another way round", map[string][]way{
			"new:Open":            {{"31", "done:Done", nil, "customfield_1"}, {"11", "indeterminate:Doing", nil, ""}},
			"indeterminate:Doing": {{"41", "done:Done", nil, "customfield_1"}}}, nil, nil, nil, "new:Open", "", map[string]string{
			"status": `the transition "way 31" (31) to "Done" was refused; Reason: is required to close; give it beside the status, with also: {<this side>: {Reason: …}}`}},
		{"the last of several hops asks", map[string][]way{
			"new:Open":            {{"11", "indeterminate:Doing", nil, ""}},
			"indeterminate:Doing": {{"41", "done:Done", required("customfield_1"), ""}}}, nil, nil, map[string]core.Value{"Reason": reason}, "done:Done", `{"customfield_1":"because"}`, nil},
		{"no transition leads there", straight(way{"11", "indeterminate:Doing", nil, ""}), nil, nil, nil, "indeterminate:Doing", "", map[string]string{
			"status": `no transition leads from "Doing" to "Done" (the issue came from "Open"); from there the account is offered none; the workflow needs one, or the account needs the right to use it`}},
		{"no screen takes what the rule gives", straight(way{"31", "done:Done", nil, ""}), nil, nil, map[string]core.Value{"Reason": reason}, "done:Done", `null`, map[string]string{
			"Reason": "Field 'customfield_1' cannot be set. It is not on the appropriate screen, or unknown."}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s := &screens{flow: flow{at: "new:Open", leads: map[string][]string{"new:Open": nil, "indeterminate:Doing": nil, "done:Done": nil}}, ways: c.ways, has: c.has, editable: c.edit}
			if s.has == nil {
				s.has = map[string]any{}
			}
			patch := core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Done")}}
			for f, v := range c.also {
				patch.Fields[f] = v
			}
			_, err := s.serve(t).Update(t.Context(), "1", patch, "", connectors.Want{Fields: []string{"status"}})
			var invalid *connectors.InvalidError
			if c.err == nil && err != nil || c.err != nil && !errors.As(err, &invalid) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			for f, want := range c.err {
				if invalid.Fields[f] != want {
					t.Errorf("%s is refused with\n%s\nwant\n%s", f, invalid.Fields[f], want)
				}
			}
			if s.at != c.at {
				t.Errorf("the issue is at %s, want %s", s.at, c.at)
			}
			if c.sent != "" {
				if got, _ := json.Marshal(s.moves[len(s.moves)-1]); string(got) != c.sent {
					t.Errorf("the transition was sent %s, want %s", got, c.sent)
				}
			}
		})
	}
}
