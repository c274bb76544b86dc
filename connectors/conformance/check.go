package conformance

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Result is what one test of the suite came to on a live system.
type Result struct {
	Test  string   `json:"test"`            // Group/Name
	Needs string   `json:"needs,omitempty"` // the capability it is about
	State string   `json:"state"`           // passed | failed | skipped
	Texts []string `json:"texts,omitempty"` // what is wrong, or why it was not run
}

// The states of a Result.
const (
	Passed  = "passed"
	Failed  = "failed"
	Skipped = "skipped"
)

// Check runs the suite on a live system, one test after the other, outside of go test. New is called once per test. Tests that skips names
// by test or group are not run, for the reason it gives. Each result is told as it comes; the end of ctx ends the run.
func Check(ctx context.Context, setup func(TB) Setup[TB], skips map[string]string, tell func(Result)) {
	var has []string
	first := attempt(ctx, func(t *T) { has = Capabilities(setup(t).Connector) })
	if first.State == Failed {
		first.Test = "Connect"
		tell(first)
		return
	}
	for _, tt := range every() {
		if ctx.Err() != nil {
			return
		}
		r := Result{State: Skipped}
		group, _, _ := strings.Cut(tt.name, "/")
		switch reason := firstOf(skips[tt.name], skips[group]); {
		case reason != "":
			r.Texts = []string{reason}
		case tt.needs != "" && !slices.Contains(has, tt.needs):
			r.Texts = []string{"the connector has no " + tt.needs}
		default:
			r = attempt(ctx, func(t *T) {
				t.Setup = setup(t)
				tt.run(t)
			})
		}
		r.Test, r.Needs = tt.name, tt.needs
		tell(r)
	}
}

// attempt runs one test to its end, or to where it gives up.
func attempt(ctx context.Context, run func(*T)) Result {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &probe{ctx: ctx}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				p.Errorf("a fault in the program: %v", r)
			}
		}()
		run(&T{TB: p})
	}()
	<-done
	return p.result()
}

// probe is the TB of a test outside of go test.
type probe struct {
	ctx context.Context

	mu      sync.Mutex
	failed  bool
	skipped bool
	texts   []string
}

func (p *probe) Helper()                  {}
func (p *probe) Context() context.Context { return p.ctx }
func (p *probe) Error(args ...any)        { p.note(fmt.Sprint(args...), true) }
func (p *probe) Errorf(format string, args ...any) {
	p.note(fmt.Sprintf(format, args...), true)
}

func (p *probe) Fatal(args ...any) {
	p.Error(args...)
	runtime.Goexit()
}

func (p *probe) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	runtime.Goexit()
}

func (p *probe) Skip(args ...any) {
	p.note(fmt.Sprint(args...), false)
	runtime.Goexit()
}

func (p *probe) Skipf(format string, args ...any) { p.Skip(fmt.Sprintf(format, args...)) }

func (p *probe) note(text string, failed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = p.failed || failed
	p.skipped = p.skipped || !failed
	p.texts = append(p.texts, text)
}

func (p *probe) result() Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.failed:
		return Result{State: Failed, Texts: p.texts}
	case p.skipped:
		return Result{State: Skipped, Texts: p.texts}
	}
	return Result{State: Passed}
}
