package github

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

const (
	mostBody  = 65536 // characters of a body or comment (public reports of the 422's text)
	mostTitle = 256
	mostHands = 10 // assignees
)

// wanted is what a request asks for, checked: nil is what it does not name.
type wanted struct {
	title     *string
	body      *string
	hasBody   bool
	labels    *[]string
	assignees *[]int64
	milestone *int64
	kind      *int64
	values    map[int64]any
	dropped   bool // labels and the like are ignored: the caller may not push
}

// wanted checks a create or an update. Without push access labels, assignees, milestone, type and field values are
// dropped in silence; people who cannot be assigned are dropped in silence for everybody.
func (c *call) wanted(i *issue, r *repo, in object) (wanted, error) {
	var w wanted
	var wrong []object
	if v, ok := in["title"]; ok && v != nil {
		title := text(v)
		if n, isNumber := v.(float64); isNumber {
			title = fmt.Sprint(n)
		}
		switch {
		case strings.TrimSpace(title) == "":
			wrong = append(wrong, problem("Issue", "title", "missing_field", ""))
		case length(title) > mostTitle:
			wrong = append(wrong, problem("Issue", "title", "custom", "title is too long (maximum is 256 characters)"))
		}
		w.title = &title
	}
	if v, ok := in["body"]; ok {
		w.hasBody = true
		body, isText := v.(string)
		switch {
		case v != nil && !isText:
			wrong = append(wrong, problem("Issue", "body", "invalid", ""))
		case length(body) > mostBody:
			wrong = append(wrong, problem("Issue", "body", "custom", "body is too long (maximum is 65536 characters)"))
		case body != "": // nothing and an empty text are both shown as null
			w.body = &body
		}
	}
	w.dropped = c.role(r) < roleWrite
	if !w.dropped {
		wrong = append(wrong, c.wantedPush(&w, i, r, in)...)
	}
	if state, ok := in["state"]; ok && state != nil && state != "open" && state != "closed" {
		wrong = append(wrong, problem("Issue", "state", "invalid", ""))
	}
	if reason := in["state_reason"]; reason != nil && !slices.Contains([]any{"completed", "not_planned", "duplicate", "reopened"}, reason) {
		wrong = append(wrong, problem("Issue", "state_reason", "invalid", ""))
	}
	if len(wrong) > 0 {
		return w, invalid(wrong...)
	}
	return w, nil
}

// length counts as the vendor's pages do, in UTF-16 units: the shorter of the two readings for a client that counts runes.
func length(text string) int { return len(utf16.Encode([]rune(text))) }

func (c *call) wantedPush(w *wanted, i *issue, r *repo, in object) (wrong []object) {
	if v, ok := in["labels"].([]any); ok {
		names, bad := labelNames(v)
		wrong = append(wrong, bad...)
		w.labels = &names
	}
	logins, ok := in["assignees"].([]any)
	if one, has := in["assignee"]; !ok && has && c.version != newest {
		logins, ok = []any{}, true
		if one != nil && one != "" {
			logins = []any{one}
		}
	}
	if ok {
		ids := c.assignable(r, logins)
		w.assignees = &ids
	}
	if v, ok := in["milestone"]; ok {
		var wish int64
		if v != nil {
			n, isNumber := number(v)
			if wish = n; !isNumber || r.milestone(n) == nil {
				wrong = append(wrong, problem("Issue", "milestone", "invalid", ""))
			}
		}
		w.milestone = &wish
	}
	if v, ok := in["type"]; ok && r.Owner == Org {
		if of, isObject := v.(object); isObject {
			v = of["value"]
		}
		var id int64
		if v != nil {
			at := slices.IndexFunc(issueTypes, func(t issueType) bool { return !t.off && strings.EqualFold(t.name, text(v)) })
			if at < 0 {
				wrong = append(wrong, problem("Issue", "type", "invalid", ""))
			} else {
				id = issueTypes[at].id
			}
		}
		w.kind = &id
	}
	if v, ok := in["issue_field_values"].([]any); ok && r.Owner == Org {
		values, bad := fieldValues(v)
		wrong = append(wrong, bad...)
		w.values = values
	}
	return wrong
}

// rewrite changes title and body. Each save is an edited event; changes is empty where nothing differs.
func (c *call) rewrite(i *issue, w wanted) {
	if w.title == nil && !w.hasBody {
		return
	}
	changes, before := object{}, ""
	if i.Body != nil {
		before = *i.Body
	}
	if w.title != nil && *w.title != i.Title {
		changes["title"] = object{"from": i.Title}
		c.note(i, "renamed", object{"rename": object{"from": i.Title, "to": *w.title}})
		i.Title = *w.title
	}
	after := ""
	if w.body != nil {
		after = *w.body
	}
	if w.hasBody && after != before { // leaves no event in the timeline
		changes["body"] = object{"from": before}
		i.Body = w.body
		c.refer(i, after)
	}
	if len(changes) > 0 {
		c.touch(i)
	}
	c.emit("issues", "edited", i, object{"changes": changes})
}

// arrange sets labels, assignees, milestone, type and field values: what was named replaces what was there.
func (c *call) arrange(i *issue, r *repo, w wanted) {
	if w.labels != nil {
		c.setLabels(i, r, *w.labels)
	}
	if w.assignees != nil {
		c.setAssignees(i, *w.assignees)
	}
	if w.milestone != nil {
		c.setMilestone(i, r, *w.milestone)
	}
	if w.kind != nil {
		c.setType(i, *w.kind)
	}
	for id, v := range w.values {
		c.setValue(i, id, v)
	}
}

// turn closes or reopens. The reason is ignored unless the state changes with it.
func (c *call) turn(i *issue, in object) {
	state, reason := text(in["state"]), text(in["state_reason"])
	if state == "" || state == i.State {
		return
	}
	i.State = state
	if state == "open" {
		i.Reason, i.Closed, i.ClosedBy = "reopened", nil, 0
		c.note(i, "reopened", object{"state_reason": nil})
		c.touch(i)
		c.emit("issues", "reopened", i, nil)
		return
	}
	if reason == "" || reason == "reopened" {
		reason = "completed"
	}
	at := c.now
	i.Reason, i.Closed, i.ClosedBy = reason, &at, c.actor.user.ID
	extra := object{"state_reason": reason}
	if reason == "completed" {
		extra["state_reason"] = nil
	}
	c.note(i, "closed", extra)
	c.touch(i)
	c.emit("issues", "closed", i, nil)
}
