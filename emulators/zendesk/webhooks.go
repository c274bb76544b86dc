package zendesk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// webhook is a subscription in event mode, or one for triggers that is kept but never called.
type webhook struct {
	ID            string
	Name          string
	Endpoint      string
	Method        string
	Format        string
	Status        string
	Subscriptions []string
	Headers       map[string]string
	Auth          map[string]any
	Secret        string
	Created       time.Time
	CreatedBy     int64
	Updated       time.Time
}

const eventPrefix = "zen:event-type:"

// eventTypes are the ticket events this emulator sends.
var eventTypes = []string{
	"ticket.created", "ticket.status_changed", "ticket.priority_changed", "ticket.subject_changed", "ticket.tags_changed",
	"ticket.custom_field_changed", "ticket.agent_assignment_changed", "ticket.group_assignment_changed",
	"ticket.organization_changed", "ticket.requester_changed", "ticket.comment_added", "ticket.comment_made_private",
	"ticket.comment_redacted", "ticket.attachment_linked_to_comment", "ticket.soft_deleted", "ticket.undeleted",
	"ticket.type_changed", "ticket.external_id_changed", "ticket.problem_link_changed",
}

// quietTypes may be subscribed to, but nothing in this emulator brings them about.
var quietTypes = []string{
	"ticket.description_changed", "ticket.brand_changed", "ticket.form_changed", "ticket.followers_changed", "ticket.email_ccs_changed",
	"ticket.permanently_deleted", "ticket.marked_as_spam", "ticket.merged", "ticket.attachment_redacted_from_comment",
}

func (e *Emulator) webhookView(h *webhook) object {
	out := object{"id": h.ID, "name": h.Name, "endpoint": h.Endpoint, "http_method": h.Method, "request_format": h.Format,
		"status": h.Status, "subscriptions": list(h.Subscriptions), "created_at": stamp(h.Created), "created_by": idString(h.CreatedBy),
		"updated_at": stamp(h.Updated), "updated_by": idString(h.CreatedBy)}
	if len(h.Headers) > 0 {
		out["custom_headers"] = h.Headers
	}
	if h.Auth != nil { // secrets are never read back
		out["authentication"] = object{"type": h.Auth["type"], "add_position": "header"}
	}
	return out
}

func (c *call) listWebhooks() error {
	var rows []keyed[any]
	for _, h := range c.e.st.Webhooks {
		if part := c.query("filter[name_contains]"); strings.Contains(h.Name, part) {
			rows = append(rows, keyed[any]{h.ID, c.e.webhookView(h)})
		}
	}
	out, beside, err := cursorPage(c, sorted(rows), false, 100, c.req.URL.Query())
	if err != nil {
		return err
	}
	beside["webhooks"] = out
	return c.answer(http.StatusOK, beside)
}

// fill takes over what the request names, and says what is wrong with the result.
func (h *webhook) fill(in map[string]any, problem func(code, title string)) {
	set := func(key string, to *string) {
		if v, ok := in[key]; ok {
			*to = text(v)
		}
	}
	set("name", &h.Name)
	set("endpoint", &h.Endpoint)
	set("http_method", &h.Method)
	set("request_format", &h.Format)
	set("status", &h.Status)
	if v, ok := in["subscriptions"].([]any); ok {
		h.Subscriptions = nil
		for _, s := range v {
			h.Subscriptions = append(h.Subscriptions, text(s))
		}
	}
	if v, ok := in["custom_headers"].(map[string]any); ok {
		h.Headers = map[string]string{}
		for name, value := range v {
			h.Headers[name] = text(value)
		}
	}
	if v, ok := in["authentication"].(map[string]any); ok {
		h.Auth = v
	}
	if h.Name == "" {
		problem("InvalidName", "name must not be blank")
	}
	if u, err := url.Parse(h.Endpoint); err != nil || u.Host == "" {
		problem("InvalidEndpoint", "endpoint must be an absolute URL")
	}
	events := slices.ContainsFunc(h.Subscriptions, func(s string) bool { return strings.HasPrefix(s, eventPrefix) })
	if events && (h.Method != "POST" || h.Format != "json") {
		problem("InvalidMethod", "subscriptions to events need POST and json")
	}
	for _, s := range h.Subscriptions {
		name, ok := strings.CutPrefix(s, eventPrefix)
		if !ok && s != "conditional_ticket_events" || ok && strings.HasPrefix(name, "ticket.") && !slices.Contains(eventTypes, name) && !slices.Contains(quietTypes, name) {
			problem("InvalidSubscription", s+" is not a subscription of this account")
		}
		if !ok && len(h.Subscriptions) > 1 {
			problem("InvalidSubscription", "conditional_ticket_events cannot be joined with others")
		}
	}
}

func webhookError(status int, code, title string) error {
	return &apiError{status, object{"errors": []any{object{"code": code, "title": title}}}}
}

func (c *call) postWebhook() error {
	in, err := c.object("webhook")
	if err != nil {
		return err
	}
	h, err := c.e.newWebhook(in, c.user.ID)
	if err != nil {
		return err
	}
	c.dirty = true
	return c.answer(http.StatusCreated, object{"webhook": c.e.webhookView(h)})
}

func (e *Emulator) newWebhook(in map[string]any, by int64) (*webhook, error) {
	now := e.now().Truncate(time.Second)
	h := &webhook{Status: "active", Created: now, Updated: now, CreatedBy: by}
	var err error
	h.fill(in, func(code, title string) { err = webhookError(http.StatusBadRequest, code, title) })
	if err != nil {
		return nil, err
	}
	h.ID = "01" + strings.ToUpper(e.secret("webhook")[:24])
	h.Secret = e.secret("signing")
	e.st.Webhooks[h.ID] = h
	return h, nil
}

func (c *call) webhook() (*webhook, error) {
	h := c.e.st.Webhooks[c.req.PathValue("webhook_id")]
	if h == nil {
		return nil, webhookError(http.StatusNotFound, "WebhookNotFound", "Webhook not found")
	}
	return h, nil
}

func (c *call) getWebhook() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"webhook": c.e.webhookView(h)})
}

// changeWebhook serves PUT and PATCH; the mode, events or triggers, never changes.
func (c *call) changeWebhook() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	in, err := c.object("webhook")
	if err != nil {
		return err
	}
	next := *h
	next.fill(in, func(code, title string) { err = webhookError(http.StatusBadRequest, code, title) })
	if err == nil && conditional(h) != conditional(&next) {
		err = webhookError(http.StatusBadRequest, "InvalidSubscription", "a webhook cannot change between events and triggers")
	}
	if err != nil {
		return err
	}
	next.Updated = c.now.Truncate(time.Second)
	c.e.st.Webhooks[h.ID] = &next
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func conditional(h *webhook) bool {
	return slices.Contains(h.Subscriptions, "conditional_ticket_events")
}

func (c *call) deleteWebhook() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	delete(c.e.st.Webhooks, h.ID)
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func (c *call) getSecret() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"signing_secret": object{"algorithm": "SHA256", "secret": h.Secret}})
}

// newSecret replaces the secret; the old one signs nothing any more.
func (c *call) newSecret() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	h.Secret = c.e.secret("signing")
	c.dirty = true
	return c.answer(http.StatusCreated, object{"signing_secret": object{"algorithm": "SHA256", "secret": h.Secret}})
}

// registerTarget subscribes url to every event, with a secret of the caller's choice. The same url
// again only changes the secret.
func (e *Emulator) registerTarget(target, secret string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.st.Webhooks {
		if h.Endpoint == target {
			h.Secret = secret
			return e.save()
		}
	}
	var all []any
	for _, t := range eventTypes {
		all = append(all, eventPrefix+t)
	}
	h, err := e.newWebhook(map[string]any{"name": "control target", "endpoint": target, "http_method": "POST",
		"request_format": "json", "status": "active", "subscriptions": all}, UserAda)
	if err != nil {
		return &url.Error{Op: "register webhook", URL: target, Err: err}
	}
	h.Secret = secret
	return e.save()
}
