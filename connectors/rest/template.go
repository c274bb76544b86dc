package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"duplex/connectors"
)

// Template is a text with holes: {id}, {scope.project}, {settings.mark_field}.
type Template struct{ source string }

// UnmarshalJSON reads the text.
func (t *Template) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &t.source) }

var hole = regexp.MustCompile(`\{([a-z_]+(?:\.[A-Za-z0-9_-]+)?)\}`)

// holes are the names in a text.
func holes(source string) (names []string) {
	for _, m := range hole.FindAllStringSubmatch(source, -1) {
		names = append(names, m[1])
	}
	return names
}

// lookup finds what a hole names; nil when there is nothing.
func (v vars) lookup(name string) any {
	first, rest, nested := strings.Cut(name, ".")
	x := v[first]
	if !nested {
		return x
	}
	switch m := x.(type) {
	case map[string]string:
		if s, ok := m[rest]; ok && s != "" {
			return s
		}
	case map[string]any:
		return m[rest]
	}
	return nil
}

// fill puts values into the holes. Missing is the first hole for which there is nothing.
func fill(source string, v vars, escape func(string) string) (out, missing string) {
	out = hole.ReplaceAllStringFunc(source, func(h string) string {
		x := v.lookup(h[1 : len(h)-1])
		if x == nil || x == "" {
			if missing == "" {
				missing = h[1 : len(h)-1]
			}
			return ""
		}
		return escape(textOf(x))
	})
	return out, missing
}

func asIs(s string) string { return s }

// path fills a template of an address. A hole without a value is an error that says who has to give it.
func (t Template) path(v vars) (string, error) {
	up := false
	out, missing := fill(t.source, v, func(s string) string {
		up = up || s == "." || s == ".."
		return url.PathEscape(s)
	})
	if up {
		return "", fmt.Errorf("%w: an id that leads to another address names nothing", connectors.ErrNotFound)
	}
	if missing == "" {
		return out, nil
	}
	switch kind, name, _ := strings.Cut(missing, "."); kind {
	case "scope":
		return "", fmt.Errorf("%w: the address %s needs %s: name it in the connection's scope", connectors.ErrUnsupported, t.source, name)
	case "settings":
		return "", fmt.Errorf("%w: the address %s needs %s: give it under settings in the system's file", connectors.ErrUnsupported, t.source, name)
	}
	return "", fmt.Errorf("%w: the address %s needs %s, which is not known here", connectors.ErrUnsupported, t.source, missing)
}

// Values are one or several texts of a query parameter.
type Values []string

// UnmarshalJSON reads a text, a number or a list of texts.
func (vs *Values) UnmarshalJSON(b []byte) error {
	var many []string
	if json.Unmarshal(b, &many) == nil {
		*vs = many
		return nil
	}
	var one any
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*vs = Values{textOf(one)}
	return nil
}

// query fills several queries into one: what two of them say of a parameter is joined with a comma. A value with a hole for which there
// is nothing is left out.
func query(v vars, parts ...map[string]Values) url.Values {
	out := url.Values{}
	for _, p := range parts {
		for _, name := range slices.Sorted(maps.Keys(p)) {
			var got []string
			for _, source := range p[name] {
				if s, missing := fill(source, v, asIs); missing == "" {
					got = append(got, s)
				}
			}
			if len(got) == 0 {
				continue
			}
			if before := out.Get(name); before != "" {
				got = append(strings.Split(before, ","), got...)
			}
			out.Set(name, strings.Join(slices.Compact(got), ","))
		}
	}
	return out
}

// Tree is a request's body with holes in its texts. A text that is one hole takes the value as it is, number or list; an entry with a
// hole for which there is nothing is left out, and so is an element of a list with such an entry.
type Tree struct{ source any }

// UnmarshalJSON reads any value.
func (t *Tree) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &t.source) }

func (t *Tree) fill(v vars) any {
	if t == nil {
		return nil
	}
	out, _ := fillTree(t.source, v)
	return out
}

func fillTree(x any, v vars) (out any, whole bool) {
	switch x := x.(type) {
	case string:
		if m := hole.FindStringSubmatch(x); m != nil && m[0] == x {
			got := v.lookup(m[1])
			return got, got != nil
		}
		s, missing := fill(x, v, asIs)
		return s, missing == ""
	case map[string]any:
		m, whole := map[string]any{}, true
		for k, e := range x {
			got, ok := fillTree(e, v)
			if _, deeper := e.(map[string]any); deeper {
				ok = true // what is missing deeper is left out there
			}
			if ok {
				m[k] = got
			} else {
				whole = false
			}
		}
		return m, whole
	case []any:
		list := []any{}
		for _, e := range x {
			if got, ok := fillTree(e, v); ok {
				list = append(list, got)
			}
		}
		return list, true
	}
	return x, true
}

// sources are all texts of a tree.
func (t *Tree) sources() (all []string) {
	var walk func(x any)
	walk = func(x any) {
		switch x := x.(type) {
		case string:
			all = append(all, x)
		case map[string]any:
			for _, e := range x {
				walk(e)
			}
		case []any:
			for _, e := range x {
				walk(e)
			}
		}
	}
	walk(t.source)
	return all
}
