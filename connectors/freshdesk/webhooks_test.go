package freshdesk_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshdesk"
)

func TestSamples(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	dir := filepath.Join(contract.VendorDir(t, "freshdesk"), "webhooks")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]core.HintKind{"ticket.created.json": core.HintCreated, "ticket.status_changed.json": core.HintChanged}
	for _, f := range files {
		kind, isCall := want[f.Name()]
		if !isCall {
			if f.Name() != "ticket_activities.export-file.json" { // the daily export, which is no webhook
				t.Errorf("%s is not looked at", f.Name())
			}
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.ParseWebhook(freshtest.Carrying(body, freshtest.HookSecret, time.Now()), "")
		if err != nil || len(got.Hints) != 1 || got.Hints[0].Ref.ID != "11" || got.Hints[0].Kind != kind || got.Hints[0].Own || got.Hints[0].Revision != "" {
			t.Errorf("%s is read as %+v, %v", f.Name(), got, err)
		}
	}
}

func TestWebhookBodies(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	for _, tt := range []struct{ reason, body, id, class string }{
		{"a number as a text", `{"ticket_id":"20"}`, "20", ""},
		{"a number", `{"ticket_id":20,"ticket_subject":"x"}`, "20", ""},
		{"a text that broke the JSON", `{"ticket_id":"20","subject":"say "hello""}`, "", "malformed"},
		{"a placeholder that was not filled in", `{"ticket_id":"{{ticket.id}}"}`, "", "malformed"},
		{"no number", `{"subject":"x"}`, "", "malformed"},
		{"a number below one", `{"ticket_id":"0"}`, "", "malformed"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got, err := c.ParseWebhook(freshtest.Carrying([]byte(tt.body), freshtest.HookSecret, time.Now()), "")
			if connectors.Class(err) != tt.class || tt.id != "" && (len(got.Hints) != 1 || got.Hints[0].Ref.ID != tt.id) {
				t.Errorf("read as %+v, %v", got, err)
			}
		})
	}
}

func TestWebhooksThatAreForged(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	body := []byte(`{"ticket_id":"20"}`)
	elsewhere := http.Header{}
	elsewhere.Set("X-Other", freshtest.HookSecret)
	for _, tt := range []struct {
		reason string
		call   connectors.WebhookCall
	}{
		{"another word", freshtest.Carrying(body, "another word", time.Now())},
		{"no word", freshtest.Carrying(body, "", time.Now())},
		{"the beginning of the word", freshtest.Carrying(body, freshtest.HookSecret[:5], time.Now())},
		{"the word in another header", connectors.WebhookCall{Header: elsewhere, Body: body}},
		{"garbage without the word", connectors.WebhookCall{Body: []byte("garbage")}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			_, err := c.ParseWebhook(tt.call, "")
			freshtest.WantClass(t, "the call", err, "forged")
			if err != nil && strings.Contains(err.Error(), freshtest.HookSecret) {
				t.Error("the error tells the secret")
			}
		})
	}
}

// TestTheEmulatorsWebhooksAreRead: the admin's rules call, and the connector reads whose ticket it is.
func TestTheEmulatorsWebhooksAreRead(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	inbox := bench.NewInbox(t)
	a.Control("webhook_target", `{"url":"`+inbox.URL+`","secret":"`+freshtest.HookSecret+`"}`)
	id := made(t, c, nil).Ref.ID
	call := inbox.Next()
	w, err := c.ParseWebhook(connectors.WebhookCall{Method: http.MethodPost, Header: call.Header, Body: call.Raw}, "")
	if err != nil || len(w.Hints) != 1 || w.Hints[0].Ref.ID != id {
		t.Errorf("read as %+v, %v", w, err)
	}
}

func TestTheGuideNamesAddressHeaderAndBody(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	steps := strings.Join(c.WebhookSteps("https://duplex.acme.example/hooks/desk"), "\n")
	for _, part := range []string{"https://duplex.acme.example/hooks/desk", "X-Webhook-Secret", `{"ticket_id": "{{ticket.id}}"}`} {
		if !strings.Contains(steps, part) {
			t.Errorf("the guide does not say %s", part)
		}
	}
	if strings.Contains(steps, freshtest.HookSecret) {
		t.Error("the guide tells the secret")
	}
}
