package freshdesk_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness/contract"

	emulator "duplex/emulators/freshdesk"
)

func TestSamples(t *testing.T) {
	c := newAccount(t, document(t)).connector(emulator.TokenSync)
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
		got, err := c.ParseWebhook(carrying(body, hookSecret, time.Now()), "")
		if err != nil || len(got.Hints) != 1 || got.Hints[0].Ref.ID != "11" || got.Hints[0].Kind != kind || got.Hints[0].Own || got.Hints[0].Revision != "" {
			t.Errorf("%s is read as %+v, %v", f.Name(), got, err)
		}
	}
}

func TestWebhookBodies(t *testing.T) {
	c := newAccount(t, document(t)).connector(emulator.TokenSync)
	for _, tt := range []struct{ reason, body, id, class string }{
		{"a number as a text", `{"ticket_id":"20"}`, "20", ""},
		{"a number", `{"ticket_id":20,"ticket_subject":"x"}`, "20", ""},
		{"a text that broke the JSON", `{"ticket_id":"20","subject":"say "hello""}`, "", "malformed"},
		{"a placeholder that was not filled in", `{"ticket_id":"{{ticket.id}}"}`, "", "malformed"},
		{"no number", `{"subject":"x"}`, "", "malformed"},
		{"a number below one", `{"ticket_id":"0"}`, "", "malformed"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got, err := c.ParseWebhook(carrying([]byte(tt.body), hookSecret, time.Now()), "")
			if connectors.Class(err) != tt.class || tt.id != "" && (len(got.Hints) != 1 || got.Hints[0].Ref.ID != tt.id) {
				t.Errorf("read as %+v, %v", got, err)
			}
		})
	}
}

func TestWebhooksThatAreForged(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.connector(emulator.TokenSync)
	body := []byte(`{"ticket_id":"20"}`)
	elsewhere := http.Header{}
	elsewhere.Set("X-Other", hookSecret)
	for _, tt := range []struct {
		reason string
		call   connectors.WebhookCall
	}{
		{"another word", carrying(body, "another word", time.Now())},
		{"no word", carrying(body, "", time.Now())},
		{"the beginning of the word", carrying(body, hookSecret[:5], time.Now())},
		{"the word in another header", connectors.WebhookCall{Header: elsewhere, Body: body}},
		{"garbage without the word", connectors.WebhookCall{Body: []byte("garbage")}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			_, err := c.ParseWebhook(tt.call, "")
			wantClass(t, "the call", err, "forged")
			if err != nil && strings.Contains(err.Error(), hookSecret) {
				t.Error("the error tells the secret")
			}
		})
	}
}

// TestTheEmulatorsWebhooksAreRead: the admin's rules call, and the connector reads whose ticket it is.
func TestTheEmulatorsWebhooksAreRead(t *testing.T) {
	a := newAccount(t, document(t))
	c := a.connector(emulator.TokenSync)
	var mu sync.Mutex
	var calls []connectors.WebhookCall
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := make([]byte, 1000)
		n, _ := r.Body.Read(body)
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, connectors.WebhookCall{Method: r.Method, Header: r.Header, Body: body[:n]})
	}))
	defer receiver.Close()
	a.control("webhook_target", `{"url":"`+receiver.URL+`","secret":"`+hookSecret+`"}`)
	id := made(t, c, nil).Ref.ID
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		mu.Lock()
		got := calls
		mu.Unlock()
		if len(got) > 0 {
			w, err := c.ParseWebhook(got[0], "")
			if err != nil || len(w.Hints) != 1 || w.Hints[0].Ref.ID != id {
				t.Errorf("read as %+v, %v", w, err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no webhook came")
		}
	}
}

func TestTheGuideNamesAddressHeaderAndBody(t *testing.T) {
	c := newAccount(t, document(t)).connector(emulator.TokenSync)
	steps := strings.Join(c.WebhookSteps("https://duplex.acme.example/hooks/desk"), "\n")
	for _, part := range []string{"https://duplex.acme.example/hooks/desk", "X-Webhook-Secret", `{"ticket_id": "{{ticket.id}}"}`} {
		if !strings.Contains(steps, part) {
			t.Errorf("the guide does not say %s", part)
		}
	}
	if strings.Contains(steps, hookSecret) {
		t.Error("the guide tells the secret")
	}
}
