package pairs_test

import (
	"flag"
	"sync"
	"testing"

	"duplex/standalone/kinds"
)

var update = flag.Bool("update", false, "write docs/pairs.md")

// TestPairs plays every ordered pair of kinds and holds the table in the docs against what came of it. The table is written or
// compared when all of it was played.
func TestPairs(t *testing.T) {
	all := kinds.All()
	var mu sync.Mutex
	results := map[[2]string]map[string][]error{}
	t.Run("every", func(t *testing.T) {
		for _, a := range all {
			for _, b := range all {
				t.Run(a.Kind+"-"+b.Kind, func(t *testing.T) {
					t.Parallel()
					got := live(newWorld(t, [2]kinds.Profile{a, b}))
					for _, f := range features {
						for _, err := range got[f] {
							t.Errorf("%s: %v", f, err)
						}
					}
					mu.Lock()
					defer mu.Unlock()
					results[[2]string{a.Kind, b.Kind}] = got
				})
			}
		}
	})
	if len(results) < len(all)*len(all) {
		t.Logf("%d of %d pairs were played: the table is left alone", len(results), len(all)*len(all))
		return
	}
	tabulate(t, all, results)
}
