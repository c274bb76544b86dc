package jira

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// hook is a registered webhook: an admin's (signed with its own secret, for ever) or a dynamic one of
// an OAuth app (signed with the app's client secret, for 30 days).
type hook struct {
	ID           int64
	Admin        bool
	Name, URL    string
	Secret       string
	Events       []string
	JQL          string
	FieldIDs     []string
	PropertyKeys []string
	ExcludeBody  bool
	OwnerID      string
	Expires      time.Time
	Changed      time.Time
}

// hookLife is how long a dynamic webhook lives without a refresh. Vendor source: "Webhooks".
const hookLife = 30 * 24 * time.Hour

var dynamicEvents = []string{"jira:issue_created", "jira:issue_updated", "jira:issue_deleted",
	"comment_created", "comment_updated", "comment_deleted", "issue_property_set", "issue_property_deleted",
	"sprint_created", "sprint_updated", "sprint_deleted", "sprint_started", "sprint_closed",
	"jira:version_released", "jira:version_unreleased", "jira:version_created", "jira:version_moved", "jira:version_updated", "jira:version_merged", "jira:version_deleted"}

var adminEvents = append([]string{"attachment_created", "attachment_deleted", "issuelink_created", "issuelink_deleted",
	"worklog_created", "worklog_updated", "worklog_deleted", "project_created", "project_updated", "project_deleted",
	"user_created", "user_updated", "user_deleted"}, dynamicEvents...)

// everyEvent is what the control API's webhook target asks for.
var everyEvent = []string{"jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated",
	"comment_deleted", "attachment_created", "attachment_deleted", "issuelink_created", "issuelink_deleted",
	"worklog_created", "worklog_updated", "worklog_deleted"}

// checkHook tells what is wrong with a registration; the error is the vendor's 400.
func checkHook(h *hook) error {
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fail(http.StatusBadRequest, "The webhook's URL is invalid.")
	}
	if len(h.Events) == 0 {
		return fail(http.StatusBadRequest, "At least one event is required.")
	}
	allowed := dynamicEvents
	if h.Admin {
		allowed = adminEvents
	}
	for _, ev := range h.Events {
		if !slices.Contains(allowed, ev) {
			return fail(http.StatusBadRequest, "The event %s is not supported.", ev)
		}
	}
	if strings.TrimSpace(h.JQL) == "" {
		return nil
	}
	q, err := parseJQL(h.JQL)
	if err != nil {
		return err
	}
	if h.Admin {
		return nil
	}
	return q.where.dynamicOnly()
}

// wants tells whether a hook is to hear of an event on an issue; changed holds the ids of the fields
// a jira:issue_updated event is about.
func (h *hook) wants(event string, i *issue, changed []string, m matcher) bool {
	if !slices.Contains(h.Events, event) || !h.Expires.IsZero() && !h.Expires.After(m.now) {
		return false
	}
	if event == "jira:issue_updated" && len(h.FieldIDs) > 0 && !slices.ContainsFunc(changed, func(id string) bool { return slices.Contains(h.FieldIDs, id) }) {
		return false
	}
	if strings.TrimSpace(h.JQL) == "" || i == nil {
		return true
	}
	q, err := parseJQL(h.JQL)
	if err != nil || q.where == nil {
		return err == nil
	}
	ok, err := m.matches(q.where, i)
	return err == nil && ok
}

// setTarget is the control API's shortcut: one admin webhook for all item and comment events.
func (e *Emulator) setTarget(target, secret string) error {
	h := &hook{Admin: true, Name: "target", URL: target, Secret: secret, Events: everyEvent}
	if err := checkHook(h); err != nil {
		return err
	}
	return e.act(users[0], false, func(s *session) error {
		s.state.Hooks = slices.DeleteFunc(s.state.Hooks, func(have *hook) bool { return have.Admin && have.URL == target })
		s.addHook(h)
		return nil
	})
}

func (s *session) addHook(h *hook) {
	h.ID, h.OwnerID, h.Changed = number(s.state.nextID()), s.user.AccountID, s.now
	if !h.Admin {
		h.Expires = s.now.Add(hookLife)
	}
	s.state.Hooks = append(s.state.Hooks, h)
	s.changed = true
}
