package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"duplex/core"
	"duplex/store"
)

// TestRuns: runs are started, listed, shown and steered, and a file of pairs is judged line by line before anything is done.
func TestRuns(t *testing.T) {
	d := newDesk(t)
	d.run("apply", "testdata/files")
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, c := range []struct {
		reason string
		args   []string
		want   int
		says   string
	}{
		{"no side", []string{"backfill", "desk"}, ExitUsage, "side"},
		{"no such side", []string{"backfill", "desk", "--side", "sales"}, ExitRefused, "support or engineering"},
		{"no time", []string{"backfill", "desk", "--side", "support", "--since", "yesterday"}, ExitUsage, "no time"},
		{"an empty list", []string{"backfill", "desk", "--side", "support", "--file", file("# none\n")}, ExitUsage, "names no items"},
		{"a list", []string{"backfill", "desk", "--side", "support", "--file", file("1\n# two\n\n3\n")}, ExitOK, "run "},
		{"since a date", []string{"backfill", "desk", "--side", "support", "--since", "2026-01-31"}, ExitOK, "run "},
		{"neither pair nor connection", []string{"replay"}, ExitUsage, "--connection"},
		{"a preview of a class", []string{"replay", "--connection", "desk", "--class", "invalid", "--preview"}, ExitOK, "preview-"},
		{"no such pair", []string{"replay", "NOPE-1"}, ExitNotFound, "no pair"},
		{"follow", []string{"follow", "desk"}, ExitOK, "follow-"},
		{"no header", []string{"link", "desk", "--file", file("")}, ExitWrong, "support,engineering"},
		{"a column is missing", []string{"link", "desk", "--file", file("support,eng\n1,2\n")}, ExitWrong, "no column engineering"},
		{"wrong lines are all told, with their numbers", []string{"link", "desk", "--file", file("engineering,note,support\n2,x,1\n,x,3\n2,x,4\n")}, ExitWrong, "list.csv:3"},
		{"two ways at once", []string{"link", "desk", "support=1", "engineering=2", "--file", "x.csv"}, ExitUsage, "--file"},
		{"pairs", []string{"link", "desk", "--file", file("engineering,note,support\n2,x,1\n4,x,3\n")}, ExitOK, "link-"},
		{"the list of runs", []string{"runs", "--kind", "backfill"}, ExitOK, "desk"},
		{"no such run", []string{"run", "none"}, ExitNotFound, "no run none"},
	} {
		d.said.Reset()
		if code := d.run(c.args...); code != c.want || !strings.Contains(d.said.String(), c.says) {
			t.Errorf("%s: exit %d, want %d, and %q in:\n%s", c.reason, code, c.want, c.says, d.said.String())
		}
	}
	runs, err := d.store.Runs(t.Context(), store.RunFilter{Kind: "link"})
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, error %v: only the right file is to be linked", len(runs), err)
	}
	items, err := d.store.RunItems(t.Context(), runs[0].ID, store.RunItemFilter{})
	if err != nil || len(items) != 2 || items[1].Name != "line 3" || items[1].Item != "3" || items[1].Other != "4" {
		t.Fatalf("items %+v, error %v", items, err)
	}
	for _, c := range [][]string{{"run", runs[0].ID}, {"run", "pause", runs[0].ID}, {"run", "stop", runs[0].ID}} {
		if d.run(c...) != ExitOK {
			t.Errorf("%v:\n%s", c, d.said.String())
		}
	}
	if err := d.store.SetRunState(t.Context(), runs[0].ID, core.RunPaused, "paused by ann"); err != nil {
		t.Fatal(err)
	}
	if d.said.Reset(); d.run("run", runs[0].ID, "--wait") != ExitRefused || !strings.Contains(d.said.String(), "paused by ann") {
		t.Errorf("waiting for a paused run:\n%s", d.said.String())
	}
}
