package salesforce

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/signature"
)

// hook is what incoming calls are held against.
type hook struct{ secret, organization string }

// skew is how far a relay's time stamp may be from the own clock.
const skew = 5 * time.Minute

// ParseWebhook reads an outbound message (SOAP), or change events that an admin's relay sends on as JSON. Salesforce signs no outbound message: what
// proves it is the secret in its address, and the organization's id in it. A relay may sign instead, with X-Duplex-Signature. An outbound
// message is answered with the acknowledgement that ends its repetition (vendor page "Outbound Messaging Notifications").
func (c *Connector) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	if err := c.hook.verify(call); err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.name, err)
	}
	body := bytes.TrimSpace(call.Body)
	var w connectors.Webhook
	var err error
	if bytes.HasPrefix(body, []byte("{")) || bytes.HasPrefix(body, []byte("[")) {
		w, err = c.changeEvents(body, self)
	} else {
		w, err = c.outboundMessage(body, self)
	}
	if err != nil {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.name, err)
	}
	return w, nil
}

// verify takes the signature of a call that has one, else the secret in its address.
func (h hook) verify(call connectors.WebhookCall) error {
	if h.secret == "" {
		return fmt.Errorf("no secret to check it with; an admin must set webhook.secret: %w", connectors.ErrForged)
	}
	given, signed := strings.CutPrefix(call.Header.Get("X-Duplex-Signature"), "sha256=")
	if !signed {
		query, err := url.ParseQuery(call.Query)
		if err != nil || !signature.Shared(query.Get("token"), h.secret) {
			return fmt.Errorf("it has no signature, and the address it was sent to no token=… that is webhook.secret: %w", connectors.ErrForged)
		}
		return nil
	}
	sum, err := hex.DecodeString(given)
	stamp := call.Header.Get("X-Duplex-Timestamp")
	if err != nil || !signature.Signed(sum, []string{h.secret}, []byte(stamp+"."), call.Body) {
		return connectors.ErrForged
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || time.Unix(seconds, 0).Sub(call.Now).Abs() > skew {
		return fmt.Errorf("its time is more than %s away from ours: replayed or clock wrong: %w", skew, connectors.ErrForged)
	}
	return nil
}

// deliveryID names a call by the ids of what it brings, which are the same when it is sent again.
func deliveryID(ids []string) string {
	if len(ids) == 1 {
		return ids[0]
	}
	slices.Sort(ids)
	sum := sha256.Sum256([]byte(strings.Join(ids, " ")))
	return hex.EncodeToString(sum[:16])
}

// hint is about a record; a comment's or post's own id is not one.
func (c *Connector) hint(object, id string, kind core.HintKind) core.Hint {
	return core.Hint{Ref: c.ref(object, long(id), ""), Kind: kind}
}

// talked is the hint that comments of a record changed. What object a post's record is of is told by its id where it is known already.
func (c *Connector) talked(parent string) core.Hint {
	object := "Case"
	if !strings.HasPrefix(parent, "500") {
		object, _ = c.prefixes.Get(parent[:min(3, len(parent))])
	}
	h := c.hint(object, parent, core.HintComments)
	if object == "" {
		h.Ref.URL = c.base.String() + "/" + h.Ref.ID
	}
	return h
}

// WebhookSteps tell an admin how to make Salesforce send outbound messages.
func (c *Connector) WebhookSteps(at string) []string {
	at += "?token=" // the address of a system has no query of its own
	return []string{
		"In Setup, open Outbound Messages and choose New Outbound Message for the object Case.",
		"Endpoint URL: " + at + " followed by the value of webhook.secret. User to send as: the integration user. Leave Send Session ID off.",
		"Fields to send: Id, CaseNumber, LastModifiedById, LastModifiedDate, SystemModstamp. Save.",
		"In Setup, open Flows and make a record-triggered flow on Case, when a record is created or updated, to run after the record is saved, whose one action is the outbound message. Activate it.",
		"Make a second outbound message for Case Comment (fields Id, ParentId, CreatedById, LastModifiedById) to the same address, with a flow of its own on Case Comment.",
		"Deleted records, files and feed posts send nothing: the sweep finds them.",
	}
}
