package zendesk_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"duplex/connectors"
	"duplex/connectors/zendesk"
	"duplex/core"
)

// customers answers as an account whose users and organizations have custom fields, and counts the calls by path.
func customers(t *testing.T) (connectors.Connector, func(path string) int) {
	t.Helper()
	answers := map[string]string{
		"/api/v2/users/me":                `{"user":{"id":1,"name":"Sync"}}`,
		"/api/v2/ticket_fields":           `{"ticket_fields":[]}`,
		"/api/v2/groups":                  `{"groups":[]}`,
		"/api/v2/organizations/9":         `{"organization":{"id":9,"name":"Globex","notes":null,"organization_fields":{"plan":"gold","seats":250,"old":"x"}}}`,
		"/api/v2/organizations/show_many": `{"organizations":[{"id":9,"name":"Globex","organization_fields":{"plan":"gold"}}]}`,
		"/api/v2/users/show_many":         `{"users":[{"id":5,"name":"Ann","email":"ann@globex.example","phone":"+49 30 1","user_fields":{"vip":true,"since":"2024-05-01T00:00:00+00:00"}}]}`,
		"/api/v2/user_fields":             `{"user_fields":[{"key":"vip","type":"checkbox","title":"VIP","active":true},{"key":"since","type":"date","title":"Since","active":true}]}`,
		"/api/v2/organization_fields":     `{"organization_fields":[{"key":"plan","type":"dropdown","title":"Plan","active":true,"custom_field_options":[{"name":"Gold plan","value":"gold"}]},{"key":"seats","type":"integer","title":"Seats","active":true},{"key":"old","type":"text","title":"Old","active":false}]}`,
	}
	var mu sync.Mutex
	calls := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		calls[r.URL.Path]++
		mu.Unlock()
		if r.URL.Path == "/api/v2/tickets/show_many" {
			fmt.Fprint(w, `{"tickets":[{"id":11,"status":"open","requester_id":5,"organization_id":9},{"id":12,"status":"open","requester_id":5,"organization_id":8}]}`)
			return
		}
		if id, ok := strings.CutPrefix(r.URL.Path, "/api/v2/tickets/"); ok {
			requester := `5`
			organization := `9`
			if id == "13" {
				organization = `null`
			}
			fmt.Fprintf(w, `{"ticket":{"id":%s,"subject":"x","status":"open","requester_id":%s,"organization_id":%s,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}`, id, requester, organization)
			return
		}
		if answers[r.URL.Path] == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(answers[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	c, err := zendesk.New(connectors.Config{System: core.System{
		Name: "support", BaseURL: server.URL, Auth: map[string]string{"method": "token", "email": "e@acme.example", "token": "secret-token"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c, func(path string) int {
		mu.Lock()
		defer mu.Unlock()
		return calls[path]
	}
}

func TestAttributesOfRequesterAndOrganization(t *testing.T) {
	c, calls := customers(t)
	since, _ := core.Date("2024-05-01")
	want := map[string]core.Value{
		"requester.email": core.String("ann@globex.example"), "requester.phone": core.String("+49 30 1"),
		"requester.vip": core.Bool(true), "requester.since": since,
		"organization.name": core.String("Globex"), "organization.plan": core.Option("gold", "Gold plan"),
		"organization.seats": core.Int(250), "organization.notes": core.Empty(core.KindString),
	}
	var names []string
	for name := range want {
		names = append(names, name)
	}
	for _, id := range []string{"11", "12"} {
		o, err := c.Get(t.Context(), id, connectors.Want{Type: ticketType, Fields: append(names, "organization.old")})
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range want {
			if !core.Equal(o.Field(name), v) || o.Field(name).Kind() != v.Kind() {
				t.Errorf("ticket %s: %s is %v, want %v", id, name, o.Field(name), v)
			}
		}
		if len(o.Fields) != len(want) {
			t.Errorf("ticket %s shows %v", id, o.Fields)
		}
	}
	for _, path := range []string{"/api/v2/users/show_many", "/api/v2/organizations/9", "/api/v2/organization_fields"} {
		if n := calls(path); n != 1 {
			t.Errorf("two tickets of one customer cost %d calls of %s, want one", n, path)
		}
	}
	o, err := c.Get(t.Context(), "13", connectors.Want{Type: ticketType, Fields: []string{"organization.plan"}})
	if err != nil || !o.Field("organization.plan").IsEmpty() {
		t.Errorf("without an organization its plan is %v, %v; want empty", o.Field("organization.plan"), err)
	}
}

func TestAttributesCostNothingWhenNobodyReadsThem(t *testing.T) {
	c, calls := customers(t)
	if _, err := c.Get(t.Context(), "11", connectors.Want{Type: ticketType, Fields: []string{"subject", "requester"}}); err != nil {
		t.Fatal(err)
	}
	if n := calls("/api/v2/organizations/9") + calls("/api/v2/user_fields") + calls("/api/v2/organization_fields"); n != 0 {
		t.Errorf("%d calls for attributes that were not asked for", n)
	}
}

func TestAttributesAreDescribed(t *testing.T) {
	c, _ := customers(t)
	d, err := c.Describe(t.Context(), ticketType)
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]core.Kind{"requester.vip": core.KindBool, "assignee.phone": core.KindString, "organization.plan": core.KindOption} {
		if f, ok := d.Find(name); !ok || f.Kind != kind || !f.ReadOnly {
			t.Errorf("%s is described as %+v (%v), want a read-only %s", name, f, ok, kind)
		}
	}
	if _, ok := d.Find("organization.old"); ok {
		t.Error("a custom field that is not active is described")
	}
	var invalid *connectors.InvalidError
	_, err = c.Update(t.Context(), "11", core.Patch{Fields: map[string]core.Value{"requester.phone": core.String("0")}}, "", connectors.Want{})
	if err == nil || connectors.Class(err) != "invalid" {
		t.Errorf("writing an attribute came out as %v (%T), want a refusal", err, invalid)
	}
}

func TestAttributesOfManyTicketsAreReadTogether(t *testing.T) {
	c, calls := customers(t)
	os, err := c.(connectors.BatchGetter).GetMany(t.Context(), []string{"11", "12"}, connectors.Want{Type: ticketType, Fields: []string{"organization.plan", "organization.name"}})
	if err != nil || len(os) != 2 {
		t.Fatalf("%v, %v", os, err)
	}
	if !core.Equal(os[0].Field("organization.plan"), core.Option("gold", "Gold plan")) || !os[1].Field("organization.plan").IsAbsent() {
		t.Errorf("plans %v and %v, want gold, and nothing of an organization that is gone", os[0].Field("organization.plan"), os[1].Field("organization.plan"))
	}
	if one, many := calls("/api/v2/organizations/9")+calls("/api/v2/organizations/8"), calls("/api/v2/organizations/show_many"); one != 0 || many != 1 {
		t.Errorf("%d single calls and %d for many, want one call for both", one, many)
	}
}
