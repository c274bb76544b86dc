package rest

import (
	"regexp"
	"strings"
)

// A place names where in a JSON object a value is: subject, fields.priority.id, custom_fields[id=7].value. In brackets stands which
// element of a list is meant, by one of its keys.

type step struct {
	key        string
	by, equals string // of a list
}

var stepForm = regexp.MustCompile(`^([^.\[\]=]+)(?:\[([A-Za-z_]+)=([^\]]+)\])?$`)

// place takes a place apart; nil when it cannot be read.
func place(s string) []step {
	var steps []step
	depth, from := 0, 0
	var parts []string
	for i, r := range s {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case r == '.' && depth == 0:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	for _, p := range append(parts, s[from:]) {
		m := stepForm.FindStringSubmatch(p)
		if m == nil {
			return nil
		}
		steps = append(steps, step{m[1], m[2], m[3]})
	}
	return steps
}

// filled is the place with its holes filled; ok is false when there is nothing for one of them.
func filled(at string, v vars) (string, bool) {
	s, missing := fill(at, v, asIs)
	return s, missing == "" && s != ""
}

// valueAt reads a place; nil when there is nothing.
func valueAt(x any, at string) any {
	for _, s := range place(at) {
		m, _ := x.(map[string]any)
		x = m[s.key]
		if s.by == "" {
			continue
		}
		list, _ := x.([]any)
		x = nil
		for _, e := range list {
			if em, ok := e.(map[string]any); ok && textOf(em[s.by]) == s.equals {
				x = e
				break
			}
		}
	}
	return x
}

// setAt writes a place, making what is missing on the way.
func setAt(body map[string]any, at string, value any) {
	steps := place(at)
	for i, s := range steps {
		last := i == len(steps)-1
		if s.by == "" {
			if last {
				body[s.key] = value
				return
			}
			next, ok := body[s.key].(map[string]any)
			if !ok {
				next = map[string]any{}
				body[s.key] = next
			}
			body = next
			continue
		}
		list, _ := body[s.key].([]any)
		var found map[string]any
		for _, e := range list {
			if em, ok := e.(map[string]any); ok && textOf(em[s.by]) == s.equals {
				found = em
			}
		}
		if found == nil {
			found = map[string]any{s.by: s.equals}
			body[s.key] = append(list, found)
		}
		body = found
	}
}

// under is the part of the body that fields are written to.
func under(body map[string]any, key string) map[string]any {
	if key == "" {
		return body
	}
	for _, k := range strings.Split(key, ".") {
		next, ok := body[k].(map[string]any)
		if !ok {
			next = map[string]any{}
			body[k] = next
		}
		body = next
	}
	return body
}
