package arch

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPains(t *testing.T) {
	var rows, tests []string
	for _, n := range mustEnd {
		rows = append(rows, fmt.Sprintf("| %s | `TestPain%sHolds` in `core` |", strings.TrimLeft(n, "0"), n))
		tests = append(tests, fmt.Sprintf("func TestPain%sHolds() {}", n))
	}
	page, code := strings.Join(rows, "\n"), "package core\n"+strings.Join(tests, "\n")
	cases := []struct {
		reason, page, code, want string // want is part of the only finding; empty: none
	}{
		{"every row has its test", page, code, ""},
		{"a row without a test", strings.Replace(page, rows[0], "", 1), strings.Replace(code, tests[0], "", 1), "row 01 names no test TestPain01"},
		{"one test of two is gone", page + "\n| 1 | `TestPain01Gone` in `core` |", code, "TestPain01Gone in core, which does not exist"},
		{"one test of two is elsewhere", page + "\n| 1 | `TestPain01Holds` in `store` |", code, "TestPain01Holds in store, which does not exist"},
		{"a test of another row", page + "\n| 1 | `TestPain02Holds` in `core` |", code, "named after another row"},
		{"a test that the page does not name", page, code + "\nfunc TestPain19Noise() {}", "does not name TestPain19Noise in core"},
		{"a helper is no test", page, code + "\nfunc testPain19Noise() {}", ""},
	}
	for _, c := range cases {
		files, err := Read(fstest.MapFS{painsPage: {Data: []byte(c.page)}, "core/a_test.go": {Data: []byte(c.code)}})
		if err != nil {
			t.Fatal(err)
		}
		got := Pains(files)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s: found %q, want %q", c.reason, got, c.want)
		}
	}
}
