package jira

import (
	"encoding/json"
)

// attribute is something of a person, an issue or a project that a field names. Jira shows all of these inside the field
// itself (UserDetails, FixVersions of "parent", Project), so that none costs a call.
type attribute struct {
	name  string
	label string
	path  []string // where it is in the field's JSON
	shape shape
}

var (
	ofUser = []attribute{
		{"email", "e-mail", []string{"emailAddress"}, shapeString}, // hidden where the person's profile says so
		{"name", "name", []string{"displayName"}, shapeString},
		{"zone", "time zone", []string{"timeZone"}, shapeString},
	}
	ofIssue = []attribute{
		{"key", "key", []string{"key"}, shapeString},
		{"summary", "summary", []string{"fields", "summary"}, shapeString},
		{"status", "status", []string{"fields", "status"}, shapeNamed},
		{"priority", "priority", []string{"fields", "priority"}, shapeNamed},
		{"issuetype", "issue type", []string{"fields", "issuetype"}, shapeNamed},
	}
	ofProject = []attribute{{"name", "name", []string{"name"}, shapeString}}
)

// attributes are the read-only fields with dotted names that a field brings along: reporter.email, parent.summary.
func (f field) attributes() []field {
	var of []attribute
	switch {
	case f.multi:
	case f.shape == shapeUser:
		of = ofUser
	case f.shape == shapeIssue:
		of = ofIssue
	case f.shape == shapeProject:
		of = ofProject
	}
	out := make([]field, len(of))
	for i, a := range of {
		out[i] = field{id: f.id, name: f.name + "." + a.name, label: f.label + ": " + a.label, shape: a.shape, readOnly: true, path: a.path}
	}
	return out
}

// inside is what stands at the attribute's place in the field's JSON: null when the field names nobody, nothing when what it
// names does not show it.
func (f field) inside(raw json.RawMessage) json.RawMessage {
	for _, step := range f.path {
		if len(raw) == 0 || string(raw) == "null" {
			return raw
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			return nil
		}
		raw = object[step]
	}
	return raw
}

// isAttribute tells a field of the issue from something of what a field names.
func (f field) isAttribute() bool { return len(f.path) > 0 }
