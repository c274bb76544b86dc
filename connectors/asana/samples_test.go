package asana_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness/contract"
)

// TestSamples: every sample of a webhook is read as what it tells.
func TestSamples(t *testing.T) {
	dir := filepath.Join(contract.VendorDir(t, "asana"), "webhooks")
	s := newSite(t, oauth)
	type hint struct {
		id   string
		kind core.HintKind
		own  bool
	}
	cases := map[string]struct {
		reason string
		self   string
		want   []hint
		at     string
	}{
		"events.heartbeat.json":                  {"no events are a sign of life", "1123", nil, ""},
		"events.task_changed.official_docs.json": {"the actor is the own account", "1123", []hint{{"1337", core.HintChanged, true}}, "2013-08-21T18:20:37.972Z"},
		"events.task_name_changed.json":          {"further keys change nothing", "1", []hint{{"1202178854270531", core.HintChanged, false}}, "2026-05-20T14:00:00Z"},
		"events.constructed_from_schema.json":    {"five events are one task, deleted at the end by the system", "1123", []hint{{"1337", core.HintDeleted, false}}, "2026-05-20T14:00:04Z"},
	}
	all, err := filepath.Glob(filepath.Join(dir, "events.*.json"))
	if err != nil || len(all) != len(cases) {
		t.Fatalf("%d samples, %d are known: %v", len(all), len(cases), err)
	}
	for _, path := range all {
		name := filepath.Base(path)
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tc, ok := cases[name]
		if !ok {
			t.Errorf("%s is a sample nobody expected", name)
			continue
		}
		w, err := s.conn.ParseWebhook(signed(body, s.now()), tc.self)
		if err != nil || len(w.Hints) != len(tc.want) || (w.Note == "") != (len(tc.want) > 0) {
			t.Errorf("%s: read as %+v, %v: %s", name, w, err, tc.reason)
			continue
		}
		for i, h := range w.Hints {
			if h.Ref.ID != tc.want[i].id || h.Kind != tc.want[i].kind || h.Own != tc.want[i].own || h.Ref.Type != "task" || h.At.Format(time.RFC3339Nano) != tc.at {
				t.Errorf("%s: hint %+v, want %+v at %s: %s", name, h, tc.want[i], tc.at, tc.reason)
			}
		}
		if _, err := s.conn.ParseWebhook(connectors.WebhookCall{Method: "POST", Header: http.Header{}, Body: body}, ""); !errors.Is(err, connectors.ErrForged) {
			t.Errorf("%s without a signature: %v", name, err)
		}
	}
}

// TestHandshakeSample: the sample's handshake is answered with its header, where its address proves that it was asked for.
func TestHandshakeSample(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "asana"), "webhooks", "handshake.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sample struct {
		Request, Response struct{ Headers map[string]string }
	}
	if err := json.Unmarshal(b, &sample); err != nil {
		t.Fatal(err)
	}
	s := newSite(t, oauth)
	given := sample.Request.Headers["X-Hook-Secret"]
	call := connectors.WebhookCall{Method: "POST", Path: "/webhooks/asana-acme", Header: http.Header{"X-Hook-Secret": {given}}, Now: s.now()}
	if _, err := s.conn.ParseWebhook(call, ""); !errors.Is(err, connectors.ErrForged) {
		t.Errorf("a handshake nobody asked for: %v", err)
	}
	call.Query = s.asked(t).RawQuery
	w, err := s.conn.ParseWebhook(call, "")
	if err != nil || w.Answer == nil || w.Answer.Header["X-Hook-Secret"] != sample.Response.Headers["X-Hook-Secret"] || w.Note == "" {
		t.Errorf("answered %+v, %v", w.Answer, err)
	}
	call.Query = "project=1203000000000002&token=" + s.asked(t).Query().Get("token")
	if _, err := s.conn.ParseWebhook(call, ""); !errors.Is(err, connectors.ErrForged) {
		t.Errorf("a token of another project: %v", err)
	}
}
