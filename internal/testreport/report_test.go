package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	const p = "duplex/x"
	tests := []struct {
		reason string
		events []Event
		strict bool
		well   bool
		want   []string // all in the text
	}{
		{"tests below a test are counted, the test above them is not", []Event{
			{Action: "pass", Package: p, Test: "TestA/one"}, {Action: "pass", Package: p, Test: "TestA/two"},
			{Action: "pass", Package: p, Test: "TestA"}, {Action: "pass", Package: p, Test: "TestAB"}, {Action: "pass", Package: p}},
			false, true, []string{"ok     duplex/x", "1 packages", "3 passed, 0 failed, 0 skipped"}},
		{"a failure shows what the test said and is counted once", []Event{
			{Action: "output", Package: p, Test: "TestA/one", Output: "    a_test.go:3: one is not two\n"},
			{Action: "fail", Package: p, Test: "TestA/one"}, {Action: "fail", Package: p, Test: "TestA"},
			{Action: "pass", Package: p, Test: "TestB"}, {Action: "fail", Package: p}},
			false, false, []string{"FAILED duplex/x TestA/one", "one is not two", "1 passed, 1 failed, 0 skipped"}},
		{"a test that fails after its subtests passed is a failure", []Event{
			{Action: "pass", Package: p, Test: "TestA/one"}, {Action: "fail", Package: p, Test: "TestA"}, {Action: "fail", Package: p}},
			false, false, []string{"1 passed, 1 failed, 0 skipped"}},
		{"a skip is listed under what the test said", []Event{
			{Action: "output", Package: p, Test: "TestA", Output: "=== RUN   TestA\n"},
			{Action: "output", Package: p, Test: "TestA", Output: "    a_test.go:3: Postgres tests skipped: none here\n"},
			{Action: "output", Package: p, Test: "TestA", Output: "--- SKIP: TestA (0.00s)\n"},
			{Action: "skip", Package: p, Test: "TestA"}, {Action: "pass", Package: p, Test: "TestB"}, {Action: "pass", Package: p}},
			false, true, []string{"  Postgres tests skipped: none here\n      duplex/x TestA\n", "1 passed, 0 failed, 1 skipped"}},
		{"where Postgres has to be there, its skip is a failure", []Event{
			{Action: "output", Package: p, Test: "TestA", Output: "a_test.go:3: no Postgres binaries\n"},
			{Action: "skip", Package: p, Test: "TestA"}, {Action: "pass", Package: p, Test: "TestB"}, {Action: "pass", Package: p}},
			true, false, []string{"1 tests were skipped that have to run here: no Postgres binaries", "1 passed, 1 failed, 1 skipped"}},
		{"where the vendors' documents have to be there, their skip is a failure", []Event{
			{Action: "output", Package: p, Test: "TestA", Output: "a_test.go:3: vendor documents not present at x\n"},
			{Action: "skip", Package: p, Test: "TestA"}, {Action: "pass", Package: p, Test: "TestB"}, {Action: "pass", Package: p}},
			true, false, []string{"1 failed"}},
		{"a skip with another reason stays one", []Event{
			{Action: "output", Package: p, Test: "TestA", Output: "a_test.go:3: the connector has no Deleter\n"},
			{Action: "skip", Package: p, Test: "TestA"}, {Action: "pass", Package: p, Test: "TestB"}, {Action: "pass", Package: p}},
			true, true, []string{"1 passed, 0 failed, 1 skipped"}},
		{"a package that does not build is a failure with the compiler's words", []Event{
			{Action: "build-output", ImportPath: p, Output: "x.go:1: undefined: y\n"}, {Action: "build-fail", ImportPath: p},
			{Action: "fail", Package: p, FailedBuild: p}, {Action: "pass", Package: "duplex/y", Test: "TestB"}},
			false, false, []string{"undefined: y", "duplex/x does not build", "1 passed, 1 failed, 0 skipped"}},
		{"a panic is told with what the running test said", []Event{
			{Action: "output", Package: p, Test: "TestA", Output: "panic: oh\n"}, {Action: "fail", Package: p},
			{Action: "pass", Package: "duplex/y", Test: "TestB"}},
			false, false, []string{"panic: oh", "1 passed, 1 failed, 0 skipped"}},
		{"a run without a test is not well", nil, false, false, []string{"Not one test passed", "0 passed, 0 failed, 0 skipped"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			var out bytes.Buffer
			r := NewReport(&out)
			for _, e := range tt.events {
				r.Add(e)
			}
			if well := r.Close(tt.strict); well != tt.well {
				t.Errorf("well is %v, want %v", well, tt.well)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing from:\n%s", want, out.String())
				}
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if last := lines[len(lines)-1]; !strings.HasSuffix(last, " skipped") {
				t.Errorf("the last line is %q, want the counts", last)
			}
		})
	}
}

func TestRunTestsEveryModule(t *testing.T) {
	module := func(test string) string {
		dir := t.TempDir()
		for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.26\n",
			"m_test.go": "package m\n\nimport \"testing\"\n\n" + test + "\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	good := module(`func TestGood(t *testing.T) {}`)
	bad := module(`func TestBad(t *testing.T) { t.Error("one is not two") }`)
	torn := module(`func TestTorn(t *testing.T) { undefined() }`)
	empty := t.TempDir() // no module
	tests := []struct {
		reason string
		args   []string
		status int
		want   string
	}{
		{"all is well", []string{good, "-vet=off"}, 0, "1 passed, 0 failed, 0 skipped"},
		{"a failure does not keep the next module from being tested", []string{bad, "--", good}, 1, "1 passed, 1 failed, 0 skipped"},
		{"tests that cannot be built", []string{good, "--", torn}, 1, "1 passed, 1 failed, 0 skipped"},
		{"a folder that is no module", []string{good, "--", empty}, 1, "1 passed, 1 failed, 0 skipped"},
		{"arguments are those of one module", []string{good, "-run", "None", "--", good}, 0, "1 passed, 0 failed, 0 skipped"},
		{"no folder", nil, 2, "name the folder"},
		{"a flag that is none", []string{"-x"}, 2, "flag provided but not defined"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			var out, errs bytes.Buffer
			if got := Run(t.Context(), tt.args, &out, &errs); got != tt.status {
				t.Errorf("exit status %d, want %d", got, tt.status)
			}
			if text := out.String() + errs.String(); !strings.Contains(text, tt.want) {
				t.Errorf("%q is missing from:\n%s", tt.want, text)
			}
		})
	}
}
