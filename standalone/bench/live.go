package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"duplex/core"
	"duplex/examples"
	"duplex/standalone/app"
	"duplex/standalone/demo"
	"duplex/store"
)

const (
	liveTickets = 25
	rate        = 5 // edits per second
	zendesk     = "zendesk-acme"
	jira        = "jira-acme"
)

// desk is the whole of duplex with two emulated systems over HTTP, and people who edit.
type desk struct {
	*demo.World
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
	w, err := demo.NewWorld(ctx, dir, demo.Ports{})
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
	if err := d.Apply(ctx, source, tables); err != nil {
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
		if err := call(ctx, "POST", d.ZendeskURL+"/api/v2/tickets.json", map[string]any{"ticket": map[string]any{"subject": fmt.Sprint("ticket ", i), "tags": []string{"bug"},
			"comment": map[string]any{"body": "it burns", "public": true}}}, nil); err != nil {
			return err
		}
	}
	for len(d.pairs) < liveTickets {
		if d.pairs, err = d.store.Pairs(ctx, store.PairFilter{Status: string(core.PairInSync)}); err != nil {
			return err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d tickets have their issue: %w", len(d.pairs), liveTickets, err)
		}
	}
	return d.quiet(ctx)
}

// costs makes one edit of some pairs in each direction, and counts calls and events until nothing happens any more.
func (d *desk) costs(ctx context.Context, out io.Writer) error {
	const edited = 10
	for _, from := range []string{zendesk, jira} {
		events, err := d.events(ctx, edited)
		if err != nil {
			return err
		}
		if _, err := d.calls(ctx, true); err != nil {
			return err
		}
		for i := range edited {
			if err := d.edit(ctx, i, from); err != nil {
				return err
			}
		}
		if err := d.quiet(ctx); err != nil {
			return err
		}
		calls, err := d.calls(ctx, false)
		if err != nil {
			return err
		}
		after, err := d.events(ctx, edited)
		if err != nil {
			return err
		}
		name, _, _ := strings.Cut(from, "-")
		figure(out, "api_calls_per_edit_from_"+name, float64(calls)/edited, "calls")
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
		e := edit{pair: n % liveTickets, from: []string{zendesk, jira}[n%2], at: time.Now()}
		if err := d.edit(ctx, e.pair, e.from); err != nil {
			return err
		}
		edits = append(edits, e)
	}
	if err := d.quiet(ctx); err != nil {
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
		case from == zendesk:
			return call(ctx, "PUT", d.ZendeskURL+"/api/v2/tickets/"+s.Ref.ID+".json", map[string]any{"ticket": map[string]any{"subject": words}}, nil)
		default:
			return call(ctx, "PUT", d.JiraURL+"/rest/api/3/issue/"+s.Ref.ID, map[string]any{"fields": map[string]any{"summary": words}}, nil)
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

// calls is how many calls the sync's account has made at both systems since the last reset.
func (d *desk) calls(ctx context.Context, reset bool) (n int, err error) {
	for _, base := range []string{d.ZendeskURL, d.JiraURL} {
		var out struct{ Calls []struct{ Actor string } }
		if err := call(ctx, "GET", base+"/_control/calls", nil, &out); err != nil {
			return 0, err
		}
		for _, c := range out.Calls {
			if strings.Contains(c.Actor, "sync@acme.example") {
				n++
			}
		}
		if reset {
			if err := call(ctx, "DELETE", base+"/_control/calls", nil, nil); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// quiet waits until the sync has made no call for three seconds: longer than its own echoes are held back.
func (d *desk) quiet(ctx context.Context) error {
	for since, last := time.Now(), -1; time.Since(since) < 3*time.Second; {
		n, err := d.calls(ctx, false)
		if err != nil {
			return err
		}
		if n != last {
			since, last = time.Now(), n
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// call speaks to an emulated system as Ada.
func call(ctx context.Context, method, url string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.Contains(url, "/rest/") {
		req.SetBasicAuth("ada@acme.example", "ada-api-token")
	} else {
		req.SetBasicAuth("ada@acme.example/token", "zd-token-ada")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if b, err = io.ReadAll(resp.Body); err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s: %.300s", method, url, resp.Status, b)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}
