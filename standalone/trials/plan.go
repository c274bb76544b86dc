package trials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"duplex/core"
	"duplex/gateway"
	"duplex/standalone/app"
	"duplex/standalone/rig"
)

const edited = 14 // tickets that were changed and of which nobody has told

// plan makes test runs over n pairs in step, of which a few tickets were changed without a webhook: of the version in force, of a draft
// against it, and over what is recorded. It measures how long they take, which calls the systems see, and what the gateway holds.
func plan(ctx context.Context, o options, f *figures) error {
	s, err := newSite(ctx, o, map[string]string{rig.Zendesk: fast, rig.Jira: fast})
	defer s.end()
	if err != nil {
		return err
	}
	tickets, _, err := s.paired(ctx, o.n)
	if err != nil {
		return err
	}
	if err := s.Deliver(ctx, "drop"); err != nil {
		return err
	}
	some := tickets[:min(edited, len(tickets))]
	if err := each(ctx, some, func(i int, id string) error {
		return s.Ada.EditTicket(ctx, id, rig.Object{"tags": []string{"bug", fmt.Sprintf("new-%d", i)}})
	}); err != nil {
		return err
	}
	draft := &gateway.TrialFile{FileName: "draft.yaml", Source: strings.Replace(connectionFile, "  - {support: tags, engineering: labels, as: set}\n", "", 1)}
	before, err := rig.MemoryOf(s.procs.PID(app.PartGateway))
	if err != nil {
		return err
	}
	for _, run := range []struct {
		name string
		ask  gateway.TrialRequest
		is   func(core.TrialSummary) int
		want int
	}{
		{"in_force", gateway.TrialRequest{TrialRequest: core.TrialRequest{Sample: o.n}}, func(d core.TrialSummary) int { return d.Outcomes[core.TrialWrites] }, len(some)},
		{"draft", gateway.TrialRequest{TrialRequest: core.TrialRequest{Sample: o.n}, File: draft}, func(d core.TrialSummary) int { return d.Differ }, len(some)},
		{"recorded", gateway.TrialRequest{TrialRequest: core.TrialRequest{Recorded: true, Limit: o.n}}, func(d core.TrialSummary) int { return d.Differ }, 0},
	} {
		if err := s.tried(ctx, f, run.name, run.ask, func(d core.TrialSummary) {
			f.claim(d.Items == o.n, "%s: %d items were looked at, not %d", run.name, d.Items, o.n)
			f.claim(run.is(d) == run.want, "%s: %d items are told, not %d", run.name, run.is(d), run.want)
		}); err != nil {
			return fmt.Errorf("%s: %w", run.name, err)
		}
	}
	after, err := rig.MemoryOf(s.procs.PID(app.PartGateway))
	if err != nil {
		return err
	}
	f.set("gateway_mb_before", megabytes(before.Now))
	f.set("gateway_mb_after", megabytes(after.Now))
	f.set("gateway_peak_mb", megabytes(after.Peak))
	return nil
}

// tried makes one test run, as the command line asks the gateway for it, and counts what the systems saw of it.
func (s *site) tried(ctx context.Context, f *figures, name string, ask gateway.TrialRequest, check func(core.TrialSummary)) error {
	var meters []*rig.Meter
	for _, c := range s.Controls() {
		m, err := c.NewMeter(ctx)
		if err != nil {
			return err
		}
		meters = append(meters, m)
	}
	began := time.Now()
	done, progress, err := s.ask(ctx, ask)
	if err != nil {
		return err
	}
	f.set(name+"_seconds", time.Since(began).Seconds())
	calls, all, writes := map[string]int{}, 0, 0
	for _, m := range meters {
		seen, err := m.Next(ctx)
		if err != nil {
			return err
		}
		for _, c := range seen {
			if !c.Own() {
				continue
			}
			calls[c.Operation]++
			if all++; !c.Read() {
				writes++
			}
		}
	}
	f.set(name+"_items", done.Items)
	f.set(name+"_calls", all)
	f.set(name+"_calls_by_operation", calls)
	f.set(name+"_not_whole", done.NotWhole)
	f.set(name+"_progress_lines", progress)
	f.claim(writes == 0, "%s: %d calls were no reads: %v", name, writes, calls)
	f.claim(progress >= done.Items/100, "%s: %d lines of progress for %d items", name, progress, done.Items)
	check(done)
	return nil
}

// ask is the test run itself. It gives what it came to and how often it told how far it was.
func (s *site) ask(ctx context.Context, ask gateway.TrialRequest) (done core.TrialSummary, progress int, err error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return done, 0, err
	}
	token, err := app.AdminToken(s.Dir)
	if err != nil {
		return done, 0, err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", "http://"+s.Admin+"/api/v1/connections/"+connection+"/plan", bytes.NewReader(body))
	if err != nil {
		return done, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return done, 0, err
	}
	defer resp.Body.Close()
	dec := json.NewDecoder(resp.Body)
	for {
		var l gateway.TrialLine
		switch err := dec.Decode(&l); {
		case err != nil:
			return done, progress, fmt.Errorf("the answer (%s) ended early: %w", resp.Status, err)
		case l.Error != nil:
			return done, progress, errors.New(l.Error.Text)
		case l.Progress != nil:
			progress++
			s.say("%d of %d items, %d differ, %d to write", l.Progress.Done, l.Progress.Total, l.Progress.Differ, l.Progress.Written)
		case l.Done != nil:
			return *l.Done, progress, nil
		}
	}
}
