package zendesk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness/contract"
	emulator "duplex/emulators/zendesk"
)

func TestEverySampleOfTheVendorIsRead(t *testing.T) {
	dir := filepath.Join(contract.VendorDir(t, "zendesk"), "webhooks")
	a := newAccount(t)
	c := a.connector("sync")
	comment, status := time.Date(2025, 1, 8, 14, 25, 30, 123456789, time.UTC), time.Date(2025, 1, 8, 16, 45, 20, 987654321, time.UTC)
	cases := map[string]struct {
		reason string
		self   string
		id     string
		hint   core.Hint
		note   bool
	}{
		"ticket.comment_added.json": {
			reason: "a comment by the own account", self: "8447388090495", id: "d4f5c389-8f4a-4c2e-a1b9-8e4f39c71d52",
			hint: core.Hint{Kind: core.HintComments, Revision: "2025-01-08T14:25:30Z", Own: true, At: comment},
		},
		"ticket.status_changed.json": {
			reason: "a change by somebody else", self: "8447388090495", id: "a8b9c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d",
			hint: core.Hint{Kind: core.HintChanged, Revision: "2025-01-08T16:45:20Z", At: status},
		},
		"user.active_changed.json":    {reason: "an event that is not about a ticket", id: "2b24ef10-19d4-4740-93cf-8f98ec4776c0", note: true},
		"trigger.create-request.json": {reason: "what is sent to the vendor, not by it", id: "invocation-1", note: true},
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() == "signature-vectors.json" {
			continue
		}
		tc, ok := cases[f.Name()]
		if !ok {
			t.Errorf("the sample %s has no case here", f.Name())
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		w, err := c.ParseWebhook(signed(body, a.Now()), tc.self)
		if err != nil || w.ID != tc.id || (w.Note != "") != tc.note || (len(w.Hints) == 0) != tc.note {
			t.Errorf("%s: %s was read as %+v, %v", tc.reason, f.Name(), w, err)
			continue
		}
		if !tc.note {
			tc.hint.Ref = w.Hints[0].Ref
			if w.Hints[0] != tc.hint || tc.hint.Ref.ID != "5158" || tc.hint.Ref.System != "support" {
				t.Errorf("%s: %s gave %+v", tc.reason, f.Name(), w.Hints[0])
			}
		}
	}
}

func TestSignatureVectors(t *testing.T) {
	file := filepath.Join(contract.VendorDir(t, "zendesk"), "webhooks", "signature-vectors.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Secret  string
		Vectors []struct{ Timestamp, Body, Signature string }
	}
	if err := json.Unmarshal(raw, &v); err != nil || len(v.Vectors) == 0 {
		t.Fatalf("%d vectors, %v", len(v.Vectors), err)
	}
	a := newAccount(t)
	sys := core.System{
		Name: "support", BaseURL: a.url, Webhook: map[string]string{"secret": v.Secret},
		Auth: map[string]string{"method": "token", "email": "x@acme.example", "token": "token-of-nobody"},
	}
	c := a.open(sys)
	for _, vector := range v.Vectors {
		at, err := time.Parse(time.RFC3339, vector.Timestamp)
		if err != nil {
			t.Fatal(err)
		}
		call := signed([]byte(vector.Body), at)
		call.Header.Set("X-Zendesk-Webhook-Signature", vector.Signature)
		_, err = c.ParseWebhook(call, "")
		if errors.Is(err, connectors.ErrForged) {
			t.Errorf("a good signature over %q came out as %v", vector.Body, err)
		}
	}
}

func TestWebhookCalls(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	plain := a.open(core.System{Name: "support", BaseURL: a.url, Auth: map[string]string{"method": "token", "email": "e@acme.example", "token": "some token"}})
	cases := []struct {
		reason string
		body   string
		late   time.Duration
		on     connectors.WebhookParser
		class  string
		text   string
	}{
		{reason: "a trigger with a number", body: `{"ticket_id":35436}`},
		{reason: "a trigger with a text", body: `{"ticket_id":"35436"}`},
		{reason: "a trigger whose placeholder was empty", body: `{"ticket_id":""}`, class: "malformed"},
		{reason: "an event without a ticket number", body: `{"type":"zen:event-type:ticket.created","subject":"zen:ticket:x"}`, class: "malformed"},
		{reason: "four minutes late", body: `{"ticket_id":1}`, late: 4 * time.Minute},
		{reason: "six minutes late", body: `{"ticket_id":1}`, late: 6 * time.Minute, class: "forged", text: "replayed or clock wrong"},
		{reason: "six minutes early", body: `{"ticket_id":1}`, late: -6 * time.Minute, class: "forged", text: "replayed or clock wrong"},
		{reason: "nothing to check it with", body: `{"ticket_id":1}`, on: plain, class: "forged", text: "webhook.secret"},
	}
	for _, tc := range cases {
		call := signed([]byte(tc.body), a.Now())
		call.Now = call.Now.Add(tc.late)
		var on connectors.WebhookParser = c
		if tc.on != nil {
			on = tc.on
		}
		w, err := on.ParseWebhook(call, "")
		if connectors.Class(err) != tc.class || err != nil && !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: came out as %v", tc.reason, err)
		}
		if err == nil && (w.ID != "invocation-1" || len(w.Hints) != 1) {
			t.Errorf("%s: read as %+v", tc.reason, w)
		}
		if err != nil && strings.Contains(err.Error(), signingSecret) {
			t.Errorf("%s: the error tells the secret", tc.reason)
		}
	}
}

func TestARegisteredWebhookIsBelieved(t *testing.T) {
	a := newAccount(t)
	c := a.connector("sync")
	got := make(chan connectors.WebhookCall, 16)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- connectors.WebhookCall{Method: r.Method, Header: r.Header, Body: body, Now: a.Now()}
	}))
	t.Cleanup(server.Close)
	for range 2 {
		if err := c.EnsureWebhook(t.Context(), server.URL+"/hooks/support", signingSecret); err != nil {
			t.Fatal(err)
		}
	}
	self, err := c.Self(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o := create(t, c, nil)
	a.Pass(2 * time.Second)
	after, err := c.Update(t.Context(), o.Ref.ID, set(map[string]core.Value{"subject": core.String("edited")}), o.Revision, connectors.Want{})
	if err != nil {
		t.Fatal(err)
	}
	other := a.connector("sync") // another process: it knows the chosen secret from the store
	seen := map[string]int{}
	for seen[string(core.HintChanged)] == 0 {
		select {
		case call := <-got:
			w, err := other.ParseWebhook(call, self.ID())
			if err != nil || len(w.Hints) != 1 || !w.Hints[0].Own || w.Hints[0].Ref.ID != o.Ref.ID {
				t.Fatalf("%s was read as %+v, %v", call.Body, w, err)
			}
			h := w.Hints[0]
			seen[w.ID]++
			seen[string(h.Kind)]++
			if h.Kind == core.HintChanged && h.Revision != after.Revision {
				t.Errorf("the echo names revision %s, the update gave %s", h.Revision, after.Revision)
			}
			if seen[w.ID] > 1 {
				t.Errorf("the event %s came twice: two webhooks are registered", w.ID)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("the change was not told of; told: %v", seen)
		}
	}
}

func TestAChosenSecretNeedsAPlace(t *testing.T) {
	a := newAccount(t)
	c, err := newWithout(a)
	if err != nil {
		t.Fatal(err)
	}
	err = c.EnsureWebhook(t.Context(), "https://duplex.acme.example/hooks", signingSecret)
	if !errors.Is(err, connectors.ErrDenied) || strings.Contains(fmt.Sprint(err), signingSecret) {
		t.Errorf("came out as %v", err)
	}
}

func TestOAuthClientsSignIn(t *testing.T) {
	a := newAccount(t)
	c := a.open(core.System{Name: "support", BaseURL: a.url, Auth: map[string]string{"client_id": emulator.ClientID, "client_secret": emulator.ClientSecret}})
	self, err := c.Self(t.Context())
	if err != nil || self.Email() != "sync@acme.example" {
		t.Errorf("signed in as %v, %v", self, err)
	}
	wrong := a.open(core.System{Name: "support", BaseURL: a.url, Auth: map[string]string{"client_id": emulator.ClientID, "client_secret": "not the secret"}})
	if _, err := wrong.Self(t.Context()); !errors.Is(err, connectors.ErrDenied) || strings.Contains(err.Error(), "not the secret") {
		t.Errorf("a wrong client secret came out as %v", err)
	}
}

func TestARotatedRefreshTokenIsKept(t *testing.T) {
	a := newAccount(t)
	post := func(path, body string, into any) {
		t.Helper()
		resp, err := http.Post(a.url+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode >= 300 {
			t.Fatalf("%s: status %d, %v", path, resp.StatusCode, err)
		}
	}
	var code struct{ Code string }
	post("/_control/oauth_code", "", &code)
	var token struct {
		Refresh string `json:"refresh_token"`
	}
	post("/oauth/tokens", fmt.Sprintf(`{"grant_type":"authorization_code","code":%q,"client_id":%q,"client_secret":%q,"redirect_uri":"https://duplex.acme.example"}`,
		code.Code, emulator.ClientID, emulator.ClientSecret), &token)
	sys := core.System{Name: "support", BaseURL: a.url, Auth: map[string]string{
		"method": "oauth", "client_id": emulator.ClientID, "client_secret": emulator.ClientSecret, "refresh_token": token.Refresh,
	}}
	for _, reason := range []string{"the configured token", "after a restart, the kept one"} {
		if self, err := a.open(sys).Self(t.Context()); err != nil || self.Email() != "sync@acme.example" {
			t.Errorf("%s: signed in as %v, %v", reason, self, err)
		}
	}
}
