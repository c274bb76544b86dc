package freshservice_test

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

	emulator "duplex/emulators/freshservice"
)

func TestSamples(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	dir := filepath.Join(contract.VendorDir(t, "freshservice"), "webhooks")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(f.Name(), ".template.") {
			if f.Name() != "ticket_activities.response.json" { // an answer of the API, which is no webhook
				t.Errorf("%s is not looked at", f.Name())
			}
			continue
		}
		_, err = c.ParseWebhook(freshtest.Carrying(body, freshtest.HookSecret, time.Now()), "")
		freshtest.WantClass(t, f.Name()+" with its placeholders", err, "malformed")
		filled := strings.NewReplacer("{{ticket.id_numeric}}", "123", "{{ticket.url}}", "https://acme.freshservice.com/a/tickets/123").Replace(string(body))
		got, err := c.ParseWebhook(freshtest.Carrying([]byte(filled), freshtest.HookSecret, time.Now()), "")
		if err != nil || len(got.Hints) != 1 || got.Hints[0].Ref.ID != "123" || got.Hints[0].Kind != core.HintChanged || got.Hints[0].Own {
			t.Errorf("%s is read as %+v, %v", f.Name(), got, err)
		}
	}
}

func TestWebhookBodies(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	for _, tt := range []struct{ reason, body, id, typ, class string }{
		{"a ticket", `{"ticket_id":"20"}`, "20", "ticket", ""},
		{"the number that people see", `{"ticket_id":"INC-20"}`, "20", "ticket", ""},
		{"a service request", `{"ticket_id":"SR-45"}`, "45", "ticket", ""},
		{"a problem", `{"problem_id":"7"}`, "problem-7", "problem", ""},
		{"a change", `{"change_id":7}`, "change-7", "change", ""},
		{"the simple form", `{"freshservice_webhook":{"ticket_id":"20"}}`, "20", "ticket", ""},
		{"the simple form under the sibling's name", `{"freshdesk_webhook":{"ticket_id":"20"}}`, "20", "ticket", ""},
		{"a text that broke the JSON", `{"ticket_id":"20","subject":"say "hello""}`, "", "", "malformed"},
		{"no number", `{"subject":"x"}`, "", "", "malformed"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got, err := c.ParseWebhook(freshtest.Carrying([]byte(tt.body), freshtest.HookSecret, time.Now()), "")
			if connectors.Class(err) != tt.class || tt.id != "" && (len(got.Hints) != 1 || got.Hints[0].Ref.ID != tt.id || got.Hints[0].Ref.Type != tt.typ) {
				t.Errorf("read as %+v, %v", got, err)
			}
		})
	}
}

func TestWebhooksThatAreForged(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	for reason, word := range map[string]string{"another word": "another word", "no word": "", "the beginning of the word": freshtest.HookSecret[:5]} {
		_, err := c.ParseWebhook(freshtest.Carrying([]byte(`{"ticket_id":"20"}`), word, time.Now()), "")
		freshtest.WantClass(t, reason, err, "forged")
	}
}

// TestTheEmulatorsWebhooksAreRead: the admin's rules call, and the connector reads whose ticket it is.
func TestTheEmulatorsWebhooksAreRead(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.Connector(emulator.TokenSync)
	inbox := bench.NewInbox(t)
	a.Control("webhook_target", `{"url":"`+inbox.URL+`","secret":"`+freshtest.HookSecret+`"}`)
	id := made(t, c).Ref.ID
	call := inbox.Next()
	w, err := c.ParseWebhook(connectors.WebhookCall{Method: http.MethodPost, Header: call.Header, Body: call.Raw}, "")
	if err != nil || len(w.Hints) != 1 || w.Hints[0].Ref.ID != id {
		t.Errorf("read as %+v, %v", w, err)
	}
}

func TestTheGuideNamesAddressHeaderAndBody(t *testing.T) {
	c := newAccount(t, document(t)).Connector(emulator.TokenSync)
	steps := strings.Join(c.WebhookSteps("https://duplex.acme.example/hooks/desk"), "\n")
	for _, part := range []string{"https://duplex.acme.example/hooks/desk", "X-Webhook-Secret", `{"ticket_id": "{{ticket.id_numeric}}"}`, `{"problem_id": "{{problem.id_numeric}}"}`, `{"change_id": "{{change.id_numeric}}"}`} {
		if !strings.Contains(steps, part) {
			t.Errorf("the guide does not say %s", part)
		}
	}
	if strings.Contains(steps, freshtest.HookSecret) {
		t.Error("the guide tells the secret")
	}
}
