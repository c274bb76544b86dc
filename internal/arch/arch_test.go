package arch

import (
	"os"
	"path/filepath"
	"testing"
)

// TestThisRepository applies every rule to the files of this checkout.
func TestThisRepository(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	files, err := Read(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		seen[f.Path] = true
	}
	for _, p := range []string{"go.mod", "standalone/go.mod", "internal/arch/arch_test.go", "core/doc.go"} {
		if !seen[p] {
			t.Errorf("%s was not read: the rules are not applied to the whole repository", p)
		}
	}
	for name, rule := range map[string]func([]File) []string{
		"imports": Imports, "shape": Shape, "clocks": Clocks, "machine": Machine, "pains": Pains, "logs": Logs, "capabilities": Capabilities,
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range rule(files) {
				t.Error(text)
			}
		})
	}
	for p := range longer {
		if !seen[p] {
			t.Errorf("%s may be long and does not exist: take it off the list in internal/arch/shape.go", p)
		}
	}
}
