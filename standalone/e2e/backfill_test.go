package e2e

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"duplex/core"
	"duplex/gateway"
	"duplex/standalone/rig"
)

// backfilled is how many items the test brings in: DUPLEX_BACKFILL_ITEMS, 50 without it.
var backfilled = func() int {
	if n, err := strconv.Atoi(os.Getenv("DUPLEX_BACKFILL_ITEMS")); err == nil && n >= 50 {
		return n
	}
	return 50
}()

var digits = regexp.MustCompile(`[0-9]+`)

// begin starts a run through the admin API.
func (w *world) begin(req gateway.RunRequest) gateway.Run {
	w.t.Helper()
	var run gateway.Run
	w.must(w.admin.Call(w.ctx(), "POST", "/api/v1/runs", req, &run))
	return run
}

func (w *world) progress(id string) gateway.Run {
	w.t.Helper()
	var run gateway.Run
	w.must(w.admin.Call(w.ctx(), "GET", "/api/v1/runs/"+url.PathEscape(id), nil, &run))
	return run
}

// done waits for the end of a run.
func (w *world) done(id string) gateway.Run {
	w.t.Helper()
	var run gateway.Run
	began := time.Now()
	for time.Since(began) < 2*patience+time.Duration(backfilled)*3*time.Second {
		if run = w.progress(id); run.State.Ended() {
			return run
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatalf("run %s is still %s: %s %v", id, run.State, run.Text, run.Counts)
	return run
}

// reached waits until so many items of a run have an answer.
func (w *world) reached(id string, n int) {
	w.t.Helper()
	began := time.Now()
	for run := w.progress(id); run.Counts.Answered() < n && !run.State.Ended(); run = w.progress(id) {
		if time.Since(began) > patience+time.Duration(n)*3*time.Second {
			w.t.Fatalf("run %s is %s: %s", id, run.State, run.Text)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestPain01NoDuplicates: what was there before is brought in by two backfills at once, with the worker killed twice on the way,
// and once more afterwards, and items are linked twice: every item has exactly one twin.
func TestPain01NoDuplicates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", "from-tickets")
	w.must(w.zendesk.Webhooks(w.ctx(), "drop", 0)) // only the backfill brings them
	tokens := make([]string, backfilled)
	for i := range tokens {
		tokens[i] = fmt.Sprintf("pz%04d", i) // four digits are what lists looks for
	}
	w.must(each(tokens, func(token string) error {
		tags := []any{"bug"}
		if token == tokens[0] {
			tags = nil // does not meet the trigger
		}
		_, err := w.ada.NewTicket(w.ctx(), object{"subject": token + " broken", "priority": "high", "tags": tags, "comment": object{"body": "it does not work", "public": true}})
		return err
	}))
	// The export of changes never shows the latest minute.
	w.must(w.zendesk.Skew(w.ctx(), 2*time.Minute))
	backfill := gateway.RunRequest{Kind: core.RunBackfill, Connection: "from-tickets", Params: core.RunParams{Side: "support"}}
	began := time.Now()
	first := w.begin(backfill)
	second := w.begin(backfill)
	for _, n := range []int{backfilled / 5, backfilled / 2} {
		w.reached(first.ID, n)
		w.killWorker()
		w.startWorker()
	}
	for _, id := range []string{first.ID, second.ID} {
		run := w.done(id)
		t.Logf("%s: %s, %v, after %v", id, run.State, run.Counts, time.Since(began).Round(time.Second))
		if run.State != core.RunDone || run.Counts[core.ItemFailed] != 0 || run.Counts[core.ItemHandedOver] != 0 || run.Counts[core.ItemDone] < backfilled-1 || run.Counts[core.ItemSkipped] == 0 {
			t.Errorf("the run ended %s with %v", run.State, run.Counts)
		}
	}
	w.once(tokens)
	w.cost()

	again := w.done(w.begin(backfill).ID)
	if again.Counts[core.ItemDone] < backfilled-1 {
		t.Errorf("a backfill of what is in step ended with %v", again.Counts)
	}
	l, err := w.lists(w.ctx())
	w.must(err)
	link := gateway.RunRequest{Kind: core.RunLink, Connection: "from-tickets", FileName: "pairs.csv"}
	for i, token := range tokens[1:21] {
		link.Lines = append(link.Lines, gateway.RunLine{Line: i + 2, Items: map[string]string{"support": l.tickets[token][0], "engineering": l.issues[token][0]}})
	}
	link.Lines = append(link.Lines, gateway.RunLine{Line: 99, Items: map[string]string{"support": l.tickets[tokens[21]][0], "engineering": l.issues[tokens[22]][0]}})
	for range 2 {
		linked := w.done(w.begin(link).ID)
		if linked.Counts[core.ItemDone] != 20 || linked.Counts[core.ItemFailed] != 1 {
			t.Errorf("linking what is linked ended with %v, want 20 done, and the line with an item of another pair failed", linked.Counts)
		}
	}
	w.once(tokens)
}

// once holds that every item has one twin, but the first, which is not in the sync.
func (w *world) once(tokens []string) {
	w.t.Helper()
	w.eventually("the search shows everything", func() error {
		if q := w.watch.quietFor(); q < searchLag+time.Second {
			return fmt.Errorf("the last call was %v ago", q)
		}
		return nil
	})
	l, err := w.lists(w.ctx())
	w.must(err)
	for i, token := range tokens {
		want := 1
		if i == 0 {
			want = 0
		}
		if len(l.tickets[token]) != 1 || len(l.issues[token]) != want {
			w.t.Errorf("%s: %d tickets and %d issues, want 1 and %d", token, len(l.tickets[token]), len(l.issues[token]), want)
		}
	}
}

// cost tells what a backfill costs per item, in calls and in events of the pair's history.
func (w *world) cost() {
	w.t.Helper()
	own := w.ownCalls(w.zendesk, w.jira)
	kinds := map[string]int{}
	for _, c := range own {
		kinds[c.Method+" "+digits.ReplaceAllString(c.Path, "N")]++
	}
	pairs, err := w.store.PairsAfter(w.ctx(), "from-tickets", "", "", "", 50)
	w.must(err)
	events := int64(0)
	for _, p := range pairs {
		d, err := w.temporal.DescribeWorkflowExecution(w.ctx(), p.ID, "")
		w.must(err)
		events += d.GetWorkflowExecutionInfo().GetHistoryLength()
	}
	if m, err := rig.MemoryOf(w.worker.Process.Pid); err == nil {
		w.t.Logf("the worker's memory at its peak: %d MB", m.Peak>>20)
	}
	w.t.Logf("two backfills at once: %.1f calls per item (%v), %.1f history events per pair", float64(len(own))/float64(backfilled), kinds, float64(events)/float64(len(pairs)))
}
