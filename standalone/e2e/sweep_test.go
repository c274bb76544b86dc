package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/core"
	"duplex/standalone/rig"
)

// retuned gives the connection another net: how often it is swept, when it brakes, what it does about deletions.
func (w *world) retuned(name, lines string) {
	w.t.Helper()
	file := connections[name]
	for _, key := range []string{"sweep:", "deletes:"} {
		if i := bytes.Index(file, []byte("\n"+key)); i >= 0 && strings.Contains("\n"+lines, "\n"+key) {
			end := i + 1 + bytes.IndexByte(file[i+1:], '\n')
			file = append(append([]byte(nil), file[:i]...), file[end:]...)
		}
	}
	file = append(append([]byte(nil), file...), lines...)
	w.put("connections", name, file)
}

// swept waits until each side of the connection was swept once.
func (w *world) swept(connection string) {
	w.t.Helper()
	w.eventually("the first sweeps of "+connection, func() error {
		passes, err := w.store.SideSweeps(w.ctx(), connection)
		for _, p := range passes {
			if p.Succeeded.IsZero() {
				err = fmt.Errorf("%s: %s %s", p.Side, p.Result, p.Text)
			}
		}
		if err == nil && len(passes) < 2 {
			err = fmt.Errorf("%d sides were swept", len(passes))
		}
		return err
	})
}

// timed is eventually, and says how long it took.
func (w *world) timed(what string, holds func() error) {
	w.t.Helper()
	began := time.Now()
	w.eventually(what, holds)
	w.t.Logf("%s: %v", what, time.Since(began).Round(100*time.Millisecond))
}

// TestPain05MissedWebhooks loses all webhooks for the whole run. New items, edits, comments and deletions on both sides
// arrive by sweeps alone, every 20 seconds.
func TestPain05MissedWebhooks(t *testing.T) {
	t.Parallel() // it waits for sweeps
	w := newWorld(t, "", "from-tickets", "from-issues")
	w.deliver("drop")
	for name := range connections {
		w.retuned(name, "sweep: 20s\nbrakes: {changed: off, hold: 1s}\n")
	}
	for name := range connections {
		w.swept(name)
	}
	d := &duplicates{world: w}
	var all []*subject
	for n := range 6 {
		all = append(all, w.newSubject(n, n%2 == 1, nil))
	}
	w.must(each(all, func(s *subject) error { return s.report(w.ctx()) }))
	w.timed("new items have their twins", func() error { return d.holds(0, all) })
	w.must(each(all, func(s *subject) error {
		return errors.Join(s.comment(w.ctx()), s.ada.EditTicket(w.ctx(), s.ticket, object{"subject": s.token + " renamed by Ada"}),
			s.grace.EditIssue(w.ctx(), s.issue, object{"priority": object{"name": "Low"}}))
	}))
	w.timed("edits of both sides and comments arrive", func() error {
		for _, s := range all {
			i, err := s.grace.Issue(w.ctx(), s.issue)
			if err != nil {
				return err
			}
			t, err := s.ada.Ticket(w.ctx(), s.ticket)
			if err != nil {
				return err
			}
			if summary, priority := rig.Text(i, "summary"), rig.Text(t, "priority"); !strings.Contains(summary, "renamed by Ada") || priority != "low" {
				return fmt.Errorf("%s: summary %q, priority %q", s.token, summary, priority)
			}
		}
		return d.holds(1, all)
	})
	w.must(w.ada.Call(w.ctx(), "DELETE", "/api/v2/tickets/"+all[0].ticket+".json", nil, nil))
	w.must(w.grace.Call(w.ctx(), "DELETE", "/rest/api/3/issue/"+all[1].issue, nil, nil))
	w.timed("deletions on both sides end their pairs", func() error {
		for _, p := range []struct{ system, id string }{{"jira-acme", all[0].issue}, {"zendesk-acme", all[1].ticket}} {
			pairs, err := w.store.PairsOf(w.ctx(), p.system, p.id)
			if err != nil || len(pairs) != 1 || pairs[0].Status != core.PairUnlinked {
				return fmt.Errorf("%s %s is in %+v, %v", p.system, p.id, pairs, err)
			}
		}
		return nil
	})
	w.settle()
	w.must(d.holds(1, all[2:]))
	for _, c := range []rig.Control{w.zendesk, w.jira} {
		all, _, err := c.Deliveries(w.ctx())
		w.must(err)
		for _, sent := range all {
			if sent.Status != 0 {
				t.Errorf("a webhook came through, answered %d", sent.Status)
			}
		}
	}
}

// writes are the changes that were made in a system since the call of that number.
func (w *world) writes(c rig.Control, since int) (n, last int) {
	w.t.Helper()
	calls, err := c.Calls(w.ctx(), since)
	w.must(err)
	last = since
	for _, call := range calls {
		last = max(last, call.Seq)
		if call.Method != http.MethodGet {
			n++
			w.t.Logf("write: %s %s by %s", call.Method, call.Path, call.Actor)
		}
	}
	return n, last
}

// TestPain16DeletedItems deletes four of ten issues through Jira's API. The connection stops, with nothing written to any
// ticket, and says what it saw; after the release the policy acts on all four, and the six others are kept in step.
func TestPain16DeletedItems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		quiet bool
	}{{"told by webhooks", false}, {"found by sweeps", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // it waits for sweeps, and to see that nothing happens
			w := newWorld(t, "", "from-tickets")
			w.retuned("from-tickets", "deletes: {support: note, engineering: delete}\nsweep: 5s\nbrakes: {deleted: 20%, changed: off, least: 2, hold: 4s}\n")
			var all []*subject
			for n := range 10 {
				all = append(all, w.newSubject(n, false, nil))
			}
			d := &duplicates{world: w}
			w.must(each(all, func(s *subject) error { return s.report(w.ctx()) }))
			w.eventually("ten pairs", func() error { return d.holds(0, all) })
			w.swept("from-tickets")
			w.settleWrites()
			if c.quiet {
				w.deliver("drop")
			}
			_, since := w.writes(w.zendesk, 0)
			w.must(each(all[:4], func(s *subject) error { return s.grace.Call(w.ctx(), "DELETE", "/rest/api/3/issue/"+s.issue, nil, nil) }))
			w.eventually("the connection is stopped", func() error {
				b, on, err := w.store.Brake(w.ctx(), "from-tickets")
				if err == nil && !on {
					err = errors.New("it is not stopped")
				}
				if on && (b.Kind != core.BrakeDeleted || b.Side != "engineering") {
					t.Errorf("the brake is %+v", b)
				}
				return err
			})
			time.Sleep(12 * time.Second) // longer than the hold and two sweeps: what could be written would have been
			if n, _ := w.writes(w.zendesk, since); n != 0 {
				t.Errorf("%d writes to the other side of a stopped connection", n)
			}
			counts, err := w.store.CountPairs(w.ctx())
			if w.must(err); counts["from-tickets"]["unlinked"] != 0 {
				t.Errorf("pairs ended: %v", counts)
			}
			w.saysStopped()
			w.must(w.admin.Call(w.ctx(), "POST", "/api/v1/connections/from-tickets/release", nil, nil))
			w.eventually("the policy acts on what was deleted", func() error { return noted(w.ctx(), all[:4]) })
			w.must(w.ada.EditTicket(w.ctx(), all[9].ticket, object{"subject": all[9].token + " goes on"}))
			w.eventually("the others are kept in step", func() error { return all[9].issueSays(all[9].token + " goes on") })
		})
	}
}

// settleWrites waits until the sync has written nothing for a while; sweeps go on reading.
func (w *world) settleWrites() {
	w.t.Helper()
	quiet, at := time.Now(), 0
	w.eventually("the sync writes no more", func() error {
		n, last := w.writes(w.zendesk, at)
		if at = last; n > 0 {
			quiet = time.Now()
		}
		if time.Since(quiet) < 6*ownDelay {
			return errors.New("it has just written")
		}
		return nil
	})
}

// saysStopped holds the list of connections to say loudly what was seen.
func (w *world) saysStopped() {
	w.t.Helper()
	var list struct {
		Connections []struct{ Brake *core.Brake }
	}
	w.must(w.admin.Call(w.ctx(), "GET", "/api/v1/connections", nil, &list))
	if len(list.Connections) != 1 || list.Connections[0].Brake == nil || !strings.Contains(list.Connections[0].Brake.Saw, "items of engineering were deleted") {
		w.t.Errorf("the list of connections says %+v", list)
	}
}

// noted reports a ticket that has no note about its deleted twin.
func noted(ctx context.Context, all []*subject) error {
	for _, s := range all {
		notes, err := s.ada.TicketComments(ctx, s.ticket)
		if err != nil {
			return err
		}
		found := 0
		for _, n := range notes {
			if strings.Contains(rig.Text(n, "plain_body"), "was deleted") {
				found++
			}
		}
		if found != 1 {
			return fmt.Errorf("%s has %d notes about the deletion, want one", s.token, found)
		}
	}
	return nil
}
