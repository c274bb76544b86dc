package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"testing"
	"time"

	"duplex/connectors"
	_ "duplex/connectors/zendesk"
	"duplex/core"
)

// one is a single system.
type one struct {
	name      string
	connector connectors.Connector
}

func (o one) Connector(_ context.Context, name string) (connectors.Connector, error) {
	if name != o.name {
		return nil, connectors.ErrNotFound
	}
	return o.connector, nil
}

func (o one) Kinds(context.Context) (map[string]string, error) {
	return map[string]string{o.name: "zendesk"}, nil
}

// TestReplays: a captured call of a real vendor's form is believed for minutes only, and only as it was signed.
func TestReplays(t *testing.T) {
	kind, err := connectors.Lookup("zendesk")
	if err != nil {
		t.Fatal(err)
	}
	c, err := kind.New(connectors.Config{System: core.System{Name: "acme", Kind: "zendesk", BaseURL: "http://127.0.0.1:1",
		Auth: map[string]string{"method": "token", "email": "duplex@acme.example", "token": "t"}, Webhook: map[string]string{"secret": "s3cret"}}})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *Options) { o.Systems = one{"acme", c} })
	now := w.now().UTC()
	call := func(id string, signedAt time.Time, stampedAt time.Time) connectors.WebhookCall {
		body := []byte(`{"id":"` + id + `","type":"zen:event-type:ticket.status_changed","subject":"zen:ticket:12","time":"2026-03-01T09:00:00Z","detail":{"id":"12"}}`)
		m := hmac.New(sha256.New, []byte("s3cret"))
		m.Write([]byte(signedAt.Format(time.RFC3339)))
		m.Write(body)
		h := http.Header{}
		h.Set("X-Zendesk-Webhook-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
		h.Set("X-Zendesk-Webhook-Signature-Timestamp", stampedAt.Format(time.RFC3339))
		return connectors.WebhookCall{Method: http.MethodPost, Header: h, Body: body}
	}
	for _, c := range []struct {
		reason string
		call   connectors.WebhookCall
		want   int
	}{
		{"signed now", call("a", now, now), 202},
		{"the vendor's own retry", call("a", now, now), 200},
		{"captured ten minutes ago", call("b", now.Add(-10*time.Minute), now.Add(-10*time.Minute)), 401},
		{"captured, with a new time", call("b", now.Add(-10*time.Minute), now), 401},
		{"from the future", call("b", now.Add(10*time.Minute), now.Add(10*time.Minute)), 401},
	} {
		if got := w.post("acme", c.call); got != c.want {
			t.Errorf("answered %d, want %d: %s", got, c.want, c.reason)
		}
	}
	if d := w.delivery("a"); d.State != core.DeliveryIgnored || d.Reason == "" {
		t.Errorf("a system no connection uses: %+v", d)
	}
}

// slow is a connector whose account cannot be asked at first.
type slow struct {
	connectors.Connector
	asked int
	id    string
}

func (s *slow) Self(context.Context) (core.Value, error) {
	s.asked++
	if s.id == "" {
		return core.Value{}, errors.New("away")
	}
	return core.Person(s.id, "", ""), nil
}

// TestAccounts: the own account is asked for once, and a system that is away is not asked by every webhook.
func TestAccounts(t *testing.T) {
	now := time.Unix(1e9, 0)
	a := &accounts{now: func() time.Time { return now }}
	c := &slow{}
	for range 3 {
		if id := a.of(t.Context(), "acme", c); id != "" {
			t.Errorf("account %q of a system that is away", id)
		}
	}
	c.id = "u-1"
	now = now.Add(askAgain)
	for range 3 {
		if id := a.of(t.Context(), "acme", c); id != "u-1" {
			t.Errorf("account %q", id)
		}
	}
	if c.asked != 2 {
		t.Errorf("asked %d times, want 2", c.asked)
	}
	if id := a.of(t.Context(), "acme", &slow{}); id != "" {
		t.Errorf("account %q after the system's file changed", id)
	}
}
