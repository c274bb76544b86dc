package jira_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// TestCascadingOptions: both levels of a cascading list are options, by names like "Hardware > Laptop".
func TestCascadingOptions(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", map[string]core.Value{"Affected system": core.Option("", "Hardware > Laptop")})
	if got := o.Field("Affected system"); got.Name() != "Hardware > Laptop" || got.ID() == "" {
		t.Fatalf("a new issue has %v (%s)", got, got.ID())
	}
	for _, c := range []struct{ reason, write, want string }{
		{"another child", "Hardware > Phone", "Hardware > Phone"},
		{"a child of the same name under another parent", "Software > Phone", "Software > Phone"},
		{"the parent alone", "Software", "Software"},
		{"whatever the case", "hardware > laptop", "Hardware > Laptop"},
		{"cleared", "", ""},
	} {
		v := core.Option("", c.write)
		if c.write == "" {
			v = core.Empty(core.KindOption)
		}
		got, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"Affected system": v}}, "", connectors.Want{Fields: []string{"Affected system"}})
		if err != nil || got.Field("Affected system").Name() != c.want {
			t.Errorf("%s: %v, %v; want %q", c.reason, got.Field("Affected system"), err, c.want)
		}
	}
	_, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"Affected system": core.Option("", "Hardware > Browser")}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["Affected system"], "Software > Browser") {
		t.Errorf("a child of another parent: %v; want the options named", err)
	}
}

// TestSetsOfOptions: elements are added and removed one by one, so that what somebody else adds meanwhile stays.
func TestSetsOfOptions(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	o := s.make(t, "ENG", map[string]core.Value{"Platforms": core.Set(core.Option("", "Web"))})
	s.person(t, http.MethodPut, "/rest/api/3/issue/"+o.Ref.ID, map[string]any{"fields": map[string]any{
		"customfield_10034": []map[string]string{{"value": "Web"}, {"value": "Android"}}}})
	got, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Sets: map[string]core.SetChange{"Platforms": {
		Add: core.Set(core.Option("", "iOS")), Remove: core.Set(core.Option("", "Web"))}}}, "", connectors.Want{Fields: []string{"Platforms"}})
	if err != nil || !core.Equal(got.Field("Platforms"), core.Set(core.Option("", "Android"), core.Option("", "iOS"))) {
		t.Errorf("%v, %v; want what somebody added, and the new one", got.Field("Platforms"), err)
	}
}

// TestAResolutionGoesWithTheStatus: over several hops the one whose screen takes the resolution gets it, also where two transitions
// lead to the status.
func TestAResolutionGoesWithTheStatus(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	var names []string
	for _, v := range s.people(t, "/rest/api/3/resolution/search", "values") {
		names = append(names, v.(map[string]any)["name"].(string))
	}
	if len(names) < 2 {
		t.Fatalf("the site has the resolutions %v", names)
	}
	for _, name := range names {
		o := s.make(t, "ENG", nil)
		got, err := s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Done"), "resolution": core.Option("", name)}},
			"", connectors.Want{Fields: []string{"status", "resolution"}})
		if err != nil || got.Field("status").Name() != "Done" || got.Field("resolution").Name() != name {
			t.Errorf("%s: the issue is %v with %v, %v", name, got.Field("status"), got.Field("resolution"), err)
		}
	}
}

// TestAnUnknownResolutionMovesNothing: it is refused before the issue is on its way.
func TestAnUnknownResolutionMovesNothing(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	d, err := s.conn.Describe(t.Context(), connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Bug"}})
	if f, _ := d.Find("resolution"); err != nil || len(f.Options) < 2 {
		t.Errorf("resolutions are described as %v, %v", f.Options, err)
	}
	o := s.make(t, "ENG", nil)
	_, err = s.conn.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"status": core.Option("", "Done"), "resolution": core.Option("", "Vanished")}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["resolution"], "there are: ") {
		t.Errorf("refused with %v; want the resolutions there are", err)
	}
	if got, err := s.conn.Get(t.Context(), o.Ref.ID, all()); err != nil || got.Revision != o.Revision {
		t.Errorf("the issue was moved to %v, %v", got.Field("status"), err)
	}
}

func (s *site) people(t *testing.T, path, list string) []any {
	t.Helper()
	all, _ := s.person(t, "GET", path, nil)[list].([]any)
	return all
}
