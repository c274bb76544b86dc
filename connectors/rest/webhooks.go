package rest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/signature"
)

// oldest is how far a signed time may be from ours.
const oldest = 5 * time.Minute

// ParseWebhook verifies a call as the manifest says, and reads which item it is about.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	w := c.m.Webhook
	if w == nil {
		return connectors.Webhook{}, c.failed("webhook", connectors.ErrUnsupported)
	}
	if !c.verified(w, call) {
		return connectors.Webhook{}, c.failed("webhook", connectors.ErrForged)
	}
	body, err := plainJSON(call.Body)
	if err != nil {
		return connectors.Webhook{}, c.failed("webhook", fmt.Errorf("%w: the body is no JSON", connectors.ErrMalformed))
	}
	v := vars{"body": body, "header": plainHeader(call.Header)}
	out := connectors.Webhook{}
	if out.ID, err = w.Delivery.text(v); err != nil {
		return out, c.failed("webhook", fmt.Errorf("%w: %w", connectors.ErrMalformed, err))
	}
	if out.Note, err = w.Note.text(v); err != nil {
		return out, c.failed("webhook", fmt.Errorf("%w: %w", connectors.ErrMalformed, err))
	}
	if out.Note != "" {
		return out, nil
	}
	h, note, err := c.hint(w, v, self)
	if err != nil {
		return out, c.failed("webhook", fmt.Errorf("%w: %w", connectors.ErrMalformed, err))
	}
	if note != "" {
		out.Note = note
		return out, nil
	}
	out.Hints = []core.Hint{h}
	return out, nil
}

// verified checks a call by the manifest's scheme, in constant time.
func (c *Connector) verified(w *Webhook, call connectors.WebhookCall) bool {
	given := call.Header.Get(w.Header)
	switch w.Verify {
	case "secret":
		given, ok := strings.CutPrefix(given, w.Prefix)
		return ok && signature.Shared(given, c.secrets...)
	case "basic":
		r := http.Request{Header: http.Header{"Authorization": {call.Header.Get("Authorization")}}}
		user, password, ok := r.BasicAuth()
		right := signature.Shared(password, c.secrets...)
		return signature.Shared(user, c.user) && right && ok
	}
	given, ok := strings.CutPrefix(given, w.Prefix)
	if !ok {
		return false
	}
	var sum []byte
	var err error
	if w.Encoding == "base64" {
		sum, err = base64.StdEncoding.DecodeString(given)
	} else {
		sum, err = hex.DecodeString(given)
	}
	if err != nil {
		return false
	}
	if w.Timestamp == "" {
		return signature.Signed(sum, c.secrets, call.Body)
	}
	stamp := call.Header.Get(w.Timestamp)
	at := c.instant(stamp)
	if n, err := strconv.ParseInt(stamp, 10, 64); err == nil {
		at = time.Unix(n, 0)
	}
	fresh := !at.IsZero() && call.Now.Sub(at).Abs() <= oldest
	return signature.Signed(sum, c.secrets, []byte(stamp+w.Join), call.Body) && fresh
}

// hint is what a call says of an item; the note says why there is none.
func (c *Connector) hint(w *Webhook, v vars, self string) (core.Hint, string, error) {
	h := core.Hint{Kind: core.HintChanged}
	typ, err := w.Type.text(v)
	if err != nil {
		return h, "", err
	}
	if w.Type == nil {
		typ = sortedKeys(c.m.Items)[0]
	}
	it := c.m.Items[typ]
	if it == nil {
		return h, "an event that is not about items", nil
	}
	h.Ref = core.Ref{System: c.name, Type: typ}
	if w.Item != nil {
		x, err := w.Item.eval(v)
		if err != nil {
			return h, "", err
		}
		if x == nil {
			return h, "an event that names no item", nil
		}
		r := raw{typ: typ, it: it, item: x, vars: vars{"settings": c.settings}}
		if is, err := it.is(r); err != nil || !is {
			return h, "an event about something else than a " + typ, err
		}
		if h.Ref, err = c.ref(r); err != nil {
			return h, "", err
		}
		if h.Revision, err = c.revision(r); err != nil {
			return h, "", err
		}
	} else {
		id, err := w.ID.text(v)
		if err != nil {
			return h, "", err
		}
		if id == "" {
			return h, "an event that names no item", nil
		}
		if len(c.m.Items) > 1 {
			id = typ + ":" + id
		}
		h.Ref.ID = id
	}
	kind, err := w.Kind.text(v)
	if err != nil {
		return h, "", err
	}
	switch k := core.HintKind(kind); k {
	case core.HintCreated, core.HintDeleted, core.HintComments:
		h.Kind = k
	}
	if h.Kind == core.HintComments {
		h.Revision = "" // a comment may leave the item's revision as it is
	}
	actor, err := w.Actor.eval(v)
	if err != nil {
		return h, "", err
	}
	by, err := c.shown(actor)
	if err != nil {
		return h, "", err
	}
	h.Own = self != "" && by.ID() == self
	at, err := w.At.eval(v)
	h.At = c.instant(at)
	return h, "", err
}
