package richtext

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const randomTrees = 100_000 / share

// first keeps the first failure of many workers.
type first struct {
	sync.Once
	failed atomic.Bool
	text   string
}

func (f *first) Helper() {}

// Fatalf ends the worker that calls it.
func (f *first) Fatalf(format string, args ...any) {
	f.Do(func() { f.text = fmt.Sprintf(format, args...) })
	f.failed.Store(true)
	runtime.Goexit()
}

// TestContractOfRandomTrees writes 100,000 random trees, the same in every
// run: ADF is valid against Atlassian's schema, Asana's texts are XML of the
// elements it allows, and Markdown looks like the tree.
func TestContractOfRandomTrees(t *testing.T) {
	s := adfSchema(t)
	var f first
	var next atomic.Int64
	var workers sync.WaitGroup
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // many short lives: collecting less often is a third of the time
	began := time.Now()
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for !f.failed.Load() {
				seed := int(next.Add(1))
				if seed > randomTrees {
					return
				}
				holdsContracts(&f, s, someDoc.Example(seed))
			}
		})
	}
	workers.Wait()
	if f.failed.Load() {
		t.Fatal(f.text)
	}
	t.Logf("%d trees in %.1f s", randomTrees, time.Since(began).Seconds())
}

func holdsContracts(t failer, s schema, d Doc) {
	t.Helper()
	if source, _ := Render(ADF, d); !s.validDocument(source) {
		t.Fatalf("not valid ADF: %s", source)
	}
	for _, f := range []Format{Asana, AsanaComment} {
		source, _ := Render(f, d)
		if err := wellFormed(source, f == AsanaComment); err != nil {
			t.Fatalf("%s: %v in %s", f, err, source)
		}
	}
	markdownLooksRight(t, d)
}

func TestRandomTreesAreNotTrivial(t *testing.T) {
	kinds := map[string]int{}
	var tallyAll func(nodes []Node)
	tallyAll = func(nodes []Node) {
		for _, n := range nodes {
			kinds[string(n.Kind)]++
			for _, m := range n.Marks {
				kinds[string(m.Kind)]++
			}
			tallyAll(n.Children)
		}
	}
	for seed := range 2000 {
		tallyAll(tidy(someDoc.Example(seed)).Blocks)
	}
	for _, kind := range strings.Fields("paragraph heading codeBlock rule quote panel expand bulletList orderedList taskList item table row cell " +
		"text hardBreak mention emoji date status image file link strong em underline strike sub sup color highlight code") {
		if kinds[kind] < 20 {
			t.Errorf("%s occurs %d times in 2000 trees", kind, kinds[kind])
		}
	}
}
