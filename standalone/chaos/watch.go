package chaos

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// watch counts the sync's calls at both systems, as the systems saw them.
type watch struct {
	s      *site
	mu     sync.Mutex
	since  [2]int
	calls  int
	writes []string // what was written, oldest first
	faults map[string]int
	last   time.Time // when the last call was seen that was about an item
	wrote  time.Time // when the last write was seen
	missed int       // calls that a system forgot before they were read
}

// watchCalls begins to count; it ends with ctx.
func watchCalls(ctx context.Context, s *site) *watch {
	w := &watch{s: s, faults: map[string]int{}, last: time.Now()}
	go func() {
		for sleep(ctx, 500*time.Millisecond) {
			w.look(ctx)
		}
	}()
	return w
}

func (w *watch) look(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, which := range []side{support, engineering} {
		calls, err := w.s.of(which).Calls(ctx, w.since[which])
		if err != nil {
			continue
		}
		for _, c := range calls {
			if c.Seq > w.since[which]+1 {
				w.missed += c.Seq - w.since[which] - 1
			}
			w.since[which] = c.Seq
			if c.Fault != "" {
				w.faults[c.Fault]++
			}
			if !c.Own() || feed(c.Operation) {
				continue
			}
			w.calls++
			w.last = time.Now()
			if c.Method != "GET" && !asks.MatchString(c.Operation) && c.Fault == "" {
				w.wrote = time.Now()
				w.writes = append(w.writes, fmt.Sprintf("%s %s %s", time.Now().UTC().Format("15:04:05"), c.Method, c.Path))
			}
		}
	}
}

// asks are the operations that only ask, although they are posted.
var asks = regexp.MustCompile(`/search|/bulkfetch|/list$|/match$|approximate-count`)

// feed tells the calls that list changes, which a sweep makes whether there is something to do or not.
func feed(operation string) bool {
	return strings.Contains(operation, "/search/jql") || strings.Contains(operation, "/incremental/") || strings.HasSuffix(operation, "/users/me") ||
		strings.HasSuffix(operation, "/myself") || strings.HasSuffix(operation, "/serverInfo")
}

// quietFor is how long the sync has made no call about an item.
func (w *watch) quietFor() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(w.last)
}

// forgotten is how many calls a system had forgotten before they were read.
func (w *watch) forgotten() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.missed
}

// lastWrite is when the sync last wrote something.
func (w *watch) lastWrite() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrote
}

// counts are the calls and writes so far, and the faults by kind.
func (w *watch) counts() (calls int, writes []string, faults map[string]int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string]int{}
	for k, n := range w.faults {
		all[k] = n
	}
	return w.calls, slices.Clone(w.writes), all
}
