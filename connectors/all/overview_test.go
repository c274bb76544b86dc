package all_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"duplex/connectors"
	_ "duplex/connectors/all"
)

var update = flag.Bool("update", false, "write docs/connectors/README.md")

const (
	overview = "../../docs/connectors/README.md"
	apart    = 25 // percent by which a count of lines may differ before the table has to be written again
)

const overviewHead = `# Connectors

Every kind of system that duplex speaks, with the size of what speaks it. A connector is written from the vendor's published
facts, and so is its emulator, by different hands; they meet in tests. All connectors have the same files under the same names
([writing a connector](../writing-a-connector.md)); what each of them can do is in [features](../features.md), that any two of them sync in
[any two kinds](../pairs.md).

Lines are counted with comments and blank lines. Written by ` + "`go test ./connectors/all -update`" + `; a count that is off by a quarter fails there. What
Freshdesk and Freshservice do alike (` + "`internal/freshworks`, `emulators/harness/freshworks`" + `) is counted in both.

`

// TestOverview holds the table in the docs against the folders.
func TestOverview(t *testing.T) {
	var b strings.Builder
	b.WriteString(overviewHead)
	b.WriteString("| Kind | Product | Items | Connector | Its tests | Emulator | Its tests |\n|---|---|---|---|---|---|---|\n")
	for _, k := range connectors.Kinds() {
		code, tests := lines(t, "../"+k.Name)
		emulator, emulatorTests := lines(t, "../../emulators/"+k.Name)
		if dir := shared[k.Name]; dir != "" {
			more, moreTests := lines(t, dir)
			code, tests = code+more, tests+moreTests
			more, moreTests = lines(t, "../../emulators/harness/"+filepath.Base(dir))
			emulator, emulatorTests = emulator+more, emulatorTests+moreTests
		}
		name := k.Name
		if _, err := os.Stat("../../docs/connectors/" + k.Name + ".md"); err == nil {
			name = fmt.Sprintf("[%s](%s.md)", k.Name, k.Name)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %d | %d |\n", name, k.Title, strings.Join(k.Types, ", "), code, tests, emulator, emulatorTests)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(overview), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(overview, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(overview)
	if err != nil {
		t.Fatal(err)
	}
	is, was := strings.Split(b.String(), "\n"), strings.Split(string(have), "\n")
	if len(is) != len(was) {
		t.Fatalf("docs/connectors/README.md has %d lines, want %d: go test ./connectors/all -update", len(was), len(is))
	}
	for i := range is {
		if !alike(is[i], was[i]) {
			t.Errorf("docs/connectors/README.md:%d says %q, and it is %q: go test ./connectors/all -update", i+1, was[i], is[i])
		}
	}
}

// alike compares two lines of the table; counts may be somewhat apart.
func alike(is, was string) bool {
	a, b := strings.Split(is, "|"), strings.Split(was, "|")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		n, errN := strconv.Atoi(strings.TrimSpace(a[i]))
		m, errM := strconv.Atoi(strings.TrimSpace(b[i]))
		switch {
		case errN == nil && errM == nil:
			if diff := max(n-m, m-n); diff*100 > apart*max(n, m) {
				return false
			}
		case a[i] != b[i]:
			return false
		}
	}
	return true
}

// lines counts those of a folder's Go files.
func lines(t *testing.T, folder string) (code, tests int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n := bytes.Count(text, []byte("\n"))
		if strings.HasSuffix(f, "_test.go") {
			tests += n
		} else {
			code += n
		}
	}
	return code, tests
}

func TestAlike(t *testing.T) {
	for _, tt := range []struct {
		is, was string
		want    bool
		reason  string
	}{
		{"| jira | 100 |", "| jira | 100 |", true, "nothing changed"},
		{"| jira | 100 |", "| jira | 80 |", true, "a count moved a little"},
		{"| jira | 100 |", "| jira | 70 |", false, "a count moved much"},
		{"| jira | 0 |", "| jira | 70 |", false, "the folder is gone"},
		{"| jira | 100 |", "| zendesk | 100 |", false, "another kind"},
		{"| jira | 100 | 3 |", "| jira | 100 |", false, "another column"},
	} {
		if got := alike(tt.is, tt.was); got != tt.want {
			t.Errorf("%s: alike(%q, %q) is %v", tt.reason, tt.is, tt.was, got)
		}
	}
}
