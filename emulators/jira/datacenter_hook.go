package jira

import (
	"net/http"
	"strconv"
)

// siteHook is a webhook as /rest/jira-webhook/1.0 takes it. A secret outside the configuration is passed over in silence.
type siteHook struct {
	Name          string            `json:"name"`
	URL           string            `json:"url"`
	Events        []string          `json:"events"`
	Active        *bool             `json:"active"`
	Configuration map[string]string `json:"configuration"`
}

// renderSiteHook shows a webhook. Open is whether the secret comes back: here it does not.
func (c *call) renderSiteHook(h *hook) object {
	return object{"id": h.ID, "self": c.base + "/rest/jira-webhook/1.0/webhooks/" + strconv.FormatInt(h.ID, 10), "name": h.Name, "url": h.URL, "events": h.Events, "active": true,
		"configuration": map[string]string{"EXCLUDE_BODY": strconv.FormatBool(h.ExcludeBody), "FILTERS": h.JQL}, "createdDate": h.Changed.UnixMilli(), "updatedDate": h.Changed.UnixMilli()}
}

func (c *call) getSiteHooks() (reply, error) {
	if err := c.adminOnly(); err != nil {
		return reply{}, err
	}
	out := []object{}
	for _, h := range c.adminHooks() {
		out = append(out, c.renderSiteHook(h))
	}
	return ok(out)
}

func (c *call) getSiteHook() (reply, error) {
	h, err := c.oneAdminHook()
	if err != nil {
		return reply{}, err
	}
	return ok(c.renderSiteHook(h))
}

func (c *call) postSiteHook() (reply, error) {
	if err := c.adminOnly(); err != nil {
		return reply{}, err
	}
	var in siteHook
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	h := &hook{Admin: true, Name: in.Name, URL: in.URL, Events: in.Events, JQL: in.Configuration["FILTERS"], Secret: in.Configuration["SECRET"],
		ExcludeBody: in.Configuration["EXCLUDE_BODY"] == "true"}
	switch {
	case in.Name == "":
		return reply{}, fail(http.StatusBadRequest, "The webhook's name is required.")
	case in.Active != nil && !*in.Active:
		return reply{}, fail(http.StatusBadRequest, "The emulator keeps active webhooks only.")
	}
	if err := checkHook(h); err != nil {
		return reply{}, err
	}
	c.addHook(h)
	return created(c.renderSiteHook(h))
}
