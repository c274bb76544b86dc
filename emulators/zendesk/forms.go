package zendesk

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// FormIncident is the second ticket form; see forms.
const FormIncident = 8646151517823

// form is a ticket form: which fields it shows, and what it requires where a field has a value.
// Vendor source: "Ticket Forms", with agent_conditions.
type form struct {
	id         int64
	name       string
	only       []int64 // custom fields it shows; nil: all
	conditions []condition
}

// condition requires fields in some statuses while the parent field has the value.
type condition struct {
	parent   int64
	value    string
	children []int64
	statuses []string
}

var forms = []form{
	{id: FormID, name: "Default"},
	{id: FormIncident, name: "Outage", only: []int64{FieldProductArea, FieldPlatforms, FieldBuild, FieldAffected, FieldCost},
		conditions: []condition{{parent: FieldProductArea, value: "area_billing", children: []int64{FieldAffected, FieldCost}, statuses: []string{"solved"}}}},
}

func formByID(id int64) *form {
	for i := range forms {
		if forms[i].id == id {
			return &forms[i]
		}
	}
	return nil
}

// form of a ticket; one from before there were several has the default.
func (t *ticket) form() *form {
	if f := formByID(t.FormID); f != nil {
		return f
	}
	return &forms[0]
}

// fieldIDs are the fields the form shows: the system ones and its custom ones.
func (f *form) fieldIDs() []int64 {
	var out []int64
	for _, one := range fields {
		if one.id < FieldProductArea || f.only == nil || slices.Contains(f.only, one.id) {
			out = append(out, one.id)
		}
	}
	return out
}

// required are the custom fields a ticket must have filled to be solved: those the account requires,
// where the form shows them, and those its form's conditions ask for.
func (e *Emulator) required(t *ticket) []int64 {
	f := t.form()
	var out []int64
	for _, id := range e.opts.RequiredToSolve {
		if slices.Contains(f.fieldIDs(), id) {
			out = append(out, id)
		}
	}
	for _, c := range f.conditions {
		if slices.Contains(c.statuses, "solved") && t.Fields[c.parent] == c.value {
			out = append(out, c.children...)
		}
	}
	return out
}

func (e *Emulator) formView(f form, position int) object {
	conditions := []any{}
	for _, c := range f.conditions {
		var children []any
		for _, id := range c.children {
			children = append(children, object{"id": id, "is_required": false, "required_on_statuses": object{"type": "SOME_STATUSES", "statuses": c.statuses}})
		}
		conditions = append(conditions, object{"parent_field_id": c.parent, "value": c.value, "child_fields": children})
	}
	return object{"id": f.id, "url": e.api("ticket_forms", f.id), "name": f.name, "raw_name": f.name, "display_name": f.name, "raw_display_name": f.name,
		"active": true, "default": f.id == FormID, "end_user_visible": true, "in_all_brands": true, "restricted_brand_ids": []int64{}, "position": position,
		"ticket_field_ids": f.fieldIDs(), "agent_conditions": conditions, "end_user_conditions": []any{}, "created_at": accountBorn, "updated_at": accountBorn}
}

// listForms is not paginated.
func (c *call) listForms() error { return c.formsWhere(func(form) bool { return true }) }

func (c *call) showForms() error {
	ids := c.ids("ids")
	return c.formsWhere(func(f form) bool { return slices.Contains(ids, f.id) })
}

func (c *call) formsWhere(keep func(form) bool) error {
	out := []any{}
	for i, f := range forms {
		if keep(f) {
			out = append(out, c.e.formView(f, i))
		}
	}
	return c.answer(http.StatusOK, object{"ticket_forms": out, "count": len(out), "next_page": nil, "previous_page": nil})
}

func (c *call) getForm() error {
	for i, f := range forms {
		if f.id == c.pathID("ticket_form_id") {
			return c.answer(http.StatusOK, object{"ticket_form": c.e.formView(f, i)})
		}
	}
	return notFound()
}

// lookup finds the record a lookup field points to, by its id or as external_id:…; ok is false where
// there is none.
func (ch *change) lookup(f *field, v any) (any, bool) {
	name := text(v)
	if ext, byExternal := strings.CutPrefix(name, "external_id:"); byExternal {
		if u := ch.e.st.userByExternalID(ext); u != nil {
			return idString(u.ID), true
		}
		return nil, false
	}
	id, _ := number(v)
	if ch.e.st.Users[id] == nil {
		return nil, false
	}
	return idString(id), true
}

// fieldType is a field's type as validation errors name it.
func (f *field) fieldType() string {
	return "Field" + map[string]string{"tagger": "Tagger", "multiselect": "Multiselect", "checkbox": "Checkbox", "text": "Text", "textarea": "Textarea",
		"integer": "Integer", "decimal": "Decimal", "date": "Date", "regexp": "Regexp", "lookup": "Lookup"}[f.kind]
}

// matchesWhole tells whether a text meets a regexp field's pattern.
func matchesWhole(pattern, text string) bool {
	ok, err := regexp.MatchString(pattern, text)
	return err == nil && ok
}
