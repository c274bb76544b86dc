package github

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// hook is a webhook of a repository, of the organization (Repo 0), or the App's own (ID appHook).
type hook struct {
	ID, Repo         int64
	URL, Type        string // Type: content_type, json or form
	Secret, Insecure string
	Events           []string
	Active           bool
	Created, Updated time.Time
}

// appHook is the id of the App's webhook among all hooks.
const appHook = AppID

const mostHooks = 20 // per event of a repository or organization

func (c *call) configView(h *hook) object {
	out := object{"url": h.URL, "content_type": h.Type, "insecure_ssl": h.Insecure}
	if h.Secret != "" {
		out["secret"] = "********" // never read back
	}
	return out
}

func (c *call) hookView(h *hook) object {
	url := c.e.api() + "/orgs/" + Org + "/hooks"
	kind := "Organization"
	if r := c.e.st.Repos[h.Repo]; r != nil {
		url, kind = c.repoURL(r)+"/hooks", "Repository"
	}
	at := fmt.Sprintf("%s/%d", url, h.ID)
	out := object{"type": kind, "id": h.ID, "name": "web", "active": h.Active, "events": h.Events, "config": c.configView(h), "url": at,
		"ping_url": at + "/pings", "deliveries_url": at + "/deliveries", "created_at": stamp(h.Created), "updated_at": stamp(h.Updated)}
	if h.Repo != 0 {
		out["test_url"] = at + "/test"
		out["last_response"] = object{"code": nil, "status": "unused", "message": nil}
	}
	return out
}

// hookScope is where the path's hooks belong: a repository's id, or 0 for the organization. Who may not manage them
// gets 404, as for everything that is hidden.
func (c *call) hookScope() (int64, error) {
	if org := c.req.PathValue("org"); org != "" {
		if err := c.permit("organization_hooks"); err != nil {
			return 0, err
		}
		u := c.actor.user
		if !strings.EqualFold(org, Org) || !c.actor.app() && (u == nil || u.ID != UserAda && u.ID != UserSync) {
			return 0, notFound()
		}
		return 0, nil
	}
	r, err := c.repo()
	if err != nil {
		return 0, err
	}
	if err := c.permit("repository_hooks"); err != nil {
		return 0, err
	}
	if role := c.role(r); role < roleAdmin && !(c.actor.app() && role == roleWrite) {
		return 0, notFound()
	}
	return r.ID, nil
}

func (c *call) hook() (*hook, error) {
	scope, err := c.hookScope()
	if err != nil {
		return nil, err
	}
	h := c.e.st.Hooks[c.pathID("hook_id")]
	if h == nil || h.Repo != scope || h.ID == appHook {
		return nil, notFound()
	}
	return h, nil
}

func (c *call) hooksOf(scope int64) []*hook {
	var out []*hook
	for _, h := range c.e.st.Hooks {
		if h.Repo == scope && h.ID != appHook {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b *hook) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (c *call) listHooks() error {
	scope, err := c.hookScope()
	if err != nil {
		return err
	}
	out := []object{}
	for _, h := range c.hooksOf(scope) {
		out = append(out, c.hookView(h))
	}
	return page(c, out)
}

func (c *call) getHook() error {
	h, err := c.hook()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, c.hookView(h))
}

// fillConfig takes over what config names.
func (h *hook) fillConfig(in object) error {
	set := func(key string, to *string) {
		switch v := in[key].(type) {
		case string:
			*to = v
		case float64:
			*to = fmt.Sprint(v)
		}
	}
	set("url", &h.URL)
	set("content_type", &h.Type)
	set("secret", &h.Secret)
	set("insecure_ssl", &h.Insecure)
	if u, err := url.Parse(h.URL); err != nil || u.Host == "" {
		return invalid(problem("Hook", "url", "custom", "url is missing a scheme or a host"))
	}
	if h.Type != "json" && h.Type != "form" {
		return invalid(problem("Hook", "content_type", "invalid", ""))
	}
	return nil
}

// postHook registers a webhook: content type form and the event push unless others are named. A ping is sent first.
func (c *call) postHook() error {
	scope, err := c.hookScope()
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	h := &hook{Repo: scope, Type: "form", Insecure: "0", Events: []string{"push"}, Active: true, Created: c.now, Updated: c.now}
	if name := text(in["name"]); name != "" && name != "web" {
		return invalid(problem("Hook", "name", "invalid", ""))
	}
	config, _ := in["config"].(object)
	if err := h.fillConfig(config); err != nil {
		return err
	}
	if err := c.fillHook(h, in); err != nil {
		return err
	}
	for _, other := range c.hooksOf(scope) {
		if other.URL == h.URL && slices.Equal(other.Events, h.Events) {
			return invalid(problem("Hook", "", "custom", "Hook already exists on this repository"))
		}
	}
	h.ID = c.e.st.id()
	c.e.st.Hooks[h.ID] = h
	c.dirty = true
	c.ping(h)
	return c.answer(http.StatusCreated, c.hookView(h))
}

func (c *call) fillHook(h *hook, in object) error {
	events := h.Events
	if list, ok := in["events"].([]any); ok {
		events = texts(list)
	}
	if list, ok := in["add_events"].([]any); ok {
		events = append(slices.Clone(events), texts(list)...)
	}
	for _, gone := range func() []string { l, _ := in["remove_events"].([]any); return texts(l) }() {
		events = slices.DeleteFunc(slices.Clone(events), func(e string) bool { return e == gone })
	}
	slices.Sort(events)
	events = slices.Compact(events)
	for _, event := range events {
		if event != "*" && !slices.Contains(knownEvents, event) {
			return invalid(problem("Hook", "events", "custom", "Events are not valid: "+event))
		}
		n := 0
		for _, other := range c.hooksOf(h.Repo) {
			if other != h && slices.Contains(other.Events, event) {
				n++
			}
		}
		if n >= mostHooks {
			return invalid(problem("Hook", "events", "custom", "The \""+event+"\" event cannot have more than 20 hooks"))
		}
	}
	h.Events = events
	if v, ok := in["active"].(bool); ok {
		h.Active = v
	}
	return nil
}

var knownEvents = []string{"issues", "issue_comment", "sub_issues", "issue_dependencies", "label", "milestone", "repository", "push", "pull_request", "ping"}

func (c *call) patchHook() error {
	h, err := c.hook()
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	next := *h
	if config, ok := in["config"].(object); ok {
		if text(config["secret"]) == "" { // a config without a secret takes it away
			next.Secret = ""
		}
		if err := next.fillConfig(config); err != nil {
			return err
		}
	}
	if err := c.fillHook(&next, in); err != nil {
		return err
	}
	next.Updated = c.now
	*h = next
	c.dirty = true
	return c.answer(http.StatusOK, c.hookView(h))
}

func (c *call) deleteHook() error {
	h, err := c.hook()
	if err != nil {
		return err
	}
	delete(c.e.st.Hooks, h.ID)
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func (c *call) pingHook() error {
	h, err := c.hook()
	if err != nil {
		return err
	}
	c.ping(h)
	return c.answer(http.StatusNoContent, nil)
}

// hookConfig serves the config alone: GET and PATCH, of a repository's hook and of the App's.
func (c *call) hookConfig() error {
	h, err := c.deliveringHook()
	if err != nil {
		return err
	}
	if c.req.Method == http.MethodPatch {
		in, err := c.object()
		if err != nil {
			return err
		}
		if err := h.fillConfig(in); err != nil {
			return err
		}
		c.e.st.Hooks[h.ID] = h
		c.dirty = true
	}
	return c.answer(http.StatusOK, c.configView(h))
}

// deliveringHook is the path's hook, or the App's.
func (c *call) deliveringHook() (*hook, error) {
	if !c.actor.jwt {
		return c.hook()
	}
	if h := c.e.st.Hooks[appHook]; h != nil {
		return h, nil
	}
	return &hook{ID: appHook, Type: "json", Insecure: "0", Secret: HookSecret, Active: true, Created: accountBorn, Updated: accountBorn,
		Events: []string{"issues", "issue_comment", "sub_issues", "issue_dependencies", "label", "milestone"}}, nil
}
