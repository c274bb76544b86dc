package zendesk

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Ids of the custom ticket fields.
const (
	FieldProductArea = 90001 // tagger
	FieldRegression  = 90002 // checkbox, tag "regression"
	FieldPlatforms   = 90003 // multiselect
	FieldBuild       = 90004 // text
	FieldAffected    = 90005 // integer
	FieldDueFix      = 90006 // date
	FieldCost        = 90007 // decimal
	FieldOrder       = 90008 // regexp
	FieldSteps       = 90009 // textarea
	FieldOwner       = 90010 // lookup of a user
	FieldDevice      = 90011 // tagger with nested names
)

// Ids of the custom statuses: the category defaults, and one more in the category open.
const (
	StatusNew       = 70001
	StatusOpen      = 70002
	StatusPending   = 70003
	StatusHold      = 70004
	StatusSolved    = 70005
	StatusEscalated = 70006
)

type option struct {
	id    int64
	name  string
	value string
}

type field struct {
	id      int64
	kind    string
	title   string
	tag     string // checkbox
	options []option
	system  []option // options of system fields
	pattern string   // regexp
	target  string   // lookup
}

// fields are the account's ticket fields, system ones first. They do not change.
var fields = []field{
	{id: 80001, kind: "subject", title: "Subject"},
	{id: 80002, kind: "description", title: "Description"},
	{id: 80003, kind: "status", title: "Status", system: []option{{0, "New", "new"}, {0, "Open", "open"}, {0, "Pending", "pending"}, {0, "On-hold", "hold"}, {0, "Solved", "solved"}}},
	{id: 80004, kind: "tickettype", title: "Type", system: []option{{0, "Question", "question"}, {0, "Incident", "incident"}, {0, "Problem", "problem"}, {0, "Task", "task"}}},
	{id: 80005, kind: "priority", title: "Priority", system: []option{{0, "Low", "low"}, {0, "Normal", "normal"}, {0, "High", "high"}, {0, "Urgent", "urgent"}}},
	{id: 80006, kind: "group", title: "Group"},
	{id: 80007, kind: "assignee", title: "Assignee"},
	{id: 80008, kind: "custom_status", title: "Ticket status"},
	{id: FieldProductArea, kind: "tagger", title: "Product area", options: []option{{91001, "Billing", "area_billing"}, {91002, "Mobile app", "area_mobile"}, {91003, "Web app", "area_web"}}},
	{id: FieldRegression, kind: "checkbox", title: "Regression", tag: "regression"},
	{id: FieldPlatforms, kind: "multiselect", title: "Platforms", options: []option{{91011, "iOS", "platform_ios"}, {91012, "Android", "platform_android"}, {91013, "Windows", "platform_windows"}}},
	{id: FieldBuild, kind: "text", title: "Build"},
	{id: FieldAffected, kind: "integer", title: "Affected users"},
	{id: FieldDueFix, kind: "date", title: "Fix promised for"},
	{id: FieldCost, kind: "decimal", title: "Cost"},
	{id: FieldOrder, kind: "regexp", title: "Order number", pattern: `^[A-Z]{2}-\d{4}$`},
	{id: FieldSteps, kind: "textarea", title: "Steps"},
	{id: FieldOwner, kind: "lookup", title: "Contract owner", target: "zen:user"},
	{id: FieldDevice, kind: "tagger", title: "Device", options: []option{{91021, "Hardware::Laptop", "device_laptop"}, {91022, "Hardware::Phone", "device_phone"}, {91023, "Software", "device_software"}}},
}

type customStatus struct {
	id       int64
	category string
	label    string
	def      bool
}

var customStatuses = []customStatus{
	{StatusNew, "new", "New", true}, {StatusOpen, "open", "Open", true}, {StatusPending, "pending", "Pending", true},
	{StatusHold, "hold", "On-hold", true}, {StatusSolved, "solved", "Solved", true},
	{StatusEscalated, "open", "Escalated to engineering", false},
}

func fieldByID(id int64) *field {
	for i := range fields {
		if fields[i].id == id {
			return &fields[i]
		}
	}
	return nil
}

func customFields() []field {
	return slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.id < FieldProductArea })
}

func customStatusByID(id int64) *customStatus {
	for i := range customStatuses {
		if customStatuses[i].id == id {
			return &customStatuses[i]
		}
	}
	return nil
}

// defaultStatus is the custom status of a category; closed tickets belong to solved.
func defaultStatus(category string) int64 {
	if category == "closed" {
		category = "solved"
	}
	for _, s := range customStatuses {
		if s.category == category && s.def {
			return s.id
		}
	}
	return 0
}

func (f *field) has(value string) bool {
	return slices.ContainsFunc(f.options, func(o option) bool { return o.value == value })
}

// normal checks a value written to the field and gives it as it is stored; nil empties the field.
func (f *field) normal(v any) (any, error) {
	if v == nil || v == "" {
		if f.kind == "checkbox" {
			return false, nil
		}
		return nil, nil
	}
	text := strings.TrimSpace(fmt.Sprint(v))
	switch f.kind {
	case "tagger":
		if !f.has(text) {
			return nil, fmt.Errorf("%s: %s is not a valid option", f.title, text)
		}
		return text, nil
	case "multiselect":
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		var out []any
		for _, item := range list {
			if !f.has(fmt.Sprint(item)) {
				return nil, fmt.Errorf("%s: %v is not a valid option", f.title, item)
			}
			if !slices.Contains(out, item) {
				out = append(out, item)
			}
		}
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		if len(out) == 0 {
			return nil, nil
		}
		return out, nil
	case "checkbox":
		return text == "true" || text == "1", nil
	case "integer":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n != math.Trunc(n) {
			return nil, fmt.Errorf("%s: must be a whole number", f.title)
		}
		return strconv.FormatInt(int64(n), 10), nil
	case "decimal":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: must be a number", f.title)
		}
		return strconv.FormatFloat(n, 'f', -1, 64), nil
	case "regexp":
		if !matchesWhole(f.pattern, text) {
			return nil, fmt.Errorf("%s: is invalid", f.title)
		}
		return text, nil
	case "date":
		day, _, _ := strings.Cut(text, "T")
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, fmt.Errorf("%s: must be a date such as 2026-01-31", f.title)
		}
		return day, nil
	default:
		return fmt.Sprint(v), nil
	}
}

// tags are the ticket tags a value brings with it.
func (f *field) tags(v any) []string {
	switch v := v.(type) {
	case string:
		if f.kind == "tagger" && v != "" {
			return []string{v}
		}
	case bool:
		if f.kind == "checkbox" && v && f.tag != "" {
			return []string{f.tag}
		}
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, fmt.Sprint(item))
		}
		return out
	}
	return nil
}

// fromTags is the value the ticket's tags give to a field that lives in them; ok is false for
// fields that do not.
func (f *field) fromTags(tags []string) (v any, ok bool) {
	switch f.kind {
	case "tagger":
		for _, o := range f.options {
			if slices.Contains(tags, o.value) {
				return o.value, true
			}
		}
		return nil, true
	case "multiselect":
		var out []any
		for _, o := range f.options {
			if slices.Contains(tags, o.value) {
				out = append(out, o.value)
			}
		}
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		if len(out) == 0 {
			return nil, true
		}
		return out, true
	case "checkbox":
		return slices.Contains(tags, f.tag), true
	}
	return nil, false
}
