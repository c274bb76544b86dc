package asana

import (
	"context"
	"slices"
	"strings"
	"time"

	"duplex/core"
)

// changedBy are the beginnings of the kinds of system stories, by the fields they tell of. The vendor lists no kinds, so that one that is not
// known tells nothing.
var changedBy = []struct {
	kind   string
	fields []string
}{
	{"name_changed", []string{"name"}},
	{"notes_changed", []string{"notes"}},
	{"description_changed", []string{"notes"}},
	{"assigned", []string{"assignee"}},
	{"unassigned", []string{"assignee"}},
	{"due_", []string{"due_on", "due_at"}},
	{"start_", []string{"start_on"}},
	{"marked_complete", []string{"completed"}},
	{"marked_incomplete", []string{"completed"}},
	{"section_changed", []string{"section"}},
	{"added_to_project", []string{"projects"}},
	{"removed_from_project", []string{"projects"}},
	{"added_to_tag", []string{"tags"}},
	{"removed_from_tag", []string{"tags"}},
	{"dependency_", []string{"dependencies"}},
	{"dependent_", []string{"dependents"}},
	{"approval_status_changed", []string{"approval_status"}},
	{"added_to_task", []string{"parent"}},
	{"removed_from_task", []string{"parent"}},
	{"parent_", []string{"parent"}},
}

// touched are the fields a story tells a change of.
func (s story) touched(fields []field) []string {
	if s.Field != nil && s.Field.GID != "" {
		if f, ok := find(fields, s.Field.GID); ok {
			return []string{f.Name}
		}
		return nil
	}
	for _, ch := range changedBy {
		if strings.HasPrefix(s.Subtype, ch.kind) {
			return ch.fields
		}
	}
	return nil
}

// past is when fields were changed last after the create, and which of them by the own account. Asana merges stories that are close
// together, so that a time may be a little off.
func past(told []story, fields []field, created time.Time, self string) (changed map[string]time.Time, ours []string) {
	changed, by := map[string]time.Time{}, map[string]string{}
	for _, s := range told {
		if s.comment() || !s.at().After(created) {
			continue
		}
		for _, name := range s.touched(fields) {
			changed[name], by[name] = s.at(), s.by()
		}
	}
	for name, who := range by {
		if who == self && self != "" {
			ours = append(ours, name)
		}
	}
	slices.Sort(ours)
	return changed, ours
}

// hear puts comments and history into an observation.
func (c *Connector) hear(ctx context.Context, o *core.Observation, told []story, v view) error {
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	for _, s := range told {
		if s.comment() {
			o.Comments = append(o.Comments, s.value(self.ID()))
		}
	}
	changed, ours := past(told, v.fields, o.CreatedAt, self.ID())
	o.Changed = map[string]time.Time{}
	for _, f := range v.fields {
		if at, ok := changed[f.Name]; ok {
			o.Changed[f.Name] = at
		}
		if slices.Contains(ours, f.Name) {
			o.Ours = append(o.Ours, f.Name)
		}
	}
	slices.Sort(o.Ours)
	return nil
}

// History tells from the task's stories when its fields were changed last. Custom fields have the names of one of its projects.
func (c *Connector) History(ctx context.Context, id string) (map[string]time.Time, []string, error) {
	t, err := c.task(ctx, id, memberOpts)
	if err != nil {
		return nil, nil, err
	}
	fields := builtin
	for _, m := range t.memberships() {
		all, err := c.customOf(ctx, m.Project.GID, false)
		if err != nil {
			return nil, nil, err
		}
		fields = slices.Concat(fields, all)
	}
	told, err := c.stories(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, nil, err
	}
	changed, ours := past(told, fields, t.at("created_at"), self.ID())
	return changed, ours, nil
}
