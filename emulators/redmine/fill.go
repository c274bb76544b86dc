package redmine

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// fill takes over what the request names. All that is wrong comes at once; what does not exist is mostly left out silently.
func (c *call) fill(i *issue, in object) error {
	var wrong []string
	given := func(name string) (any, bool) { v, ok := in[name]; return v, ok }
	if v, ok := given("project_id"); ok {
		if to := projectOf(v); to != 0 && (c.admin() || c.role(to) != 0) {
			i.Project = to
		}
	}
	if v, ok := given("tracker_id"); ok && byID(trackers, number(v)) != nil {
		i.Tracker = number(v)
	}
	if v, ok := given("status_id"); ok && byID(statuses, number(v)) != nil && number(v) != i.Status && c.mayMove(i, number(v)) {
		was := closed(i.Status)
		i.Status = number(v)
		if closed(i.Status) && !was { // the real one keeps closed_on of an issue that is opened again
			i.Closed = c.now
		}
	}
	if v, ok := given("subject"); ok {
		i.Subject = strings.TrimSpace(text(v))
	}
	switch {
	case i.Subject == "":
		wrong = append(wrong, "Subject cannot be blank")
	case utf8.RuneCountInString(i.Subject) > 255:
		wrong = append(wrong, "Subject is too long (maximum is 255 characters)")
	}
	if v, ok := given("description"); ok {
		i.Description = strings.ReplaceAll(strings.ReplaceAll(text(v), "\r\n", "\n"), "\n", "\r\n")
	}
	above := len(c.e.st.below(i.ID)) > 0 // priority, dates and progress are those of the subtasks
	if v, ok := given("priority_id"); ok && !above {
		if i.Priority = number(v); byID(priorities, i.Priority) == nil {
			wrong = append(wrong, "Priority cannot be blank")
		}
	}
	if v, ok := given("assigned_to_id"); ok {
		i.Assigned = number(v)
		if text(v) == "me" {
			i.Assigned = c.user.id
		}
		if u := userBy(i.Assigned); i.Assigned != 0 && (u == nil || u.roles[i.Project] == 0) {
			wrong = append(wrong, "Assignee is invalid")
		}
	}
	if v, ok := given("is_private"); ok && (c.admin() || c.role(i.Project) == roleManager) {
		i.Private = truth(v)
	}
	if !above {
		wrong = append(wrong, i.fillDates(in)...)
	}
	if v, ok := given("estimated_hours"); ok {
		i.Estimated = nil
		if s := text(v); s != "" {
			h, err := strconv.ParseFloat(s, 64)
			if err != nil || h < 0 {
				wrong = append(wrong, "Estimated time is invalid")
			} else {
				i.Estimated = &h
			}
		}
	}
	if v, ok := given("parent_issue_id"); ok {
		wrong = append(wrong, c.fillParent(i, number(v))...)
	}
	wrong = append(wrong, i.fillValues(in)...)
	if wrong != nil {
		return invalid(wrong...)
	}
	return nil
}

func (i *issue) fillDates(in object) (wrong []string) {
	for _, d := range []struct {
		name, title string
		to          *string
	}{{"start_date", "Start date", &i.Start}, {"due_date", "Due date", &i.Due}} {
		v, ok := in[d.name]
		if !ok {
			continue
		}
		*d.to = text(v)
		if _, err := time.Parse(time.DateOnly, *d.to); err != nil && *d.to != "" {
			wrong = append(wrong, d.title+" is not a valid date")
		}
	}
	if wrong == nil && i.Start != "" && i.Due != "" && i.Due < i.Start {
		wrong = append(wrong, "Due date must be greater than start date")
	}
	if v, ok := in["done_ratio"]; ok {
		if i.Done = number(v); i.Done < 0 || i.Done > 100 || i.Done%10 != 0 {
			wrong = append(wrong, "% Done is not included in the list")
		}
	}
	return wrong
}

func (c *call) fillParent(i *issue, id int) []string {
	above := c.e.st.Issues[id]
	for up := above; up != nil; up = c.e.st.Issues[up.Parent] {
		if up.ID == i.ID {
			above = nil
		}
	}
	if id != 0 && (above == nil || !c.sees(above) || above.Project != i.Project) {
		return []string{"Parent task is invalid"}
	}
	i.Parent = id
	return nil
}

// fillValues reads custom_fields, a list of {id, value}, or custom_field_values, a map from id to value.
func (i *issue) fillValues(in object) (wrong []string) {
	given := map[int]any{}
	list, _ := in["custom_fields"].([]any)
	for _, one := range list {
		if o, ok := one.(object); ok {
			given[number(o["id"])] = o["value"]
		}
	}
	byName, _ := in["custom_field_values"].(object)
	for id, v := range byName {
		given[number(id)] = v
	}
	for _, f := range fields {
		v, ok := given[f.id]
		if !ok {
			continue
		}
		values := []string{text(v)}
		if many, isList := v.([]any); isList {
			values = nil
			for _, one := range many {
				if s := text(one); s != "" && !slices.Contains(values, s) {
					values = append(values, s)
				}
			}
		}
		if f.multiple && len(values) == 1 && values[0] == "" {
			values = nil
		}
		if !f.multiple {
			values = append(values, "")[:1] // the first of several
		}
		for _, s := range values {
			if why := f.problem(s, i.Project); why != "" {
				wrong = append(wrong, f.name+" "+why)
			}
		}
		i.Values[f.id] = values
	}
	return wrong
}

func (f *field) problem(s string, project int) string {
	if s == "" {
		return ""
	}
	switch f.format {
	case "list", "bool":
		if !slices.Contains(f.possible, s) {
			return "is not included in the list"
		}
	case "float":
		if n, err := strconv.ParseFloat(s, 64); err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			return "is invalid"
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "is not a valid date"
		}
	case "user":
		id, _ := strconv.Atoi(s)
		if u := userBy(id); u == nil || u.roles[project] == 0 {
			return "is not included in the list"
		}
	}
	if f.max > 0 && utf8.RuneCountInString(s) > f.max {
		return fmt.Sprintf("is too long (maximum is %d characters)", f.max)
	}
	return ""
}
