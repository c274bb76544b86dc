package asana

import (
	"encoding/json"
	"slices"
	"time"
)

// into applies the plan: only what differs is a change, with a story and an event. A new task has no stories of its first
// values.
func (p *plan) into(c *call, t *task, fresh bool) {
	note := func(field, subtype, text string, extra object, to *thing) {
		if fresh {
			return
		}
		key := subtype
		if to != nil && to.Type == "custom_field" {
			key += " " + to.GID
		}
		c.story(t, subtype, key, text, extra)
		c.changed(t, field, to)
	}
	who := userBy(c.grant.user)
	name := "The system"
	if who != nil {
		name = who.name
	}
	if p.name != nil && *p.name != t.Name {
		old := t.Name
		t.Name = *p.name
		note("name", "name_changed", name+" changed the name to \""+t.Name+"\"", object{"old_name": old, "new_name": t.Name}, nil)
	}
	if p.html != nil && *p.html != t.HTML {
		t.HTML = *p.html
		note("notes", "notes_changed", name+" changed the description", object{}, nil)
	}
	if p.subtype != nil && *p.subtype != t.Subtype {
		old := t.Subtype
		t.Subtype = *p.subtype
		if t.Subtype == "approval" {
			t.Approval = "pending"
		}
		note("resource_subtype", "resource_subtype_changed", name+" changed the type of the task", object{"old_resource_subtype": old, "new_resource_subtype": t.Subtype}, nil)
	}
	p.assign(c, t, name, note)
	p.date(t, name, note)
	p.state(c, t, name, note)
	for _, gid := range p.order {
		p.value(c, t, gid, name, note)
	}
	if p.external != nil {
		if t.External == nil {
			t.External = map[string]external{}
		}
		if p.external.GID == "" && p.external.Data == "" {
			delete(t.External, c.grant.app)
		} else {
			t.External[c.grant.app] = *p.external
		}
		c.touch(t)
	}
}

type noteFunc func(field, subtype, text string, extra object, to *thing)

func (p *plan) assign(c *call, t *task, name string, note noteFunc) {
	if p.assignee == nil || *p.assignee == t.Assignee {
		return
	}
	t.Assignee = *p.assignee
	if t.Assignee == "" {
		note("assignee", "unassigned", name+" unassigned the task", object{"assignee": nil}, nil)
		return
	}
	if !slices.Contains(t.Followers, t.Assignee) {
		t.Followers = append(t.Followers, t.Assignee)
	}
	ref := c.e.userRef(t.Assignee).(object)
	note("assignee", "assigned", name+" assigned to "+userBy(t.Assignee).name, object{"assignee": compact(ref)}, &thing{t.Assignee, "user", ""})
}

// date applies dates. due_at sets due_on with it; a due_on alone clears the time.
func (p *plan) date(t *task, name string, note noteFunc) {
	dates := func() object {
		return object{"due_on": orNull(t.DueOn), "due_at": orNull(t.DueAt), "start_on": orNull(t.StartOn)}
	}
	old, was := dates(), [4]string{t.DueOn, t.DueAt, t.StartOn, t.StartAt}
	day := func(at string) string { return at[:min(len(at), len(time.DateOnly))] }
	if p.dueAt != nil {
		t.DueAt, t.DueOn = *p.dueAt, day(*p.dueAt)
	}
	if p.dueOn != nil && (p.dueAt == nil || *p.dueAt == "") {
		t.DueOn, t.DueAt = *p.dueOn, ""
	}
	if p.startAt != nil {
		t.StartAt, t.StartOn = *p.startAt, day(*p.startAt)
	}
	if p.startOn != nil && (p.startAt == nil || *p.startAt == "") {
		t.StartOn, t.StartAt = *p.startOn, ""
	}
	if t.DueOn == "" { // no start without an end
		t.StartOn, t.StartAt = "", ""
	}
	if was != [4]string{t.DueOn, t.DueAt, t.StartOn, t.StartAt} {
		field := "due_on"
		if t.DueAt != was[1] {
			field = "due_at"
		}
		note(field, "due_date_changed", name+" changed the due date", object{"old_dates": old, "new_dates": dates()}, nil)
	}
}

// state applies completion; an approval's status and its completion follow each other.
func (p *plan) state(c *call, t *task, name string, note noteFunc) {
	done := t.Completed
	if p.completed != nil {
		done = *p.completed
	}
	approval := t.Approval
	if t.Subtype == "approval" {
		switch {
		case p.approval != nil:
			approval, done = *p.approval, *p.approval != "pending"
		case p.completed != nil && done && approval == "pending":
			approval = "approved"
		case p.completed != nil && !done:
			approval = "pending"
		}
	}
	if approval != t.Approval {
		old := t.Approval
		t.Approval = approval
		note("approval_status", "approval_status_changed", name+" changed the approval", object{"old_approval_status": old, "new_approval_status": approval}, nil)
	}
	if done == t.Completed {
		return
	}
	t.Completed, t.CompletedAt, t.CompletedBy = done, time.Time{}, ""
	subtype, text := "marked_incomplete", name+" marked incomplete"
	if done {
		t.CompletedAt, t.CompletedBy = c.now, c.grant.user
		subtype, text = "marked_complete", name+" completed this task"
	}
	note("completed", subtype, text, object{}, nil)
}

// value applies one custom field.
func (p *plan) value(c *call, t *task, gid, name string, note noteFunc) {
	f, old, now := fieldBy(gid), t.Values[gid], p.values[gid]
	a, _ := json.Marshal(old)
	b, _ := json.Marshal(now)
	if string(a) == string(b) {
		return
	}
	if now.empty() {
		delete(t.Values, gid)
	} else {
		t.Values[gid] = now
	}
	part := func(v value) any { return compact(c.valueView(f, v, true)[valueKey[f.kind]]) }
	if f.kind == "date" { // a story tells dates in the shape of due dates
		part = func(v value) any {
			if v.empty() {
				return nil
			}
			return object{"due_on": v.Date, "due_at": orNull(v.DateTime)}
		}
	}
	extra := object{"custom_field": object{"gid": f.gid, "resource_type": "custom_field", "name": f.name, "type": f.kind}}
	pair := valueKey[f.kind]
	extra["old_"+pair], extra["new_"+pair] = part(old), part(now)
	note("custom_fields", f.kind+"_custom_field_changed", name+" changed "+f.name, extra, &thing{f.gid, "custom_field", f.kind})
}

var valueKey = map[string]string{"enum": "enum_value", "multi_enum": "multi_enum_values", "people": "people_value", "number": "number_value",
	"date": "date_value", "text": "text_value"}
