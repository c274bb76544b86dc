package freshworks

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"duplex/core"
)

// choice is one option of a field, with those below it where a field has levels.
type choice struct {
	id, name string
	below    []choice
}

// choices reads the options of a field, whose JSON has a shape of its own per type (vendor page "Ticket fields"): texts; objects of
// objects or texts for levels; label to id; and for a status id to labels, of which the first is what agents read. Objects with an
// id and a value or label are read too. What has another shape has no options.
func choices(raw json.RawMessage, status bool) []choice {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil
	}
	switch raw[0] {
	case '[':
		var list []json.RawMessage
		_ = json.Unmarshal(raw, &list)
		var out []choice
		for _, one := range list {
			out = append(out, entry(one, status)...)
		}
		return out
	case '{':
		return object(raw, status)
	}
	return nil
}

// entry is one element of a list of options.
func entry(raw json.RawMessage, status bool) []choice {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0:
		return nil
	case raw[0] == '[': // a label and its value
		var pair []json.RawMessage
		if json.Unmarshal(raw, &pair) == nil && len(pair) == 2 && scalar(pair[0]) != "" {
			return []choice{{id: scalar(pair[1]), name: scalar(pair[0])}}
		}
		return nil
	case raw[0] != '{':
		return []choice{{name: scalar(raw)}}
	}
	var o map[string]json.RawMessage
	_ = json.Unmarshal(raw, &o)
	name := ""
	for _, key := range []string{"value", "label", "name"} {
		if v, ok := o[key]; ok && name == "" && len(v) > 0 && v[0] == '"' {
			name = scalar(v)
		}
	}
	if name == "" || !slices.ContainsFunc([]string{"id", "position", "choices", "nested_options", "display_id"}, func(k string) bool { _, ok := o[k]; return ok }) {
		return object(raw, status)
	}
	out := choice{id: scalar(o["id"]), name: name}
	if n := scalar(o["value"]); n != "" && o["value"][0] != '"' { // a code with a label
		out.id = n
	}
	for _, key := range []string{"choices", "nested_options", "nested_choices", "options"} {
		out.below = append(out.below, choices(o[key], false)...)
	}
	return []choice{out}
}

// object reads options that are the keys of an object, in their order.
func object(raw json.RawMessage, status bool) []choice {
	var out []choice
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return out
		}
		var v json.RawMessage
		if dec.Decode(&v) != nil {
			return out
		}
		name, _ := key.(string)
		var labels []string
		switch {
		case status && json.Unmarshal(v, &labels) == nil && len(labels) > 0:
			out = append(out, choice{id: name, name: labels[0]})
		case status && len(v) > 0 && v[0] == '"':
			out = append(out, choice{id: name, name: scalar(v)})
		case len(v) > 0 && (v[0] == '[' || v[0] == '{'):
			out = append(out, choice{name: name, below: choices(v, false)})
		default:
			out = append(out, choice{id: scalar(v), name: name})
		}
	}
	return out
}

// level gives the options of one level (1 is the top), each once. By id, where there is one and the field is kept by it.
func level(list []choice, depth int, byID bool) []core.Value {
	if depth > 1 {
		var below []choice
		for _, c := range list {
			below = append(below, c.below...)
		}
		return level(below, depth-1, byID)
	}
	var out []core.Value
	seen := map[string]bool{}
	for _, c := range list {
		id := c.name
		if byID && c.id != "" {
			id = c.id
		}
		if id != "" && !seen[id] {
			seen[id] = true
			out = append(out, core.Option(id, c.name))
		}
	}
	return out
}

// coded keeps the options whose id is a number: what a code can be.
func coded(list []core.Value) []core.Value {
	return slices.DeleteFunc(list, func(v core.Value) bool { _, err := strconv.ParseInt(v.ID(), 10, 64); return err != nil })
}
