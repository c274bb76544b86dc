package gateway

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/workflows"
)

const resolvable = `connection: desk
sides:
  support:     {system: left, type: item, start: true}
  engineering: {system: right, type: item}
conflicts: park
rules:
  - {support: priority, engineering: priority, values: {low: normal, high: high}}
  - {support: title, engineering: title, flow: to-engineering}
  - {support: estimate, engineering: estimate}
`

// described compiles against what the memory systems say of their fields.
func described(_ context.Context, v core.ConnectionVersion) (*mapping.Mapping, mapping.Diagnostics, error) {
	d := &mapping.Description{}
	for _, f := range memory.DefaultFields() {
		d.Fields = append(d.Fields, mapping.Field{Name: f.Name, Kind: f.Kind, Of: f.Of, Options: f.Options, Required: f.Required, OnCreate: f.OnCreate, ReadOnly: f.ReadOnly})
	}
	m, diags := mapping.Compile(v.FileName, v.Source, mapping.Env{Applied: true, Read: filesOf(v), Systems: map[string]string{"left": "memory", "right": "memory"},
		Describe: func(string, string, map[string]string) (*mapping.Description, bool) { return d, true }})
	return m, diags, nil
}

// TestResolveToAValue: a value is checked against the field and the rule before it is taken, and kept out of the engine.
func TestResolveToAValue(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Check = described })
	w.connect(resolvable)
	p := w.pair("1", "2")
	p.Parked = map[string]core.Parked{}
	for rule, class := range map[string]core.ProblemClass{"priority~priority": core.ProblemInvalid, "title~title": core.ProblemInvalid,
		"estimate~estimate": core.ProblemDenied, "comment:5": core.ProblemTooLarge, "gone~gone": core.ProblemConflict} {
		p.Parked[rule] = core.Parked{Problem: core.Problem{Class: class, Text: "x", Since: time.Unix(1e9, 0)}, Pending: core.B}
	}
	for _, side := range core.Sides {
		hash, err := w.store.PutObservation(t.Context(), p.ID, core.Observation{Ref: p.Sides[side].Ref, Fields: map[string]core.Value{"priority": core.Option("", "shown")}})
		if err != nil {
			t.Fatal(err)
		}
		p.Sides[side].Seen = hash
	}
	if err := w.store.SavePair(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	give := func(rule, side, value string) ResolveRequest {
		return ResolveRequest{Rule: rule, Value: &value, In: side}
	}
	for _, c := range []struct {
		reason string
		req    ResolveRequest
		status int
		part   string
	}{
		{"no such option: the options are told", give("priority~priority", "engineering", "hgih"), 422, `its options are: low, normal, high; did you mean "high"?`},
		{"it cannot be said on the other side", give("priority~priority", "support", "normal"), 422, "it cannot be said in engineering"},
		{"no such side", give("priority~priority", "left", "high"), 422, "support or engineering"},
		{"the rule does not flow there", give("title~title", "support", "x"), 409, "in the words of engineering"},
		{"a required field is not cleared", give("title~title", "engineering", ""), 422, "cannot be empty"},
		{"a value does not mend a right that is missing", give("estimate~estimate", "support", "3"), 409, "denied"},
		{"a comment has no value", give("comment:5", "support", "x"), 409, "no value to choose"},
		{"a field cannot be left out", ResolveRequest{Rule: "title~title", Skip: true}, 409, "only a comment or a file"},
		{"the rule is gone", give("gone~gone", "support", "x"), 409, "no longer in the mapping"},
		{"nothing is said", ResolveRequest{Rule: "title~title"}, 400, "either"},
		{"too much is said", ResolveRequest{Rule: "comment:5", Winner: "support", Skip: true}, 400, "either"},
		{"a value in nobody's words", ResolveRequest{Rule: "priority~priority", Value: new(string)}, 400, "either"},
	} {
		if status, e := w.api("POST", "/pairs/"+p.ID+"/resolve", c.req, nil); status != c.status || !strings.Contains(e.Text, c.part) {
			t.Errorf("%s: %d %+v, want %d with %q", c.reason, status, e, c.status, c.part)
		}
	}
	if open, err := w.store.OpenResolutions(t.Context(), p.ID); err != nil || len(open) != 0 || len(w.engine.updates) != 0 {
		t.Fatalf("of what was refused something is kept: %+v %v %+v", open, err, w.engine.updates)
	}
	for range 2 { // saying it twice does no harm
		if status, e := w.api("POST", "/pairs/"+p.ID+"/resolve", give("priority~priority", "engineering", "High"), nil); status != 200 {
			t.Fatalf("%d %+v", status, e)
		}
	}
	open, err := w.store.OpenResolutions(t.Context(), p.ID)
	if err != nil || len(open) != 1 || open[0].Value.Name() != "high" || open[0].Side != core.B || open[0].By != "ann" || open[0].Seen[core.A].Name() != "shown" {
		t.Fatalf("kept is %+v, %v", open, err)
	}
	u := w.engine.updates[len(w.engine.updates)-1].arg
	if u != (workflows.ResolveRequest{Rule: "priority~priority", Side: core.B, By: "ann", Kind: core.ResolveValue, Resolution: open[0].ID}) {
		t.Errorf("the engine was told %+v", u)
	}
	w.engine.fail(serviceerror.NewUnavailable("away"))
	var done Done
	if status, e := w.api("POST", "/pairs/"+p.ID+"/resolve", ResolveRequest{Rule: "comment:5", Skip: true}, &done); status != 200 || !strings.Contains(done.Text, "recorded") {
		t.Errorf("with the engine away: %d %+v %+v", status, e, done)
	}
	if open, _ := w.store.OpenResolutions(t.Context(), p.ID); len(open) != 2 {
		t.Errorf("the decision was not kept: %+v", open)
	}
}
