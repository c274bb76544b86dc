package memory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// SignatureHeader carries the hex HMAC-SHA256 of the body under the system's secret.
const SignatureHeader = "X-Memory-Signature"

// delivery is the body of a webhook call.
type delivery struct {
	ID    string      `json:"id"`
	Hints []core.Hint `json:"hints"`
}

// Webhook is the signed call that tells of a hint.
func (s *System) Webhook(id string, h core.Hint, now time.Time) connectors.WebhookCall {
	body, err := json.Marshal(delivery{ID: id, Hints: []core.Hint{h}})
	if err != nil {
		panic("memory: a hint always marshals: " + err.Error())
	}
	return s.Sign(body, now)
}

// Sign is a signed call with any body.
func (s *System) Sign(body []byte, now time.Time) connectors.WebhookCall {
	header := http.Header{"Content-Type": {"application/json"}}
	header.Set(SignatureHeader, s.sign(body))
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/", Header: header, Body: body, Now: now}
}

// ParseWebhook verifies and reads a call made by Webhook.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, _ string) (connectors.Webhook, error) {
	if !hmac.Equal([]byte(c.sys.sign(call.Body)), []byte(call.Header.Get(SignatureHeader))) {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.sys.name, connectors.ErrForged)
	}
	var d delivery
	if err := json.Unmarshal(call.Body, &d); err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.sys.name, connectors.ErrMalformed)
	}
	w := connectors.Webhook{ID: d.ID, Hints: d.Hints}
	if len(d.Hints) == 0 {
		w.Note = "the call names no item"
	}
	return w, nil
}

// EnsureWebhook remembers where calls would go; see Endpoint. Nothing is sent: OnChange is the sender.
func (c *Connector) EnsureWebhook(ctx context.Context, url, secret string) error {
	return c.sys.call(ctx, OpEnsureWebhook, "", func() error {
		c.sys.endpoint, c.sys.secret = url, secret
		return nil
	})
}

// Endpoint is the address EnsureWebhook gave, "" before.
func (s *System) Endpoint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endpoint
}

func (s *System) setSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secret = secret
}

func (s *System) sign(body []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := hmac.New(sha256.New, []byte(s.secret))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}
