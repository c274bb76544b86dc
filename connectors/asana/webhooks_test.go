package asana_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/asana"
	"duplex/core"
	emulator "duplex/emulators/asana"
	"duplex/emulators/harness"
)

const address = "https://duplex.acme.example/webhooks/asana-acme"

type hook struct{ GID, Target string }

// hooks are the webhooks Asana has.
func (s *site) hooks(t *testing.T) []hook {
	t.Helper()
	req, _ := http.NewRequest("GET", s.url+"/api/1.0/webhooks?workspace="+emulator.WorkspaceAcme, nil)
	req.Header.Set("Authorization", "Bearer "+emulator.TokenSync)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var list struct{ Data []hook }
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list.Data
}

// asked is the address duplex has the project's webhook sent to.
func (s *site) asked(t *testing.T) *url.URL {
	t.Helper()
	if err := s.conn.EnsureWebhook(t.Context(), address, ""); err != nil {
		t.Fatal(err)
	}
	all := s.hooks(t)
	if len(all) != 1 {
		t.Fatalf("%d webhooks", len(all))
	}
	at, err := url.Parse(all[0].Target)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestWebhook: it is made once, survives its handshake, and what it sends is believed by another process that reads the kept secret.
func TestWebhook(t *testing.T) {
	s := newSite(t, oauth)
	first := s.asked(t)
	if q := first.Query(); q.Get("project") != emulator.ProjectBugs || q.Get("token") == "" || strings.Contains(first.String(), secret) {
		t.Errorf("target %s", first)
	}
	if again := s.asked(t); again.String() != first.String() {
		t.Errorf("made again: %s", again)
	}
	kept := s.vault.kept["webhook-"+emulator.ProjectBugs]
	if kept == "" {
		t.Fatal("the secret Asana chose is not kept")
	}
	other := s.connect(t, oauth(s.url))
	body := []byte(`{"events":[{"user":null,"created_at":"2026-05-20T14:00:00.000Z","action":"changed","resource":{"gid":"7","resource_type":"task"},"parent":null}]}`)
	call := signedWith(kept, body, s.now())
	call.Query = first.RawQuery
	w, err := other.ParseWebhook(call, emulator.UserSync)
	if err != nil || len(w.Hints) != 1 || w.Hints[0].Own {
		t.Errorf("another process: %+v, %v", w, err)
	}
	call.Query = ""
	if _, err := other.ParseWebhook(call, ""); !errors.Is(err, connectors.ErrForged) {
		t.Errorf("the secret of a project at another address: %v", err)
	}
	delete(s.vault.kept, "webhook-"+emulator.ProjectBugs)
	fresh := s.connect(t, oauth(s.url))
	if err := fresh.EnsureWebhook(t.Context(), address, ""); err != nil || s.vault.kept["webhook-"+emulator.ProjectBugs] == "" || len(s.hooks(t)) != 1 {
		t.Errorf("a webhook whose secret was lost is made anew: %v, %d webhooks", err, len(s.hooks(t)))
	}
}

// TestWebhookWhoseAnswerIsLost: it was made, with a secret that nobody kept. The secret of the one before it is not taken for its own, which
// would have every call refused and the webhook deleted after a day.
func TestWebhookWhoseAnswerIsLost(t *testing.T) {
	s := newSite(t, oauth)
	s.asked(t)
	const name = "webhook-" + emulator.ProjectBugs
	before := s.vault.kept[name]
	for _, h := range s.hooks(t) { // as Asana does with those whose calls fail for a day
		s.as(t, emulator.TokenSync, "DELETE", "/webhooks/"+h.GID, nil)
	}
	s.fault(t, harness.Fault{Kind: harness.KindDrop, Method: http.MethodPost, Path: "/webhooks$", Times: 1})
	if err := s.conn.EnsureWebhook(t.Context(), address, ""); connectors.Class(err) != "busy" || len(s.hooks(t)) != 1 {
		t.Fatalf("%v, %d webhooks", err, len(s.hooks(t)))
	}
	fresh := s.connect(t, oauth(s.url))
	if err := fresh.EnsureWebhook(t.Context(), address, ""); err != nil || len(s.hooks(t)) != 1 {
		t.Errorf("%v, %d webhooks", err, len(s.hooks(t)))
	}
	if kept := s.vault.kept[name]; kept == before || kept == "" {
		t.Error("what is kept is not the secret of the webhook there is")
	}
}

// TestWebhookWithNowhereToKeepItsSecret: none is made then, since its calls could not be told from forged ones.
func TestWebhookWithNowhereToKeepItsSecret(t *testing.T) {
	s := newSite(t, oauth)
	full := func(string, string) error { return errors.New("no room") }
	c, err := asana.New(connectors.Config{System: oauth(s.url), Now: s.now, Save: full, Load: s.vault.load})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.EnsureWebhook(t.Context(), address, ""); connectors.Class(err) != "busy" || len(s.hooks(t)) != 0 {
		t.Errorf("%v, %d webhooks", err, len(s.hooks(t)))
	}
}

// TestWebhooksArrive: what people do is told, and own doing is told as own.
func TestWebhooksArrive(t *testing.T) {
	s := newSite(t, oauth)
	s.asked(t)
	o := s.task(t, nil)
	s.edit(t, o.Ref.ID, map[string]core.Value{"name": core.String("by a person")})
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		accepted := 0
		for _, sent := range s.emu.Webhooks().Report().Sent {
			if sent.Outcome != "accepted" {
				t.Fatalf("a webhook was refused: %+v", sent)
			}
			accepted++
		}
		if accepted >= 2 && s.emu.Webhooks().Report().Waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no webhooks came")
		}
	}
}

// TestWebhookNeeds: what is missing is told in words.
func TestWebhookNeeds(t *testing.T) {
	s := newSite(t, oauth)
	for _, tc := range []struct {
		reason, says string
		change       func(*core.System)
		save         func(string, string) error
	}{
		{"no project is named", "settings.projects", func(sys *core.System) { sys.Settings = nil }, s.vault.save},
		{"no secret", "webhook.secret", func(sys *core.System) { sys.Webhook = nil }, s.vault.save},
		{"nowhere to keep what Asana chooses", "no place", func(*core.System) {}, nil},
	} {
		sys := oauth(s.url)
		tc.change(&sys)
		c, err := asana.New(connectors.Config{System: sys, Save: tc.save, Load: s.vault.load})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.EnsureWebhook(t.Context(), address, "x"); !errors.Is(err, connectors.ErrUnsupported) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", tc.reason, err)
		}
	}
	steps := strings.Join(s.conn.WebhookSteps(address), "\n")
	if !strings.Contains(steps, address) || strings.Contains(steps, secret) {
		t.Errorf("the steps:\n%s", steps)
	}
}

// TestCheck: an admin reads what is wrong.
func TestCheck(t *testing.T) {
	s := newSite(t, oauth)
	for _, tc := range []struct {
		reason, project string
		want            connectors.Verdict
	}{
		{"a project the account is in; there is no webhook yet", emulator.ProjectBugs, connectors.Doubt},
		{"a project of Ada alone", emulator.ProjectPrivate, connectors.Wrong},
		{"no project", "", connectors.Doubt},
	} {
		all := s.conn.Check(t.Context(), connectors.ItemType{Type: "task", Scope: map[string]string{"project": tc.project}})
		if last := all[len(all)-1]; last.State != tc.want || last.Mend == "" {
			t.Errorf("%s: %+v", tc.reason, all)
		}
	}
	s.asked(t)
	if all := s.conn.Check(t.Context(), bugs); all[len(all)-1].State != connectors.Fine {
		t.Errorf("with a webhook: %+v", all)
	}
}
