package e2e

import (
	"fmt"
	"testing"

	"duplex/standalone/rig"
)

// TestWebhooksOutliveTheEngine: while the workflow engine is down webhooks are answered and kept, and when it is back
// everything arrives without anybody's doing.
func TestWebhooksOutliveTheEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	s := w.paired(1, false)
	w.stopEngine()
	w.must(s.ada.EditTicket(w.ctx(), s.ticket, object{"subject": "edited in the dark"}))
	fresh := w.newSubject(2, true, nil)
	w.must(fresh.report(w.ctx()))
	w.eventually("the webhooks are kept", func() error {
		waiting, err := w.store.WaitingDeliveries(w.ctx(), 100)
		systems := map[string]bool{}
		for _, d := range waiting {
			systems[d.System] = true
		}
		if err == nil && len(systems) < 2 {
			err = fmt.Errorf("deliveries of %v wait, want both systems'", systems)
		}
		return err
	})
	for _, c := range []rig.Control{w.zendesk, w.jira} {
		all, _, err := c.Deliveries(w.ctx())
		w.must(err)
		for _, sent := range all {
			if sent.Status < 200 || sent.Status > 299 || sent.Attempt != 1 {
				t.Errorf("attempt %d to tell of %s was answered %d, want 2xx at the first", sent.Attempt, sent.Event, sent.Status)
			}
		}
	}
	w.startEngine()
	w.eventually("the edit arrives", func() error { return s.issueSays("edited in the dark") })
	w.eventually("the new item arrives", func() error { return (&duplicates{world: w}).holds(0, []*subject{fresh}) })
	w.eventually("nothing waits", func() error {
		waiting, err := w.store.WaitingDeliveries(w.ctx(), 100)
		if err == nil && len(waiting) > 0 {
			err = fmt.Errorf("%d deliveries still wait", len(waiting))
		}
		return err
	})
}
