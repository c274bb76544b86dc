package servicenow

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/signature"
)

// skew is how far a call's time stamp may be from the own clock.
const skew = 5 * time.Minute

// event is the body that the business rules of docs/connectors/servicenow.md send. It only says that a record may have changed.
type event struct {
	Table     string `json:"table"`
	ID        string `json:"sys_id"`
	Number    string `json:"number"`
	Operation string `json:"operation"` // insert, update, delete, comment, attachment
	Updated   string `json:"sys_updated_on"`
	By        string `json:"sys_updated_by"`
	Count     string `json:"sys_mod_count"`
	EventID   string `json:"event_id"`
}

// ParseWebhook verifies the HMAC-SHA256 over time stamp, full stop and body, then that the time stamp is of the last minutes, then reads
// the event. Rules run as the account that writes: an event of the own account may tell of a customer's rule, so that Own with the
// revision only says what can be held against own writes.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, _ string) (connectors.Webhook, error) {
	fail := func(err error) (connectors.Webhook, error) {
		return connectors.Webhook{}, fmt.Errorf("%s: webhook: %w", c.name, err)
	}
	if err := c.verify(call); err != nil {
		return fail(err)
	}
	var e event
	if err := json.Unmarshal(call.Body, &e); err != nil {
		return fail(fmt.Errorf("the body is not the JSON of the business rule: %w", connectors.ErrMalformed))
	}
	w := connectors.Webhook{ID: e.EventID}
	if e.ID == "" {
		if e.Table == "" && e.Operation == "" {
			return fail(fmt.Errorf("the body names no record: %w", connectors.ErrMalformed))
		}
		w.Note = "the event names no record"
		return w, nil
	}
	h := core.Hint{Ref: c.ref(e.Table, e.ID, e.Number), Kind: core.HintChanged, Revision: revision(e.Count, e.Updated), Own: e.By != "" && e.By == c.username, At: instant(e.Updated)}
	switch e.Operation {
	case "insert":
		h.Kind = core.HintCreated
	case "delete":
		h.Kind, h.Revision, h.Own = core.HintDeleted, "", false // it names who wrote last, not who deleted
	case "comment", "attachment":
		h.Kind, h.Revision, h.Own = core.HintComments, "", false
	}
	w.Hints = []core.Hint{h}
	return w, nil
}

func (c *Connector) verify(call connectors.WebhookCall) error {
	if c.secret == "" {
		return fmt.Errorf("no secret to check it with; an admin must set webhook.secret: %w", connectors.ErrForged)
	}
	stamp := call.Header.Get("X-Duplex-Timestamp")
	given, ok := strings.CutPrefix(call.Header.Get("X-Duplex-Signature"), "sha256=")
	mac, err := hex.DecodeString(given)
	if !ok || err != nil || !signature.Signed(mac, []string{c.secret}, []byte(stamp), []byte("."), call.Body) {
		return connectors.ErrForged
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || time.Unix(seconds, 0).Sub(call.Now).Abs() > skew {
		return fmt.Errorf("its time is more than %s away from ours: replayed or clock wrong: %w", skew, connectors.ErrForged)
	}
	return nil
}

// WebhookSteps tell an administrator how to make the business rules; the vendor has no API that makes webhooks.
func (c *Connector) WebhookSteps(address string) []string {
	return []string{
		"As an administrator open sys_properties.list and make the property x_duplex.secret, type password2, with a long random text; let webhook.secret of the system file refer to the same text.",
		"Make the property x_duplex.url, type string, with " + address + ".",
		"Open System Definition > Script Includes and make DuplexPush with the script of docs/connectors/servicenow.md.",
		"Open System Definition > Business Rules and make the rules of docs/connectors/servicenow.md for " + strings.Join(c.tables, ", ") + ": async on insert and update, after on delete, and one on sys_attachment.",
		"Change a record, and run duplex system check " + c.name + ": it tells when a webhook arrived.",
	}
}
