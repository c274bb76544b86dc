package trials

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"duplex/standalone/rig"
)

// figures are what a trial measured and which of its claims did not hold.
type figures struct {
	values map[string]any
	failed []string
	began  time.Time
}

func newFigures(trial string) *figures {
	return &figures{values: map[string]any{"trial": trial, "load_before": rig.Load()}, began: time.Now()}
}

func (f *figures) set(name string, value any) {
	if x, ok := value.(float64); ok {
		value = math.Round(x*1000) / 1000
	}
	f.values[name] = value
}

// claim notes what does not hold.
func (f *figures) claim(holds bool, format string, args ...any) {
	if !holds {
		f.failed = append(f.failed, fmt.Sprintf(format, args...))
	}
}

// print writes one line of JSON, its keys in order.
func (f *figures) print(out io.Writer) {
	f.set("seconds", time.Since(f.began).Seconds())
	f.set("load_after", rig.Load())
	f.set("holds", len(f.failed) == 0)
	if len(f.failed) > 0 {
		f.set("failed", f.failed)
	}
	b, _ := json.Marshal(f.values) // plain values always marshal
	fmt.Fprintln(out, string(b))
}

// megabytes of a number of bytes.
func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

// quantile of durations, in milliseconds; 0 of none.
func quantile(all []time.Duration, share float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return float64(sorted[int(math.Ceil(share*float64(len(sorted)-1)))].Microseconds()) / 1000
}
