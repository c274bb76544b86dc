package all_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"duplex/connectors"
)

// without are files of the shape that a kind does not have, each with the reason.
var without = map[string]string{
	"github/attachments.go":  "GitHub has no API to add files, and shows them as links in texts",
	"freshdesk/status.go":    "a status is set like any other field",
	"freshservice/status.go": "a status is set like any other field",
	"salesforce/status.go":   "a status is set like any other picklist",
	"zendesk/status.go":      "a status is set like any other field",
}

// shared are kinds that keep what they do alike in a package of its own: each file is in one of the two.
var shared = map[string]string{"freshdesk": "../../internal/freshworks", "freshservice": "../../internal/freshworks"}

// described are kinds whose systems are described by files instead of written: they have no shape of their own.
var described = []string{"rest"}

// TestEveryConnectorHasTheSameFiles: whoever knows one connector finds everything in every other. The shape is the table in
// docs/writing-a-connector.md.
func TestEveryConnectorHasTheSameFiles(t *testing.T) {
	shape := files(t)
	if len(shape) < 10 {
		t.Fatalf("the table of docs/writing-a-connector.md lists %v: is it still there?", shape)
	}
	known := map[string]bool{}
	for _, k := range connectors.Kinds() {
		if slices.Contains(described, k.Name) {
			continue
		}
		for _, f := range append(slices.Clone(shape), "conformance_test.go") {
			f = strings.ReplaceAll(f, "<kind>", k.Name)
			_, err := os.Stat(filepath.Join("..", k.Name, f))
			if dir := shared[k.Name]; err != nil && dir != "" {
				_, err = os.Stat(filepath.Join(dir, f))
			}
			known[k.Name+"/"+f] = true
			switch reason := without[k.Name+"/"+f]; {
			case err != nil && reason == "":
				t.Errorf("connectors/%s has no %s: give the file that name, or list it here with the reason", k.Name, f)
			case err == nil && reason != "":
				t.Errorf("connectors/%s has %s: take it off the list here", k.Name, f)
			}
		}
	}
	for f := range without {
		if !known[f] {
			t.Errorf("%s is no file of the shape of a kind that there is", f)
		}
	}
}

var fileName = regexp.MustCompile("`([a-z<>]+\\.go)`")

// files are the names in the first column of the table.
func files(t *testing.T) (names []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/writing-a-connector.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, m := range fileName.FindAllStringSubmatch(cells[1], -1) {
				names = append(names, m[1])
			}
		}
	}
	return names
}
