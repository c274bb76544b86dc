package workflows_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

// A normal run plays this many random scenarios, or as many as fit into the time.
const (
	seeds    = 200
	playtime = 18 * time.Second
)

// The scenario's times, from the start of the workflow.
const (
	stormEnds = 12 * time.Minute // the last edit by a person
	calm      = 30 * time.Minute // the systems, the webhooks and the store work again
	healing   = 31 * time.Minute // one hint for each side, as a sweep gives it
	verdict   = 3 * time.Hour
)

// TestSimulation plays seeded scenarios: people edit, comment and attach on both sides while calls fail before and after
// their effect, revisions go stale, webhooks are lost, the process dies around its notes, and the workflow continues as
// new. After a quiet while and one hint for each side everything that people did must be on both sides, once.
func TestSimulation(t *testing.T) {
	if s := os.Getenv("DUPLEX_SEED"); s != "" && s != "random" {
		seed, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		simulate(t, seed)
		return
	}
	for _, seed := range keptSeeds(t) {
		t.Run(fmt.Sprintf("kept/%d", seed), func(t *testing.T) { simulate(t, seed) })
	}
	n := seeds
	if testing.Short() {
		n = 20
	}
	first := uint64(1) // the same scenarios each time, so that a change is judged by what it changed
	if os.Getenv("DUPLEX_SEED") == "random" {
		first = uint64(time.Now().UnixNano())
	}
	began := time.Now()
	for i := range uint64(n) {
		if time.Since(began) > playtime {
			t.Logf("%d of %d scenarios fitted into %s", i, n, playtime)
			break
		}
		t.Run(fmt.Sprint(first+i), func(t *testing.T) { simulate(t, first+i) })
	}
}

// keptSeeds are the scenarios that once failed.
func keptSeeds(t *testing.T) []uint64 {
	f, err := os.Open("testdata/seeds")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var kept []uint64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		word, _, _ := strings.Cut(lines.Text(), " ")
		if seed, err := strconv.ParseUint(word, 10, 64); err == nil {
			kept = append(kept, seed)
		}
	}
	return kept
}

func simulate(t *testing.T, seed uint64) {
	s := newStorm(t, seed)
	defer func() {
		if t.Failed() {
			s.tell()
			t.Logf("play it again with DUPLEX_SEED=%d, and keep it in testdata/seeds; what happened:\n%s", seed, strings.Join(s.log, "\n"))
		}
	}()
	s.play()
	s.judge()
}

// storm is one scenario.
type storm struct {
	*world
	item    core.Ref
	deletes bool // deleting a comment deletes its copy
	begun   time.Time
	steps   []step

	draw     *dice
	over     atomic.Bool  // no more trouble and no more people
	races    atomic.Int32 // edits by people in the middle of calls that may still happen
	mu       sync.Mutex   // of what people did
	count    int
	last     [2]map[string]edit
	labels   map[string]label
	comments []*said
	files    []*filed
	log      []string
}

// step is something that a person, or chance, does at a time.
type step struct {
	at time.Duration
	do func()
}

type edit struct {
	value string
	at    time.Time
}

// said is a comment by a person, with what it says now.
type said struct {
	side     core.Side
	id, text string
	audience core.Audience
	deleted  bool
}

// label is a label with the side that added it and the one that removed it.
type label struct {
	there          bool
	added, removed core.Side
}

type filed struct {
	side     core.Side
	content  string
	audience core.Audience
}

func newStorm(t *testing.T, seed uint64) *storm {
	s := &storm{draw: &dice{rand: rand.New(rand.NewPCG(seed, 7))}, labels: map[string]label{"hot": {there: true}},
		last: [2]map[string]edit{{}, {}}}
	s.deletes = s.chance(50)
	file := strings.Replace(mappingFile, `start: 'item.priority == "high"'`, `start: 'true'`, 1)
	if s.deletes {
		file = strings.Replace(file, "private: keep,", "private: keep, deletes: true,", 1)
	}
	precondition := s.chance(60)
	lag := time.Duration(s.draw.IntN(3)) * time.Minute
	rewrites := s.chance(50)
	s.world = newWorld(t, file, func(side core.Side, o *memory.Options) {
		o.Facts = &connectors.Facts{Revisions: true, Precondition: side == core.A || precondition, Precision: time.Millisecond, ReportsActor: true,
			ServerFilter: true, RichText: "plain", Rate: 1000}
		if rewrites {
			o.Rewrite = func(v core.Value) core.Value {
				return core.Text(v.Format(), strings.TrimSpace(v.Source())+"\n")
			}
		}
		o.Nasty = memory.Nasty{Seed: seed + uint64(side), FailBefore: s.upTo(20), FailAfterCommit: s.upTo(25), Busy: s.upTo(15),
			BusyAfter: time.Duration(1+s.draw.IntN(90)) * time.Second, Stale: s.upTo(25), FindLag: lag}
	})
	s.tuning.Tries = 10_000 // as good as without end
	s.nextRun(time.Time{})
	store := &flaky{Store: s.store, strikes: func() bool { return s.trouble(3) }}
	s.act.Store = store
	missed := [2]float64{s.upTo(40), s.upTo(40)}
	s.loses = func() bool { return s.trouble(missed[s.draw.IntN(2)]) }
	for _, side := range core.Sides {
		s.sys[side].OnCall(func(op memory.Op, _ string) {
			// Where a system has no precondition, nothing can guard an edit between its last read and the write.
			if (precondition || op != memory.OpUpdate) && s.race() {
				s.person()
			}
		})
	}
	s.plan()
	return s
}

// dice give the seed's numbers to whoever asks next.
type dice struct {
	mu   sync.Mutex
	rand *rand.Rand
}

// IntN is 0 … n-1.
func (d *dice) IntN(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rand.IntN(n)
}

func (d *dice) time(below time.Duration) time.Duration {
	return time.Duration(d.IntN(int(below/time.Millisecond))) * time.Millisecond
}

func (s *storm) chance(percent float64) bool { return float64(s.draw.IntN(10000)) < percent*100 }

func (s *storm) upTo(n int) float64 { return float64(s.draw.IntN(n + 1)) }

// trouble is chance while the storm lasts.
func (s *storm) trouble(percent float64) bool { return !s.over.Load() && s.chance(percent) }

// race decides whether a person acts in the middle of a call.
func (s *storm) race() bool {
	return s.races.Load() > 0 && s.trouble(10) && s.races.Add(-1) >= 0
}

func (s *storm) plan() {
	s.races.Store(int32(s.draw.IntN(6)))
	for range 4 + s.draw.IntN(16) {
		at := time.Second + s.draw.time(stormEnds)
		for range 1 + s.draw.IntN(3) { // people act in bursts
			s.steps = append(s.steps, step{at, s.person})
			at += time.Duration(s.draw.IntN(1500)) * time.Millisecond
		}
	}
	if s.chance(50) {
		s.steps = append(s.steps, step{s.draw.time(stormEnds), func() { s.env.SetContinueAsNewSuggested(true) }})
	}
	s.steps = append(s.steps,
		step{calm, func() {
			s.over.Store(true)
			for _, sys := range s.sys {
				sys.SetNasty(memory.Nasty{})
			}
		}},
		step{healing, func() {
			for _, side := range core.Sides {
				s.hint(side, core.Hint{Kind: core.HintComments})
			}
		}},
		step{verdict, func() { s.update(workflows.UnlinkUpdate, workflows.OperatorRequest{By: "test"}) }})
}

// play runs the workflow, and its next runs, to the end.
func (s *storm) play() {
	s.item = s.ticket()
	state := s.fresh(s.item)
	s.begun = s.env.Now()
	done := make([]bool, len(s.steps))
	for {
		for i, st := range s.steps {
			if !done[i] {
				s.at(max(0, s.begun.Add(st.at).Sub(s.env.Now())), func() { done[i] = true; st.do() })
			}
		}
		s.env.ExecuteWorkflow(workflows.PairWorkflow, state)
		err := s.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		if !errors.As(err, &again) {
			if err != nil {
				s.t.Fatalf("seed: the workflow ended with %v", err)
			}
			return
		}
		state = workflows.PairState{}
		if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &state); err != nil {
			s.t.Fatal(err)
		}
		s.note("continued as new")
		s.nextRun(s.env.Now())
	}
}

func (s *storm) note(format string, args ...any) {
	s.log = append(s.log, s.env.Now().Sub(s.begun).String()+" "+fmt.Sprintf(format, args...))
}

// flaky is a store whose process dies now and then, before or after it wrote.
type flaky struct {
	activities.Store
	strikes func() bool
}

var errDied = errors.New("the process died")
