package asana

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// field is one field of a task: how it is described, what a read has to ask for, and how it is read and written.
type field struct {
	connectors.Field
	opts []string // opt_fields
	read func(t task, project string) core.Value
	how  how
	key  string // in the body of a PUT
}

// how a field is written.
type how int

const (
	never      how = iota
	byPut          // in the task's body
	byCustom       // in the body, under custom_fields
	bySection      // by a call that moves the task
	byParent       // by a call of its own
	byTags         // by a call for each tag
	byPeople       // one call that adds and one that takes away
	byProjects     // by a call for each project
	byLinks        // one call that adds and one that takes away
)

// memberOpts are asked for with every read: the revision is made of them.
var memberOpts = []string{"gid", "modified_at", "created_at", "created_by", "memberships.project.gid", "memberships.section.gid"}

var userOpts = []string{".name", ".email"}

func under(name string, parts []string) []string {
	var out []string
	for _, p := range parts {
		out = append(out, name+p)
	}
	return out
}

// builtin are the fields every task has.
var builtin = []field{
	text("name", "Task name", true),
	{Field: connectors.Field{Name: "notes", Label: "Description", ID: "html_notes", Kind: core.KindText, OnCreate: true}, opts: []string{"html_notes"}, how: byPut, key: "html_notes",
		read: func(t task, _ string) core.Value { return richText(t, "html_notes") }},
	{Field: connectors.Field{Name: "completed", Label: "Completed", Kind: core.KindBool, OnCreate: true}, opts: []string{"completed"}, how: byPut, key: "completed",
		read: func(t task, _ string) core.Value {
			b, shown := get[*bool](t, "completed")
			if !shown || b == nil {
				return core.Absent()
			}
			return core.Bool(*b)
		}},
	{Field: connectors.Field{Name: "section", Label: "Section", Kind: core.KindOption, OnCreate: true}, opts: []string{"memberships.project.name", "memberships.section.name"}, how: bySection, read: readSection},
	{Field: connectors.Field{Name: "assignee", Label: "Assignee", Kind: core.KindUser, OnCreate: true}, opts: under("assignee", userOpts), how: byPut, key: "assignee",
		read: func(t task, _ string) core.Value { return one(t, "assignee", core.KindUser, user.value) }},
	day("due_on", "Due date"),
	{Field: connectors.Field{Name: "due_at", Label: "Due time", Kind: core.KindDateTime, OnCreate: true}, opts: []string{"due_at"}, how: byPut, key: "due_at",
		read: func(t task, _ string) core.Value { return moment(t, "due_at") }},
	day("start_on", "Start date"),
	{Field: connectors.Field{Name: "tags", Label: "Tags", Kind: core.KindSet, Of: core.KindString, OnCreate: true}, opts: []string{"tags.name"}, how: byTags,
		read: func(t task, _ string) core.Value {
			return many(t, "tags", func(x named) core.Value { return core.String(x.Name) })
		}},
	{Field: connectors.Field{Name: "followers", Label: "Collaborators", Kind: core.KindSet, Of: core.KindUser, OnCreate: true}, opts: under("followers", userOpts), how: byPeople,
		read: func(t task, _ string) core.Value { return many(t, "followers", user.value) }},
	{Field: connectors.Field{Name: "projects", Label: "Projects", Kind: core.KindSet, Of: core.KindOption, OnCreate: true}, opts: []string{"memberships.project.name"}, how: byProjects, read: readProjects},
	{Field: connectors.Field{Name: "project", Label: "Project", Kind: core.KindOption, ReadOnly: true}, opts: []string{"memberships.project.name"}, read: readProject},
	{Field: connectors.Field{Name: "parent", Label: "Parent task", Kind: core.KindReference, OnCreate: true}, opts: []string{"parent.name"}, how: byParent,
		read: func(t task, _ string) core.Value { return one(t, "parent", core.KindReference, named.reference) }},
	{Field: connectors.Field{Name: "dependencies", Label: "Blocked by", Kind: core.KindSet, Of: core.KindReference, OnCreate: true}, opts: []string{"dependencies"}, how: byLinks,
		read: func(t task, _ string) core.Value { return many(t, "dependencies", named.bare) }},
	{Field: connectors.Field{Name: "dependents", Label: "Blocks", Kind: core.KindSet, Of: core.KindReference, OnCreate: true}, opts: []string{"dependents"}, how: byLinks,
		read: func(t task, _ string) core.Value { return many(t, "dependents", named.bare) }},
	{Field: connectors.Field{Name: "subtype", Label: "Task type", ID: "resource_subtype", Kind: core.KindOption, Options: words("default_task", "milestone", "approval"), ReadOnly: true, OnCreate: true},
		opts: []string{"resource_subtype"}, how: byPut, key: "resource_subtype", read: func(t task, _ string) core.Value { return word(t, "resource_subtype") }},
	{Field: connectors.Field{Name: "approval_status", Label: "Approval", Kind: core.KindOption, Options: words("pending", "approved", "rejected", "changes_requested"), OnCreate: true},
		opts: []string{"approval_status"}, how: byPut, key: "approval_status", read: func(t task, _ string) core.Value { return word(t, "approval_status") }},
	shown("created_at", "Created at", core.KindDateTime, []string{"created_at"}, func(t task, _ string) core.Value { return moment(t, "created_at") }),
	shown("completed_at", "Completed at", core.KindDateTime, []string{"completed_at"}, func(t task, _ string) core.Value { return moment(t, "completed_at") }),
	shown("created_by", "Created by", core.KindUser, []string{"created_by"}, func(t task, _ string) core.Value { return one(t, "created_by", core.KindUser, user.value) }),
	shown("parent.name", "Parent task: name", core.KindString, []string{"parent.name"}, func(t task, _ string) core.Value {
		return one(t, "parent", core.KindString, func(x named) core.Value { return core.String(x.Name) })
	}),
	shown("parent.completed", "Parent task: completed", core.KindBool, []string{"parent.completed"}, func(t task, _ string) core.Value {
		return one(t, "parent", core.KindBool, func(x struct{ Completed bool }) core.Value { return core.Bool(x.Completed) })
	}),
	shown("assignee.name", "Assignee: name", core.KindString, []string{"assignee.name"}, func(t task, _ string) core.Value {
		return one(t, "assignee", core.KindString, func(u user) core.Value { return core.String(u.Name) })
	}),
	shown("assignee.email", "Assignee: e-mail", core.KindString, []string{"assignee.email"}, func(t task, _ string) core.Value {
		return one(t, "assignee", core.KindString, func(u user) core.Value { return core.String(u.Email) })
	}),
	shown("created_by.name", "Created by: name", core.KindString, []string{"created_by"}, nil),
	shown("created_by.email", "Created by: e-mail", core.KindString, []string{"created_by"}, nil),
}

func text(name, label string, required bool) field {
	return field{Field: connectors.Field{Name: name, Label: label, Kind: core.KindString, Required: required, OnCreate: true}, opts: []string{name}, how: byPut, key: name,
		read: func(t task, _ string) core.Value {
			s, shown := get[string](t, name)
			if !shown {
				return core.Absent()
			}
			return core.String(s)
		}}
}

func day(name, label string) field {
	return field{Field: connectors.Field{Name: name, Label: label, Kind: core.KindDate, OnCreate: true}, opts: []string{name}, how: byPut, key: name,
		read: func(t task, _ string) core.Value { return date(t, name) }}
}

func shown(name, label string, k core.Kind, opts []string, read func(task, string) core.Value) field {
	return field{Field: connectors.Field{Name: name, Label: label, Kind: k, ReadOnly: true}, opts: opts, read: read}
}

func words(names ...string) []core.Value {
	var out []core.Value
	for _, n := range names {
		out = append(out, core.Option(n, n))
	}
	return out
}

// attribute tells a field that shows something of what another names.
func attribute(f field) bool { return f.how == never && strings.Contains(f.Name, ".") && f.ID == "" }

// setting is one custom field as a project lists it.
type setting struct {
	Field definition `json:"custom_field"`
}

type definition struct {
	GID      string   `json:"gid"`
	Name     string   `json:"name"`
	Subtype  string   `json:"resource_subtype"`
	Type     string   `json:"type"`
	Shown    string   `json:"representation_type"`
	ReadOnly bool     `json:"is_value_read_only"`
	Options  []option `json:"enum_options"`
}

type option struct {
	GID     string `json:"gid"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// customOf are the custom fields of a project. A workspace without a paid plan has none.
func (c *Connector) customOf(ctx context.Context, project string, anew bool) ([]field, error) {
	if known, ok := c.customs.Get(project); ok && !anew {
		return known, nil
	}
	all, err := list[setting](ctx, c, "/projects/"+url.PathEscape(project)+"/custom_field_settings", optFields(under("custom_field", []string{".name", ".resource_subtype",
		".type", ".representation_type", ".is_value_read_only", ".enum_options.name", ".enum_options.enabled"})...))
	if errors.Is(err, connectors.ErrUnsupported) {
		all, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	taken := map[string]int{}
	for _, f := range builtin {
		taken[f.Name] = 2
	}
	for _, s := range all {
		taken[s.Field.Name]++
	}
	var out []field
	for _, s := range all {
		name := s.Field.Name
		if taken[name] > 1 {
			name = fmt.Sprintf("%s (%s)", name, s.Field.GID)
		}
		c.names.Put(s.Field.GID, name)
		out = append(out, custom(s.Field, name))
	}
	c.customs.Put(project, out)
	return out, nil
}

// catalogue are the fields of a project's tasks. Custom ones are asked for only where a name calls for them; nil names are all fields.
func (c *Connector) catalogue(ctx context.Context, project string, names []string) ([]field, error) {
	need := names == nil
	for _, n := range names {
		_, known := find(builtin, n)
		need = need || !known
	}
	if !need || project == "" {
		return builtin, nil
	}
	all, err := c.customOf(ctx, project, false)
	return slices.Concat(builtin, all), err
}

// find is the field of that name; a custom one may be named by its gid.
func find(all []field, name string) (field, bool) {
	for _, f := range all {
		if f.Name == name || f.how == byCustom && f.ID == name {
			return f, true
		}
	}
	return field{}, false
}

// wanted are the fields a read shows, and what it has to ask for.
func wanted(all []field, names []string) (show []field, opts []string) {
	for _, f := range all {
		if names == nil && !attribute(f) || slices.Contains(names, f.Name) {
			show, opts = append(show, f), append(opts, f.opts...)
		}
	}
	return show, opts
}
