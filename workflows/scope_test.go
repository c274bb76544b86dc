package workflows_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
)

// TestPain16DeletedItemsAreNotThoseThatLeaveScopeOrTrigger: a pair whose item no longer meets scope or start, by a new version or by
// somebody's edit, is not ended and not stopped by webhooks about it, whatever the delete policy, and both sides stay in step.
func TestPain16DeletedItemsAreNotThoseThatLeaveScopeOrTrigger(t *testing.T) {
	version := func(was, is string) func(w *world, file string, _ core.Ref) {
		return func(w *world, file string, _ core.Ref) {
			v := core.ConnectionVersion{Name: connection, FileName: "desk.yaml", Source: []byte(strings.Replace(file, was, is, 1))}
			_, changed, err := w.store.PutConnection(context.Background(), v)
			if w.must(err); !changed {
				w.t.Error("the new version changes nothing")
			}
		}
	}
	const scope, start = "{system: right, type: item}", `start: 'item.priority == "high"'`
	changes := []struct {
		reason string
		happen func(w *world, file string, item core.Ref)
	}{
		{"a new version narrows the scope of the twin's side", version(scope, "{system: right, type: item, scope: {status: done}}")},
		{"a new version narrows the scope of the side it came from", version("{system: left, type: item,", "{system: left, type: item, scope: {status: done},")},
		{"a new version narrows the start condition", version(start, `start: 'item.title == "never"'`)},
		{"somebody's edit leaves the start condition", func(w *world, _ string, item core.Ref) {
			w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("priority", core.Option("", "low"))))
		}},
		{"somebody moves both items out of the scope", func(w *world, _ string, item core.Ref) {
			for side, id := range map[core.Side]string{core.A: item.ID, core.B: w.twin().Ref.ID} {
				w.must(w.sys[side].EditAs("u-ada", id, fields("status", core.Option("", "done"))))
				w.must(w.sys[side].MoveAs("u-ada", id, map[string]string{"status": "done"}))
			}
		}},
	}
	for _, policy := range []string{"ignore", "unlink", "note", "{close: {status: done}}", "delete"} {
		file := strings.Replace(mappingFile, "deletes: {support: note, engineering: unlink}",
			fmt.Sprintf("deletes: {support: %s, engineering: %s}\nbrakes: {deleted: 1%%, changed: 1%%, least: 0, hold: 0s}", policy, policy), 1)
		for _, c := range changes {
			t.Run(policy+", "+c.reason, func(t *testing.T) {
				file := file
				if strings.Contains(c.reason, "both items") {
					file = strings.Replace(file, scope, "{system: right, type: item, scope: {status: open}}", 1)
				}
				w := newWorld(t, file)
				item := w.ticket()
				w.at(time.Minute, func() { c.happen(w, file, item) })
				w.at(10*time.Minute, func() { w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("from the left")))) })
				w.at(20*time.Minute, func() {
					if got := w.twin().Field("title").Source(); got != "from the left" {
						t.Errorf("the title on the right is %q", got)
					}
					w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields("title", core.String("from the right"))))
				})
				w.at(30*time.Minute, func() {
					if got := w.left(item.ID).Field("title").Source(); got != "from the right" {
						t.Errorf("the title on the left is %q", got)
					}
					if p := w.pair(item.ID); p.Status != core.PairInSync || len(p.Parked) != 0 || !p.Sides[core.A].GoneAt.IsZero() || !p.Sides[core.B].GoneAt.IsZero() {
						t.Errorf("the pair is %s, %+v, %+v", p.Status, p.Parked, p.Sides)
					}
					if b, on, err := w.store.Brake(context.Background(), connection); err != nil || on {
						t.Errorf("the connection is stopped: %+v, %v", b, err)
					}
					for side, o := range map[core.Side]*core.Observation{core.A: w.left(item.ID), core.B: w.twin()} {
						if calls := w.sys[side].Calls(); len(o.Comments) != 0 || calls[memory.OpDelete] != 0 || calls[memory.OpAddComment] != 0 {
							t.Errorf("a delete policy acted on side %d: %v, %v", side, o.Comments, calls)
						}
					}
				})
				w.run(item, time.Hour)
			})
		}
	}
}
