package schemas

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

func compiled(t *testing.T, name string, src []byte) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	for name, src := range map[string][]byte{name: src, "connection.schema.json": Connection} {
		if err := c.AddResource(name, bytes.NewReader(src)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestExamples runs every file under examples: valid ones are accepted, invalid ones refused at the place their first
// line names, so that none is refused for another reason than the one it was written for.
func TestExamples(t *testing.T) {
	for kind, src := range map[string][]byte{"system": System, "connection": Connection, "include": Include, "manifest": Manifest} {
		s := compiled(t, kind, src)
		for _, verdict := range []string{"valid", "invalid"} {
			files, _ := filepath.Glob(filepath.Join("examples", kind, verdict, "*"))
			if len(files) == 0 {
				t.Errorf("no %s examples of a %s", verdict, kind)
			}
			for _, f := range files {
				t.Run(kind+"/"+verdict+"/"+filepath.Base(f), func(t *testing.T) {
					b, err := os.ReadFile(f)
					if err != nil {
						t.Fatal(err)
					}
					var v any
					if err := yaml.Unmarshal(b, &v); err != nil {
						t.Fatal(err)
					}
					// Through JSON, because a schema speaks of JSON's types.
					j, err := json.Marshal(v)
					if err != nil {
						t.Fatal(err)
					}
					if err := json.Unmarshal(j, &v); err != nil {
						t.Fatal(err)
					}
					err = s.Validate(v)
					if verdict == "valid" && err != nil {
						t.Errorf("%#v", err)
					}
					if verdict == "invalid" {
						first, _, _ := strings.Cut(string(b), "\n")
						want := strings.TrimPrefix(first, "# refused at ")
						ve, ok := err.(*jsonschema.ValidationError)
						if !ok || !names(ve, want) {
							t.Errorf("want a refusal at %q, got %#v", want, err)
						}
					}
				})
			}
		}
	}
}

func names(ve *jsonschema.ValidationError, place string) bool {
	if len(ve.Causes) == 0 {
		return ve.InstanceLocation == strings.TrimSuffix(place, "/")
	}
	for _, c := range ve.Causes {
		if names(c, place) {
			return true
		}
	}
	return false
}

// TestEveryPropertyHasHelp: the schemas are the help that editors show.
func TestEveryPropertyHasHelp(t *testing.T) {
	for name, src := range map[string][]byte{"system": System, "connection": Connection, "manifest": Manifest} {
		var doc any
		if err := json.Unmarshal(src, &doc); err != nil {
			t.Fatal(err)
		}
		help(t, name, doc, doc)
	}
}

func help(t *testing.T, path string, n, root any) {
	m, ok := n.(map[string]any)
	if !ok {
		return
	}
	for key, v := range m {
		if props, ok := v.(map[string]any); ok && key == "properties" {
			for name, p := range props {
				described := p.(map[string]any)["description"]
				if ref, ok := p.(map[string]any)["$ref"].(string); ok && described == nil {
					target := root.(map[string]any)["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")]
					described = target.(map[string]any)["description"]
				}
				if described == nil {
					t.Errorf("%s.%s has no description", path, name)
				}
			}
		}
		help(t, path+"."+key, v, root)
	}
}
