package demo

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"duplex/core"
	"duplex/examples"
	"duplex/standalone/app"
	"duplex/standalone/rig"
	"duplex/store"
	"duplex/workflows"
)

// Show runs everything in this process with a few seeded tickets, prints the addresses, and then one line per change
// that reached the other side, until ctx ends.
func Show(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("standalone demo", flag.ContinueOnError)
	set.SetOutput(stderr)
	dir := set.String("dir", "", "keep the data in this directory; without it everything is gone at the end")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		temp, remove, err := tempDir()
		if err != nil {
			return err
		}
		defer remove()
		*dir = temp
	}
	asked := ctx
	group, ctx := errgroup.WithContext(ctx)
	w, err := rig.NewWorld(ctx, rig.Options{Dir: *dir, Ports: demoPorts, Keep: true})
	if err != nil {
		return err
	}
	for _, kv := range w.Environment() {
		k, v, _ := strings.Cut(kv, "=")
		os.Setenv(k, v)
	}
	o, err := app.ParseFlags(w.Flags(app.PartEngine, app.PartGateway, app.PartWorker), stderr)
	if err != nil {
		return err
	}
	o.Tuning = workflows.DefaultTuning
	group.Go(func() error { return app.Run(ctx, o, io.Discard) })
	group.Go(func() error {
		if err := w.Ready(ctx); err != nil {
			return err
		}
		source, tables, err := examples.SupportEscalation()
		if err != nil {
			return err
		}
		if err := w.Apply(ctx, connection, source, tables); err != nil {
			return err
		}
		if err := seed(ctx, w); err != nil {
			return err
		}
		welcome(w, stdout)
		return follow(ctx, w, stdout)
	})
	if err := group.Wait(); err != nil && asked.Err() == nil {
		return err
	}
	return nil
}

// seed gives people something to look at: three tickets that enter the sync and one that does not. A directory that was
// used before has them already.
func seed(ctx context.Context, w *rig.World) error {
	var out rig.Object
	if err := w.Ada.Call(ctx, "GET", "/api/v2/tickets.json?page[size]=1", nil, &out); err != nil {
		return err
	}
	if len(rig.List(out["tickets"])) > 0 {
		return nil
	}
	for _, t := range []rig.Object{
		{"subject": "Printer on fire", "priority": "high", "tags": []any{"bug", "printer"}, "requester": rig.Object{"email": "customer1@globex.example"},
			"comment": rig.Object{"html_body": "<p>The smoke is <strong>very</strong> colourful.</p><ul><li>floor 3</li><li>room 12</li></ul>", "public": true}},
		{"subject": "Cannot log in on the mobile app", "priority": "normal", "tags": []any{"bug", "login"}, "assignee_email": "grace@acme.example",
			"comment": rig.Object{"html_body": "<p>Since this morning: <code>error 500</code></p>", "public": true}},
		{"subject": "Invoice shows the wrong year", "priority": "low", "tags": []any{"bug"}, "comment": rig.Object{"body": "It says 1926.", "public": true}},
		{"subject": "How do I change my address?", "priority": "low", "tags": []any{"question"}, "comment": rig.Object{"body": "Just a question: not tagged bug, so it stays here.", "public": true}},
	} {
		if _, err := w.Ada.NewTicket(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func welcome(w *rig.World, out io.Writer) {
	fmt.Fprintf(out, `
duplex is running. Open these, edit on one side, and look at the other:

  Zendesk (emulated)   %s
  Jira (emulated)      %s
  Temporal UI          http://127.0.0.1:%d/namespaces/duplex/workflows
  Gateway (admin API)  http://%s    token: %s

A ticket with the tag "bug" gets a Jira issue. Every line below is a change that reached the other side. Ctrl-C ends it.

`, w.ZendeskURL, w.JiraURL, w.UI, w.Admin, filepath.Join(w.Dir, "admin-token"))
}

// follow prints a line for every write, with the time since the webhook that began it.
func follow(ctx context.Context, w *rig.World, out io.Writer) error {
	st, err := store.Open(ctx, "sqlite:"+filepath.Join(w.Dir, "duplex.db"), store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	var last int64
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
		newest, err := st.Outcomes(ctx, "", 50)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		for i := len(newest) - 1; i >= 0; i-- {
			if o := newest[i]; o.ID > last {
				last = o.ID
				fmt.Fprintln(out, line(ctx, st, o))
			}
		}
	}
}

func line(ctx context.Context, st *store.Store, o core.Outcome) string {
	what := o.Act
	if len(o.Fields) > 0 {
		what += " " + strings.Join(o.Fields, ", ")
	}
	if o.Result != "ok" {
		what += " [" + o.Result + "] " + o.Detail
	}
	names, latency := o.Pair, ""
	if p, err := st.Pair(ctx, o.Pair); err == nil {
		names = fmt.Sprintf("%s → %s", p.Sides[core.A].Ref.Key, p.Sides[core.B].Ref.Key)
		from := p.Sides[core.A]
		if o.Side == p.Sides[core.A].Name {
			names = fmt.Sprintf("%s → %s", p.Sides[core.B].Ref.Key, p.Sides[core.A].Ref.Key)
			from = p.Sides[core.B]
		}
		ds, err := st.Deliveries(ctx, store.DeliveryFilter{System: from.Ref.System, Item: from.Ref.ID, Limit: 20})
		for _, d := range ds {
			if err == nil && !d.ReceivedAt.After(o.Started) {
				latency = fmt.Sprintf("%4d ms", o.Ended.Sub(d.ReceivedAt).Milliseconds())
				break
			}
		}
	}
	return fmt.Sprintf("%s  %-20s %-50s %s", o.Ended.Local().Format("15:04:05"), names, what, latency)
}

// tempDir is a data directory that goes with the run.
func tempDir() (string, func(), error) {
	dir, err := os.MkdirTemp("", "duplex-demo-")
	return dir, func() { os.RemoveAll(dir) }, err
}
