package zendesk_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/zendesk"
	"duplex/core"
)

// newWithout is a connector with nowhere to keep secrets.
func newWithout(a *account) (*zendesk.Connector, error) {
	c, err := zendesk.New(connectors.Config{HTTP: a.http, Now: a.Now, System: core.System{
		Name: "support", BaseURL: a.url, Webhook: map[string]string{"secret": signingSecret},
		Auth: map[string]string{"method": "token", "email": "sync@acme.example", "token": "zd-token-sync"},
	}})
	if err != nil {
		return nil, err
	}
	return c.(*zendesk.Connector), nil
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	cases := []struct {
		reason string
		base   string
		auth   map[string]string
		want   string
	}{
		{"no address", "", map[string]string{"method": "token", "email": "e", "token": "t"}, "base_url"},
		{"no scheme", "acme.zendesk.com", map[string]string{"method": "token", "email": "e", "token": "t"}, "base_url"},
		{"a token without its account", "https://acme.zendesk.com", map[string]string{"method": "token", "token": "t"}, "auth.email"},
		{"OAuth is the default and needs a client", "https://acme.zendesk.com", nil, "auth.client_id"},
		{"an unknown way to sign in", "https://acme.zendesk.com", map[string]string{"method": "password"}, "auth.method"},
	}
	for _, tc := range cases {
		_, err := zendesk.New(connectors.Config{System: core.System{Name: "support", BaseURL: tc.base, Auth: tc.auth}})
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "support") {
			t.Errorf("%s: came out as %v", tc.reason, err)
		}
	}
}

// refusing is a connector whose system answers an update in that way and everything else like an empty account.
func refusing(t *testing.T, status int, body string) connectors.Connector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut:
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		case r.URL.Path == "/api/v2/ticket_fields":
			_ = json.NewEncoder(w).Encode(map[string]any{"ticket_fields": []any{
				map[string]any{"id": 77, "type": "text", "title": "Build", "active": true},
				map[string]any{"id": 78, "type": "text", "title": "Twice", "active": true},
				map[string]any{"id": 79, "type": "text", "title": "Twice", "active": true},
				map[string]any{"id": 80, "type": "text", "title": "status", "active": true},
				map[string]any{"id": 81, "type": "text", "title": "Old", "active": false},
			}})
		default:
			_, _ = w.Write([]byte(`{"groups":[],"user_fields":[],"organization_fields":[]}`))
		}
	}))
	t.Cleanup(server.Close)
	c, err := zendesk.New(connectors.Config{System: core.System{
		Name: "support", BaseURL: server.URL, Auth: map[string]string{"method": "token", "email": "e@acme.example", "token": "secret-token"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRefusals(t *testing.T) {
	cases := []struct {
		reason string
		status int
		body   string
		class  string
		field  string
	}{
		{"a refused property is named as mappings name it", 422, `{"error":"RecordInvalid","details":{"assignee_id":[{"description":"is no agent"}]}}`, "invalid", "assignee"},
		{"a custom field is named by its title", 422, `{"error":"RecordInvalid","details":{"base":[{"description":"Build: is required","ticket_field_id":77}]}}`, "invalid", "Build"},
		{"a refusal that names no field", 422, `{"error":"RecordInvalid","details":{"base":[{"description":"no"}]}}`, "invalid", ""},
		{"newer endpoints list errors", 400, `{"errors":[{"code":"InvalidValue","title":"no"}]}`, "invalid", ""},
		{"bad JSON comes back as text", 400, `Unparseable`, "invalid", ""},
		{"error may be an object", 403, `{"error":{"title":"Forbidden","message":"no access"}}`, "denied", ""},
		{"a precondition that failed", 409, `{"error":"UpdateConflict"}`, "stale", ""},
		{"gone", 404, `{"error":"RecordNotFound"}`, "not-found", ""},
		{"a page instead of an answer", 200, `<html>maintenance</html>`, "busy", ""},
		{"another ticket's answer", 200, `{"ticket":{"id":9}}`, "busy", ""},
	}
	for _, tc := range cases {
		c := refusing(t, tc.status, tc.body)
		_, err := c.Update(t.Context(), "5", core.Patch{Fields: map[string]core.Value{"subject": core.String("x")}}, "", connectors.Want{})
		if got := connectors.Class(err); got != tc.class {
			t.Errorf("%s: came out as %s (%v)", tc.reason, got, err)
		}
		var invalid *connectors.InvalidError
		if errors.As(err, &invalid) {
			if _, ok := invalid.Fields[tc.field]; !ok || len(invalid.Fields) != 1 {
				t.Errorf("%s: refused %v, want %q", tc.reason, invalid.Fields, tc.field)
			}
		}
		if err != nil && strings.Contains(err.Error(), "secret-token") {
			t.Errorf("%s: the error tells the token", tc.reason)
		}
	}
}

func TestCustomFieldsHaveUniqueNames(t *testing.T) {
	d, err := refusing(t, 200, "").Describe(t.Context(), ticketType)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Build": "77", "Twice (78)": "78", "Twice (79)": "79", "status (80)": "80", "status": "", "Old": "none"} {
		f, ok := d.Find(name)
		if ok != (want != "none") || ok && f.ID != want {
			t.Errorf("%q is field %q (%v), want %q", name, f.ID, ok, want)
		}
	}
	if _, err := refusing(t, 200, "").Describe(t.Context(), connectors.ItemType{Type: "issue"}); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("another item type came out as %v", err)
	}
}

func TestAnOrganizationGoesByItsName(t *testing.T) {
	var written map[string]map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v2/ticket_fields":
			_, _ = w.Write([]byte(`{"ticket_fields":[]}`))
		case "/api/v2/organizations/search":
			_, _ = w.Write([]byte(`{"organizations":[{"id":8,"name":"Globex North"},{"id":9,"name":"Globex"}]}`))
		case "/api/v2/users/me":
			_, _ = w.Write([]byte(`{"user":{"id":1,"name":"sync","email":"sync@acme.example"}}`))
		case "/api/v2/organizations/9":
			_, _ = w.Write([]byte(`{"organization":{"id":9,"name":"Globex"}}`))
		case "/api/v2/tickets/5":
			_ = json.NewDecoder(r.Body).Decode(&written)
			_, _ = w.Write([]byte(`{"ticket":{"id":5,"organization_id":9,"updated_at":"2026-01-01T00:00:00Z"}}`))
		default:
			t.Errorf("unexpected call of %s", r.URL.Path)
		}
	}))
	t.Cleanup(server.Close)
	c, err := zendesk.New(connectors.Config{System: core.System{
		Name: "support", BaseURL: server.URL, Auth: map[string]string{"method": "token", "email": "e@acme.example", "token": "secret-token"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.Update(t.Context(), "5", core.Patch{Fields: map[string]core.Value{"organization": core.Option("", "globex")}}, "", connectors.Want{})
	if err != nil || written["ticket"]["organization_id"] != 9.0 || o.Field("organization").Name() != "Globex" {
		t.Errorf("sent %v, shown %v, %v", written, o.Field("organization"), err)
	}
	_, err = c.Update(t.Context(), "5", core.Patch{Fields: map[string]core.Value{"organization": core.Option("", "Initech")}}, "", connectors.Want{})
	if connectors.Class(err) != "invalid" {
		t.Errorf("an unknown organization came out as %v", err)
	}
}
