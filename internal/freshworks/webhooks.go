package freshworks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/signature"
)

// DefaultHeader carries the webhook's secret unless webhook.header names another.
const DefaultHeader = "X-Webhook-Secret"

// hook is how a webhook proves that the account sent it. The vendor signs nothing.
type hook struct{ secret, header string }

// numberForm is an item's number, alone or behind the letters that people see: INC-123.
var numberForm = regexp.MustCompile(`^(?:[A-Za-z]{1,5}-)?([1-9][0-9]{0,18})$`)

// ParseWebhook compares the secret in the header, then reads which item the body names. A body tells nothing else that is believed: the
// vendor has no delivery id, no time, no order, and its texts may break its JSON.
func (c *Connector) ParseWebhook(call connectors.WebhookCall, _ string) (connectors.Webhook, error) {
	attempt := func(err error) error { return fmt.Errorf("%s: webhook: %w", c.name, err) }
	if c.hook.secret == "" {
		return connectors.Webhook{}, attempt(fmt.Errorf("no secret to check it with; an admin must set webhook.secret: %w", connectors.ErrForged))
	}
	if !signature.Shared(call.Header.Get(c.HookHeader()), c.hook.secret) {
		return connectors.Webhook{}, attempt(connectors.ErrForged)
	}
	var body map[string]json.RawMessage
	if json.Unmarshal(call.Body, &body) != nil {
		return connectors.Webhook{}, attempt(fmt.Errorf("the body is not JSON; send the item's number alone: %w", connectors.ErrMalformed))
	}
	for _, root := range c.p.WebhookRoots {
		if inner := record(body).object(root); inner != nil {
			body = inner
		}
	}
	for i := range c.p.Items {
		it := &c.p.Items[i]
		for _, key := range it.WebhookIDs {
			m := numberForm.FindStringSubmatch(record(body).text(key))
			if m == nil {
				continue
			}
			if found, n := c.p.locate(it.Prefix + m[1]); found == it {
				hint := core.Hint{Ref: c.ref(it, n), Kind: kindOfEvent(record(body).text("triggered_event"))}
				return connectors.Webhook{Hints: []core.Hint{hint}}, nil
			}
		}
	}
	return connectors.Webhook{}, attempt(fmt.Errorf("the body names no item; send %s: %w", c.Template(""), connectors.ErrMalformed))
}

// kindOfEvent reads what the simple form says has happened, such as {status:{from:4,to:6}}, which is no JSON.
func kindOfEvent(text string) core.HintKind {
	switch {
	case strings.Contains(text, "ticket_action:created"):
		return core.HintCreated
	case strings.Contains(text, "note") || strings.Contains(text, "reply"):
		return core.HintComments
	}
	return core.HintChanged
}

// HookHeader is the name of the header that carries the secret.
func (c *Connector) HookHeader() string { return cmp.Or(c.hook.header, DefaultHeader) }

// Template is the body that an admin pastes into a webhook for items of that type: the number alone, since a text would break the JSON.
func (c *Connector) Template(itemType string) string {
	it := c.p.item(itemType)
	return `{"` + it.WebhookIDs[0] + `": "{{` + it.Type + "." + c.p.WebhookNumber + `}}"}`
}
