package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"duplex/schemas"
)

// schema is a compiled schema with its own text, from which messages and right names are taken.
type schema struct {
	compiled *jsonschema.Schema
	docs     map[string]any // by file name
}

var (
	systemSchema     = sync.OnceValue(func() schema { return mustCompile("system.schema.json", schemas.System) })
	connectionSchema = sync.OnceValue(func() schema { return mustCompile("connection.schema.json", schemas.Connection) })
	includeSchema    = sync.OnceValue(func() schema { return mustCompile("include.schema.json", schemas.Include) })
)

func mustCompile(name string, src []byte) schema {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	s := schema{docs: map[string]any{}}
	for name, src := range map[string][]byte{name: src, "connection.schema.json": schemas.Connection} {
		if err := c.AddResource(name, bytes.NewReader(src)); err != nil {
			panic("schemas: " + err.Error())
		}
		var doc any
		if err := json.Unmarshal(src, &doc); err != nil {
			panic("schemas: " + err.Error())
		}
		s.docs[name] = doc
	}
	s.compiled = c.MustCompile(name)
	return s
}

// check reports everything in which the file differs from the schema, in the words of the person who wrote it.
func (s schema) check(r *report, root *node) {
	err := s.compiled.Validate(root.any())
	if err == nil {
		return
	}
	ve, ok := err.(*jsonschema.ValidationError)
	if !ok {
		r.at(root, err.Error())
		return
	}
	s.leaves(r, root, ve)
}

func (s schema) leaves(r *report, root *node, ve *jsonschema.ValidationError) {
	if len(ve.Causes) > 0 {
		for _, c := range ve.Causes {
			s.leaves(r, root, c)
		}
		return
	}
	file, pointer, _ := strings.Cut(ve.AbsoluteKeywordLocation, "#")
	cut := strings.LastIndexByte(pointer, '/')
	keyword, owner := pointer[cut+1:], asMap(walk(s.docs[path.Base(file)], pointer[:cut]))
	steps := pointerSteps(ve.InstanceLocation)
	n, last := locate(root, steps)
	before := len(r.all)
	defer func() {
		for i := before; i < len(r.all); i++ {
			r.all[i].Code = keywordCode(keyword)
		}
	}()
	switch keyword {
	case "additionalProperties":
		allowed := asMap(owner["properties"])
		var names []string
		for name := range allowed {
			names = append(names, name)
		}
		for _, e := range n.entries {
			if _, ok := allowed[e.key]; !ok {
				text, near := "there is no such key here", Nearest(e.key, names)
				if near == "" {
					text += "; there are: " + known(names)
				}
				r.key(e, text, near)
			}
		}
	case "required":
		for _, name := range owner["required"].([]any) {
			if n.get(name.(string)) == nil {
				help := asMap(asMap(owner["properties"])[name.(string)])["description"]
				r.atf(n, "%v is missing%s", name, helpText(help))
			}
		}
	case "enum":
		var names []string
		for _, v := range owner["enum"].([]any) {
			names = append(names, fmt.Sprint(v))
		}
		r.suggest(n, fmt.Sprintf("%q is not one of: %s", n.text, strings.Join(names, ", ")), Nearest(n.text, names))
	case "const":
		c := fmt.Sprint(owner["const"])
		r.suggest(n, fmt.Sprintf("%q is not known here; it can be %s", n.text, c), Nearest(n.text, []string{c}))
	case "type":
		if text, ok := owner["patternErrorMessage"].(string); ok && n.text != "" {
			r.at(n, shown(n, pointer)+text)
			return
		}
		if text, ok := owner["typeErrorMessage"].(string); ok {
			r.atf(n, "%s, here is %s", text, got(n))
			return
		}
		r.at(n, typeText(owner["type"], n))
	case "pattern":
		text, _ := owner["patternErrorMessage"].(string)
		if last != nil && last.value == n && isName(ve) {
			r.key(*last, fmt.Sprintf("the name %q %s", last.key, text), "")
			return
		}
		r.at(n, shown(n, pointer)+text)
	case "minProperties", "maxProperties":
		if n.path == "sides" {
			r.atf(n, "a connection has exactly two sides, here are %d", len(n.entries))
			return
		}
		if n.path == "match" {
			r.at(n, "must name a field for each of the two sides")
			return
		}
		r.at(n, "must not be empty")
	case "minItems", "minLength":
		r.at(n, "must not be empty")
	case "minimum":
		r.atf(n, "must be at least %v", owner["minimum"])
	case "maximum":
		r.atf(n, "must be at most %v", owner["maximum"])
	case "exclusiveMinimum":
		r.atf(n, "must be more than %v", owner["exclusiveMinimum"])
	case "uniqueItems":
		r.at(n, "names something twice")
	default:
		r.at(n, ve.Message)
	}
}

// keywordCode is the kind of mistake that a keyword of the schema finds.
func keywordCode(keyword string) string {
	switch keyword {
	case "additionalProperties":
		return CodeUnknownKey
	case "required":
		return CodeMissingKey
	case "type":
		return CodeWrongType
	case "uniqueItems":
		return CodeTwice
	}
	return CodeWrongValue
}

// shown quotes what was written, unless it may be or hold a secret.
func shown(n *node, pointer string) string {
	if strings.Contains(pointer, "/secret/") || strings.Contains(n.text, "@") {
		return ""
	}
	return strconv.Quote(n.text) + " "
}

// isName tells a wrong key from a wrong value: the schema's propertyNames is on the way to the keyword.
func isName(ve *jsonschema.ValidationError) bool {
	return strings.Contains(ve.KeywordLocation, "/propertyNames/")
}

func helpText(help any) string {
	if s, ok := help.(string); ok {
		return ": " + strings.TrimSuffix(strings.SplitN(s, ". ", 2)[0], ".")
	}
	return ""
}

func typeText(want any, n *node) string {
	var names []string
	switch w := want.(type) {
	case string:
		names = []string{typeWord(w)}
	case []any:
		for _, t := range w {
			names = append(names, typeWord(fmt.Sprint(t)))
		}
	}
	return fmt.Sprintf("must be %s, here is %s", strings.Join(names, " or "), got(n))
}

// got is what was written where something else belongs.
func got(n *node) string {
	switch {
	case n.shape == mapped:
		return "a block of keys"
	case n.shape == listed:
		return "a list"
	case n.value == nil:
		return "nothing"
	}
	switch n.value.(type) {
	case bool:
		return "true or false"
	case string:
		return "text"
	}
	return "a number"
}

func typeWord(t string) string {
	switch t {
	case "object":
		return "a block of keys"
	case "array":
		return "a list"
	case "boolean":
		return "true or false"
	case "number":
		return "a number"
	case "integer":
		return "a whole number"
	}
	return "text"
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// pointerSteps takes a JSON pointer apart.
func pointerSteps(p string) []string {
	var steps []string
	for _, s := range strings.Split(p, "/") {
		if s == "" {
			continue
		}
		if u, err := url.PathUnescape(s); err == nil {
			s = u
		}
		steps = append(steps, strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~"))
	}
	return steps
}

func walk(doc any, pointer string) any {
	for _, s := range pointerSteps(pointer) {
		switch d := doc.(type) {
		case map[string]any:
			doc = d[s]
		case []any:
			i, _ := strconv.Atoi(s)
			if i < 0 || i >= len(d) {
				return nil
			}
			doc = d[i]
		default:
			return nil
		}
	}
	return doc
}

// locate finds the node of an instance location, and the entry it hangs on if its parent is a mapping.
func locate(n *node, steps []string) (*node, *entry) {
	var last *entry
	for _, s := range steps {
		last = nil
		switch n.shape {
		case mapped:
			for i := range n.entries {
				if n.entries[i].key == s {
					last = &n.entries[i]
				}
			}
			if last == nil {
				return n, nil
			}
			n = last.value
		case listed:
			i, err := strconv.Atoi(s)
			if err != nil || i >= len(n.items) {
				return n, nil
			}
			n = n.items[i]
		default:
			return n, nil
		}
	}
	return n, last
}
