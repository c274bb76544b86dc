package richtext

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"duplex/emulators/harness/contract"
)

// schema is a JSON Schema (draft 4) reduced to what Atlassian's uses. A
// general validator tries every branch of every anyOf down to the leaves,
// which takes exponential time on nested documents; this one looks at scalar
// properties, and so at the node's type, first.
type schema struct{ definitions map[string]any }

func adfSchema(t *testing.T) schema {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "jira"), "adf-schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var root struct{ Definitions map[string]any }
	if err := json.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	return schema{root.Definitions}
}

// keywords this validator understands; another one in the schema is an error.
var keywords = map[string]bool{"$ref": true, "type": true, "enum": true, "properties": true, "required": true,
	"additionalProperties": true, "items": true, "anyOf": true, "allOf": true, "minItems": true, "maxItems": true,
	"minLength": true, "pattern": true, "minimum": true, "maximum": true}

func (s schema) valid(def map[string]any, v any) bool {
	for k := range def {
		if !keywords[k] {
			panic("unknown keyword " + k)
		}
	}
	if ref, ok := def["$ref"].(string); ok {
		return s.valid(s.definitions[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any), v)
	}
	if enum, ok := def["enum"].([]any); ok && !slices.Contains(enum, v) {
		return false
	}
	if kind, ok := def["type"].(string); ok && kind != kindOf(v) {
		return false
	}
	number := func(key string, limit float64) float64 {
		if n, ok := def[key].(float64); ok {
			return n
		}
		return limit
	}
	switch v := v.(type) {
	case string:
		if float64(len(v)) < number("minLength", 0) {
			return false
		}
		if p, ok := def["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			return false
		}
	case float64:
		if v < number("minimum", v) || v > number("maximum", v) {
			return false
		}
	case []any:
		if n := float64(len(v)); n < number("minItems", n) || n > number("maxItems", n) || !s.validItems(def["items"], v) {
			return false
		}
	case map[string]any:
		if !s.validProperties(def, v) {
			return false
		}
	}
	all, _ := def["allOf"].([]any)
	for _, d := range all {
		if !s.valid(d.(map[string]any), v) {
			return false
		}
	}
	anyOf, ok := def["anyOf"].([]any)
	return !ok || slices.ContainsFunc(anyOf, func(d any) bool { return s.valid(d.(map[string]any), v) })
}

func (s schema) validItems(items any, v []any) bool {
	for i, e := range v {
		switch items := items.(type) {
		case map[string]any:
			if !s.valid(items, e) {
				return false
			}
		case []any:
			if i < len(items) && !s.valid(items[i].(map[string]any), e) {
				return false
			}
		}
	}
	return true
}

func (s schema) validProperties(def, v map[string]any) bool {
	required, _ := def["required"].([]any)
	for _, key := range required {
		if _, ok := v[key.(string)]; !ok {
			return false
		}
	}
	properties, _ := def["properties"].(map[string]any)
	for _, lists := range []bool{false, true} {
		for key, value := range v {
			if _, isList := value.([]any); isList != lists {
				continue
			}
			d, known := properties[key].(map[string]any)
			if known && !s.valid(d, value) || !known && def["additionalProperties"] == false {
				return false
			}
		}
	}
	return true
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

func (s schema) validDocument(source string) bool {
	var v any
	return json.Unmarshal([]byte(source), &v) == nil && s.valid(map[string]any{"$ref": "#/definitions/doc_node"}, v)
}

func TestContractADFIsValid(t *testing.T) {
	s := adfSchema(t)
	for _, bad := range []string{
		`{"type":"doc","version":1,"content":[{"type":"blockquote","content":[{"type":"heading","attrs":{"level":1}}]}]}`,
		`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":""}]}]}`,
		`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"code"},{"type":"strong"}]}]}]}`,
	} {
		if s.validDocument(bad) {
			t.Fatalf("the validator accepts %s: this test could not fail", bad)
		}
	}
	if !s.validDocument(Normal(ADF, "")) {
		t.Fatalf("the empty document %s is not valid", Normal(ADF, ""))
	}
	rapid.Check(t, func(t *rapid.T) {
		if source, _ := Render(ADF, someDoc.Draw(t, "doc")); !s.validDocument(source) {
			t.Fatalf("not valid: %s", source)
		}
	})
}
