package config

import (
	"fmt"
	"sort"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// CheckSystem holds a system against what its kind wants to be told: that there is such a kind, that every key is one
// of its options and has an allowed value, that required ones are there, and that secrets are references. A diagnostic's
// Path is the key, without a line: a System has none.
func CheckSystem(s core.System) mapping.Diagnostics {
	kind, err := connectors.Lookup(s.Kind)
	if err != nil {
		return mapping.Diagnostics{{File: "system " + s.Name, Path: "kind", Text: err.Error(), Code: mapping.CodeUnknownName}}
	}
	var ds mapping.Diagnostics
	code := func(kind string) { ds[len(ds)-1].Code = kind }
	say := func(path, format string, args ...any) {
		ds = append(ds, mapping.Diagnostic{File: "system " + s.Name, Path: path, Text: fmt.Sprintf(format, args...)})
	}
	for _, section := range []struct {
		name   string
		values map[string]string
	}{{"auth", s.Auth}, {"webhook", s.Webhook}, {"settings", s.Settings}} {
		options := map[string]connectors.Option{}
		var names []string
		for _, o := range kind.Options {
			if o.Section == section.name {
				options[o.Name], names = o, append(names, o.Name)
			}
		}
		sort.Strings(names)
		for _, k := range sortedKeys(section.values) {
			v, path := section.values[k], section.name+"."+k
			o, ok := options[k]
			switch {
			case !ok:
				say(path, "a system of kind %s has no such option; under %s there are: %s", s.Kind, section.name, listed(names))
				ds[len(ds)-1].Suggestion = mapping.Nearest(k, names)
				code(mapping.CodeUnknownKey)
			case o.Secret && !IsReference(v):
				say(path, "is a secret and must be a reference: ${env:NAME} or ${file:PATH}")
				code(mapping.CodeWrongValue)
			case len(o.Oneof) > 0 && !IsReference(v) && !contains(o.Oneof, v):
				say(path, "%q is not one of: %s", v, strings.Join(o.Oneof, ", "))
				ds[len(ds)-1].Suggestion = mapping.Nearest(v, o.Oneof)
				code(mapping.CodeWrongValue)
			}
		}
		for _, n := range names {
			if o := options[n]; o.Required && o.Default == "" && section.values[n] == "" {
				say(section.name+"."+n, "is missing: %s", o.Help)
				code(mapping.CodeMissingKey)
			}
		}
	}
	return ds
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
