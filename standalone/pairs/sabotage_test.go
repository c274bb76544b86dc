package pairs_test

import (
	"slices"
	"strings"
	"testing"

	"duplex/standalone/kinds"
)

// TestABrokenConnectionIsFound: what a connection leaves out or does wrongly is what fails, and nothing else.
func TestABrokenConnectionIsFound(t *testing.T) {
	jira, err := kinds.Find("jira")
	if err != nil {
		t.Fatal(err)
	}
	zendesk, err := kinds.Find("zendesk")
	if err != nil {
		t.Fatal(err)
	}
	without := func(field string) func(string) string {
		return func(source string) string {
			var kept []string
			for line := range strings.Lines(source) {
				if !strings.HasPrefix(line, "  - {here: '"+field+"'") {
					kept = append(kept, line)
				}
			}
			return strings.Join(kept, "")
		}
	}
	replaced := func(old, by string) func(string) string {
		return func(source string) string { return strings.Replace(source, old, by, 1) }
	}
	for _, tt := range []struct {
		reason string
		change func(string) string
		want   []string // features that fail
	}{
		{"no rule for the priority", without("priority"), []string{"priority", "back"}},
		{"no rule for the assignee", without("assignee"), []string{"assignee", "back"}},
		{"labels only go there", replaced("as: set}", "as: set, flow: to-there}"), []string{"back"}},
		{"labels are never removed", replaced("as: set}", "as: add-only}"), []string{"back"}},
		{"two statuses are exchanged", replaced("'In Progress': 'pending'", "'In Progress': 'hold', 'Nowhere': 'pending'"), nil},
		{"private comments stay", replaced("private: keep", "private: stop"), []string{"internal comment", "file", "back"}}, // Jira takes its files as internal
		{"private comments are published there", replaced("private: keep", "private: keep, publish: here"), []string{"internal comment"}},
		{"no files", replaced("attachments:", "problems: {}\n#attachments:"), []string{"file", "back"}},
		{"the twin stays when an item is deleted", replaced("there: delete", "there: note"), []string{"delete"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			got := live(newWorld(t, [2]kinds.Profile{jira, zendesk}, tt.change))
			var failed []string
			for _, f := range features {
				if len(got[f]) > 0 {
					failed = append(failed, f)
				}
			}
			if !slices.Equal(failed, tt.want) {
				t.Errorf("%v fail, want %v: %v", failed, tt.want, got)
			}
		})
	}
}
