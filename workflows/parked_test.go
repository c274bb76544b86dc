package workflows_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

// refusals makes a side refuse, for ever, every write of the kind that the test says. It counts the attempts.
type refusals struct {
	n   int
	off bool
}

func (w *world) refuses(side core.Side, op memory.Op, err error) *refusals {
	r := &refusals{}
	w.sys[side].OnCall(func(got memory.Op, _ string) {
		if got == op && !r.off {
			r.n++
			w.sys[side].FailNextWith(op, memory.Before, err)
		}
	})
	return r
}

// hourOfEdits lets people edit other fields of the left item once a minute for an hour, from the given time on.
func (w *world) hourOfEdits(item core.Ref, from time.Duration) {
	for n := range 60 {
		w.at(from+time.Duration(n)*time.Minute, func() {
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("description", core.Text("plain", fmt.Sprint("words ", n)))))
		})
	}
}

// TestPain03OneBadEventBlocksNothing: a pair with something that can never be valid makes at most three writes of it in an
// hour of events elsewhere, and the rest of the pair keeps flowing.
func TestPain03OneBadEventBlocksNothing(t *testing.T) {
	t.Run("field", func(t *testing.T) {
		w := newWorld(t, mappingFile)
		item := w.ticket()
		bad := 0
		w.at(time.Minute, func() {
			w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, refusal("title", "never"))
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("never valid"))))
		})
		w.at(2*time.Minute, func() { bad = w.sys[core.B].Calls()[memory.OpUpdate] })
		w.hourOfEdits(item, 3*time.Minute)
		w.at(64*time.Minute, func() {
			p := w.pair(item.ID)
			if len(p.Parked) != 1 || w.twin().Field("title").Source() == "never valid" {
				t.Errorf("parked %v, title %v: want the title parked", p.Parked, w.twin().Field("title"))
			}
			if got := w.twin().Field("description").Source(); got != "words 59" {
				t.Errorf("another field of the pair is %q", got)
			}
			all := w.sys[core.B].Calls()[memory.OpUpdate] // each edit elsewhere is one write; the rest are of what is refused
			if bad < 1 || all-60 > 3 {
				t.Errorf("%d writes for 60 edits elsewhere: %d of the field that is refused, want at most 3", all, all-60)
			}
			t.Logf("%d writes of the refused field, %d writes in all for 60 edits elsewhere", all-60, all)
		})
		w.run(item, 65*time.Minute)
	})
	for _, c := range []struct {
		err    error
		most   int
		reason string
	}{
		{refusal("severity", "is required"), 3, "a create that lacks a required field no rule feeds"},
		{refusal("", "workflow condition not met"), 3, "a create that is refused without a word why"},
		{errors.Join(connectors.ErrTooLarge), 3, "a create that is too large"},
		{errDenied, 7, "a create that the account may not do: rights may come back any minute"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, mappingFile)
			item := w.ticket()
			r := w.refuses(core.B, memory.OpCreate, c.err)
			w.hourOfEdits(item, 10*time.Second)
			w.at(time.Hour, func() {
				t.Logf("%s: %d attempts in an hour with 60 events", c.reason, r.n)
				if r.n > c.most {
					t.Errorf("%s: %d attempts to create in an hour, want at most %d", c.reason, r.n, c.most)
				}
				p := w.pair(item.ID)
				k := p.Parked["pair"].Problem
				if p.Status != core.PairProblem || k.Text == "" || k.Since.IsZero() || k.Retries == "" {
					t.Errorf("%s: the pair says %s, %+v", c.reason, p.Status, k)
				}
				r.off = true
				w.update(workflows.ResyncUpdate, workflows.ResyncRequest{By: "ann"})
			})
			w.at(time.Hour+time.Minute, func() {
				if got := w.twin().Field("description").Source(); got != "words 59" {
					t.Errorf("%s: the twin made at last says %q", c.reason, got)
				}
				if p := w.pair(item.ID); p.Status != core.PairInSync || len(p.Parked) != 0 {
					t.Errorf("%s: afterwards the pair is %s: %v", c.reason, p.Status, p.Parked)
				}
			})
			w.run(item, time.Hour+2*time.Minute)
		})
	}
}

// TestPain03BadFileBlocksNothing: a comment or file whose write fails for no known reason is parked alone after a while,
// what came after it goes on, and it is tried again by itself.
func TestPain03BadFileBlocksNothing(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	var r *refusals
	w.at(time.Minute, func() {
		r = w.refuses(core.B, memory.OpAttach, errors.New("the file store is broken"))
		_, err := w.sys[core.A].AttachAs("u-ada", item.ID, "bad.txt", "text/plain", []byte("1"), core.Internal)
		w.must(err)
	})
	w.hourOfEdits(item, 5*time.Minute)
	w.at(30*time.Minute, func() {
		if got := w.twin().Field("description").Source(); got != "words 25" && got != "words 24" {
			t.Errorf("behind a bad file the description is %q", got)
		}
		if p := w.pair(item.ID); len(p.Parked) != 1 {
			t.Errorf("parked %v, want the file alone", p.Parked)
		}
	})
	w.at(66*time.Minute, func() {
		t.Logf("%d attempts at the bad file in an hour", r.n)
		if r.n > 20 {
			t.Errorf("%d attempts at the bad file in an hour", r.n)
		}
		r.off = true
	})
	w.at(3*time.Hour, func() {
		if n := len(w.twin().Attachments); n != 1 {
			t.Errorf("%d files on the twin after the file store was mended, want 1", n)
		}
		if p := w.pair(item.ID); p.Status != core.PairInSync {
			t.Errorf("the pair is %s: %v", p.Status, p.Parked)
		}
	})
	w.run(item, 3*time.Hour+time.Minute)
}

// TestPain15SizeLimitsDoNotPoisonTheQueue: what is too long will always be too long: it is sent once, says so, and
// everything behind it flows; shortened, it arrives at once.
func TestPain15SizeLimitsDoNotPoisonTheQueue(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	var id string
	var adds int
	w.at(time.Minute, func() {
		w.sys[core.B].FailNextWith(memory.OpAddComment, memory.Before, connectors.ErrTooLarge)
		c, err := w.sys[core.A].CommentAs("u-ada", item.ID, strings.Repeat("long ", 100), core.Internal)
		w.must(err)
		id = c.ID
		_, err = w.sys[core.A].AttachAs("u-ada", item.ID, "big.bin", "application/octet-stream", make([]byte, 2<<20), core.Internal)
		w.must(err)
	})
	w.at(2*time.Minute, func() {
		w.comment(core.A, "u-ada", item.ID, "short", core.Internal)
		adds = w.sys[core.B].Calls()[memory.OpAddComment]
	})
	w.hourOfEdits(item, 3*time.Minute)
	w.at(64*time.Minute, func() {
		p := w.pair(item.ID)
		if len(p.Parked) != 2 {
			t.Errorf("parked %v, want the comment and the file", p.Parked)
		}
		for key, k := range p.Parked {
			if k.Problem.Class != core.ProblemTooLarge || k.Problem.Text == "" || k.Problem.Since.IsZero() || k.Problem.Retries == "" {
				t.Errorf("%s says %+v", key, k.Problem)
			}
		}
		if n := len(w.twin().Comments); n != 1 {
			t.Errorf("%d comments on the twin, want the short one", n)
		}
		if n := w.sys[core.B].Calls()[memory.OpAddComment] - adds; n != 1 {
			t.Errorf("%d comments written in the hour after, want 1", n)
		}
		if n := w.sys[core.B].Calls()[memory.OpAttach]; n != 0 {
			t.Errorf("%d tries to attach what the mapping does not allow", n)
		}
		w.must(w.sys[core.A].EditCommentAs("u-ada", item.ID, id, "shorter"))
	})
	w.at(65*time.Minute, func() {
		if n := len(w.twin().Comments); n != 2 {
			t.Errorf("%d comments on the twin after the long one was shortened, want 2", n)
		}
	})
	w.run(item, 66*time.Minute)
}

// TestParkedThingsAreTriedAgainAtOnce: every kind of parked thing by everything that is to try it again, also after the
// workflow was rebuilt from the row.
func TestParkedThingsAreTriedAgainAtOnce(t *testing.T) {
	field := func(w *world, item core.Ref) {
		w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, refusal("title", "not today"))
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("later"))))
	}
	comment := func(w *world, item core.Ref) {
		w.sys[core.B].FailNextWith(memory.OpAddComment, memory.Before, connectors.ErrUnsupported)
		w.comment(core.A, "u-ada", item.ID, "hello", core.Internal)
	}
	file := func(w *world, item core.Ref) {
		w.sys[core.B].FailNextWith(memory.OpAttach, memory.Before, connectors.ErrUnsupported)
		_, err := w.sys[core.A].AttachAs("u-ada", item.ID, "a.txt", "text/plain", []byte("1"), core.Internal)
		w.must(err)
	}
	whole := func(w *world, item core.Ref) {
		w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, errDenied)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("later"))))
	}
	things := map[string]struct {
		park   func(*world, core.Ref)
		change func(*world, core.Ref)
	}{
		"field": {field, func(w *world, item core.Ref) {
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("even later"))))
		}},
		"comment": {comment, func(w *world, item core.Ref) {
			w.must(w.sys[core.A].EditCommentAs("u-ada", item.ID, w.left(item.ID).Comments[0].ID, "hello again"))
		}},
		"file": {file, nil}, // a file has no edits
		"pair": {whole, func(w *world, item core.Ref) {
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("even later"))))
		}},
	}
	hint := func(w *world, retry bool) {
		w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged, Urgency: core.Replay, Retry: retry})
	}
	for name, thing := range things {
		retries := map[string]func(*world, core.Ref){
			"operator":       func(w *world, _ core.Ref) { w.update(workflows.ResyncUpdate, workflows.ResyncRequest{By: "ann"}) },
			"gate or replay": func(w *world, _ core.Ref) { hint(w, true) },
			"mapping version": func(w *world, _ core.Ref) {
				_, _, err := w.store.PutConnection(t.Context(), core.ConnectionVersion{Name: connection, FileName: "desk.yaml", Source: []byte(mappingFile + "\n# another version\n")})
				w.must(err)
				hint(w, false)
			},
		}
		if thing.change != nil {
			retries["change of it"] = thing.change
		}
		for by, retry := range retries {
			for _, rebuilt := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/rebuilt %v", name, by, rebuilt), func(t *testing.T) {
					w := newWorld(t, mappingFile)
					item := w.ticket()
					w.at(time.Minute, func() { thing.park(w, item) })
					var first core.Parked
					check := func() {
						p := w.pair(item.ID)
						if len(p.Parked) != 1 || p.Status != core.PairProblem {
							t.Fatalf("parked %v, status %s: want one thing parked", p.Parked, p.Status)
						}
						for _, first = range p.Parked {
							if k := first.Problem; k.Class == "" || k.Text == "" || k.Since.IsZero() || k.Retries == "" {
								t.Errorf("it does not say enough: %+v", k)
							}
						}
					}
					verdict := func() {
						if p := w.pair(item.ID); len(p.Parked) != 0 || p.Status != core.PairInSync {
							t.Errorf("still parked a few seconds later: %s %v", p.Status, p.Parked)
						}
					}
					const parkedAt, soon = time.Minute + 5*time.Second, 5 * time.Second
					w.at(parkedAt, check)
					if !rebuilt {
						w.at(parkedAt+time.Second, func() { retry(w, item) })
						w.at(parkedAt+time.Second+soon, verdict)
						w.run(item, 3*time.Minute)
						return
					}
					w.at(parkedAt+time.Second, w.env.CancelWorkflow)
					w.env.ExecuteWorkflow(workflows.PairWorkflow, w.fresh(item))
					state, _ := workflows.Rebuild(w.pair(item.ID), nil)
					w.nextRun(w.env.Now())
					w.at(2*time.Second, func() { retry(w, item) })
					w.at(2*time.Second+soon, verdict)
					w.runFrom(roundTrip(t, state), time.Minute)
				})
			}
		}
	}
}

// TestEventsDoNotLengthenTheRest: what a system refused is tried again when its time has come, however many events say
// nothing new meanwhile.
func TestEventsDoNotLengthenTheRest(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	refused := time.Minute
	w.at(refused, func() {
		w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, errDenied)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("x"))))
	})
	for n := range 8 {
		w.at(refused+time.Duration(5*n+10)*time.Second, func() {
			if p := w.pair(item.ID); p.Parked[core.WholePair].Problem.Class != core.ProblemDenied {
				t.Errorf("event %d finds %v parked, want the refusal", n, p.Parked)
			}
			w.hint(core.A, core.Hint{Ref: item, Kind: core.HintComments})
		})
	}
	w.at(refused+75*time.Second, func() {
		if got := w.twin().Field("title").Source(); got != "x" {
			t.Errorf("title %q a minute after it was refused, parked %v", got, w.pair(item.ID).Parked)
		}
	})
	w.run(item, 5*time.Minute)
}
