package config

import (
	"fmt"
	"path/filepath"
	"slices"
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
		for _, o := range optionsOf(kind, s) {
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
			if o := options[n]; o.File && section.values[n] != "" {
				if _, ok := s.Files[section.values[n]]; !ok {
					say(section.name+"."+n, "the file %q cannot be read; it is looked for from the folder of the system's file on", section.values[n])
					code(mapping.CodeFile)
				}
			}
			if o := options[n]; o.Required && o.Default == "" && section.values[n] == "" {
				say(section.name+"."+n, "is missing: %s", o.Help)
				code(mapping.CodeMissingKey)
			}
		}
	}
	if kind.Check != nil {
		for _, p := range kind.Check(s) {
			d := mapping.Diagnostic{File: p.File, Line: p.Line, Column: p.Column, Path: p.Path, Text: p.Text, Suggestion: p.Suggestion, Code: p.Code}
			if d.File == "" {
				d.File = "system " + s.Name
			}
			ds = append(ds, d)
		}
	}
	return ds
}

// optionsOf are the options of a kind and those that the system has by its own files.
func optionsOf(kind connectors.Kind, s core.System) []connectors.Option {
	if kind.Own == nil {
		return kind.Options
	}
	return slices.Concat(kind.Options, kind.Own(s))
}

// InFile gives what CheckSystem found its place: in the system's file, or in a file beside it.
func InFile(ds mapping.Diagnostics, file string, src []byte) mapping.Diagnostics {
	var out mapping.Diagnostics
	for _, d := range ds {
		if strings.HasPrefix(d.File, "system ") {
			out = append(out, mapping.Placed(mapping.Diagnostics{d}, file, src)...)
			continue
		}
		d.File = filepath.Join(filepath.Dir(file), d.File)
		out = append(out, d)
	}
	return out
}

// Attach gives a system the files that it names, as far as read knows them: by the name that the system uses.
func Attach(s *core.System, read func(name string) ([]byte, error)) {
	kind, err := connectors.Lookup(s.Kind)
	if err != nil {
		return
	}
	sections := map[string]map[string]string{"auth": s.Auth, "webhook": s.Webhook, "settings": s.Settings}
	for _, o := range kind.Options {
		name := sections[o.Section][o.Name]
		if !o.File || name == "" {
			continue
		}
		if b, err := read(name); err == nil {
			if s.Files == nil {
				s.Files = map[string]string{}
			}
			s.Files[name] = string(b)
		}
	}
}

// Stored is a system as its stored version says, with the files that were stored with it.
func Stored(v core.SystemVersion) (core.System, mapping.Diagnostics) {
	s, ds := mapping.ParseSystem(v.FileName, v.Source)
	if len(v.Files) > 0 {
		s.Files = v.Files
	}
	return s, ds
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
