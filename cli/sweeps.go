package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"duplex/gateway"
)

func (e *env) sweep() *cobra.Command {
	var side string
	cmd := &cobra.Command{Use: "sweep CONNECTION", Short: "Ask both systems now what changed, whatever the schedule", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.do(cmd, "/connections"+segment(args[0])+"/sweep", gateway.SweepRequest{Side: side})
		}}
	cmd.Flags().StringVar(&side, "side", "", "name of the only side to sweep")
	return cmd
}

func (e *env) release() *cobra.Command {
	return &cobra.Command{Use: "release CONNECTION", Short: "Let a stopped connection go on: what it saw is accepted", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.do(cmd, "/connections"+segment(args[0])+"/release", nil)
		}}
}

func (e *env) sweeps() *cobra.Command {
	return &cobra.Command{Use: "sweeps", Short: "Show the last sweep over each side of each connection", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list gateway.SweepList
			if err := e.call(cmd.Context(), "GET", "/sweeps", nil, &list); err != nil {
				return err
			}
			return e.print(list, func(t *table) {
				if len(list.Sweeps) == 0 {
					t.line("no connections")
					return
				}
				t.row("CONNECTION", "SIDE", "EVERY", "LAST", "RESULT", "LISTED", "HANDED OVER", "KNOWN", "LOOKED FOR", "MISSING", "NEXT")
				for _, s := range list.Sweeps {
					t.row(s.Connection, s.Side, s.Every, t.at(s.Ended), sweepResult(s), strconv.Itoa(s.Listed), strconv.Itoa(s.HandedOver),
						strconv.Itoa(s.Known), strconv.Itoa(s.Looked), strconv.Itoa(s.Missing), t.at(s.Next))
				}
			})
		}}
}

// sweepResult is what the last sweep came to, and why where it did not go well.
func sweepResult(s gateway.Sweep) string {
	switch {
	case s.Brake != "":
		return "STOPPED: " + s.Brake
	case s.Result == "":
		return "not yet"
	case s.Text != "":
		return s.Result + ": " + s.Text
	}
	return s.Result
}
