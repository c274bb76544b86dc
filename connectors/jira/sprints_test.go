package jira_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// sprintsOf are the sprints that the site's board has, name to id, as a person sees them.
func (s *site) sprintsOf(t *testing.T, state string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, v := range s.person(t, "GET", "/rest/agile/1.0/board/1/sprint?state="+state, nil)["values"].([]any) {
		m := v.(map[string]any)
		out[m["name"].(string)] = fmt.Sprint(m["id"])
	}
	return out
}

func TestSprints(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	open, active := s.sprintsOf(t, "active,future"), s.sprintsOf(t, "active")
	d, err := s.conn.Describe(t.Context(), connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Bug"}})
	if err != nil {
		t.Fatal(err)
	}
	f, ok := d.Find("Sprint")
	if !ok || f.Kind != core.KindOption || f.ReadOnly || !f.OnCreate || len(f.Options) != len(open) {
		t.Fatalf("the field of sprints is %+v; want an option with %d open sprints", f, len(open))
	}
	for _, o := range f.Options {
		if open[o.Name()] != o.ID() {
			t.Errorf("sprint %v has the id %s, want %s", o, o.ID(), open[o.Name()])
		}
	}
	var now, next string
	for name := range active {
		now = name
	}
	for name := range open {
		if _, is := active[name]; !is {
			next = name
		}
	}
	o := s.make(t, "ENG", map[string]core.Value{"Sprint": core.Option("", now)})
	is := func(reason, want string) {
		t.Helper()
		got, err := s.conn.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"Sprint"}})
		if err != nil || got.Field("Sprint").Name() != want || (want == "") != got.Field("Sprint").IsEmpty() {
			t.Errorf("%s: the issue is in %v, %v; want %q", reason, got.Field("Sprint"), err, want)
		}
	}
	put := func(v core.Value) error {
		_, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"Sprint": v}}, "", connectors.Want{Fields: []string{"Sprint"}})
		return err
	}
	is("a new issue is planned", now)
	if err := put(core.Option("", next)); err != nil {
		t.Fatal(err)
	}
	is("moved to the next one, by name", next)
	if n, ops := s.count(t, func() { err = put(core.Option("", next)) }); err != nil || n != 1 {
		t.Errorf("it is there already: %v, %v; nothing is written", ops, err)
	}
	if err := put(core.Empty(core.KindOption)); err != nil {
		t.Fatal(err)
	}
	is("moved to the backlog", "")
	var invalid *connectors.InvalidError
	if err := put(core.Option("", "Sprint of nobody")); !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["Sprint"], next) {
		t.Errorf("a sprint that there is not: %v; want the open ones named", err)
	}
}

// TestAClosedSprintStays: closing a sprint is nobody's edit of its issues, and Jira takes no issue out of it.
func TestAClosedSprintStays(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	var name, id string
	for name, id = range s.sprintsOf(t, "active") {
	}
	o := s.make(t, "ENG", map[string]core.Value{"Sprint": core.Option("", name)})
	s.person(t, http.MethodPost, "/rest/agile/1.0/sprint/"+id, map[string]string{"state": "closed"})
	got, err := s.conn.Get(t.Context(), o.Ref.ID, connectors.Want{Fields: []string{"Sprint"}})
	if err != nil || got.Field("Sprint").Name() != name {
		t.Errorf("the sprint was closed, the issue shows %v, %v; want %q", got.Field("Sprint"), err, name)
	}
	_, err = s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"Sprint": core.Empty(core.KindOption)}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["Sprint"], "closed sprint") {
		t.Errorf("taken out of a closed sprint: %v", err)
	}
}
