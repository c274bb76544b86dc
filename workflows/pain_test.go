package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

// TestPain02EndlessLoops: what the sync writes comes back as a webhook and causes nothing, and two automations that answer
// every write with an edit of their own are stopped and named instead of being served for ever.
func TestPain02EndlessLoops(t *testing.T) {
	t.Run("echoes", func(t *testing.T) {
		w := newWorld(t, mappingFile)
		item := w.ticket()
		const edits = 10
		for i := range edits {
			w.at(time.Duration(i+1)*time.Minute, func() {
				title := fields("title", core.String(fmt.Sprint("edit ", i)))
				if i%2 == 0 {
					w.must(w.sys[core.A].EditAs("u-ada", item.ID, title))
				} else {
					w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, title))
				}
			})
		}
		w.at(24*time.Hour, func() {
			for side, want := range [2]int{edits / 2, edits / 2} {
				if got := w.sys[side].Calls()[memory.OpUpdate]; got != want {
					t.Errorf("%d edits of the other side were written to %s %d times", want, sideNames[side], got)
				}
			}
		})
		w.run(item, 25*time.Hour)
	})
	t.Run("automations", func(t *testing.T) {
		w := newWorld(t, mappingFile)
		item := w.ticket()
		answer := false
		for side, mark := range []string{" L", " R"} {
			w.sys[side].OnChange(func(h core.Hint) {
				if !h.Own || !answer {
					return
				}
				o, _ := w.sys[side].Item(h.Ref.ID)
				w.must(w.sys[side].EditAs("u-linus", h.Ref.ID, fields("title", core.String(o.Field("title").Source()+mark))))
			})
		}
		w.at(time.Minute, func() {
			answer = true
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("x"))))
		})
		w.at(time.Hour, func() {
			n := w.sys[core.A].Calls()[memory.OpUpdate] + w.sys[core.B].Calls()[memory.OpUpdate]
			p := w.pair(item.ID)
			said := ""
			for _, parked := range p.Parked {
				said += parked.Problem.Text + " "
			}
			t.Logf("%d writes in an hour; the pair is %s: %s", n, p.Status, said)
			if n > 30 {
				t.Errorf("two automations that answer each other were served with %d writes in an hour", n)
			}
			if p.Status != core.PairProblem || !strings.Contains(said, "automation") {
				t.Errorf("the pair is %s and says %q, which names no loop", p.Status, said)
			}
		})
		w.at(time.Hour+time.Minute, func() {
			answer = false
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("the automations are off"))))
		})
		w.at(3*time.Hour, func() {
			if got, p := w.twin().Field("title").Source(), w.pair(item.ID); got != "the automations are off" || p.Status != core.PairInSync {
				t.Errorf("with the automations off the twin says %q and the pair is %s", got, p.Status)
			}
		})
		w.run(item, 4*time.Hour)
	})
}

// TestPain12CommentsArriveOnce: over two pairs, every comment of both sides arrives once, at its own item's twin and nowhere
// else, however often webhooks are repeated, everything is read again, and the workflow is rebuilt from the store.
func TestPain12CommentsArriveOnce(t *testing.T) {
	w := newWorld(t, mappingFile)
	items := []core.Ref{w.ticket(), w.ticket()}
	twins := map[string]string{} // right item by left item
	var said [][2]string         // left item, words
	for i, item := range items {
		other := items[1-i]
		w.at(time.Minute, func() {
			twins[item.ID] = w.pair(item.ID).Sides[core.B].Ref.ID
			say := func(side core.Side, user, id string) {
				words := fmt.Sprintf("words %d of %s about %s", len(said), user, item.ID)
				said = append(said, [2]string{item.ID, words})
				w.comment(side, user, id, words, core.Public)
			}
			for range 3 {
				say(core.A, "u-ada", item.ID)
				say(core.B, "u-grace", twins[item.ID])
			}
		})
		w.at(2*time.Minute, func() { // the other pair's item changes meanwhile, and every webhook comes three times more
			w.must(w.sys[core.A].EditAs("u-ada", other.ID, fields("title", core.String("meanwhile"))))
			for range 3 {
				w.hint(core.A, core.Hint{Kind: core.HintComments})
				w.hint(core.B, core.Hint{Kind: core.HintComments})
			}
		})
		w.at(3*time.Minute, func() { w.update(workflows.ResyncUpdate, workflows.OperatorRequest{By: "test"}) })
		w.at(4*time.Minute, func() { w.env.CancelWorkflow() })
		w.env.ExecuteWorkflow(workflows.PairWorkflow, w.fresh(item))
		w.nextRun(w.env.Now().Add(time.Minute))
		w.at(time.Minute, func() { w.update(workflows.ResyncUpdate, workflows.OperatorRequest{By: "test"}) })
		w.at(2*time.Minute, func() { w.env.CancelWorkflow() })
		w.env.ExecuteWorkflow(workflows.PairWorkflow, workflows.FromPair(w.pair(item.ID)))
		w.nextRun(w.env.Now().Add(time.Minute))
	}
	for _, s := range said {
		for side, id := range [2]string{s[0], twins[s[0]]} {
			for _, o := range w.sys[side].Items() {
				n, want := 0, 0
				for _, c := range o.Comments {
					if strings.Contains(c.Body.Source(), s[1]) {
						n++
					}
				}
				if o.Ref.ID == id {
					want = 1
				}
				if n != want {
					t.Errorf("%q is in item %s of %s %d times, want %d", s[1], o.Ref.ID, sideNames[side], n, want)
				}
			}
		}
	}
	if len(said) != 12 {
		t.Errorf("%d comments were made, want 12", len(said))
	}
}
