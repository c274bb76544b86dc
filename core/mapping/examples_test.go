package mapping

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSchemaExamples holds that the schemas' examples, valid and not, are the same to the compiler.
func TestSchemaExamples(t *testing.T) {
	root := filepath.Join("..", "..", "schemas", "examples")
	env := Env{Read: testEnv().Read}
	env.Read = func(string) ([]byte, error) {
		return []byte("[{support: a@acme.example, engineering: b@acme.example}]"), nil
	}
	for _, kind := range []string{"system", "connection", "include"} {
		for _, verdict := range []string{"valid", "invalid"} {
			files, _ := filepath.Glob(filepath.Join(root, kind, verdict, "*"))
			if len(files) == 0 {
				t.Fatalf("no examples in %s/%s", kind, verdict)
			}
			for _, f := range files {
				src, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				var ds Diagnostics
				switch kind {
				case "system":
					_, ds = ParseSystem(filepath.Base(f), src)
				case "include":
					_, ds = Compile("c.yaml", []byte(including), Env{Read: func(string) ([]byte, error) { return src, nil }})
				default:
					_, ds = Compile(filepath.Base(f), src, env)
				}
				if (len(ds) == 0) != (verdict == "valid") {
					t.Errorf("%s: %v", f, ds)
				}
			}
		}
	}
}

const including = `connection: including
sides:
  support:     {system: zendesk-acme, type: ticket, start: true}
  engineering: {system: jira-acme, type: issue}
include: [shared.yaml]
rules:
  - {support: subject, engineering: summary}
`
