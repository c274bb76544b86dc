package asana

import (
	"slices"
	"time"
	"unicode/utf8"
)

// The largest external data of a task, in characters (vendor page "Custom external data").
const (
	maxExternalGID  = 1024
	maxExternalData = 32768
)

// plan is a change of a task that was read and found right, part by part.
type plan struct {
	name, html                     *string
	assignee                       *string
	completed                      *bool
	approval, subtype              *string
	dueOn, dueAt, startOn, startAt *string
	values                         map[string]value
	order                          []string // of values
	external                       *external
}

// prepare reads the changes that create and update have in common.
func (c *call) prepare(t *task) (*plan, error) {
	if err := c.only("name", "notes", "html_notes", "assignee", "assignee_section", "assignee_status", "completed", "approval_status", "resource_subtype",
		"due_on", "due_at", "start_on", "start_at", "custom_fields", "external", "liked", "hearted", "custom_type", "custom_type_status_option"); err != nil {
		return nil, err
	}
	p := &plan{values: map[string]value{}}
	for _, read := range []func(*call, *task) error{p.readText, p.readAssignee, p.readState, p.readDates, p.readValues, p.readExternal} {
		if err := read(c, t); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *plan) readText(c *call, _ *task) error {
	name, given, err := c.text("name")
	if err != nil {
		return err
	}
	if given {
		p.name = &name
	}
	plain, isPlain, err := c.text("notes")
	if err != nil {
		return err
	}
	html, isHTML, err := c.text("html_notes")
	if err != nil {
		return err
	}
	switch {
	case isPlain && isHTML:
		return bad("notes: Specify one of notes and html_notes, not both")
	case isHTML:
		if html, err = c.rich("html_notes", html, false); err != nil {
			return err
		}
		p.html = &html
	case isPlain:
		html = richOf(plain)
		p.html = &html
	}
	return nil
}

func (p *plan) readAssignee(c *call, t *task) error {
	who, given, err := c.text("assignee")
	if err != nil || !given {
		return err
	}
	if who == "" {
		p.assignee = &who
		return nil
	}
	u, err := c.someone("assignee", who)
	if err != nil {
		return err
	}
	if !slices.Contains(u.workspaces, t.Workspace) {
		return bad("assignee: Not a user in the workspace of the task: " + who)
	}
	p.assignee = &u.gid
	return nil
}

func (p *plan) readState(c *call, t *task) error {
	done, given, err := c.boolean("completed")
	if err != nil {
		return err
	}
	if given {
		p.completed = &done
	}
	subtype := t.Subtype
	if s, given, err := c.text("resource_subtype"); err != nil {
		return err
	} else if given {
		if !slices.Contains([]string{"default_task", "milestone", "approval"}, s) {
			return bad("resource_subtype: Invalid value")
		}
		p.subtype, subtype = &s, s
	}
	s, given, err := c.text("approval_status")
	if err != nil || !given {
		return err
	}
	if subtype != "approval" {
		return bad("approval_status: Not an approval task")
	}
	if !slices.Contains([]string{"pending", "approved", "rejected", "changes_requested"}, s) {
		return bad("approval_status: Invalid value")
	}
	p.approval = &s
	return nil
}

func (p *plan) readDates(c *call, _ *task) error {
	for _, d := range []struct {
		name, layout string
		to           **string
	}{{"due_on", time.DateOnly, &p.dueOn}, {"due_at", time.RFC3339, &p.dueAt}, {"start_on", time.DateOnly, &p.startOn}, {"start_at", time.RFC3339, &p.startAt}} {
		text, given, err := c.text(d.name)
		if err != nil {
			return err
		}
		if !given {
			continue
		}
		if text != "" {
			at, err := time.Parse(d.layout, text)
			if err != nil {
				return bad(d.name + ": Not a valid date: " + text)
			}
			if d.layout == time.RFC3339 {
				text = stamp(at).(string)
			}
		}
		*d.to = &text
	}
	set := func(s *string) bool { return s != nil && *s != "" }
	if set(p.dueOn) && set(p.dueAt) {
		return bad("due_on: Specify one of due_on and due_at, not both")
	}
	if (set(p.startOn) || set(p.startAt)) && !set(p.dueOn) && !set(p.dueAt) {
		return bad("start_on: due_on or due_at must be present in the request when setting a start")
	}
	return nil
}

func (p *plan) readValues(c *call, t *task) error {
	given, named := c.data["custom_fields"]
	if !named {
		return nil
	}
	list, ok := given.(object)
	if !ok {
		return bad("custom_fields: Not an object")
	}
	if !workspaceBy(t.Workspace).paid {
		return payment("Custom Fields")
	}
	for gid, in := range list {
		f := fieldBy(gid)
		if f == nil {
			return bad("custom_fields: Unknown custom field: " + gid)
		}
		v, err := c.parseValue(f, in)
		if err != nil {
			return err
		}
		if !t.enabled(gid) && !v.empty() {
			return bad("custom_fields: Custom field with ID " + gid + " is not on given object")
		}
		p.values[gid] = v
		p.order = append(p.order, gid)
	}
	slices.Sort(p.order)
	return nil
}

// readExternal is for apps with OAuth only; each app has its own external data.
func (p *plan) readExternal(c *call, t *task) error {
	given, named := c.data["external"]
	if !named {
		return nil
	}
	if c.grant.app == "" {
		return forbidden("external: OAuth is required to write external data")
	}
	o, ok := given.(object)
	if !ok && given != nil {
		return bad("external: Not an object")
	}
	x := t.External[c.grant.app]
	if gid, ok := o["gid"].(string); ok {
		x.GID = gid
	}
	if data, ok := o["data"].(string); ok {
		x.Data = data
	}
	if given == nil {
		x = external{}
	}
	if utf8.RuneCountInString(x.GID) > maxExternalGID || utf8.RuneCountInString(x.Data) > maxExternalData {
		return bad("external: Too long")
	}
	if other := c.byExternal(x.GID); other != nil && other.GID != t.GID && !c.e.opts.ExternalTwice {
		return bad("external: The external gid is already in use: " + x.GID)
	}
	p.external = &x
	return nil
}
