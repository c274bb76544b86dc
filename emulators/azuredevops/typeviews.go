package azuredevops

import (
	"net/http"
	"slices"
	"strings"
)

func (e *Emulator) typeURL(p *project, t *workType) string {
	return e.api(p.id, "_apis", "wit", "workItemTypes", t.name)
}

func (e *Emulator) typeView(p *project, t *workType) object {
	transitions := object{}
	for from, steps := range t.steps {
		list := []any{}
		for _, s := range steps {
			list = append(list, object{"to": s.to, "actions": []any{}})
		}
		if from != "" { // a state may stay as it is
			list = append(list, object{"to": from, "actions": []any{}})
		}
		transitions[from] = list
	}
	instances := e.typeFields(t, false)
	return object{"name": t.name, "referenceName": t.ref, "description": "", "color": t.color, "icon": object{"id": "icon_insect", "url": e.api("_apis", "wit", "workItemIcons", "icon_insect")},
		"isDisabled": false, "xmlForm": "", "fields": instances, "fieldInstances": instances, "transitions": transitions, "states": stateViews(t), "url": e.typeURL(p, t)}
}

func stateViews(t *workType) []any {
	out := []any{}
	for _, s := range t.states {
		out = append(out, object{"name": s.name, "color": s.color, "category": s.category})
	}
	return out
}

// typeFields are the fields of a type; option lists only where all is asked for. Areas, iterations and states have none here.
func (e *Emulator) typeFields(t *workType, all bool) []any {
	out := []any{}
	for _, f := range fields {
		if f.on(t.name) {
			out = append(out, e.typeField(t, f, all))
		}
	}
	return out
}

func (e *Emulator) typeField(t *workType, f *field, all bool) object {
	required := slices.Contains([]string{"System.Title", fieldState, fieldArea, fieldIteration}, f.ref)
	out := object{"referenceName": f.ref, "name": f.name, "alwaysRequired": required, "url": e.api("_apis", "wit", "fields", f.ref)}
	if !all {
		return out
	}
	allowed := []any{}
	switch {
	case f.ref == fieldState:
		for _, s := range t.states {
			allowed = append(allowed, s.name)
		}
	case f.ref == fieldReason:
		for _, from := range sortedKeys(t.steps) {
			for _, s := range t.steps[from] {
				for _, r := range s.reasons {
					if !slices.Contains(allowed, any(r)) {
						allowed = append(allowed, r)
					}
				}
			}
		}
	default:
		for _, v := range f.values {
			allowed = append(allowed, v)
		}
	}
	out["allowedValues"], out["defaultValue"], out["dependentFields"] = allowed, f.initial, []any{}
	return out
}

func sortedKeys(m map[string][]step) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (c *call) kind() (*project, *workType, error) {
	p := projectBy(c.project)
	t := p.kind(c.params["type"])
	if t == nil {
		return nil, nil, refuse(http.StatusNotFound, "WorkItemTypeNotFoundException", "VS402323: Work item type "+c.params["type"]+
			" does not exist in project "+c.project+" or you do not have permission to access it.")
	}
	return p, t, nil
}

func (c *call) listTypes() error {
	p, out := projectBy(c.project), []any{}
	for _, t := range p.types {
		out = append(out, c.e.typeView(p, t))
	}
	return c.list(out)
}

func (c *call) getType() error {
	p, t, err := c.kind()
	if err != nil {
		return err
	}
	return c.answer(c.e.typeView(p, t))
}

func (c *call) expanded() bool {
	return slices.Contains([]string{"all", "allowedvalues"}, strings.ToLower(c.query("$expand")))
}

func (c *call) listTypeFields() error {
	_, t, err := c.kind()
	if err != nil {
		return err
	}
	return c.list(c.e.typeFields(t, c.expanded()))
}

func (c *call) getTypeField() error {
	_, t, err := c.kind()
	if err != nil {
		return err
	}
	f := fieldBy(c.params["field"])
	if f == nil || !f.on(t.name) {
		return noFieldFound(c.params["field"])
	}
	return c.answer(c.e.typeField(t, f, c.expanded()))
}

func (c *call) listStates() error {
	_, t, err := c.kind()
	if err != nil {
		return err
	}
	return c.list(stateViews(t))
}
