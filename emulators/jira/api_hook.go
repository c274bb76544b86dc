package jira

import (
	"net/http"
	"slices"
	"strconv"
)

// appOnly refuses callers who did not come through OAuth: dynamic webhooks are for apps.
func (c *call) appOnly() error {
	if !c.client {
		return fail(http.StatusForbidden, "Only Connect and OAuth 2.0 apps can use this operation.")
	}
	return nil
}

// ownHooks are the caller's dynamic webhooks that are still alive.
func (c *call) ownHooks() []*hook {
	var out []*hook
	for _, h := range c.state.Hooks {
		if !h.Admin && h.OwnerID == c.user.AccountID && h.Expires.After(c.now) {
			out = append(out, h)
		}
	}
	return out
}

// maxDynamic is how many dynamic webhooks one OAuth app may have per user.
const maxDynamic = 5

func (c *call) registerHooks() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	var in struct {
		URL      string `json:"url"`
		Webhooks []struct {
			Events       []string `json:"events"`
			JQLFilter    string   `json:"jqlFilter"`
			FieldIDs     []string `json:"fieldIdsFilter"`
			PropertyKeys []string `json:"issuePropertyKeysFilter"`
		} `json:"webhooks"`
	}
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	results := []object{}
	for _, w := range in.Webhooks {
		h := &hook{URL: in.URL, Events: w.Events, JQL: w.JQLFilter, FieldIDs: w.FieldIDs, PropertyKeys: w.PropertyKeys}
		if err := checkHook(h); err != nil {
			results = append(results, object{"errors": messagesOf(err)})
			continue
		}
		if len(c.ownHooks()) >= maxDynamic {
			results = append(results, object{"errors": []string{"The maximum number of webhooks for this app and user is 5."}})
			continue
		}
		c.addHook(h)
		results = append(results, object{"createdWebhookId": h.ID})
	}
	return ok(object{"webhookRegistrationResult": results})
}

func (c *call) getHooks() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	out := []object{}
	for _, h := range c.ownHooks() {
		one := object{"id": h.ID, "url": h.URL, "events": h.Events, "jqlFilter": h.JQL, "expirationDate": h.Expires.UnixMilli()}
		if len(h.FieldIDs) > 0 {
			one["fieldIdsFilter"] = h.FieldIDs
		}
		out = append(out, one)
	}
	return ok(pageBean(c, out, 100, 100))
}

type hookIDs struct {
	WebhookIDs []int64 `json:"webhookIds"`
}

func (c *call) deleteHooks() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	var in hookIDs
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	own := c.ownHooks()
	c.state.Hooks = slices.DeleteFunc(c.state.Hooks, func(h *hook) bool { return slices.Contains(in.WebhookIDs, h.ID) && slices.Contains(own, h) })
	c.changed = true
	return reply{status: http.StatusAccepted}, nil
}

func (c *call) refreshHooks() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	var in hookIDs
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	until := c.now.Add(hookLife)
	for _, h := range c.ownHooks() {
		if slices.Contains(in.WebhookIDs, h.ID) {
			h.Expires = until
		}
	}
	c.changed = true
	return ok(object{"expirationDate": until.UnixMilli()})
}

// failedHooks is for Connect apps only.
func (c *call) failedHooks() (reply, error) {
	return reply{}, fail(http.StatusForbidden, "Only Connect apps can use this operation.")
}

// adminHook is an admin's webhook as /rest/webhooks/1.0 takes and shows it.
type adminHook struct {
	Name        string            `json:"name"`
	URL         string            `json:"url"`
	Events      []string          `json:"events"`
	Filters     map[string]string `json:"filters"`
	ExcludeBody bool              `json:"excludeBody"`
	Secret      *string           `json:"secret"`
}

const jqlSection = "issue-related-events-section"

func (c *call) renderAdminHook(h *hook) object {
	return object{"name": h.Name, "url": h.URL, "events": h.Events, "filters": object{jqlSection: h.JQL}, "excludeBody": h.ExcludeBody, "enabled": true,
		"self": c.base + "/rest/webhooks/1.0/webhook/" + strconv.FormatInt(h.ID, 10), "isSigned": h.Secret != "",
		"lastUpdatedUser": h.OwnerID, "lastUpdatedDisplayName": findUser(h.OwnerID).Name, "lastUpdated": h.Changed.UnixMilli()}
}

func (c *call) adminOnly() error {
	if !c.user.Admin {
		return fail(http.StatusForbidden, "You are not authorized to manage webhooks.")
	}
	return nil
}

func (c *call) adminHooks() []*hook {
	var out []*hook
	for _, h := range c.state.Hooks {
		if h.Admin {
			out = append(out, h)
		}
	}
	return out
}

func (c *call) getAdminHooks() (reply, error) {
	if err := c.adminOnly(); err != nil {
		return reply{}, err
	}
	out := []object{}
	for _, h := range c.adminHooks() {
		out = append(out, c.renderAdminHook(h))
	}
	return ok(out)
}

func (c *call) oneAdminHook() (*hook, error) {
	if err := c.adminOnly(); err != nil {
		return nil, err
	}
	for _, h := range c.adminHooks() {
		if h.ID == number(c.vars["id"]) {
			return h, nil
		}
	}
	return nil, fail(http.StatusNotFound, "The webhook does not exist.")
}

func (c *call) getAdminHook() (reply, error) {
	h, err := c.oneAdminHook()
	if err != nil {
		return reply{}, err
	}
	return ok(c.renderAdminHook(h))
}

func (c *call) postAdminHook() (reply, error) {
	if err := c.adminOnly(); err != nil {
		return reply{}, err
	}
	h, err := c.readAdminHook("")
	if err != nil {
		return reply{}, err
	}
	c.addHook(h)
	return created(c.renderAdminHook(h))
}

// readAdminHook reads and checks the body; without a secret in it the present one stays.
func (c *call) readAdminHook(secret string) (*hook, error) {
	var in adminHook
	if err := c.decode(&in, false); err != nil {
		return nil, err
	}
	if in.Secret != nil {
		secret = *in.Secret
	}
	h := &hook{Admin: true, Name: in.Name, URL: in.URL, Events: in.Events, JQL: in.Filters[jqlSection], ExcludeBody: in.ExcludeBody, Secret: secret}
	if in.Name == "" {
		return nil, fail(http.StatusBadRequest, "The webhook's name is required.")
	}
	return h, checkHook(h)
}

func (c *call) putAdminHook() (reply, error) {
	h, err := c.oneAdminHook()
	if err != nil {
		return reply{}, err
	}
	next, err := c.readAdminHook(h.Secret)
	if err != nil {
		return reply{}, err
	}
	next.ID, next.OwnerID, next.Changed = h.ID, c.user.AccountID, c.now
	*h = *next
	c.changed = true
	return ok(c.renderAdminHook(h))
}

func (c *call) deleteAdminHook() (reply, error) {
	h, err := c.oneAdminHook()
	if err != nil {
		return reply{}, err
	}
	c.state.Hooks = slices.DeleteFunc(c.state.Hooks, func(have *hook) bool { return have == h })
	c.changed = true
	return noContent()
}
