package zendesk

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// skew is how far a call's time stamp may be from the own clock.
const skew = 5 * time.Minute

// event is the body of a webhook call: an event of the vendor's, or the one line a trigger sends.
type event struct {
	ID      string
	Type    string
	Subject string
	Time    string
	Detail  struct {
		ID        string
		ActorID   string `json:"actor_id"`
		UpdatedAt string `json:"updated_at"`
	}
	TicketID json.RawMessage `json:"ticket_id"` // from a trigger
}

// ParseWebhook verifies the signature over time stamp and body, then that the time stamp is of the last minutes (vendor page
// "Verifying webhooks"), then reads the event.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	if err := c.verify(call); err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.name, err)
	}
	var e event
	if err := json.Unmarshal(call.Body, &e); err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: the body is not the vendor's JSON: %w", c.name, connectors.ErrMalformed)
	}
	invocation := call.Header.Get("X-Zendesk-Webhook-Invocation-Id")
	if e.Type == "" && len(e.TicketID) > 0 {
		return c.triggered(scalar(e.TicketID), invocation)
	}
	w := connectors.Webhook{ID: cmp.Or(e.ID, invocation)}
	ticketID, ok := strings.CutPrefix(e.Subject, "zen:ticket:")
	if !ok {
		w.Note = "the event is not about a ticket"
		return w, nil
	}
	id, err := number(ticketID)
	if err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: the event names no ticket: %w", c.name, connectors.ErrMalformed)
	}
	w.Hints = []core.Hint{{
		Ref: c.ref(id), Kind: hintKind(e.Type), Revision: revision(e.Detail.UpdatedAt),
		Own: self != "" && e.Detail.ActorID == self, At: instant(e.Time),
	}}
	return w, nil
}

// triggered is the call of a trigger, which tells no more than the ticket's id.
func (c *Connector) triggered(ticketID, invocation string) (connectors.Webhook, error) {
	id, err := number(ticketID)
	if err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: the trigger names no ticket: %w", c.name, connectors.ErrMalformed)
	}
	return connectors.Webhook{ID: invocation, Hints: []core.Hint{{Ref: c.ref(id), Kind: core.HintChanged}}}, nil
}

func hintKind(eventType string) core.HintKind {
	name := strings.TrimPrefix(eventType, eventPrefix)
	switch {
	case name == "created":
		return core.HintCreated
	case name == "soft_deleted" || name == "permanently_deleted":
		return core.HintDeleted
	case strings.HasPrefix(name, "comment_") || strings.HasPrefix(name, "attachment_"):
		return core.HintComments
	}
	return core.HintChanged
}

func (c *Connector) verify(call connectors.WebhookCall) error {
	stamp := call.Header.Get("X-Zendesk-Webhook-Signature-Timestamp")
	given, err := base64.StdEncoding.DecodeString(call.Header.Get("X-Zendesk-Webhook-Signature"))
	if err != nil {
		given = nil
	}
	secrets, err := c.signing.secrets(c.now())
	if err != nil {
		return err
	}
	if len(secrets) == 0 {
		return fmt.Errorf("no secret to check it with; an admin must set webhook.secret or let duplex register the webhook: %w", connectors.ErrForged)
	}
	good := false
	for _, s := range secrets {
		m := hmac.New(sha256.New, []byte(s))
		m.Write([]byte(stamp))
		m.Write(call.Body)
		good = hmac.Equal(m.Sum(nil), given) || good
	}
	if !good {
		return connectors.ErrForged
	}
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil || at.Sub(call.Now).Abs() > skew {
		return fmt.Errorf("its time is more than %s away from ours: replayed or clock wrong: %w", skew, connectors.ErrForged)
	}
	return nil
}

// signing knows the secrets that calls may be signed with: the one the admin configured and the one that the vendor
// chose when duplex registered the webhook.
type signing struct {
	secret string
	save   func(name, secret string) error
	load   func(name string) (string, error)

	mu       sync.Mutex
	chosen   string
	loadedAt time.Time
}

// chosenName is where the vendor's choice is kept.
const chosenName = "webhook_secret"

func (s *signing) secrets(now time.Time) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.load != nil && (s.loadedAt.IsZero() || now.Sub(s.loadedAt).Abs() > 10*time.Second) {
		chosen, err := s.load(chosenName)
		if err != nil {
			return nil, connectors.Busy("the signing secret", "it cannot be read from the store", 0)
		}
		s.chosen, s.loadedAt = chosen, now
	}
	var out []string
	for _, secret := range []string{s.secret, s.chosen} {
		if secret != "" {
			out = append(out, secret)
		}
	}
	return out, nil
}

func (s *signing) keep(chosen string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if chosen == s.secret || chosen == s.chosen {
		return nil
	}
	if s.save == nil {
		return fmt.Errorf("the vendor chose another signing secret than webhook.secret; an admin must copy it from Admin Center: %w", connectors.ErrDenied)
	}
	if err := s.save(chosenName, chosen); err != nil {
		return connectors.Busy("the signing secret", "it cannot be kept in the store", 0)
	}
	s.chosen = chosen
	return nil
}
