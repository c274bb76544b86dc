package schemas

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
)

// TestEveryKeyIsExplained: an editor shows a key's description when one points at it, and offers its examples. A key has a description of
// its own, which is a sentence, and examples, a default or a closed list of what it can be.
func TestEveryKeyIsExplained(t *testing.T) {
	files, err := fs.Glob(Files, "*.schema.json")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := Files.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		keys := 0
		properties(doc, "", func(path string, schema map[string]any) {
			keys++
			at := f + path
			s := resolved(doc, schema)
			text, _ := s["description"].(string)
			switch {
			case text == "":
				t.Errorf("%s has no description: an editor has nothing to show for it", at)
			case !strings.HasSuffix(text, "."):
				t.Errorf("%s: the description is no sentence: %q", at, text)
			}
			if !shows(s) {
				t.Errorf("%s has neither examples nor a default nor a closed list: an editor has nothing to offer", at)
			}
		})
		if keys < 3 {
			t.Errorf("%s: only %d keys were found", f, keys)
		}
	}
}

// shows tells whether a schema says what the value may look like.
func shows(s map[string]any) bool {
	for _, k := range []string{"examples", "default", "enum", "const", "properties", "items", "additionalProperties"} {
		if _, ok := s[k]; ok {
			return true
		}
	}
	return s["type"] == "boolean"
}

// resolved is a schema with what it refers to; what it says itself comes first.
func resolved(doc, s map[string]any) map[string]any {
	ref, ok := s["$ref"].(string)
	if !ok {
		return s
	}
	var at any = doc
	for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := at.(map[string]any)
		at = m[step]
	}
	out := map[string]any{}
	target, _ := at.(map[string]any)
	for k, v := range target {
		out[k] = v
	}
	for k, v := range s {
		out[k] = v
	}
	return out
}

// properties visits the schema of every key there is, whatever it is nested in.
func properties(n any, path string, visit func(path string, schema map[string]any)) {
	switch n := n.(type) {
	case map[string]any:
		for k, v := range n {
			if props, ok := v.(map[string]any); ok && k == "properties" {
				for name, p := range props {
					if s, ok := p.(map[string]any); ok {
						visit(path+"/"+name, s)
					}
				}
			}
			properties(v, path+"/"+k, visit)
		}
	case []any:
		for _, v := range n {
			properties(v, path, visit)
		}
	}
}
