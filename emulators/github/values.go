package github

import (
	"cmp"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// setType changes the issue's type; 0 is none.
func (c *call) setType(i *issue, id int64) {
	if id == i.Type {
		return
	}
	was, now := typeByID(i.Type), typeByID(id)
	brief := func(t *issueType) object { return object{"id": t.id, "name": t.name, "color": t.color} }
	i.Type = id
	switch {
	case was == nil:
		c.note(i, "issue_type_added", object{"issue_type": brief(now)})
	case now == nil:
		c.note(i, "issue_type_removed", object{"prev_issue_type": brief(was)})
	default:
		c.note(i, "issue_type_changed", object{"issue_type": brief(now), "prev_issue_type": brief(was)})
	}
	c.touch(i)
	if was != nil {
		c.emit("issues", "untyped", i, object{"type": typeView(was)})
	}
	if now != nil {
		c.emit("issues", "typed", i, object{"type": typeView(now)})
	}
}

func (c *call) listTypes() error {
	if org := c.req.PathValue("org"); org != "" {
		if !strings.EqualFold(org, Org) {
			return notFound()
		}
	} else if r, err := c.repo(); err != nil {
		return err
	} else if r.Owner != Org {
		return notFound()
	}
	out := []any{}
	for n := range issueTypes {
		out = append(out, typeView(&issueTypes[n]))
	}
	return c.answer(http.StatusOK, out)
}

func optionView(f *issueField, name string) object {
	n := slices.Index(f.options, name)
	return object{"id": f.id*10 + int64(n), "name": name, "color": "blue"}
}

func (c *call) listFields() error {
	if !strings.EqualFold(c.req.PathValue("org"), Org) || c.actor.user == nil {
		return notFound()
	}
	out := []object{}
	for n := range issueFields {
		f := &issueFields[n]
		view := object{"id": f.id, "node_id": node("IFT", f.id), "name": f.name, "description": nil, "data_type": f.kind,
			"visibility": "all", "created_at": stamp(accountBorn), "updated_at": stamp(accountBorn)}
		options := []object{}
		for _, name := range f.options {
			options = append(options, optionView(f, name))
		}
		if len(options) > 0 {
			view["options"] = options
		}
		out = append(out, view)
	}
	return c.answer(http.StatusOK, out)
}

func valueView(f *issueField, v any) object {
	out := object{"issue_field_id": f.id, "issue_field_name": f.name, "node_id": node("IFV", f.id), "data_type": f.kind, "value": v}
	switch f.kind {
	case "single_select":
		out["single_select_option"] = optionView(f, text(v))
	case "multi_select":
		names, options := texts(v), []object{}
		for _, name := range names {
			options = append(options, optionView(f, name))
		}
		out["value"], out["multi_select_options"] = strings.Join(names, ","), options
	}
	return out
}

// texts reads a list of texts, also one that came back from a snapshot.
func texts(v any) []string {
	var out []string
	switch v := v.(type) {
	case []string:
		return v
	case []any:
		for _, one := range v {
			out = append(out, text(one))
		}
	}
	return out
}

func valueViews(i *issue) []object {
	out := []object{}
	for n := range issueFields {
		if v, ok := i.Values[issueFields[n].id]; ok {
			out = append(out, valueView(&issueFields[n], v))
		}
	}
	return out
}

// fieldValues checks a request's values against the organization's issue fields.
func fieldValues(list []any) (values map[int64]any, wrong []object) {
	values = map[int64]any{}
	for _, one := range list {
		in, _ := one.(object)
		id, _ := number(in["field_id"])
		f := fieldByID(id)
		if f == nil {
			wrong = append(wrong, problem("IssueFieldValue", "field_id", "invalid", "Issue field not found"))
			continue
		}
		v, ok := in["value"], false
		switch f.kind {
		case "text":
			_, ok = v.(string)
		case "number":
			_, ok = v.(float64)
		case "date":
			_, err := time.Parse(time.DateOnly, text(v))
			ok = err == nil
		case "single_select":
			ok = slices.Contains(f.options, text(v))
		case "multi_select":
			names := texts(v)
			ok = !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(f.options, name) })
			slices.SortFunc(names, func(a, b string) int { return cmp.Compare(slices.Index(f.options, a), slices.Index(f.options, b)) })
			v = names
		}
		if !ok {
			wrong = append(wrong, problem("IssueFieldValue", "value", "invalid", "Value is invalid for the field "+f.name))
			continue
		}
		values[id] = v
	}
	return values, wrong
}

// setValue sets one field; nil and an empty list take it away.
func (c *call) setValue(i *issue, id int64, v any) {
	f := fieldByID(id)
	if f.kind == "multi_select" && len(texts(v)) == 0 {
		v = nil
	}
	was, had := i.Values[id]
	if v == nil {
		if !had {
			return
		}
		delete(i.Values, id)
		c.touch(i)
		c.emit("issues", "field_removed", i, object{"issue_field": fieldBrief(f), "issue_field_value": hookValue(f, was)})
		return
	}
	if had && (reflect.DeepEqual(was, v) || f.kind == "multi_select" && slices.Equal(texts(was), texts(v))) {
		return
	}
	if i.Values == nil {
		i.Values = map[int64]any{}
	}
	i.Values[id] = v
	c.touch(i)
	c.emit("issues", "field_added", i, object{"issue_field": fieldBrief(f), "issue_field_value": hookValue(f, v)})
}

// hookValue is a value as webhooks show it: with an id of its own.
func hookValue(f *issueField, v any) object {
	out := valueView(f, v)
	out["id"] = f.id * 100
	return out
}

func fieldBrief(f *issueField) object {
	return object{"id": f.id, "name": f.name, "field_type": f.kind}
}

func (c *call) listValues() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	return page(c, valueViews(i))
}

// changeValues adds to (POST) or replaces (PUT) the issue's field values.
func (c *call) changeValues() error {
	i, r, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	if r.Owner != Org {
		return notFound()
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	list, _ := in["issue_field_values"].([]any)
	values, wrong := fieldValues(list)
	if len(wrong) > 0 {
		return invalid(wrong...)
	}
	if c.req.Method == http.MethodPut {
		for n := range issueFields {
			if _, named := values[issueFields[n].id]; !named {
				c.setValue(i, issueFields[n].id, nil)
			}
		}
	}
	for id, v := range values {
		c.setValue(i, id, v)
	}
	return c.answer(http.StatusOK, valueViews(i))
}

func (c *call) deleteValue() error {
	i, _, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	id := c.pathID("issue_field_id")
	if _, ok := i.Values[id]; !ok || fieldByID(id) == nil {
		return notFound()
	}
	c.setValue(i, id, nil)
	return c.answer(http.StatusNoContent, nil)
}
