package cli

import (
	"time"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) gates() *cobra.Command {
	cmd := &cobra.Command{Use: "gates [SYSTEM]", Short: "Show which systems may be called now, and why others may not", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return e.gate(cmd, args[0])
			}
			var list gateway.GateList
			if err := e.call(cmd.Context(), "GET", "/gates", nil, &list); err != nil {
				return err
			}
			return e.print(list, func(t *table) {
				if len(list.Gates) == 0 {
					t.line("no systems")
					return
				}
				gateRows(t, list.Gates)
			})
		}}
	cmd.AddCommand(e.closeGate(),
		&cobra.Command{Use: "open SYSTEM", Short: "Open a gate by hand, also inside a maintenance window", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return e.do(cmd, "/gates"+segment(args[0])+"/open", nil)
			}},
		&cobra.Command{Use: "probe SYSTEM", Short: "Ask a system at once whether it answers and knows the account", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				var p gateway.Probed
				if err := e.call(cmd.Context(), "POST", "/gates"+segment(args[0])+"/probe", nil, &p); err != nil {
					return err
				}
				return e.print(p, func(t *table) {
					t.line("%s", p.Text)
					if p.Gate.ToDo != "" {
						t.line("to do: %s", p.Gate.ToDo)
					}
				})
			}})
	return cmd
}

func (e *env) closeGate() *cobra.Command {
	var req gateway.CloseGateRequest
	var until string
	cmd := &cobra.Command{Use: "close SYSTEM", Short: "Close a gate by hand: the system is left alone and its work waits", Args: cobra.ExactArgs(1),
		Example: "  duplex gates close jira-acme --for 2h --reason upgrade\n  duplex gates close jira-acme --until '2030-01-05 02:00'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if until != "" {
				at, ok := e.moment(until)
				if !ok {
					return fail(ExitUsage, "%q is no time: write 2030-01-05 02:00, or 2030-01-05T02:00:00Z", until)
				}
				req.Until = at
			}
			return e.do(cmd, "/gates"+segment(args[0])+"/close", req)
		}}
	cmd.Flags().StringVar(&until, "until", "", "when it opens by itself, as 2030-01-05 02:00 in your time zone or 2030-01-05T02:00:00Z; without it and --for, when somebody opens it")
	cmd.Flags().StringVar(&req.For, "for", "", "how long it stays closed, as 90m or 4h")
	cmd.Flags().StringVar(&req.Reason, "reason", "", "words for people who see it closed")
	return cmd
}

// gate shows one gate with its newest changes.
func (e *env) gate(cmd *cobra.Command, system string) error {
	var g gateway.Gate
	if err := e.call(cmd.Context(), "GET", "/gates"+segment(system), nil, &g); err != nil {
		return err
	}
	return e.print(g, func(t *table) {
		gateRows(t, []gateway.Gate{g})
		if g.ToDo != "" {
			t.line("to do: %s", g.ToDo)
		}
		if len(g.Log) > 0 {
			t.line("")
			t.row("CHANGED", "TO", "UNTIL", "BY", "REASON")
			for _, l := range g.Log {
				t.row(t.at(l.At), string(l.State), t.at(l.Until), l.By, l.Reason)
			}
		}
	})
}

func gateRows(t *table, gates []gateway.Gate) {
	t.row("SYSTEM", "GATE", "SINCE", "UNTIL", "NEXT PROBE", "BY", "REASON")
	for _, g := range gates {
		until := g.Until
		if g.State == core.GateOpen {
			until = time.Time{}
		}
		t.row(g.System, string(g.State), t.at(g.Since), t.at(until), t.at(g.ProbeAt), g.By, g.Reason)
	}
}

// closedGates are those that people have to know about.
func closedGates(gates []gateway.Gate) []gateway.Gate {
	var out []gateway.Gate
	for _, g := range gates {
		if g.State != core.GateOpen {
			out = append(out, g)
		}
	}
	return out
}
