package workflows_test

import (
	"strings"
	"testing"
	"time"

	"duplex/core"
	"duplex/core/erasure"
)

// TestPairsSyncAfterAPersonWasErased erases the assignee, who has also commented, from a linked pair: the pair goes on
// without a conflict, and nothing of what was left of the content is ever written to a system.
func TestPairsSyncAfterAPersonWasErased(t *testing.T) {
	for _, c := range []struct {
		reason string
		hints  bool
	}{{"the erasure tells the pair to read afresh", true}, {"an edit comes before the pair is told", false}} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, mappingFile)
			item := w.ticket()
			edit := func(side core.Side, id string, kv ...any) { w.must(w.sys[side].EditAs("u-grace", id, fields(kv...))) }
			w.at(time.Minute, func() { edit(core.A, item.ID, "assignee", core.Person("u-ada", "ada@acme.example", "Ada Lovelace")) })
			w.at(2*time.Minute, func() { w.comment(core.A, "u-ada", item.ID, "mine", core.Public) })
			w.at(3*time.Minute, func() {
				p, _ := erasure.Named("ada@acme.example")
				for learnt := true; learnt; {
					var err error
					_, learnt, err = w.store.LearnPerson(t.Context(), &p, "", 0)
					w.must(err)
				}
				r, _, err := w.store.ErasePerson(t.Context(), p, "", 0, false)
				w.must(err)
				if r.Rows["observations"] == 0 || len(r.Again) != 1 {
					t.Errorf("report %+v", r)
				}
				if c.hints {
					w.hint(core.A, core.Hint{Kind: core.HintComments})
					w.hint(core.B, core.Hint{Kind: core.HintComments})
				}
			})
			w.at(4*time.Minute, func() { edit(core.A, item.ID, "title", core.String("new title")) })
			w.at(8*time.Minute, func() {
				edit(core.B, w.twin().Ref.ID, "assignee", core.Person("u-grace", "grace@acme.example", "Grace Hopper"))
			})
			w.at(12*time.Minute, func() {
				w.same(item, "new title", 1, 0)
				for _, o := range []*core.Observation{w.left(item.ID), w.twin()} {
					if got := o.Field("assignee"); got.ID() != "u-grace" {
						t.Errorf("the assignee in %s is %v", o.Ref.System, got)
					}
					if body := o.Comments[0].Body.Source(); !strings.Contains(body, "mine") {
						t.Errorf("the comment in %s reads %q", o.Ref.System, body)
					}
				}
				if p := w.pair(item.ID); p.Status != core.PairInSync || len(p.Parked) != 0 {
					t.Errorf("the pair is %s: %v", p.Status, p.Parked)
				}
			})
			w.run(item, 13*time.Minute)
		})
	}
}
