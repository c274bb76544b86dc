package arch

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestRules(t *testing.T) {
	long := "package core\n" + strings.Repeat("\n// line\n", 201)
	tests := []struct {
		reason string
		rule   func([]File) []string
		path   string
		text   string
		want   string // part of the only finding; empty: none
	}{
		{"a package may import what its row lists", Imports, "store/a.go", `package store; import _ "duplex/core"`, ""},
		{"a package may not import what its row does not list", Imports, "store/a.go", `package store; import _ "duplex/core/merge"`,
			"store/a.go:1: store may not import core/merge; of ours it may import: core"},
		{"core imports nothing of ours", Imports, "core/a.go", `package core; import _ "duplex/store"`, "it may import: nothing"},
		{"core imports nothing of others", Imports, "core/a.go", `package core; import _ "github.com/x/y"`, "the standard library only"},
		{"core imports the standard library", Imports, "core/a.go", `package core; import _ "encoding/json"`, ""},
		{"tests may import anything", Imports, "core/a_test.go", `package core; import _ "duplex/store"`, ""},
		{"connectors do not know each other", Imports, "connectors/jira/a.go", `package jira; import _ "duplex/connectors/zendesk"`,
			"may not import connectors/zendesk"},
		{"all knows every connector", Imports, "connectors/all/a.go", `package all; import _ "duplex/connectors/zendesk"`, ""},
		{"a connector does not know its emulator", Imports, "connectors/jira/a.go", `package jira; import _ "duplex/emulators/jira"`,
			"may not import emulators/jira"},
		{"an emulator uses the harness", Imports, "emulators/jira/a.go", `package jira; import _ "duplex/emulators/harness"`, ""},
		{"an emulator knows nothing of the product", Imports, "emulators/jira/a.go", `package jira; import _ "duplex/core"`,
			"may not import core"},
		{"packages below a listed package are not listed with it", Imports, "connectors/jira/oauth/a.go", `package oauth`,
			"package connectors/jira/oauth is not in the import table: add it to internal/arch/imports.go"},
		{"a new package has to be listed", Imports, "reports/a.go", `package reports`, "is not in the import table"},
		{"the nested module is held too, and may import anything", Imports, "standalone/engine/a.go",
			`package engine; import _ "duplex/gateway"`, ""},
		{"nobody imports the nested module", Imports, "gateway/a.go", `package gateway; import _ "duplex/standalone/engine"`,
			"may not import standalone/engine"},
		{"a workflow does no I/O", Imports, "workflows/a.go", `package workflows; import _ "net/http"`, "do it in an activity"},
		{"a package that is no workflow may", Imports, "gateway/a.go", `package gateway; import _ "net/http"`, ""},

		{"a workflow does not read the clock", Clocks, "workflows/a.go", "package workflows\nimport \"time\"\nvar _ = time.Now()",
			"workflows/a.go:3: workflows reads or waits on the machine's clock (time.Now)"},
		{"a clock by another name is a clock", Clocks, "core/merge/a.go", "package merge\nimport t \"time\"\nvar now = t.Now", "time.Now"},
		{"durations are no clock", Clocks, "workflows/a.go", "package workflows\nimport \"time\"\nconst _ = time.Second", ""},
		{"activities may read the clock", Clocks, "activities/a.go", "package activities\nimport \"time\"\nvar _ = time.Now()", ""},
		{"a workflow starts no goroutine", Clocks, "workflows/a.go", "package workflows\nfunc f() { go f() }", "use workflow.Go"},

		{"a package is named after what it gives", Shape, "core/util/a.go", "package util\n", "a package called util"},
		{"400 lines are where a file is split", Shape, "core/a.go", long, "has 403 lines"},
		{"main is small", Shape, "cmd/x/main.go", "package main\n" + strings.Repeat("\n// line\n", 15), "has 31 lines: keep a main under 30"},
		{"gofmt", Shape, "core/a.go", "package  core\n", "is not formatted"},
		{"unfinished work", Shape, "core/a.go", "package core\n\n// TODO" + ": the rest\n", "core/a.go:3: TODO in a comment"},
		{"a state that a vendor calls so is no comment", Shape, "core/a.go", "package core\n\nvar state = \"TODO\"\n", ""},

		{"a path of one machine", Machine, "docs/a.md", "see\n/work" + "/main/core", "docs/a.md:2:"},
		{"a path of one home", Machine, "docs/a.md", "cd /home" + "/ann/duplex", "docs/a.md:1:"},
		{"a package host", Machine, "Makefile", "GOPROXY=https://proxy.golang" + ".org", "Makefile:1:"},
		{"an address that has the word in it", Machine, "docs/a.md", "https://x.example/work/12 and ./work/12", ""},
		{"a log line of known keys", Logs, "gateway/a.go", "package gateway\nfunc f() { g.o.Log.Info(\"x\", \"pair\", p.ID, \"error\", err) }", ""},
		{"a log key nobody knows", Logs, "gateway/a.go", "package gateway\nfunc f() { log.Warn(\"x\", \"pairId\", p.ID) }", `the log key "pairId" is not known`},
		{"a message that varies", Logs, "gateway/a.go", "package gateway\nfunc f() { log.Warn(\"x\" + p.ID) }", "message is a constant"},
		{"content in a log", Logs, "activities/a.go", "package activities\nfunc f() { a.Log.Error(\"x\", \"reason\", c.Body.Source()) }", "is content or a secret"},
		{"the engine's loggers too", Logs, "workflows/a.go", "package workflows\nfunc f() { workflow.GetLogger(ctx).Warn(\"x\", \"title\", t) }", `the log key "title" is not known`},
		{"a capability is asked for", Capabilities, "gateway/a.go", "package gateway\nfunc f() { p, ok := c.(connectors.WebhookParser) }", "ask with connectors.As[connectors.WebhookParser]"},
		{"a capability that is known", Capabilities, "activities/a.go", "package activities\nfunc f() { x, err := c.(connectors.Commenter).AddComment() }", ""},
		{"what a build leaves is not ours", Machine, "bin/a.txt", "/work" + "/main", ""},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			files, err := Read(fstest.MapFS{tt.path: {Data: []byte(tt.text)}})
			if err != nil {
				t.Fatal(err)
			}
			got := tt.rule(files)
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("found %q, want nothing", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("found %q, want one finding with %q", got, tt.want)
			}
		})
	}
}

func TestSourceThatCannotBeParsedIsAnError(t *testing.T) {
	if _, err := Read(fstest.MapFS{"core/a.go": {Data: []byte("package")}}); err == nil {
		t.Error("a file that is no Go was read without an error")
	}
}
