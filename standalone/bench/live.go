package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"duplex/core"
	"duplex/examples"
	"duplex/standalone/app"
	"duplex/standalone/rig"
	"duplex/store"
)

const (
	liveTickets = 25
	rate        = 5 // edits per second
)

// desk is the whole of duplex with two emulated systems over HTTP, and people who edit.
type desk struct {
	*rig.World
	store    *store.Store
	temporal client.Client
	pairs    []core.Pair
	edits    int
}

// live measures what one edit costs and how soon it arrives.
func live(ctx context.Context, o options, out io.Writer) error {
	dir, err := os.MkdirTemp("", "duplex-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeoutCause(ctx, o.live+2*time.Minute, errors.New("it took two minutes longer than it should"))
	defer cancel()
	w, err := rig.NewWorld(ctx, rig.Options{Dir: dir, Keep: true})
	if err != nil {
		return err
	}
	for _, kv := range w.Environment() {
		k, v, _ := strings.Cut(kv, "=")
		os.Setenv(k, v)
	}
	a, err := app.ParseFlags(w.Flags(app.PartEngine, app.PartGateway, app.PartWorker), io.Discard)
	if err != nil {
		return err
	}
	a.UI = -1
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx, a, io.Discard) }()
	defer func() { cancel(); <-ended }()
	d := &desk{World: w}
	if err := d.open(ctx, a); err != nil {
		return err
	}
	defer d.temporal.Close()
	defer d.store.Close()
	if err := d.costs(ctx, out); err != nil {
		return err
	}
	return d.latency(ctx, o.live, out)
}

// open applies the example connection and waits for the twins of some tickets.
func (d *desk) open(ctx context.Context, a app.Options) (err error) {
	if err := d.Ready(ctx); err != nil {
		return err
	}
	source, tables, err := examples.SupportEscalation()
	if err != nil {
		return err
	}
	if err := d.Apply(ctx, "support-escalation", source, tables); err != nil {
		return err
	}
	if d.store, err = a.OpenStore(ctx); err != nil {
		return err
	}
	if d.temporal, err = client.NewLazyClient(client.Options{HostPort: fmt.Sprintf("127.0.0.1:%d", d.Temporal), Namespace: "duplex",
		Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}); err != nil {
		return err
	}
	for i := range liveTickets {
		if _, err := d.Ada.NewTicket(ctx, rig.Object{"subject": fmt.Sprint("ticket ", i), "tags": []string{"bug"}, "comment": rig.Object{"body": "it burns", "public": true}}); err != nil {
			return err
		}
	}
	for len(d.pairs) < liveTickets {
		if d.pairs, err = d.store.Pairs(ctx, store.PairFilter{Status: string(core.PairInSync)}); err != nil {
			return err
		}
		if err := rig.Pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d tickets have their issue: %w", len(d.pairs), liveTickets, err)
		}
	}
	return d.Quiet(ctx)
}

// costs makes one edit of some pairs in each direction, and counts calls and events until nothing happens any more.
func (d *desk) costs(ctx context.Context, out io.Writer) error {
	const edited = 10
	for _, from := range []string{rig.Zendesk, rig.Jira} {
		events, err := d.events(ctx, edited)
		if err != nil {
			return err
		}
		if err := d.ResetCalls(ctx); err != nil {
			return err
		}
		for i := range edited {
			if err := d.edit(ctx, i, from); err != nil {
				return err
			}
		}
		if err := d.Quiet(ctx); err != nil {
			return err
		}
		calls, err := d.OwnCalls(ctx)
		if err != nil {
			return err
		}
		after, err := d.events(ctx, edited)
		if err != nil {
			return err
		}
		name, _, _ := strings.Cut(from, "-")
		figure(out, "api_calls_per_edit_from_"+name, float64(len(calls))/edited, "calls")
		figure(out, "history_events_per_edit_from_"+name, float64(after-events)/edited, "events")
	}
	return nil
}

// latency makes edits at a steady rate, on both sides in turn, and reads from the ledger how long each took from the
// webhook's arrival to the end of the remote write.
func (d *desk) latency(ctx context.Context, during time.Duration, out io.Writer) error {
	type edit struct {
		pair int
		from string
		at   time.Time
	}
	var edits []edit
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for end := time.Now().Add(during); time.Now().Before(end); <-tick.C {
		n := len(edits)
		e := edit{pair: n % liveTickets, from: []string{rig.Zendesk, rig.Jira}[n%2], at: time.Now()}
		if err := d.edit(ctx, e.pair, e.from); err != nil {
			return err
		}
		edits = append(edits, e)
	}
	if err := d.Quiet(ctx); err != nil {
		return err
	}
	var took []time.Duration
	for _, e := range edits {
		p := d.pairs[e.pair]
		source := core.A
		if p.Sides[core.A].Ref.System != e.from {
			source = core.B
		}
		ds, err := d.store.Deliveries(ctx, store.DeliveryFilter{System: e.from, Item: p.Sides[source].Ref.ID, Limit: 1000})
		if err != nil {
			return err
		}
		os, err := d.store.Outcomes(ctx, p.ID, 1000)
		if err != nil {
			return err
		}
		slices.Reverse(ds)
		slices.Reverse(os)
		i := slices.IndexFunc(ds, func(x core.Delivery) bool { return !x.ReceivedAt.Before(e.at.Truncate(time.Microsecond)) })
		if i < 0 {
			return fmt.Errorf("no webhook came for an edit of %s", p.Sides[source].Ref)
		}
		j := slices.IndexFunc(os, func(x core.Outcome) bool {
			return x.Side == p.Sides[source.Other()].Name && x.Act == "update" && x.Result == "ok" && !x.Started.Before(ds[i].ReceivedAt)
		})
		if j < 0 {
			return fmt.Errorf("an edit of %s was not written to the other side", p.Sides[source].Ref)
		}
		took = append(took, os[j].Ended.Sub(ds[i].ReceivedAt))
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	figure(out, "latency_webhook_to_write_p50", at(0.50), "ms")
	figure(out, "latency_webhook_to_write_p99", at(0.99), "ms")
	return nil
}

// edit changes the subject or summary of one pair, as a person does.
func (d *desk) edit(ctx context.Context, pair int, from string) error {
	d.edits++
	words := fmt.Sprint("edit ", d.edits)
	for _, s := range d.pairs[pair].Sides {
		switch {
		case s.Ref.System != from:
		case from == rig.Zendesk:
			return d.Ada.EditTicket(ctx, s.Ref.ID, rig.Object{"subject": words})
		default:
			return d.JiraAda.EditIssue(ctx, s.Ref.ID, rig.Object{"summary": words})
		}
	}
	return fmt.Errorf("pair %d has no side in %s", pair, from)
}

// events is the length of the histories of the first n pairs.
func (d *desk) events(ctx context.Context, n int) (total int64, err error) {
	for _, p := range d.pairs[:n] {
		x, err := d.temporal.DescribeWorkflowExecution(ctx, p.ID, "")
		if err != nil {
			return 0, err
		}
		total += x.GetWorkflowExecutionInfo().GetHistoryLength()
	}
	return total, nil
}
