package azuredevops_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/azuredevops"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
)

// TestOnlyItemsAreNotFound: a project, a type or an organization that is not there never reads as a deleted item.
func TestOnlyItemsAreNotFound(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	in := func(project, typ string) connectors.ItemType {
		return connectors.ItemType{Type: "workitem", Scope: map[string]string{"project": project, "type": typ}}
	}
	elsewhere := a.build(core.System{Name: "ado", BaseURL: a.url + "/nobody", Auth: map[string]string{"token": emulator.TokenSync}, Settings: map[string]string{"product": "services"}})
	for _, tt := range []struct {
		name  string
		call  func() error
		class string
	}{
		{"describe in no project", func() error { _, err := c.Describe(t.Context(), in("Nowhere", "Bug")); return err }, "invalid"},
		{"describe no type", func() error { _, err := c.Describe(t.Context(), in("Fabrikam", "Nothing")); return err }, "invalid"},
		{"changes in no project", func() error { _, err := c.Changes(t.Context(), in("Nowhere", "Bug"), "", 10); return err }, "invalid"},
		{"search in no project", func() error { _, err := c.Search(t.Context(), in("Nowhere", "Bug"), "", ""); return err }, "invalid"},
		{"create in no project", func() error {
			_, err := c.Create(t.Context(), core.Draft{Scope: in("Nowhere", "Bug").Scope, Fields: title("x")})
			return err
		}, "invalid"},
		{"get in no organization", func() error { _, err := elsewhere.Get(t.Context(), o.Ref.ID, all); return err }, "denied"},
		{"check", func() error {
			for _, f := range c.Check(t.Context(), in("Nowhere", "Bug")) {
				if f.State == connectors.Wrong {
					return connectors.ErrDenied
				}
			}
			return nil
		}, "denied"},
	} {
		if err := tt.call(); connectors.Class(err) != tt.class {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.class)
		}
	}
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	gone, err := azuredevops.New(connectors.Config{System: core.System{BaseURL: page.URL + "/acme", Auth: map[string]string{"token": "x"}}})
	check(t, err)
	if _, err := gone.Get(t.Context(), "1", connectors.Want{}); connectors.Class(err) != "denied" || !strings.Contains(err.Error(), "base_url") {
		t.Errorf("a page that says 404: %v", err)
	}
}
