package trials

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/core"
	"duplex/standalone/rig"
	"duplex/store"
)

const perSecond = 5 // edits of healthy pairs

// poison compares the latency of healthy pairs without and with one pair whose subject its issue can never take.
func poison(ctx context.Context, o options, f *figures) error {
	if o.seconds == 0 {
		o.seconds = 30
	}
	s, err := newSite(ctx, o, map[string]string{rig.Zendesk: fast, rig.Jira: fast})
	defer s.end()
	if err != nil {
		return err
	}
	tickets, pairs, err := s.paired(ctx, o.n)
	if err != nil {
		return err
	}
	bad, rest := pairs[tickets[0]], pairsOf(pairs, tickets[1:])
	plain, err := s.latency(ctx, rest, o.seconds)
	if err != nil {
		return err
	}
	meter, err := rig.Control(s.JiraURL).NewMeter(ctx)
	if err != nil {
		return err
	}
	// Zendesk takes it; Jira's summary ends at 255 characters.
	if err := s.Ada.EditTicket(ctx, tickets[0], rig.Object{"subject": strings.Repeat("far too long ", 25)}); err != nil {
		return err
	}
	if err := s.parked(ctx, bad.ID); err != nil {
		return err
	}
	with, err := s.latency(ctx, rest, o.seconds)
	if err != nil {
		return err
	}
	calls, err := meter.Next(ctx)
	if err != nil {
		return err
	}
	writes := 0
	for _, c := range calls {
		if c.Own() && !c.Read() && strings.Contains(c.Path, "/issue/"+bad.Sides[core.B].Ref.ID) {
			writes++
		}
	}
	f.set("edits", len(plain)+len(with))
	for _, q := range []float64{0.5, 0.99} {
		name := fmt.Sprintf("p%.0f", q*100)
		before, after := quantile(plain, q), quantile(with, q)
		f.set(name+"_ms_without", before)
		f.set(name+"_ms_with", after)
		f.claim(after <= before*1.5+50, "%s of the healthy pairs went from %.0f to %.0f ms", name, before, after)
	}
	f.set("writes_of_the_poisoned_pair", writes)
	f.claim(writes <= 3, "the poisoned pair was written to %d times", writes)
	return nil
}

// parked waits until something of the pair is parked.
func (s *site) parked(ctx context.Context, pair string) error {
	for {
		p, err := s.store.Pair(ctx, pair)
		if err != nil {
			return err
		}
		if len(p.Parked) > 0 || p.Status == core.PairProblem {
			return nil
		}
		if err := rig.Pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("nothing of %s is parked: %w", pair, err)
		}
	}
}

// edit changes the subject of a pair on one side.
func (s *site) edit(ctx context.Context, p core.Pair, n int, inZendesk bool) error {
	if inZendesk {
		return s.Ada.EditTicket(ctx, p.Sides[core.A].Ref.ID, rig.Object{"subject": fmt.Sprintf("edit %d of the ticket", n)})
	}
	return s.JiraAda.EditIssue(ctx, p.Sides[core.B].Ref.ID, rig.Object{"summary": fmt.Sprintf("edit %d of the issue", n)})
}

// latency edits pairs in turn, on both sides in turn, at a steady rate, and reads from the ledger how long each edit took from
// the arrival of its webhook to the end of the write on the other side.
func (s *site) latency(ctx context.Context, pairs []core.Pair, seconds int) (took []time.Duration, err error) {
	type edit struct {
		pair core.Pair
		from core.Side
		at   time.Time
	}
	var edits []edit
	tick := time.NewTicker(time.Second / perSecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); <-tick.C {
		n := len(edits)
		e := edit{pair: pairs[n%len(pairs)], from: core.Side(n % 2), at: time.Now().Truncate(time.Microsecond)}
		if err := s.edit(ctx, e.pair, n, e.from == core.A); err != nil {
			return nil, err
		}
		edits = append(edits, e)
	}
	if err := s.Quiet(ctx); err != nil {
		return nil, err
	}
	for _, e := range edits {
		source, target := e.pair.Sides[e.from], e.pair.Sides[e.from.Other()]
		told, err := s.store.Deliveries(ctx, store.DeliveryFilter{System: source.Ref.System, Item: source.Ref.ID, Limit: 1000})
		if err != nil {
			return nil, err
		}
		done, err := s.store.Outcomes(ctx, e.pair.ID, 1000)
		if err != nil {
			return nil, err
		}
		slices.Reverse(told)
		slices.Reverse(done)
		i := slices.IndexFunc(told, func(d core.Delivery) bool { return !d.ReceivedAt.Before(e.at) })
		if i < 0 {
			return nil, fmt.Errorf("no webhook came for an edit of %s", source.Ref)
		}
		j := slices.IndexFunc(done, func(x core.Outcome) bool {
			return x.Side == target.Name && x.Act == "update" && x.Result == "ok" && !x.Started.Before(told[i].ReceivedAt)
		})
		if j < 0 {
			return nil, fmt.Errorf("an edit of %s was not written to the other side", source.Ref)
		}
		took = append(took, done[j].Ended.Sub(told[i].ReceivedAt))
	}
	return took, nil
}
