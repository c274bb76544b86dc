package merge

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duplex/core"
)

// cases is how many random multi-round cases the normal run plays.
const cases = 100_000 / share

// TestNoEditIsUndone plays random pairs over many rounds with failing, lost, racing and partial writes: every case
// ends quiet and converged, no edit is undone, parked fields do not move, sets merge.
// DUPLEX_SEED=random explores others, DUPLEX_SEED=N plays one again; seeds that failed once are kept in testdata/seeds.
func TestNoEditIsUndone(t *testing.T) {
	for _, seed := range keptSeeds(t) {
		if f := playSeed(seed, nil); len(f) > 0 {
			t.Errorf("kept seed %d: %s", seed, strings.Join(f, "; "))
		}
	}
	first, n := uint64(1), cases // the same cases each time, so that a change is judged by what it changed
	switch seed := os.Getenv("DUPLEX_SEED"); seed {
	case "":
	case "random":
		first = uint64(time.Now().UnixNano())
	default:
		one, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatalf("DUPLEX_SEED: %v", err)
		}
		first, n = one, 1
	}
	t.Logf("%d cases from seed %d", n, first)
	for i := range n {
		seed := first + uint64(i)
		if f := playSeed(seed, nil); len(f) > 0 {
			t.Fatalf("seed %d (play it again with DUPLEX_SEED=%d, keep it in testdata/seeds): %s", seed, seed, strings.Join(f, "; "))
		}
	}
}

// TestNoEditIsUndoneShrunk is the same law under rapid, which shrinks a failing case to a small one.
func TestNoEditIsUndoneShrunk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSim(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") })
		if f := s.play(); len(f) > 0 {
			t.Fatal(strings.Join(f, "; "))
		}
	})
}

// TestTheLawCatchesBrokenMerges is the test of the test: merges with well-known faults must not pass.
func TestTheLawCatchesBrokenMerges(t *testing.T) {
	for _, c := range []struct {
		reason string
		breaks func(*sim)
	}{
		{"the base is ignored: the left side always wins", func(s *sim) {
			s.fields = func(in Input) []core.Decision {
				ds := Fields(in)
				for i, d := range ds {
					v := in.Now[core.A].Field(d.Fields[core.A])
					if d.Rule == "title" && !core.Equal(v, in.Now[core.B].Field("title")) {
						ds[i].Action, ds[i].To, ds[i].Value, ds[i].Conflict = core.ActionWrite, core.B, v, false
					}
				}
				return ds
			}
		}},
		{"the base becomes whatever is seen after the write: an edit that raced with it is swallowed", func(s *sim) {
			s.advance = func(in Input, ds []core.Decision, done Done) ([2]core.Observation, map[string]core.Parked) {
				base, parked := Advance(in, ds, done)
				for _, side := range core.Sides {
					if done.After[side] != nil {
						base[side].Fields = done.After[side].Fields
					}
				}
				return base, parked
			}
		}},
		{"the base moves although a field was refused", func(s *sim) {
			s.advance = func(in Input, ds []core.Decision, done Done) ([2]core.Observation, map[string]core.Parked) {
				done.Failed = nil
				return Advance(in, ds, done)
			}
		}},
		{"a many-to-one table writes back its first value", func(s *sim) {
			toA := s.rules[1].Convert[core.A]
			s.rules[1].Convert[core.A] = func(in core.ConvertInput) (core.Value, error) {
				in.Target = core.Absent()
				return toA(in)
			}
			s.rules[1].Convert[core.B] = func(in core.ConvertInput) (core.Value, error) {
				return core.Option("", tableAB[in.Value.Name()]+"x"), nil
			}
		}},
		{"an operator's value overwrites edits made since it was given", func(s *sim) {
			s.fields = func(in Input) []core.Decision {
				for rule, c := range in.Resolve {
					c.Seen = [2]core.Value{}
					in.Resolve[rule] = c
				}
				ds := Fields(in)
				for i := range ds {
					ds[i].Conflict = ds[i].Conflict && !ds[i].Given
				}
				return ds
			}
		}},
		{"half of an operator's value is taken for all of it", func(s *sim) {
			s.fields = func(in Input) []core.Decision {
				ds := Fields(in)
				for i := range ds {
					ds[i].Half = false
				}
				return ds
			}
		}},
		{"what is taken away on one side is taken away on the other, of a set that only grows", func(s *sim) { s.rules[8].AddOnly = false }},
		{"a value that leaves the other side alone empties it", func(s *sim) {
			toB := s.rules[7].Convert[core.B]
			s.rules[7].Convert[core.B] = func(in core.ConvertInput) (core.Value, error) {
				v, err := toB(in)
				if v.IsAbsent() {
					v = core.Empty(core.KindOption)
				}
				return v, err
			}
		}},
		{"sets are replaced", func(s *sim) { s.rules[5].AsSet, s.rules[5].Conflict = false, core.PolicyPark; s.parkIsFinal() }},
	} {
		t.Run(c.reason, func(t *testing.T) {
			for seed := range uint64(5000) {
				if len(playSeed(seed, c.breaks)) > 0 {
					return
				}
			}
			t.Error("5000 cases did not notice")
		})
	}
}

// parkIsFinal makes a set rule that was parked count as a failure, since sets have no conflicts.
func (s *sim) parkIsFinal() {
	fields := s.fields
	s.fields = func(in Input) []core.Decision {
		ds := fields(in)
		for _, d := range ds {
			if d.Rule == "labels" && d.Action == core.ActionPark {
				s.fail("a set was parked")
			}
		}
		return ds
	}
}

func playSeed(seed uint64, breaks func(*sim)) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	s := newSim(r.IntN)
	if breaks != nil {
		breaks(s)
	}
	return s.play()
}

func keptSeeds(t *testing.T) []uint64 {
	b, err := os.ReadFile("testdata/seeds")
	if err != nil {
		t.Fatal(err)
	}
	var seeds []uint64
	for _, line := range strings.Fields(string(b)) {
		var n uint64
		if _, err := fmt.Sscan(line, &n); err != nil {
			t.Fatalf("testdata/seeds: %q: %v", line, err)
		}
		seeds = append(seeds, n)
	}
	return seeds
}
