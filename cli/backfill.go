package cli

import (
	"bufio"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) backfill() *cobra.Command {
	var side, since, query, items, file string
	var dryRun, wait bool
	cmd := &cobra.Command{Use: "backfill CONNECTION --side SIDE", Short: "Bring items that were there before into the sync", Args: cobra.ExactArgs(1),
		Long: "Bring items that were there before into the sync.\n\nEvery item of the side that --since, --query or the list names, without any of them every item of its scope,\n" +
			"is looked at as if it had just been edited: one that meets the trigger gets its twin, or is matched with it.\nThe run can be paused, resumed and stopped, and doing it twice does no harm.",
		Example: "  duplex backfill support-escalation --side support --since 2026-01-01 --wait\n" +
			"  duplex backfill support-escalation --side engineering --query 'labels = customer' --dry-run\n  duplex backfill support-escalation --side support --items 35436,35437",
		RunE: func(cmd *cobra.Command, args []string) error {
			req := gateway.RunRequest{Kind: core.RunBackfill, Connection: args[0], Params: core.RunParams{Side: side, Query: query, DryRun: dryRun}}
			var err error
			if req.Params.Since, err = e.when(since); err != nil {
				return err
			}
			if req.Params.Items, err = itemList(items, file); err != nil {
				return err
			}
			return e.start(cmd.Context(), req, wait)
		}}
	f := cmd.Flags()
	f.StringVar(&side, "side", "", "the side whose items are looked at")
	f.StringVar(&since, "since", "", "only items changed since: 2026-01-31, 2026-01-31T09:00:00Z, or a duration such as 72h")
	f.StringVar(&query, "query", "", "only items that a search in the system's own language finds (JQL, Zendesk search)")
	f.StringVar(&items, "items", "", "only these ids or keys, separated by commas")
	f.StringVar(&file, "file", "", "only the ids or keys in this file, one a line")
	f.BoolVar(&dryRun, "dry-run", false, "list what would be looked at, and do nothing")
	f.BoolVar(&wait, "wait", false, "wait until the run has ended")
	_ = cmd.MarkFlagRequired("side")
	return cmd
}

// itemList is the ids of a list and of a file, one a line; empty lines and those that begin with # are left out.
func itemList(list, file string) ([]string, error) {
	var out []string
	for _, id := range strings.Split(list, ",") {
		if id = strings.TrimSpace(id); id != "" {
			out = append(out, id)
		}
	}
	if file == "" {
		return out, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fail(ExitUsage, "the list cannot be read: %v", err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if id := strings.TrimSpace(s.Text()); id != "" && !strings.HasPrefix(id, "#") {
			out = append(out, id)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fail(ExitUsage, "the list cannot be read: %v", err)
	}
	if len(out) == 0 {
		return nil, fail(ExitUsage, "%s names no items", file)
	}
	return out, nil
}
