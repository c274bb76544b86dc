package cli

import (
	"fmt"
	"maps"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) deliveries() *cobra.Command {
	q := map[string]*string{}
	var limit int
	cmd := &cobra.Command{Use: "deliveries", Short: "List webhooks as they were received, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"limit": {fmt.Sprint(limit)}}
			for name, v := range q {
				if *v != "" {
					query.Set(name, *v)
				}
			}
			var list gateway.DeliveryList
			if err := e.call(cmd.Context(), "GET", "/deliveries?"+query.Encode(), nil, &list); err != nil {
				return err
			}
			return e.print(list, func(t *table) {
				if len(list.Deliveries) == 0 {
					t.line("no deliveries")
					return
				}
				t.row("SEQ", "RECEIVED", "SYSTEM", "ABOUT", "STATE", "REASON")
				for _, d := range list.Deliveries {
					t.row(strconv.FormatInt(d.Seq, 10), t.at(d.ReceivedAt), d.System, about(d.Hints), d.State, d.Reason)
				}
				if list.Next != 0 {
					t.line("more: --before %d", list.Next)
				}
			})
		}}
	for name, help := range map[string]string{"system": "only of this system", "state": "only in this state: waiting, handed-over, ignored",
		"item": "only about the item with this id", "before": "number of the last delivery of the page before"} {
		q[name] = cmd.Flags().String(name, "", help)
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many")
	cmd.AddCommand(&cobra.Command{Use: "retry SEQ", Short: "Hand a delivery over once more", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.do(cmd, "/deliveries"+segment(args[0])+"/retry", nil)
		}})
	return cmd
}

func about(hints []core.Hint) string {
	var out []string
	for _, h := range hints {
		name := h.Ref.Key
		if name == "" {
			name = h.Ref.ID
		}
		out = append(out, name+" "+string(h.Kind))
	}
	return strings.Join(out, ", ")
}

func (e *env) status() *cobra.Command {
	return &cobra.Command{Use: "status", Short: "Show the state of the gateway, its systems, connections and queue", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var s gateway.Status
			if err := e.call(cmd.Context(), "GET", "/status", nil, &s); err != nil {
				return err
			}
			return e.print(s, func(t *table) { showStatus(t, s) })
		}}
}

func showStatus(t *table, s gateway.Status) {
	t.row("store", s.Store)
	t.row("temporal", s.Temporal)
	waiting := strconv.Itoa(s.Deliveries[core.DeliveryWaiting])
	if !s.OldestWaiting.IsZero() {
		waiting += ", the oldest since " + t.at(s.OldestWaiting)
	}
	t.row("waiting webhooks", waiting)
	if s.Waits != "" {
		t.line("webhooks: %s", s.Waits)
	}
	t.row("stuck work", stuckWork(t, s.Stuck))
	t.line("")
	t.row("SYSTEM", "KIND", "VERSION", "STATE")
	for _, sys := range s.Systems {
		t.row(sys.Name, sys.Kind, strconv.Itoa(sys.Version), state(sys.Problem))
	}
	t.line("")
	if closed := closedGates(s.Gates); len(closed) > 0 {
		t.line("closed gates; work for these systems waits")
		gateRows(t, closed)
		t.line("")
	}
	connectionRows(t, s.Connections)
}

// stuckWork is what the last pass of the stuck-work sweeper came to.
func stuckWork(t *table, r core.StuckReport) string {
	if r.At.IsZero() {
		return "never looked for: is a worker running?"
	}
	text := "last looked for " + t.at(r.At)
	found := map[string]int{"told again": r.Reminded, "still stuck": r.Stuck}
	for reason, n := range r.Restarted {
		found["started again ("+string(reason)+")"] = n
	}
	maps.DeleteFunc(found, func(_ string, n int) bool { return n == 0 })
	if len(found) == 0 {
		text += ", none found"
	} else {
		text += ": " + tally(found)
	}
	if r.Replaced {
		text += "; the workflow engine was another one than before"
	}
	if r.Failed != "" {
		text += "; not finished: " + r.Failed
	}
	return text
}

func state(problem string) string {
	if problem == "" {
		return "usable"
	}
	return problem
}

func connectionRows(t *table, cs []gateway.Connection) {
	t.row("CONNECTION", "VERSION", "SIDES", "PAIRS", "STATE")
	for _, c := range cs {
		var sides []string
		for _, s := range c.Sides {
			sides = append(sides, s.Name+" ("+s.System+")")
		}
		t.row(c.Name, strconv.Itoa(c.Version), strings.Join(sides, " ↔ "), tally(c.Pairs), state(c.Problem))
	}
	for _, c := range cs {
		if c.Brake != nil {
			t.line("")
			t.line("STOPPED: %s writes nothing since %s, because %s", c.Name, t.at(c.Brake.At), c.Brake.Saw)
			t.line("look at what happened; if it is right: duplex release %s", c.Name)
		}
	}
}

// tally is counts by name: 3 in-sync, 1 problem.
func tally(counts map[string]int) string {
	var out []string
	for name := range counts {
		out = append(out, name)
	}
	sort.Strings(out)
	for i, name := range out {
		out[i] = fmt.Sprintf("%d %s", counts[name], name)
	}
	return strings.Join(out, ", ")
}

func (e *env) connections() *cobra.Command {
	return &cobra.Command{Use: "connections", Short: "List connections", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		var list gateway.ConnectionList
		if err := e.call(cmd.Context(), "GET", "/connections", nil, &list); err != nil {
			return err
		}
		return e.print(list, func(t *table) { connectionRows(t, list.Connections) })
	}}
}

func (e *env) versions() *cobra.Command {
	return &cobra.Command{Use: "versions CONNECTION", Short: "List the versions of a connection, newest first", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var list gateway.ConnectionList
			if err := e.call(cmd.Context(), "GET", "/connections"+segment(args[0])+"/versions", nil, &list); err != nil {
				return err
			}
			return e.print(list, func(t *table) {
				t.row("VERSION", "IN FORCE", "APPLIED", "BY", "FILE")
				for _, v := range list.Connections {
					active := ""
					switch {
					case v.Active:
						active = "yes"
					case v.Draft:
						active = fmt.Sprintf("draft of %d", v.BasedOn)
					}
					t.row(strconv.Itoa(v.Version), active, t.at(v.AppliedAt), v.AppliedBy, v.FileName)
				}
			})
		}}
}

func (e *env) activate() *cobra.Command {
	var follow bool
	cmd := &cobra.Command{Use: "activate CONNECTION VERSION", Short: "Put a stored version of a connection in force: roll back, or forward again", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := versionOf(args[1])
			if err != nil {
				return err
			}
			return e.do(cmd, "/connections"+segment(args[0])+"/activate", gateway.ActivateRequest{Version: n, Follow: follow})
		}}
	cmd.Flags().BoolVar(&follow, "follow", false, "let all pairs follow at once, not at their next sync")
	return cmd
}
