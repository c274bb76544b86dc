package cli

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) pairs() *cobra.Command {
	q := map[string]*string{}
	var limit int
	cmd := &cobra.Command{Use: "pairs", Short: "List pairs", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		query := url.Values{"limit": {fmt.Sprint(limit)}}
		for name, v := range q {
			if *v != "" {
				query.Set(name, *v)
			}
		}
		var list gateway.PairList
		if err := e.call(cmd.Context(), "GET", "/pairs?"+query.Encode(), nil, &list); err != nil {
			return err
		}
		return e.print(list, func(t *table) {
			if len(list.Pairs) == 0 {
				t.line("no pairs")
				return
			}
			t.row("CONNECTION", "STATUS", "ITEM", "ITEM", "PROBLEMS", "LAST SYNC")
			for _, p := range list.Pairs {
				t.row(p.Connection, string(p.Status), item(p.Sides, 0), item(p.Sides, 1), strings.Join(p.Classes, ", "), t.at(p.SyncedAt))
			}
			if list.Next != "" {
				t.line("more: --after '%s'", list.Next)
			}
		})
	}}
	for name, help := range map[string]string{"connection": "only of this connection", "status": "only with this status: pending, in-sync, problem, paused, unlinked",
		"problem": "only with a problem of this class: " + problemClasses(),
		"text":    "only where an id or key holds this text", "after": "id of the last pair of the page before"} {
		q[name] = cmd.Flags().String(name, "", help)
	}
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many")
	return cmd
}

// item is one side of a pair for people.
func item(sides []gateway.PairSide, i int) string {
	if i >= len(sides) {
		return ""
	}
	s := sides[i]
	name := s.Key
	switch {
	case s.Item == "":
		name = "(none yet)"
	case name == "":
		name = s.Item
	}
	if s.Gone {
		name += " (gone)"
	}
	return s.Name + " " + name
}

// pair is the id of the pair a person names: the id itself, or the id or key of an item that is in exactly one.
func (e *env) pair(ctx context.Context, name string) (string, error) {
	if strings.HasPrefix(name, "pair:") {
		return name, nil
	}
	var list gateway.PairList
	if err := e.call(ctx, "GET", "/pairs?"+url.Values{"text": {name}, "limit": {"1000"}}.Encode(), nil, &list); err != nil {
		return "", err
	}
	var linked, ended []string
	for _, p := range list.Pairs {
		for _, s := range p.Sides {
			if strings.EqualFold(s.Key, name) || s.Item == name {
				if p.Status == core.PairUnlinked {
					ended = append(ended, p.ID)
				} else {
					linked = append(linked, p.ID)
				}
				break
			}
		}
	}
	found := linked
	if len(found) == 0 {
		found = ended
	}
	sort.Strings(found)
	switch len(found) {
	case 0:
		return "", fail(ExitNotFound, "no pair has an item %s", name)
	case 1:
		return found[0], nil
	}
	return "", fail(ExitUsage, "%s is in several pairs, name one of them: %s", name, strings.Join(found, " "))
}

func (e *env) show() *cobra.Command {
	return &cobra.Command{Use: "show PAIR", Short: "Show a pair: its items, what is parked and what to do", Args: cobra.ExactArgs(1),
		Long: "Show a pair: its items, what is parked and what to do.\nPAIR is a pair's id, or the key or id of an item that is in one pair.",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := e.pair(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var p gateway.PairDetail
			if err := e.call(cmd.Context(), "GET", "/pairs"+segment(id), nil, &p); err != nil {
				return err
			}
			return e.print(p, func(t *table) { showPair(t, p) })
		}}
}

func showPair(t *table, p gateway.PairDetail) {
	t.row("pair", p.ID)
	t.row("connection", fmt.Sprintf("%s, version %d", p.Connection, p.Version))
	t.row("status", string(p.Status))
	for i, s := range p.Sides {
		t.row(s.Name, strings.TrimPrefix(item(p.Sides, i), s.Name+" ")+" in "+s.System+" "+s.URL)
	}
	t.row("last sync", t.at(p.SyncedAt))
	var kinds []string
	for kind, n := range p.Links {
		kinds = append(kinds, count(n, kind))
	}
	sort.Strings(kinds)
	if len(kinds) > 0 {
		t.row("joined", strings.Join(kinds, ", "))
	}
	if p.Workflow != "" {
		t.row("workflow", p.Workflow)
	}
	for _, w := range p.Waits {
		t.line("%s", w)
	}
	for _, k := range p.Parked {
		t.line("")
		t.line("%s is parked since %s: %s", k.Rule, t.at(k.Since), k.Class)
		t.line("  %s", k.Text)
		t.line("  to do: %s", k.ToDo)
		t.line("  tried again by: %s", k.Retries)
		for _, c := range k.Commands {
			t.line("    %s", c)
		}
	}
	if len(p.Decisions) > 0 {
		t.line("")
		t.row("DECIDED", "BY", "ABOUT", "STATE", "WHAT CAME OF IT")
		for _, d := range p.Decisions {
			t.row(t.at(d.At), d.By, d.Rule+" "+string(d.Kind), string(d.State), d.Reason)
		}
	}
	if len(p.Outcomes) > 0 {
		t.line("")
		t.row("DONE", "SIDE", "ACT", "RESULT", "WHAT")
		for _, o := range p.Outcomes {
			t.row(t.at(o.Started), o.Side, o.Act, o.Result, strings.Join(o.Fields, ", ")+" "+o.Detail)
		}
	}
	if len(p.Plans) > 0 {
		t.line("")
		t.row("PLAN", "DECIDED", "WHAT")
		for _, plan := range p.Plans {
			t.row(plan.ID, t.at(plan.At), decided(plan))
		}
	}
}

// decided names what a plan was about.
func decided(p gateway.PlanSummary) string {
	var out []string
	for _, d := range p.Decisions {
		s := d.What + " " + d.Action
		if d.To != "" {
			s += " to " + d.To
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func (e *env) history() *cobra.Command {
	var limit int
	cmd := &cobra.Command{Use: "history PAIR", Short: "Show what happened to a pair, newest first", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := e.pair(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var h gateway.History
			if err := e.call(cmd.Context(), "GET", fmt.Sprintf("/pairs%s/history?limit=%d", segment(id), limit), nil, &h); err != nil {
				return err
			}
			return e.print(h, func(t *table) {
				if len(h.Outcomes) == 0 && h.Removed == "" {
					t.line("nothing has happened yet")
					return
				}
				t.row("WHEN", "SIDE", "ACT", "RESULT", "FIELDS", "PLAN", "DETAIL")
				for _, o := range h.Outcomes {
					t.row(t.at(o.Started), o.Side, o.Act, o.Result, strings.Join(o.Fields, ", "), o.Plan, o.Detail)
				}
				if h.Removed != "" {
					t.line("%s", h.Removed)
				}
			})
		}}
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many")
	return cmd
}

func (e *env) decision() *cobra.Command {
	return &cobra.Command{Use: "decision ID", Short: "Show what one sync decided and why, with the values", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return e.showDecision(cmd.Context(), args[0]) }}
}

func (e *env) showDecision(ctx context.Context, id string) error {
	var p core.Plan
	if err := e.call(ctx, "GET", "/plans"+segment(id), nil, &p); err != nil {
		return err
	}
	return e.print(p, func(t *table) {
		t.line("%s of %s, mapping version %d, decided %s", p.ID, p.Pair, p.Version, t.at(p.At))
		t.row("RULE", "ACTION", "VALUE", "REASON")
		for _, d := range p.Decisions {
			t.row(d.Rule, string(d.Action), value(d), d.Reason)
		}
		for _, d := range p.Entries {
			t.row(string(d.Kind)+" "+d.Source, string(d.Action), "", d.Reason)
		}
	})
}

// value is what a decision writes or keeps back.
func value(d core.Decision) string {
	switch {
	case d.Conflict:
		return fmt.Sprintf("%s (instead of %s)", d.Value, d.Loser)
	case d.Value.IsAbsent():
		return ""
	case d.Kept:
		return "(left as it is)" + beside(d)
	}
	return d.Value.String() + beside(d)
}

// beside is what a decision writes to further fields.
func beside(d core.Decision) string {
	var text string
	for _, name := range slices.Sorted(maps.Keys(d.Also)) {
		text += fmt.Sprintf("; %s: %s", name, d.Also[name])
	}
	return text
}
