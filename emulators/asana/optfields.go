package asana

import (
	"slices"
	"strings"
)

// optIn are the fields a full record leaves out unless they are asked for (vendor's OpenAPI document).
var optIn = []string{"html_notes", "html_text", "external", "dependencies", "dependents", "num_subtasks", "created_by", "is_edited",
	"is_pinned", "is_rendered_as_separator", "source", "size", "custom_field_settings"}

// listFields are what lists show of a record unless more is asked for; what a record does not have is left out.
var listFields = []string{"gid", "resource_type", "name", "resource_subtype"}

func splitFields(s string) []string {
	out := []string{}
	for _, f := range strings.Split(s, ",") {
		if f = strings.TrimSpace(f); f != "" {
			out = append(out, f)
		}
	}
	return out
}

// shown cuts a record to what the client asked for. Fields that do not exist are left out without a word.
func (c *call) shown(full object, inList bool) object {
	if c.fields != nil {
		return pick(full, c.fields)
	}
	if inList {
		out := object{}
		for _, name := range listOf(full) {
			if v, ok := full[name]; ok {
				out[name] = compact(v)
			}
		}
		return out
	}
	out := object{}
	for name, v := range full {
		if !slices.Contains(optIn, name) || name == "created_by" && full["resource_type"] != "task" {
			out[name] = compact(v)
		}
	}
	return out
}

// listOf are the fields that lists show of that kind of record.
func listOf(full object) []string {
	switch full["resource_type"] {
	case "story":
		return []string{"gid", "resource_type", "created_at", "created_by", "resource_subtype", "text", "type"}
	case "custom_field_setting":
		return []string{"gid", "resource_type", "project", "parent", "custom_field", "is_important"}
	case "custom_field":
		return []string{"gid", "resource_type", "name", "resource_subtype", "type", "enum_options", "precision", "representation_type", "id_prefix"}
	case "webhook":
		return []string{"gid", "resource_type", "active", "resource", "target"}
	}
	return listFields
}

// pick follows the asked paths. A record's gid is always there.
func pick(full object, fields []string) object {
	below := map[string][]string{}
	for _, f := range fields {
		head, rest, nested := strings.Cut(f, ".")
		if _, ok := below[head]; !ok {
			below[head] = nil
		}
		if nested {
			below[head] = append(below[head], rest)
		}
	}
	out := object{}
	if gid, ok := full["gid"]; ok {
		out["gid"] = gid
	}
	for head, rest := range below {
		v, ok := full[head]
		if !ok {
			continue
		}
		out[head] = pickValue(v, rest)
	}
	return out
}

func pickValue(v any, fields []string) any {
	switch v := v.(type) {
	case object:
		if len(fields) == 0 {
			return bare(v)
		}
		return pick(v, fields)
	case []any:
		out := make([]any, 0, len(v))
		for _, one := range v {
			out = append(out, pickValue(one, fields))
		}
		return out
	}
	return v
}

// bare is a nested value asked for by its own name only: a reference is its gid and type; options, custom fields and
// structures without a gid are whole.
func bare(v any) any {
	switch v := v.(type) {
	case object:
		switch v["resource_type"] {
		case "custom_field", "enum_option":
			return compact(v)
		case nil:
			out := object{}
			for k, inner := range v {
				out[k] = bare(inner)
			}
			return out
		}
		return object{"gid": v["gid"], "resource_type": v["resource_type"]}
	case []any:
		out := make([]any, 0, len(v))
		for _, one := range v {
			out = append(out, bare(one))
		}
		return out
	}
	return v
}

// compact cuts nested references to what a compact record shows.
func compact(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		whole := v["resource_type"] == nil || v["resource_type"] == "custom_field" || v["resource_type"] == "enum_option"
		for k, inner := range v {
			if whole || slices.Contains(listFields, k) {
				out[k] = compact(inner)
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, one := range v {
			out = append(out, compact(one))
		}
		return out
	}
	return v
}
