package gateway

import (
	"strings"
	"testing"
	"time"

	"duplex/core"
)

// TestProblems: what is parked over all pairs is gathered by class, text and rule, the oldest first, without values; and every
// parked thing has a command to copy.
func TestProblems(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	park := func(id string, parked map[string]core.Parked) core.Pair {
		p := w.pair(id, "t"+id)
		p.Status, p.Parked = core.PairProblem, parked
		if err := w.store.SavePair(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	problem := func(class core.ProblemClass, text string, since int64) core.Parked {
		return core.Parked{Problem: core.Problem{Class: class, Text: text, Value: "canary", Since: time.Unix(since, 0)}, Pending: core.A}
	}
	park("1", map[string]core.Parked{"priority~priority": problem(core.ProblemInvalid, "right refused it", 3000), "comment:7": problem(core.ProblemTooLarge, "too long", 1000)})
	park("2", map[string]core.Parked{"priority~priority": problem(core.ProblemInvalid, "right refused it", 2000), "comment:8": problem(core.ProblemTooLarge, "too long", 4000),
		"comment:9": problem(core.ProblemTooLarge, "too long", 4000)})
	park("3", map[string]core.Parked{"title~title": problem(core.ProblemConflict, "both changed", 5000)})
	w.pair("4", "t4")
	gone := park("5", map[string]core.Parked{"title~title": problem(core.ProblemConflict, "both changed", 1)})
	if err := w.store.UnlinkPair(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	var list ProblemList
	if status, e := w.api("GET", "/problems", nil, &list); status != 200 {
		t.Fatalf("%d %+v", status, e)
	}
	var got []string
	for _, p := range list.Problems {
		if p.What == string(core.EntryComment) && p.Count != 2 {
			t.Errorf("three comments of two pairs are %d pairs", p.Count)
		}
		if p.ToDo == "" || p.Retries == "" || len(p.Examples) != p.Count || p.Since.IsZero() {
			t.Errorf("not all is told: %+v", p)
		}
		got = append(got, strings.Join([]string{string(p.Class), p.What, p.Text, p.Since.UTC().Format("15:04")}, " "))
	}
	want := "too-large comment too long 00:16; invalid priority~priority right refused it 00:33; conflict title~title both changed 01:23"
	if strings.Join(got, "; ") != want || list.Pairs != 3 {
		t.Errorf("%d pairs: %s\nwant %s", list.Pairs, strings.Join(got, "; "), want)
	}
	if w.api("GET", "/problems?class=conflict&connection=desk", nil, &list); len(list.Problems) != 1 || list.Pairs != 1 {
		t.Errorf("of one class: %+v", list)
	}
	if w.api("GET", "/problems?connection=none", nil, &list); len(list.Problems) != 0 {
		t.Errorf("of no connection: %+v", list)
	}
	for _, c := range []struct {
		rule  string
		class core.ProblemClass
		want  string
	}{
		{"title~title", core.ProblemConflict, "--winner support"},
		{"title~title", core.ProblemInvalid, "--value VALUE --in engineering"},
		{"comment:7", core.ProblemTooLarge, "resolve 'pair:desk:support:1' 'comment:7' --skip"},
		{"pair", core.ProblemGone, "unlink"},
		{"pair", core.ProblemDenied, "resync"},
		{"title~title", core.ProblemUnknown, "resync"},
	} {
		p := core.Pair{ID: "pair:desk:support:1", Sides: [2]core.PairSide{{Name: "support"}, {Name: "engineering"}}, Parked: map[string]core.Parked{c.rule: {Pending: core.A}}}
		if got := strings.Join(commands(p, c.rule, c.class), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %s, want %s", c.rule, c.class, got, c.want)
		}
	}
}
