package asana

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// Search lists tasks of the project that a query finds. The query is in the words of the vendor's task search ("Search tasks in a
// workspace"): parameters of an address, such as "text=printer&completed=false&due_on.before=2026-01-01".
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, words string, cursor connectors.Cursor) (connectors.Page, error) {
	none := connectors.Page{}
	project, err := c.scope(t)
	if err != nil {
		return none, err
	}
	q, why := searchQuery(words)
	if why != "" {
		return none, connectors.Invalid(c.system+": search", "", why)
	}
	var at found
	if err := connectors.DecodeCursor(cursor, &at); err != nil {
		return none, fmt.Errorf("%s: %w", c.system, err)
	}
	tasks, more, err := c.searched(ctx, project, q, &at, memberOpts)
	if err != nil {
		return none, err
	}
	page := connectors.Page{Next: connectors.EncodeCursor(at), More: more}
	for _, t := range tasks {
		page.Items = append(page.Items, c.change(t))
	}
	return page, nil
}

// found is how far a search got. The vendor's search has no pages: one goes on behind the last time of creation.
type found struct {
	After string   `json:"a,omitempty"`
	Seen  []string `json:"s,omitempty"` // tasks of that moment that were listed
}

// searchWords begin the parameters that a query may have. Those that say where to look, how to sort and what to show are duplex's own.
var searchWords = []string{"text", "resource_subtype", "assignee.", "sections.", "tags.", "followers.", "created_by.", "assigned_by.", "liked_by.", "commented_on_by.", "due_on",
	"due_at.", "start_on", "created_on", "created_at.before", "completed_on", "completed_at.", "modified_on", "modified_at.", "is_blocking", "is_blocked", "has_attachment",
	"completed", "is_subtask", "custom_fields."}

// searchQuery reads a query. It is pure.
func searchQuery(words string) (q url.Values, why string) {
	q, err := url.ParseQuery(strings.TrimSpace(words))
	if err != nil || len(q) == 0 {
		return nil, "the query has to be parameters of Asana's task search, such as text=printer&completed=false"
	}
	for name := range q {
		if !slices.ContainsFunc(searchWords, func(w string) bool { return name == w || strings.HasPrefix(name, strings.TrimSuffix(w, ".")+".") }) {
			return nil, fmt.Sprintf("%q is no parameter that a query may have", name)
		}
	}
	return q, ""
}

// searched reads what a search finds behind the position, by the time of creation, and leaves out what is not in the project. There is more
// until a search finds nothing new.
func (c *Connector) searched(ctx context.Context, project string, q url.Values, at *found, opts []string) (out []task, more bool, err error) {
	workspace, err := c.workspaceOf(ctx, project)
	if err != nil {
		return nil, false, err
	}
	q = url.Values(copied(q))
	q.Set("projects.any", project)
	q.Set("sort_by", "created_at")
	q.Set("sort_ascending", "true")
	q.Set("limit", fmt.Sprint(pageSize))
	q.Set("opt_fields", strings.Join(append([]string{"created_at"}, opts...), ","))
	if at.After != "" {
		last, err := time.Parse(time.RFC3339Nano, at.After)
		if err != nil {
			return nil, false, c.unsupported("search", "the cursor is not one of this connector")
		}
		q.Set("created_at.after", last.Add(-time.Millisecond).Format("2006-01-02T15:04:05.000Z"))
	}
	tasks, _, err := call[[]task](ctx, c, http.MethodGet, "/workspaces/"+url.PathEscape(workspace)+"/tasks/search", nil, q)
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) { // no field of a mapping is wrong, but the query
		for _, why := range invalid.Fields {
			return nil, false, connectors.Invalid(c.system+": search", "", why)
		}
	}
	if err != nil {
		return nil, false, err
	}
	for _, t := range tasks {
		if slices.Contains(at.Seen, t.gid()) {
			continue
		}
		more = true
		if made := t.at("created_at").Format(time.RFC3339Nano); made != at.After {
			at.After, at.Seen = made, nil
		}
		at.Seen = append(slices.Clone(at.Seen), t.gid())
		if _, ok := t.in(project); ok {
			out = append(out, t)
		}
	}
	return out, more, nil
}

// FindByField finds tasks by their name, for which all tasks of the project are listed, a call for each hundred; by a tag, whose tasks are
// listed; or by a custom field of texts or numbers, through the vendor's search, which is part of paid plans and a minute late. What is
// found is held against the value letter by letter.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	project, err := c.scope(t)
	if err != nil {
		return nil, err
	}
	attempt := c.system + ": find by field"
	v, err := c.look(ctx, t, []string{name})
	if err != nil {
		return nil, err
	}
	if len(v.fields) != 1 {
		return nil, connectors.Invalid(attempt, name, "there is no such field")
	}
	f := v.fields[0]
	out := []core.Ref{}
	keep := func(tasks []task) {
		for _, one := range tasks {
			if _, in := one.in(project); in && connectors.Holds(f.read(one, project), value) {
				out = append(out, c.ref(one.gid()))
			}
		}
	}
	switch {
	case value == "":
		return out, nil
	case f.Name == "name":
		q := optFields(v.opts...)
		q.Set("project", project)
		all, err := list[task](ctx, c, "/tasks", q)
		keep(all)
		return out, err
	case f.Name == "tags":
		return out, c.tagged(ctx, project, value, v.opts, keep)
	case f.how == byCustom && (f.Kind == core.KindString || f.Kind == core.KindNumber) && !f.ReadOnly:
		q := url.Values{"custom_fields." + f.ID + ".value": {value}}
		for at := (found{}); ; {
			tasks, more, err := c.searched(ctx, project, q, &at, v.opts)
			if errors.Is(err, connectors.ErrUnsupported) {
				return nil, connectors.Invalid(attempt, name, "Asana searches custom fields in paid plans only")
			}
			if err != nil {
				return nil, err
			}
			if keep(tasks); !more {
				return out, nil
			}
		}
	}
	return nil, connectors.Invalid(attempt, name, "Asana can be searched by name, by a tag, or by a custom field of texts or numbers")
}

// tagged lists the tasks of every tag of that name.
func (c *Connector) tagged(ctx context.Context, project, name string, opts []string, keep func([]task)) error {
	workspace, err := c.workspaceOf(ctx, project)
	if err != nil {
		return err
	}
	known, err := c.tagsOf(ctx, workspace, true)
	if err != nil {
		return err
	}
	for _, tag := range known[name] {
		q := optFields(opts...)
		q.Set("tag", tag)
		all, err := list[task](ctx, c, "/tasks", q)
		if err != nil {
			return err
		}
		keep(all)
	}
	return nil
}
