package zendesk_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/zendesk"
	"duplex/core"
	emulator "duplex/emulators/zendesk"
)

func TestOwnStatuses(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	d, err := c.Describe(t.Context(), connectors.ItemType{Type: "ticket"})
	if err != nil {
		t.Fatal(err)
	}
	f, ok := d.Find("custom_status")
	if !ok || f.Kind != core.KindOption || f.ReadOnly || len(f.Options) < 2 {
		t.Fatalf("the account's own statuses are described as %+v", f)
	}
	var escalated core.Value
	for _, o := range f.Options {
		if o.ID() == fmt.Sprint(emulator.StatusEscalated) {
			escalated = o
		}
	}
	o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Fields: map[string]core.Value{"subject": core.String("x"), "custom_status": core.Option("", escalated.Name())}})
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Field("custom_status"); !core.Equal(got, escalated) || got.Name() == "" {
		t.Fatalf("a new ticket is %v, want %v", got, escalated)
	}
	o, err = c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"status": core.Option("pending", "pending")}}, "", connectors.Want{Fields: []string{"custom_status", "status"}})
	if err != nil {
		t.Fatal(err)
	}
	if o.Field("custom_status").ID() != fmt.Sprint(emulator.StatusPending) {
		t.Errorf("pending shows as %v (%s)", o.Field("custom_status"), o.Field("custom_status").ID())
	}
	_, err = c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"status": core.Option("solved", "solved"), "custom_status": escalated}}, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Fields["custom_status"], "write one of the two") {
		t.Errorf("two statuses that contradict each other: %v", err)
	}
}

// TestPain09WhatSolvingNeedsIsNamed: a field that is required to solve is not to blame, the status is what cannot be written; the
// text says how to give the field.
func TestPain09WhatSolvingNeedsIsNamed(t *testing.T) {
	needs := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/v2/users/me"):
			fmt.Fprint(w, `{"user":{"id":1,"name":"duplex","email":"sync@acme.example"}}`)
		case strings.HasPrefix(r.URL.Path, "/api/v2/ticket_fields"):
			fmt.Fprint(w, `{"ticket_fields":[{"id":77,"type":"text","title":"Root cause","active":true,"required":true}]}`)
		case r.Method == http.MethodPut && needs:
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprint(w, `{"error":"RecordInvalid","description":"Record validation errors","details":{"base":[{"description":"Root cause: is required when solving a ticket","ticket_field_id":77}]}}`)
		default:
			fmt.Fprint(w, `{"ticket":{"id":5,"subject":"x","status":"solved","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"},"audit":{}}`)
		}
	}))
	defer server.Close()
	c, err := zendesk.New(connectors.Config{System: core.System{Name: "support", Kind: "zendesk", BaseURL: server.URL,
		Auth: map[string]string{"method": "token", "email": "sync@acme.example", "token": "t"}}})
	if err != nil {
		t.Fatal(err)
	}
	solve := core.Patch{Fields: map[string]core.Value{"status": core.Option("solved", "solved")}}
	_, err = c.Update(t.Context(), "5", solve, "", connectors.Want{Fields: []string{"status"}})
	var invalid *connectors.InvalidError
	if want := "solved needs Root cause; give it beside the status, with also: {" + connectors.ThisSide + ": {Root cause: …}}"; !errors.As(err, &invalid) || invalid.Fields["status"] != want {
		t.Errorf("refused with %v\nwant status: %s", err, want)
	}
	solve.Fields["Root cause"] = core.String("x")
	_, err = c.Update(t.Context(), "5", solve, "", connectors.Want{Fields: []string{"status"}})
	if invalid = nil; !errors.As(err, &invalid) || invalid.Fields["Root cause"] == "" {
		t.Errorf("a field that was written and is refused is named itself: %v", err)
	}
}

// TestPain09SolvingOnTheEmulator: the same against the emulated vendor, and solved once the field comes along.
func TestPain09SolvingOnTheEmulator(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	build := fieldName(t, c, emulator.FieldBuild)
	resp, err := http.Post(a.url+"/_control/required", "application/json", strings.NewReader(fmt.Sprintf(`{"fields":[%d]}`, emulator.FieldBuild)))
	if err != nil || resp.StatusCode >= 300 {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Fields: map[string]core.Value{"subject": core.String("x")}})
	if err != nil {
		t.Fatal(err)
	}
	solve := core.Patch{Fields: map[string]core.Value{"status": core.Option("solved", "solved")}}
	_, err = c.Update(t.Context(), o.Ref.ID, solve, "", connectors.Want{})
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || !strings.HasPrefix(invalid.Fields["status"], "solved needs "+build+"; give it beside the status") {
		t.Errorf("refused with %v", err)
	}
	solve.Fields[build] = core.String("1.2")
	if o, err = c.Update(t.Context(), o.Ref.ID, solve, "", connectors.Want{}); err != nil || o.Field("status").Name() != "solved" {
		t.Errorf("with the field it is %v, %v", o.Field("status"), err)
	}
}

// TestNestedOptions: an option of several levels is named as everywhere, and found by the vendor's way to write it too.
func TestNestedOptions(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	device := fieldName(t, c, emulator.FieldDevice)
	d, err := c.Describe(t.Context(), connectors.ItemType{Type: "ticket"})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := d.Find(device)
	var nested core.Value
	for _, o := range f.Options {
		if strings.Contains(o.Name(), "::") {
			t.Errorf("the option %q is shown in the vendor's way", o.Name())
		}
		if strings.Contains(o.Name(), " > ") {
			nested = o
		}
	}
	if nested.IsAbsent() {
		t.Fatalf("no option of several levels among %v", f.Options)
	}
	o, err := c.Create(t.Context(), core.Draft{Type: "ticket", Fields: map[string]core.Value{"subject": core.String("x"), device: core.Option("", nested.Name())}})
	if err != nil || !core.Equal(o.Field(device), nested) || o.Field(device).Name() != nested.Name() {
		t.Errorf("written by name: %v, %v; want %v", o.Field(device), err, nested)
	}
}
