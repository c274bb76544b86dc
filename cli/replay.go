package cli

import (
	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) replay() *cobra.Command {
	var connection, class, status, since string
	var preview, wait bool
	cmd := &cobra.Command{Use: "replay [PAIR]", Short: "Read pairs afresh and try everything that is parked again", Args: cobra.MaximumNArgs(1),
		Long: "Read both sides of pairs afresh and try everything that is parked again: of one pair, or of all pairs of a connection that\n" +
			"--class, --status and --since select. Live edits go first.\n\n--preview writes nothing: it tells, per pair, what a replay would write and why; duplex decision shows the values.",
		Example: "  duplex replay ENG-7\n  duplex replay --connection support-escalation --class invalid --preview --wait\n  duplex replay --connection support-escalation --since 6h",
		RunE: func(cmd *cobra.Command, args []string) error {
			req := gateway.RunRequest{Kind: core.RunReplay, Connection: connection, Params: core.RunParams{Class: class, Status: status}}
			if preview {
				req.Kind = core.RunPreview
			}
			var err error
			if req.Params.Since, err = e.when(since); err != nil {
				return err
			}
			switch {
			case len(args) == 1:
				if req.Params.Pair, err = e.pair(cmd.Context(), args[0]); err != nil {
					return err
				}
				var p gateway.PairDetail
				if err := e.call(cmd.Context(), "GET", "/pairs"+segment(req.Params.Pair), nil, &p); err != nil {
					return err
				}
				req.Connection = p.Connection
			case connection == "":
				return fail(ExitUsage, "name a pair, or the connection whose pairs are meant with --connection")
			}
			return e.start(cmd.Context(), req, wait)
		}}
	f := cmd.Flags()
	f.StringVar(&connection, "connection", "", "pairs of this connection")
	f.StringVar(&class, "class", "", "only pairs with a problem of this class: "+problemClasses())
	f.StringVar(&status, "status", "", "only pairs with this status: pending, in-sync, problem, paused")
	f.StringVar(&since, "since", "", "only pairs that were synced, or had something parked, since: 2026-01-31, 2026-01-31T09:00:00Z, or a duration such as 6h")
	f.BoolVar(&preview, "preview", false, "tell what would be written, and write nothing")
	f.BoolVar(&wait, "wait", false, "wait until the run has ended")
	return cmd
}

func (e *env) follow() *cobra.Command {
	var wait bool
	cmd := &cobra.Command{Use: "follow CONNECTION", Short: "Let all pairs of a connection follow its mapping at once, not at their next sync", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.start(cmd.Context(), gateway.RunRequest{Kind: core.RunFollow, Connection: args[0]}, wait)
		}}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the run has ended")
	return cmd
}
