package asana

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Fixed gids of the custom fields and of some options, for tests.
const (
	FieldPriority  = "1205000000000001" // enum
	FieldPlatforms = "1205000000000002" // multi_enum
	FieldPoints    = "1205000000000003" // number with one decimal
	FieldCustomer  = "1205000000000004" // text
	FieldReported  = "1205000000000005" // date
	FieldReviewers = "1205000000000006" // people
	FieldWeight    = "1205000000000007" // formula, read-only: ten times the points
	FieldNumber    = "1205000000000008" // custom_id, read-only: BUG-1, …
	FieldQuarter   = "1205000000000009" // enum of Roadmap only

	OptionLow     = "1206000000000001"
	OptionMedium  = "1206000000000002"
	OptionHigh    = "1206000000000003"
	OptionLegacy  = "1206000000000004" // disabled
	OptionWeb     = "1206000000000011"
	OptionIOS     = "1206000000000012"
	OptionAndroid = "1206000000000013"
	OptionQ1      = "1206000000000021"
	OptionQ2      = "1206000000000022"
)

// maxFieldText is the longest text of a custom field, in characters.
const maxFieldText = 1024

type customField struct {
	gid, name, kind, shown string // kind is resource_subtype, shown is representation_type
	precision              int
	prefix                 string
	readOnly               bool
}

var customFields = []customField{
	{gid: FieldPriority, name: "Priority", kind: "enum"},
	{gid: FieldPlatforms, name: "Platforms", kind: "multi_enum"},
	{gid: FieldPoints, name: "Story points", kind: "number", precision: 1},
	{gid: FieldCustomer, name: "Customer", kind: "text"},
	{gid: FieldReported, name: "Reported on", kind: "date"},
	{gid: FieldReviewers, name: "Reviewers", kind: "people"},
	{gid: FieldWeight, name: "Weight", kind: "number", shown: "formula", readOnly: true},
	{gid: FieldNumber, name: "Bug number", kind: "text", shown: "custom_id", prefix: "BUG", readOnly: true},
	{gid: FieldQuarter, name: "Quarter", kind: "enum"},
}

func fieldBy(gid string) *customField {
	for i := range customFields {
		if customFields[i].gid == gid {
			return &customFields[i]
		}
	}
	return nil
}

func seedOptions() map[string][]option {
	return map[string][]option{
		FieldPriority: {{OptionLow, "Low", "aqua", true}, {OptionMedium, "Medium", "yellow-orange", true}, {OptionHigh, "High", "red", true},
			{OptionLegacy, "Legacy", "cool-gray", false}},
		FieldPlatforms: {{OptionWeb, "Web", "blue", true}, {OptionIOS, "iOS", "green", true}, {OptionAndroid, "Android", "purple", true}},
		FieldQuarter:   {{OptionQ1, "Q1", "none", true}, {OptionQ2, "Q2", "none", true}},
	}
}

func (e *Emulator) option(field, gid string) *option {
	for i, o := range e.st.Options[field] {
		if o.GID == gid {
			return &e.st.Options[field][i]
		}
	}
	return nil
}

func optionView(o *option) object {
	return object{"gid": o.GID, "resource_type": "enum_option", "name": o.Name, "enabled": o.Enabled, "color": o.Color}
}

// fieldView is a definition.
func (c *call) fieldView(f *customField) object {
	shown := f.shown
	if shown == "" {
		shown = f.kind
	}
	out := object{"gid": f.gid, "resource_type": "custom_field", "name": f.name, "type": f.kind, "resource_subtype": f.kind,
		"representation_type": shown, "description": "", "is_global_to_workspace": true, "has_notifications_enabled": false,
		"is_formula_field": f.shown == "formula", "is_value_read_only": f.readOnly, "id_prefix": orNull(f.prefix), "created_by": nil, "privacy_setting": "public"}
	if f.kind == "number" {
		out["precision"], out["format"] = f.precision, "none"
	}
	if f.kind == "enum" || f.kind == "multi_enum" {
		list := []any{}
		for i := range c.e.st.Options[f.gid] {
			list = append(list, optionView(&c.e.st.Options[f.gid][i]))
		}
		out["enum_options"] = list
	}
	return out
}

// valueView is a field as a task shows it: enabled only where one of the task's projects has the field.
func (c *call) valueView(f *customField, v value, enabled bool) object {
	out := c.fieldView(f)
	out["enabled"], out["display_value"] = enabled, nil
	var names []string
	people := func() []any {
		list := []any{}
		for _, gid := range v.GIDs {
			list = append(list, c.e.userRef(gid))
			names = append(names, userBy(gid).name)
		}
		return list
	}
	switch f.kind {
	case "enum":
		out["enum_value"] = nil
		if len(v.GIDs) > 0 {
			o := c.e.option(f.gid, v.GIDs[0])
			out["enum_value"], names = optionView(o), []string{o.Name}
		}
	case "multi_enum":
		list := []any{}
		for _, gid := range v.GIDs {
			o := c.e.option(f.gid, gid)
			list, names = append(list, optionView(o)), append(names, o.Name)
		}
		out["multi_enum_values"] = list
	case "people":
		out["people_value"] = people()
	case "number":
		out["number_value"] = nil
		if v.Number != nil {
			out["number_value"], names = *v.Number, []string{strconv.FormatFloat(*v.Number, 'f', f.precision, 64)}
		}
	case "date":
		out["date_value"] = nil
		if v.Date != "" {
			out["date_value"], names = dateView(v), []string{v.Date}
			if v.DateTime != "" {
				names = []string{v.DateTime}
			}
		}
	case "text":
		out["text_value"] = orNull(v.Text)
		if v.Text != "" {
			names = []string{v.Text}
		}
	}
	if len(names) > 0 {
		out["display_value"] = strings.Join(names, ", ")
	}
	return out
}

func dateView(v value) any {
	if v.Date == "" {
		return nil
	}
	out := object{"date": v.Date}
	if v.DateTime != "" {
		out["date_time"] = v.DateTime
	}
	return out
}

// fieldsOf are the custom fields a task shows: those of its projects, and what it still holds of others.
func (c *call) fieldsOf(t *task) []any {
	out := []any{}
	if !workspaceBy(t.Workspace).paid {
		return out
	}
	for i := range customFields {
		f := &customFields[i]
		enabled := t.enabled(f.gid)
		v := t.Values[f.gid]
		switch f.gid {
		case FieldWeight:
			if points := t.Values[FieldPoints].Number; points != nil {
				weight := *points * 10
				v = value{Number: &weight}
			}
		case FieldNumber:
			if t.Number > 0 {
				v = value{Text: fmt.Sprintf("BUG-%d", t.Number)}
			}
		}
		if enabled || !v.empty() && !f.readOnly {
			out = append(out, c.valueView(f, v, enabled))
		}
	}
	return out
}

func (t *task) enabled(field string) bool {
	return slices.ContainsFunc(t.Memberships, func(m membership) bool { return slices.Contains(projectBy(m.Project).fields, field) })
}

// parseValue reads a value as it is written to a task.
func (c *call) parseValue(f *customField, in any) (value, error) {
	if f.readOnly {
		return value{}, bad("custom_fields: The custom field " + f.gid + " is read-only")
	}
	wrong := func(what string) error { return bad("custom_fields: " + f.gid + ": " + what) }
	if in == nil {
		return value{}, nil
	}
	switch f.kind {
	case "enum":
		s, ok := in.(string)
		if !ok {
			return value{}, wrong("Not a valid enum option")
		}
		return c.parseOptions(f, []any{s})
	case "multi_enum":
		list, ok := in.([]any)
		if !ok {
			return value{}, wrong("Not an array of enum options")
		}
		return c.parseOptions(f, list)
	case "people":
		list, ok := in.([]any)
		if !ok {
			return value{}, wrong("Not an array of users")
		}
		var v value
		for _, one := range list {
			s, _ := one.(string)
			u, err := c.someone("custom_fields", s)
			if err != nil {
				return value{}, err
			}
			if !slices.Contains(v.GIDs, u.gid) {
				v.GIDs = append(v.GIDs, u.gid)
			}
		}
		return v, nil
	case "number":
		n, ok := in.(float64)
		if !ok {
			return value{}, wrong("Not a number")
		}
		scale := math.Pow10(f.precision)
		n = math.Round(n*scale) / scale
		return value{Number: &n}, nil
	case "date":
		return parseDate(in, wrong)
	}
	s, ok := in.(string)
	if !ok {
		return value{}, wrong("Not a string")
	}
	if utf8.RuneCountInString(s) > maxFieldText {
		return value{}, wrong("Text is longer than 1024 characters")
	}
	return value{Text: s}, nil
}

func (c *call) parseOptions(f *customField, list []any) (value, error) {
	var v value
	for _, one := range list {
		gid, _ := one.(string)
		o := c.e.option(f.gid, gid)
		if o == nil {
			return value{}, bad("custom_fields: " + f.gid + ": Unknown enum option: " + gid)
		}
		if !o.Enabled {
			return value{}, bad("custom_fields: " + f.gid + ": The enum option is disabled: " + gid)
		}
		if !slices.Contains(v.GIDs, gid) {
			v.GIDs = append(v.GIDs, gid)
		}
	}
	return v, nil
}

// parseDate takes an object with date or date_time; a plain text is refused, which is the harder of two readings.
func parseDate(in any, wrong func(string) error) (value, error) {
	o, ok := in.(object)
	if !ok {
		return value{}, wrong("Not a date object")
	}
	if text, ok := o["date_time"].(string); ok && text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return value{}, wrong("Not a valid date_time")
		}
		return value{Date: at.UTC().Format(time.DateOnly), DateTime: stamp(at).(string)}, nil
	}
	text, _ := o["date"].(string)
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return value{}, wrong("Not a valid date")
	}
	return value{Date: text}, nil
}

func (c *call) settingView(p *project, f *customField) object {
	return object{"gid": p.gid + f.gid[12:], "resource_type": "custom_field_setting", "project": projectRef(p.gid), "parent": projectRef(p.gid),
		"is_important": true, "custom_field": c.fieldView(f)}
}

func (c *call) listSettings() error {
	p, err := c.project(c.req.PathValue("project_gid"))
	if err != nil {
		return err
	}
	if !workspaceBy(p.workspace).paid {
		return payment("Custom Fields")
	}
	var rows []row
	for i, gid := range p.fields {
		rows = append(rows, row{fmt.Sprintf("%03d", i), func() object { return c.settingView(p, fieldBy(gid)) }})
	}
	return c.list(rows)
}

func (c *call) listFields() error {
	w, err := c.workspace(c.req.PathValue("workspace_gid"))
	if err != nil {
		return err
	}
	if !w.paid {
		return payment("Custom Fields")
	}
	var rows []row
	for i := range customFields {
		rows = append(rows, row{customFields[i].gid, func() object { return c.fieldView(&customFields[i]) }})
	}
	return c.list(rows)
}

func (c *call) getField() error {
	f := fieldBy(c.req.PathValue("custom_field_gid"))
	if f == nil {
		return notFound("custom_field", c.req.PathValue("custom_field_gid"))
	}
	return c.one(http.StatusOK, c.fieldView(f))
}

func (c *call) postOption() error {
	f := fieldBy(c.req.PathValue("custom_field_gid"))
	if f == nil {
		return notFound("custom_field", c.req.PathValue("custom_field_gid"))
	}
	if f.kind != "enum" && f.kind != "multi_enum" {
		return bad("custom_field: Not an enum custom field")
	}
	name, _, err := c.text("name")
	if err != nil {
		return err
	}
	if name == "" {
		return bad("name: Missing input")
	}
	color, _, _ := c.text("color")
	if color == "" {
		color = "none"
	}
	o := option{GID: c.e.st.id(), Name: name, Color: color, Enabled: true}
	c.e.st.Options[f.gid] = append(c.e.st.Options[f.gid], o)
	c.dirty = true
	return c.one(http.StatusCreated, optionView(&o))
}

func (c *call) putOption() error {
	gid := c.req.PathValue("enum_option_gid")
	for field := range c.e.st.Options {
		o := c.e.option(field, gid)
		if o == nil {
			continue
		}
		if name, given, err := c.text("name"); err != nil {
			return err
		} else if given && name != "" {
			o.Name = name
		}
		if enabled, given, err := c.boolean("enabled"); err != nil {
			return err
		} else if given {
			o.Enabled = enabled
		}
		c.dirty = true
		return c.one(http.StatusOK, optionView(o))
	}
	return notFound("enum_option", gid)
}
