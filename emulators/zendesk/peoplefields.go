package zendesk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// peopleField is a custom field of users or organizations: it is written and read under its key.
// Vendor source: "User Fields" and "Organization Fields".
type peopleField struct {
	id      int64
	key     string
	kind    string // text, dropdown, checkbox, integer, decimal, date
	title   string
	tag     string // checkbox
	options []option
}

var userFields = []peopleField{
	{id: 95001, key: "account_number", kind: "text", title: "Account number"},
	{id: 95002, key: "vip", kind: "checkbox", title: "VIP", tag: "vip_customer"},
	{id: 95003, key: "plan", kind: "dropdown", title: "Plan", options: []option{{95101, "Free", "plan_free"}, {95102, "Team", "plan_team"}, {95103, "Enterprise", "plan_enterprise"}}},
	{id: 95004, key: "customer_since", kind: "date", title: "Customer since"},
}

var organizationFields = []peopleField{
	{id: 96001, key: "tier", kind: "dropdown", title: "Tier", options: []option{{96101, "Gold", "tier_gold"}, {96102, "Silver", "tier_silver"}}},
	{id: 96002, key: "seats", kind: "integer", title: "Seats"},
	{id: 96003, key: "discount", kind: "decimal", title: "Discount"},
	{id: 96004, key: "contract_end", kind: "date", title: "Contract ends"},
}

// shown is a value as the API reads it back: a date is midnight UTC of its day.
func (f peopleField) shown(v any) any {
	day, isText := v.(string)
	switch {
	case f.kind == "checkbox" && v == nil:
		return false
	case f.kind == "date" && isText:
		return day + "T00:00:00+00:00"
	}
	return v
}

// normal checks a value and gives it as it is stored; nil empties the field.
func (f peopleField) normal(v any) (any, error) {
	if v == nil || v == "" {
		return nil, nil
	}
	switch f.kind {
	case "dropdown":
		if !slices.ContainsFunc(f.options, func(o option) bool { return o.value == text(v) }) {
			return nil, fmt.Errorf("%s: %s is not a valid option", f.title, text(v))
		}
		return text(v), nil
	case "checkbox":
		return text(v) == "true" || text(v) == "1", nil
	case "integer", "decimal":
		n, err := json.Number(text(v)).Float64()
		if err != nil || f.kind == "integer" && n != float64(int64(n)) {
			return nil, fmt.Errorf("%s: is not a number", f.title)
		}
		return n, nil
	case "date":
		day, _, _ := strings.Cut(text(v), "T")
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, fmt.Errorf("%s: is not a date", f.title)
		}
		return day, nil
	}
	return text(v), nil
}

// writeFields puts given values into stored ones; keys that are no fields are passed over.
func writeFields(fields []peopleField, stored map[string]any, given any, p problems) map[string]any {
	in, _ := given.(map[string]any)
	out := map[string]any{}
	for k, v := range stored {
		out[k] = v
	}
	for _, f := range fields {
		v, named := in[f.key]
		if !named {
			continue
		}
		clean, err := f.normal(v)
		if err != nil {
			p.add(f.key, err.Error())
			continue
		}
		out[f.key] = clean
	}
	return out
}

func shownFields(fields []peopleField, stored map[string]any) object {
	out := object{}
	for _, f := range fields {
		out[f.key] = f.shown(stored[f.key])
	}
	return out
}

func (e *Emulator) peopleFieldView(of string, f peopleField, position int) object {
	out := object{"id": f.id, "url": e.api(of, f.id), "key": f.key, "type": f.kind, "title": f.title, "raw_title": f.title, "description": "",
		"raw_description": "", "position": position, "active": true, "system": false, "regexp_for_validation": nil, "created_at": accountBorn, "updated_at": accountBorn}
	if f.kind == "checkbox" {
		out["tag"] = f.tag
	}
	if f.kind == "dropdown" {
		var options []any
		for i, o := range f.options {
			options = append(options, object{"id": o.id, "name": o.name, "raw_name": o.name, "value": o.value, "position": i})
		}
		out["custom_field_options"] = options
	}
	return out
}

// listPeopleFields and onePeopleField serve the definitions of user_fields or organization_fields.
func listPeopleFields(of string, fields []peopleField) func(*call) error {
	return func(c *call) error {
		var rows []keyed[any]
		for i, f := range fields {
			rows = append(rows, keyed[any]{idKey(f.id), c.e.peopleFieldView(of, f, i)})
		}
		out, beside, err := page(c, rows, false, 100)
		if err != nil {
			return err
		}
		beside[of] = out
		return c.answer(http.StatusOK, beside)
	}
}

func onePeopleField(of string, fields []peopleField) func(*call) error {
	return func(c *call) error {
		for i, f := range fields {
			if id := c.req.PathValue("field_id"); id == f.key || id == idString(f.id) {
				return c.answer(http.StatusOK, object{strings.TrimSuffix(of, "s"): c.e.peopleFieldView(of, f, i)})
			}
		}
		return notFound()
	}
}

// putUser changes what an agent may change of a person (vendor page "Users", Update User).
func (c *call) putUser() error {
	u := c.e.st.Users[c.pathID("user_id")]
	if u == nil {
		return notFound()
	}
	in, err := c.object("user")
	if err != nil {
		return err
	}
	p, next := problems{}, *u
	for name, to := range map[string]*string{"name": &next.Name, "phone": &next.Phone, "details": &next.Details, "notes": &next.Notes, "external_id": &next.ExternalID} {
		if v, named := in[name]; named {
			*to = text(v)
		}
	}
	if next.Name == "" {
		p.add("name", "Name: is too short (minimum is 1 character)")
	}
	if v, named := in["organization_id"]; named {
		id, _ := number(v)
		if next.OrgID = id; id != 0 && c.e.st.Orgs[id] == nil {
			p.add("organization", "Organization: is not one of this account")
		}
	}
	if v, named := in["tags"]; named {
		next.Tags = sortedSet(tagList(v))
	}
	next.Values = writeFields(userFields, u.Values, in["user_fields"], p)
	if err := p.err(); err != nil {
		return err
	}
	next.Updated = c.now.Truncate(time.Second)
	*u = next
	c.dirty = true
	return c.answer(http.StatusOK, object{"user": c.e.userView(u)})
}

// putOrganization changes an organization (vendor page "Organizations", Update Organization).
func (c *call) putOrganization() error {
	o := c.e.st.Orgs[c.pathID("organization_id")]
	if o == nil {
		return notFound()
	}
	in, err := c.object("organization")
	if err != nil {
		return err
	}
	p, next := problems{}, *o
	for name, to := range map[string]*string{"name": &next.Name, "details": &next.Details, "notes": &next.Notes, "external_id": &next.ExternalID} {
		if v, named := in[name]; named {
			*to = text(v)
		}
	}
	for _, other := range c.e.st.Orgs {
		if other != o && strings.EqualFold(other.Name, next.Name) {
			p.add("name", "Name: "+next.Name+" has already been taken")
		}
	}
	if v, named := in["tags"]; named {
		next.Tags = sortedSet(tagList(v))
	}
	next.Values = writeFields(organizationFields, o.Values, in["organization_fields"], p)
	if err := p.err(); err != nil {
		return err
	}
	next.Updated = c.now.Truncate(time.Second)
	*o = next
	c.dirty = true
	return c.answer(http.StatusOK, object{"organization": c.e.organizationView(o)})
}
