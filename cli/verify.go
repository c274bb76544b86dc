package cli

import (
	"context"
	"fmt"
	"net/url"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

// verified is what a comparison found, as --json prints it.
type verified struct {
	gateway.Run
	Reasons map[string]int `json:"reasons"` // differences by kind
	Differ  []core.RunItem `json:"differ"`
}

func (e *env) verify() *cobra.Command {
	var pair string
	var sample int
	var fix, later bool
	cmd := &cobra.Command{Use: "verify CONNECTION", Short: "Compare all pairs of a connection as they are now, and tell each difference with its reason", Args: cobra.ExactArgs(1),
		Long: "Compare the items of all pairs of a connection, or of a sample, as they are in their systems now, under the mapping in force.\nIt writes nothing. " +
			"Each difference is told with its reason, by field names; the values are in the plan that is named.\n\n" +
			"  will be written  a change that duplex was not told of: the pair's next sync carries it over\n" +
			"  parked           it waits for a person: duplex show PAIR\n" +
			"  does not flow    changed on a side from where the rule carries nothing\n" +
			"  differs          nothing changed since both sides agreed, and they do not mean the same\n" +
			"  not comparable   the value has no expression on the other side\n" +
			"  item missing     an item was deleted, or is not created yet\n" +
			"  not read         a system would not show the item\n\n" +
			"The exit code is 0 when all are in step, and 6 when differences were found. --fix hands pairs that differ over for a sync.",
		Example: "  duplex verify support-escalation\n  duplex verify support-escalation --sample 200\n  duplex verify support-escalation --pair ENG-7 --fix",
		RunE: func(cmd *cobra.Command, args []string) error {
			req := gateway.RunRequest{Kind: core.RunVerify, Connection: args[0], Params: core.RunParams{Sample: sample, Fix: fix}}
			var err error
			if pair != "" {
				if req.Params.Pair, err = e.pair(cmd.Context(), pair); err != nil {
					return err
				}
			}
			if later {
				return e.start(cmd.Context(), req, false)
			}
			return e.verifyNow(cmd.Context(), req)
		}}
	cmd.Flags().IntVar(&sample, "sample", 0, "so many pairs, drawn at random")
	cmd.Flags().StringVar(&pair, "pair", "", "this pair only")
	cmd.Flags().BoolVar(&fix, "fix", false, "hand pairs that differ over for a sync")
	cmd.Flags().BoolVar(&later, "no-wait", false, "do not wait: duplex run ID shows what was found")
	return cmd
}

func (e *env) verifyNow(ctx context.Context, req gateway.RunRequest) error {
	var v verified
	if err := e.call(ctx, "POST", "/runs", req, &v.Run); err != nil {
		return err
	}
	var err error
	if v.Run, err = e.wait(ctx, v.Run.ID); err != nil {
		return err
	}
	if v.Run.State != core.RunDone {
		return fail(ExitRefused, "the comparison did not come to its end: run %s is %s: %s", v.Run.ID, v.Run.State, v.Run.Reason)
	}
	v.Reasons, v.Differ = map[string]int{}, []core.RunItem{}
	for after := int64(0); ; {
		var page gateway.RunItemList
		query := url.Values{"state": {string(core.ItemFailed)}, "limit": {"1000"}}
		if after > 0 {
			query.Set("after", fmt.Sprint(after))
		}
		if err := e.call(ctx, "GET", "/runs"+segment(v.Run.ID)+"/items?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		v.Differ = append(v.Differ, page.Items...)
		if after = page.Next; after == 0 {
			break
		}
	}
	for _, it := range v.Differ {
		for _, d := range strings.Split(it.Reason, "; ") {
			kind, _, _ := strings.Cut(d, ": ")
			v.Reasons[kind]++
		}
	}
	if err := e.print(v, func(t *table) { showVerified(t, v) }); err != nil || len(v.Differ) == 0 {
		return err
	}
	return fail(ExitDiffers, "")
}

func showVerified(t *table, v verified) {
	t.line("run %s: %d pairs compared, %d not in step", v.Run.ID, v.Run.Progress.Answered, len(v.Differ))
	if len(v.Differ) == 0 {
		return
	}
	var kinds []string
	for kind := range v.Reasons {
		kinds = append(kinds, kind)
	}
	sort.Slice(kinds, func(i, j int) bool {
		if v.Reasons[kinds[i]] != v.Reasons[kinds[j]] {
			return v.Reasons[kinds[i]] > v.Reasons[kinds[j]]
		}
		return kinds[i] < kinds[j]
	})
	t.line("")
	t.row("DIFFERENCES", "KIND")
	for _, kind := range kinds {
		t.row(fmt.Sprint(v.Reasons[kind]), kind)
	}
	for _, it := range v.Differ {
		t.line("")
		values := ""
		if it.Plan != "" {
			values = "   values: duplex decision " + it.Plan
		}
		t.line("%s%s", it.Name, values)
		for _, d := range strings.Split(it.Reason, "; ") {
			t.line("  %s", d)
		}
	}
}
