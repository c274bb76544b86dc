package contract

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const recordHead = `# What is called, and where the vendor describes it

This file is written by the connectors' tests, which hold every request and every answer against the vendor's own OpenAPI document (run
them with -update); edits by hand are refused by the next run.
`

// Record compares the section of docs/contracts.md about a connector with what was exchanged so far, and rewrites it when update is set. It is
// called after the conformance suite, whose calls are the same in every run. An operation outside the vendor's documents needs a reason.
func (d *Doc) Record(t testing.TB, kind string, update bool) {
	t.Helper()
	for op, why := range d.outside {
		if strings.TrimSpace(why) == "" {
			t.Errorf("%s: %s is not in the vendor's document, and nothing says why it is called", kind, op)
		}
	}
	path := filepath.Join(moduleRoot(t), "docs", "contracts.md")
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	text := withSection(string(old), kind, d.section())
	if text == string(old) {
		return
	}
	if !update {
		t.Errorf("docs/contracts.md does not say what connector %s calls: run this test with -update", kind)
		return
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// section is what Record writes about one connector, without its heading.
func (d *Doc) section() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var inside []string
	for _, op := range slices.Sorted(maps.Keys(d.seen)) {
		if _, beside := d.outside[op]; !beside {
			inside = append(inside, op)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d operations of the vendor's document:\n\n", len(inside))
	for _, op := range inside {
		fmt.Fprintf(&b, "- `%s`\n", op)
	}
	if len(d.outside) > 0 {
		fmt.Fprintf(&b, "\n%d beside it:\n\n", len(d.outside))
		for _, op := range slices.Sorted(maps.Keys(d.outside)) {
			fmt.Fprintf(&b, "- `%s`: %s\n", op, strings.Join(strings.Fields(d.outside[op]), " "))
		}
	}
	return b.String()
}

// withSection is the file's text with one connector's section put in its place by name.
func withSection(old, kind, section string) string {
	sections := map[string]string{}
	for _, part := range strings.Split(old, "\n## ")[min(1, strings.Count(old, "\n## ")):] {
		if name, body, ok := strings.Cut(part, "\n\n"); ok && !strings.HasPrefix(part, "#") {
			sections[name] = strings.TrimSpace(body) + "\n"
		}
	}
	sections[kind] = section
	var b strings.Builder
	b.WriteString(recordHead)
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		fmt.Fprintf(&b, "\n## %s\n\n%s", name, sections[name])
	}
	return b.String()
}
