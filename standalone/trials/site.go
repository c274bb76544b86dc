package trials

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"golang.org/x/sync/errgroup"

	"duplex/core"
	"duplex/standalone/app"
	"duplex/standalone/rig"
	"duplex/store"
	"duplex/store/storetest"
)

const connection = "desk"

// A ticket tagged bug gets an issue. No sweep falls into a trial unless the trial asks for it.
const connectionFile = `
connection: desk
sides:
  support:     {system: zendesk-acme, type: ticket, start: '"bug" in item.tags'}
  engineering: {system: jira-acme, type: issue, scope: {project: ENG, issuetype: Bug}}
conflicts: latest
rules:
  - {support: subject, engineering: summary}
  - {support: description, engineering: description, flow: to-engineering, when: create}
  - {support: priority, engineering: priority, values: {urgent: Highest, high: High, normal: Medium, low: Low}, default: {support: low}, conflict: support}
  - {support: tags, engineering: labels, as: set}
comments:    {flow: both, private: keep, header: '{author} ({system}):'}
deletes:     {support: note, engineering: unlink}
sweep: 24h
`

// fast are limits that hold nothing up.
const fast = "{requests_per_second: 1000, concurrency: 16}"

// site is one installation under trial.
type site struct {
	*rig.World
	procs    *rig.Processes
	store    *store.Store
	temporal client.Client
	out      io.Writer
	ends     []func()
}

// newSite starts everything but gives it no connection yet. The site is to be ended also where it could not be started
// whole. limits are those of the systems, by name.
func newSite(ctx context.Context, o options, limits map[string]string) (s *site, err error) {
	s = &site{out: o.stderr}
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "duplex-trial-"); err != nil {
			return s, err
		}
		s.ends = append(s.ends, func() { os.RemoveAll(dir) })
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s, err
	}
	dsn := ""
	if o.store == store.Postgres {
		pg, err := storetest.NewServer(ctx)
		if err != nil {
			return s, fmt.Errorf("start Postgres: %w", err)
		}
		s.ends = append(s.ends, func() { _ = pg.Remove() })
		dsn = pg.DSN("postgres")
	}
	logs, err := os.Create(filepath.Join(dir, "processes.log"))
	if err != nil {
		return s, err
	}
	s.ends = append(s.ends, func() { _ = logs.Close() })
	var sink io.Writer = logs
	if o.verbose {
		sink = o.stderr
	}
	if s.procs, err = rig.NewProcesses(sink); err != nil {
		return s, err
	}
	s.ends = append(s.ends, s.procs.Stop)
	s.procs.Flags = []string{"-ui-port", "-1"}
	// Zendesk's export hides its newest minute; here it shows at once what was made a moment ago.
	if s.World, err = rig.NewWorld(ctx, rig.Options{Dir: dir, StoreDSN: dsn, Process: s.procs.Emulators,
		Flags: []string{"-export-delay", "-1s"}}); err != nil {
		return s, err
	}
	started := time.Now()
	if err := s.procs.StartAll(ctx, s.World); err != nil {
		return s, err
	}
	if s.store, err = (app.Options{Dir: dir, StoreDSN: dsn}).OpenStore(ctx); err != nil {
		return s, err
	}
	s.ends = append(s.ends, func() { _ = s.store.Close() })
	if s.temporal, err = client.NewLazyClient(client.Options{HostPort: fmt.Sprintf("127.0.0.1:%d", s.Temporal), Namespace: "duplex",
		Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}); err != nil {
		return s, err
	}
	s.ends = append(s.ends, s.temporal.Close)
	s.say("everything runs after %v, data in %s", time.Since(started).Round(time.Millisecond), dir)
	return s, s.Systems(ctx, limits)
}

// end stops everything, the last first.
func (s *site) end() {
	for i := len(s.ends) - 1; i >= 0; i-- {
		s.ends[i]()
	}
}

func (s *site) say(format string, args ...any) {
	fmt.Fprintf(s.out, "%s  "+format+"\n", append([]any{time.Now().UTC().Format("15:04:05")}, args...)...)
}

// tickets makes n tickets that a connection takes, as a person does.
func (s *site) tickets(ctx context.Context, n int) (ids []string, err error) {
	ids = make([]string, n)
	return ids, each(ctx, ids, func(i int, _ string) error {
		id, err := s.Ada.NewTicket(ctx, rig.Object{"subject": fmt.Sprintf("t%05d reported", i), "priority": "high", "tags": []string{"bug"},
			"comment": rig.Object{"body": "It does not work since this morning.", "public": true}})
		ids[i] = id
		return err
	})
}

// pairs waits until n pairs are in sync, and gives them by the id of their ticket.
func (s *site) pairs(ctx context.Context, n int) (map[string]core.Pair, error) {
	last := -1
	for {
		counts, err := s.store.CountPairs(ctx)
		if err != nil {
			return nil, err
		}
		in := counts[connection][string(core.PairInSync)]
		if in >= n {
			break
		}
		if in/100 != last/100 {
			s.say("%d of %d pairs are in sync", in, n)
		}
		last = in
		if err := rig.Pause(ctx, 100*time.Millisecond); err != nil {
			return nil, fmt.Errorf("%d of %d pairs are in sync; the store counts %v: %w", in, n, counts, err)
		}
	}
	list, err := s.store.Pairs(ctx, store.PairFilter{Connection: connection, Limit: n + 1})
	byTicket := make(map[string]core.Pair, n)
	for _, p := range list {
		byTicket[p.Sides[core.A].Ref.ID] = p
	}
	if err == nil && len(byTicket) != n {
		err = fmt.Errorf("%d pairs for %d tickets", len(byTicket), n)
	}
	return byTicket, err
}

// paired connects the systems and makes n tickets, and waits until their pairs, which it gives by ticket, are at rest.
func (s *site) paired(ctx context.Context, n int) (tickets []string, pairs map[string]core.Pair, err error) {
	if err := s.Connect(ctx, connection, []byte(connectionFile), nil); err != nil {
		return nil, nil, err
	}
	if tickets, err = s.tickets(ctx, n); err != nil {
		return nil, nil, err
	}
	if pairs, err = s.pairs(ctx, n); err != nil {
		return nil, nil, err
	}
	return tickets, pairs, s.Quiet(ctx)
}

func pairsOf(pairs map[string]core.Pair, tickets []string) (list []core.Pair) {
	for _, t := range tickets {
		list = append(list, pairs[t])
	}
	return list
}

// events is the length of the histories of the pairs, in all.
func (s *site) events(ctx context.Context, pairs []core.Pair) (total int64, err error) {
	lengths := make([]int64, len(pairs))
	err = each(ctx, pairs, func(i int, p core.Pair) error {
		x, err := s.temporal.DescribeWorkflowExecution(ctx, p.ID, "")
		lengths[i] = x.GetWorkflowExecutionInfo().GetHistoryLength()
		return err
	})
	for _, n := range lengths {
		total += n
	}
	return total, err
}

// memory is what the parts hold now, by name.
func (s *site) memory() (map[string]rig.Memory, error) {
	all := map[string]rig.Memory{}
	for _, part := range []string{app.PartEngine, app.PartGateway, app.PartWorker} {
		m, err := rig.MemoryOf(s.procs.PID(part))
		if err != nil {
			return nil, fmt.Errorf("the %s: %w", part, err)
		}
		all[part] = m
	}
	return all, nil
}

// inStep checks with both systems that every pair shows the same subject on both sides, and that each ticket has one issue.
func (s *site) inStep(ctx context.Context, pairs map[string]core.Pair) error {
	tickets, err := s.Ada.Tickets(ctx)
	if err != nil {
		return err
	}
	issues, err := s.JiraAda.Issues(ctx, "ENG")
	if err != nil {
		return err
	}
	summaries := map[string]string{}
	for _, i := range issues {
		summaries[rig.Text(i, "id")] = rig.Text(i, "fields", "summary")
	}
	var wrong []error
	if len(issues) != len(pairs) {
		wrong = append(wrong, fmt.Errorf("%d issues for %d pairs", len(issues), len(pairs)))
	}
	for _, t := range tickets {
		p, ok := pairs[rig.Text(t, "id")]
		if !ok {
			continue
		}
		if a, b := rig.Text(t, "subject"), summaries[p.Sides[core.B].Ref.ID]; a != b {
			wrong = append(wrong, fmt.Errorf("%s says %q and %s says %q", p.Sides[core.A].Ref, a, p.Sides[core.B].Ref, b))
		}
	}
	if len(wrong) > 5 {
		wrong = append(wrong[:5:5], fmt.Errorf("and %d more", len(wrong)-5))
	}
	return errors.Join(wrong...)
}

// drained waits until nothing is left to do and every pair is in step.
func (s *site) drained(ctx context.Context, pairs map[string]core.Pair) error {
	for {
		if err := s.Quiet(ctx); err != nil {
			return err
		}
		if err := s.inStep(ctx, pairs); err == nil {
			return nil
		} else if rig.Pause(ctx, time.Second) != nil {
			return err
		}
	}
}

// each runs f for every element, a few at a time, until one fails.
func each[T any](ctx context.Context, list []T, f func(int, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, x := range list {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error { return f(i, x) })
	}
	return group.Wait()
}
