package servicenow

import (
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// shownOf are the columns that a reference shows of what it names, by table, in the order of the description.
var shownOf = map[string][]struct{ name, label string }{
	"sys_user":       {{"email", "Email"}, {"name", "Name"}, {"user_name", "User ID"}, {"phone", "Phone"}, {"title", "Title"}, {"time_zone", "Time zone"}},
	"sys_user_group": {{"name", "Name"}, {"email", "Email"}, {"description", "Description"}},
	"core_company":   {{"name", "Name"}},
	"cmn_location":   {{"name", "Name"}},
	"cmn_department": {{"name", "Name"}},
	"cmdb_ci":        {{"name", "Name"}},
}

// attributesOf are the read-only fields with a dot. What a query can walk to is more than is listed: any column of what a reference
// names can be read.
func attributesOf(s *schema) []connectors.Field {
	var out []connectors.Field
	for _, col := range s.columns {
		if col.typ != "reference" {
			continue
		}
		list := shownOf[col.ref]
		if col.kind == core.KindReference {
			list = []struct{ name, label string }{{"number", "Number"}, {"short_description", "Short description"}}
		}
		for _, a := range list {
			out = append(out, connectors.Field{Name: col.name + "." + a.name, Label: col.label + ": " + a.label, Kind: core.KindString, ReadOnly: true})
		}
	}
	return out
}

// walks tells whether a name goes through references: each part a column, the first one a reference of the table.
func (s *schema) walks(name string) bool {
	first, rest, dotted := strings.Cut(name, ".")
	col, ok := s.find(first)
	if !dotted || !ok || col.typ != "reference" {
		return false
	}
	for _, part := range strings.Split(rest, ".") {
		if !columnName.MatchString(part) {
			return false
		}
	}
	return true
}
