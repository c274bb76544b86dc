package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"duplex/connectors"
)

// capabilities are the optional interfaces in the order of the feature table.
var capabilities = []struct {
	name string
	has  func(connectors.Connector) bool
}{
	{"Deleter", is[connectors.Deleter]},
	{"Commenter", is[connectors.Commenter]},
	{"InlineCommenter", is[connectors.InlineCommenter]},
	{"InlineCreator", is[connectors.InlineCreator]},
	{"CommentEditor", is[connectors.CommentEditor]},
	{"CommentDeleter", is[connectors.CommentDeleter]},
	{"CommentNarrower", is[connectors.CommentNarrower]},
	{"CommentRedactor", is[connectors.CommentRedactor]},
	{"CommentFinder", is[connectors.CommentFinder]},
	{"Worklogger", is[connectors.Worklogger]},
	{"WorklogEditor", is[connectors.WorklogEditor]},
	{"WorklogDeleter", is[connectors.WorklogDeleter]},
	{"WorklogFinder", is[connectors.WorklogFinder]},
	{"AttachmentOpener", is[connectors.AttachmentOpener]},
	{"Attacher", is[connectors.Attacher]},
	{"AttachmentDeleter", is[connectors.AttachmentDeleter]},
	{"AttachmentFinder", is[connectors.AttachmentFinder]},
	{"Finder", is[connectors.Finder]},
	{"Searcher", is[connectors.Searcher]},
	{"FieldFinder", is[connectors.FieldFinder]},
	{"UserResolver", is[connectors.UserResolver]},
	{"NameResolver", is[connectors.NameResolver]},
	{"Identifier", is[connectors.Identifier]},
	{"BatchGetter", is[connectors.BatchGetter]},
	{"Starter", is[connectors.Starter]},
	{"WebhookParser", is[connectors.WebhookParser]},
	{"WebhookRegistrar", is[connectors.WebhookRegistrar]},
}

func is[I any](c connectors.Connector) bool { _, ok := connectors.As[I](c); return ok }

// Capabilities are the names of the optional interfaces c implements.
func Capabilities(c connectors.Connector) []string {
	var names []string
	for _, cp := range capabilities {
		if cp.has(c) {
			names = append(names, cp.name)
		}
	}
	return names
}

// AllCapabilities are the names of all of them, in the order of the feature table.
func AllCapabilities() []string {
	var names []string
	for _, cp := range capabilities {
		names = append(names, cp.name)
	}
	return names
}

// Features is what a run learned about a connector.
type Features struct {
	Name  string
	Has   []string          // capabilities
	Skips map[string]string // tests the system cannot pass, with reasons
}

const featuresHead = `# What each connector can do

This file is written by the conformance suite (run the connector's tests with -update); edits by hand are refused by
the next run.

`

// Record compares the connector's column of docs/features.md with f, and rewrites it when update is set.
func Record(t *testing.T, f Features, update bool) {
	t.Helper()
	path := filepath.Join(moduleRoot(t), "docs", "features.md")
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	text := merge(string(old), f)
	if text == string(old) {
		return
	}
	if !update {
		t.Errorf("docs/features.md does not say what connector %s can do: run this test with -update", f.Name)
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// merge puts one connector's column and its list of skips into the file's text and leaves the others as they are.
func merge(old string, f Features) string {
	columns := map[string][]string{} // connector -> capabilities it has
	notes := map[string][]string{}
	var header []string
	for line := range strings.Lines(old) {
		line = strings.TrimSpace(line)
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case strings.HasPrefix(line, "| Capability "):
			header = cells
			for _, name := range header[1:] {
				columns[name] = nil
			}
		case strings.HasPrefix(line, "|") && header != nil && len(cells) == len(header):
			for i := 1; i < len(cells); i++ {
				if cells[i] == "yes" {
					columns[header[i]] = append(columns[header[i]], cells[0])
				}
			}
		case strings.HasPrefix(line, "- "):
			if name, _, ok := strings.Cut(line[2:], ","); ok {
				notes[name] = append(notes[name], line)
			}
		}
	}
	columns[f.Name], notes[f.Name] = f.Has, nil
	for name, reason := range f.Skips {
		notes[f.Name] = append(notes[f.Name], fmt.Sprintf("- %s, %s: %s", f.Name, name, reason))
	}
	return render(columns, notes)
}

func render(columns, notes map[string][]string) string {
	names := make([]string, 0, len(columns))
	for name := range columns {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString(featuresHead)
	fmt.Fprintf(&b, "| Capability | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	for _, c := range capabilities {
		fmt.Fprintf(&b, "| %s |", c.name)
		for _, name := range names {
			answer := "no"
			if slices.Contains(columns[name], c.name) {
				answer = "yes"
			}
			fmt.Fprintf(&b, " %s |", answer)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Tests of the suite that a system cannot pass, and why\n\n")
	for _, name := range names {
		sort.Strings(notes[name])
		for _, line := range notes[name] {
			b.WriteString(line + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// moduleRoot is the folder with go.mod above the test's package.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above the test's folder")
		}
		dir = up
	}
}
