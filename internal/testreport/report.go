package main

import (
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"
)

// Event is one line of go test -json; see "go doc test2json".
type Event struct {
	Action      string
	Package     string
	ImportPath  string // of build output
	Test        string
	Elapsed     float64 // seconds
	Output      string
	FailedBuild string
}

// Report collects the events of several runs. Counted are the tests that have no tests below them; a package that
// does not build, or ends without saying which test is at fault, counts as one failure.
type Report struct {
	out      io.Writer
	output   map[string][]string // of running tests, by package and test
	ended    map[string]string   // action by package and test
	at       map[string]bool     // packages with a failed test
	reasons  map[string][]string // tests by why they were skipped
	broken   []string
	packages int
}

// NewReport writes to out while events come in.
func NewReport(out io.Writer) *Report {
	return &Report{out: out, output: map[string][]string{}, ended: map[string]string{}, at: map[string]bool{},
		reasons: map[string][]string{}}
}

// Add takes the next event. A package is shown when it ends, a test only when it fails.
func (r *Report) Add(e Event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "output":
		r.output[key] = append(r.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.packageEnded(e)
		} else {
			r.testEnded(key, e)
		}
		delete(r.output, key)
	}
}

func (r *Report) testEnded(key string, e Event) {
	r.ended[key] = e.Action
	switch e.Action {
	case "fail":
		r.at[e.Package] = true
		fmt.Fprintf(r.out, "FAILED %s\n%s", key, strings.Join(r.output[key], ""))
	case "skip":
		why := reason(r.output[key])
		r.reasons[why] = append(r.reasons[why], key)
	}
}

func (r *Report) packageEnded(e Event) {
	if e.Action == "skip" {
		return // no test files
	}
	r.packages++
	text := strings.Join(r.output[e.Package+" "], "")
	switch {
	case e.Action == "pass":
		fmt.Fprintf(r.out, "ok     %s %.1fs\n", e.Package, e.Elapsed)
		return
	case e.FailedBuild != "":
		r.broken = append(r.broken, e.Package+" does not build")
	case !r.at[e.Package]:
		r.broken = append(r.broken, e.Package+" ended without a result for every test")
		for key, lines := range r.output { // a panic or a timeout is told under the test that ran
			if strings.HasPrefix(key, e.Package+" ") && key != e.Package+" " {
				text = strings.Join(lines, "") + text
			}
		}
	}
	fmt.Fprintf(r.out, "FAILED %s %.1fs\n%s", e.Package, e.Elapsed, text)
}

// Broken takes a run that ended by itself: go is missing, the module cannot be loaded, somebody interrupted it.
func (r *Report) Broken(folder string, err error) {
	r.broken = append(r.broken, fmt.Sprintf("the tests of %s were not all run: %v", folder, err))
}

func (r *Report) failures() int {
	_, failed, _ := r.counts()
	return failed
}

// counts are the tests without tests below them, and what is broken.
func (r *Report) counts() (passed, failed, skipped int) {
	parents := map[string]bool{}
	for key := range r.ended {
		for i := len(key) - 1; i > strings.IndexByte(key, ' '); i-- {
			if key[i] == '/' {
				parents[key[:i]] = true
			}
		}
	}
	for key, action := range r.ended {
		switch {
		case action == "fail" && (!parents[key] || !r.failedBelow(key)):
			failed++
		case parents[key]:
		case action == "pass":
			passed++
		case action == "skip":
			skipped++
		}
	}
	return passed, failed + len(r.broken), skipped
}

func (r *Report) failedBelow(parent string) bool {
	for key, action := range r.ended {
		if action == "fail" && strings.HasPrefix(key, parent+"/") {
			return true
		}
	}
	return false
}

// optional matches the reasons of tests that run wherever Postgres and the vendors' documents are.
var optional = regexp.MustCompile(`(?i)postgres|vendor documents`)

// Close lists the skipped tests by reason, what is broken, and the counts, and tells whether all is well.
func (r *Report) Close(strict bool) bool {
	whys := make([]string, 0, len(r.reasons))
	for why := range r.reasons {
		whys = append(whys, why)
	}
	sort.Strings(whys)
	if len(whys) > 0 {
		fmt.Fprintln(r.out, "\nSkipped, and why:")
	}
	for _, why := range whys {
		tests := r.reasons[why]
		fmt.Fprintf(r.out, "  %s\n      %s\n", why, some(tests))
		if strict && optional.MatchString(why) {
			r.broken = append(r.broken, fmt.Sprintf("%d tests were skipped that have to run here: %s", len(tests), why))
		}
	}
	passed, failed, skipped := r.counts()
	if len(r.broken) > 0 {
		fmt.Fprintln(r.out, "\nNot as it has to be:")
	}
	for _, text := range r.broken {
		fmt.Fprintln(r.out, "  "+text)
	}
	if passed == 0 {
		fmt.Fprintln(r.out, "\nNot one test passed.")
	}
	fmt.Fprintf(r.out, "\n%d packages\n%d passed, %d failed, %d skipped\n", r.packages, passed, failed, skipped)
	return failed == 0 && passed > 0
}

func some(tests []string) string {
	const most = 3
	if len(tests) <= most {
		return strings.Join(tests, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(tests[:most], ", "), len(tests)-most)
}

var position = regexp.MustCompile(`^\s*\S+\.go:\d+: `)

// reason is what a test said before it was skipped.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		said = append(said, position.ReplaceAllString(line, ""))
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}
