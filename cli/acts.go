package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"duplex/gateway"
)

// act is a command that sends one decision to a pair.
func (e *env) act(use, short, act string) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return e.decide(cmd, args[0], act, nil)
	}}
}

func (e *env) decide(cmd *cobra.Command, name, act string, body any) error {
	id, err := e.pair(cmd.Context(), name)
	if err != nil {
		return err
	}
	return e.do(cmd, "/pairs"+segment(id)+"/"+act, body)
}

// do posts and prints what the gateway says it did.
func (e *env) do(cmd *cobra.Command, path string, body any) error {
	var done gateway.Done
	if err := e.call(cmd.Context(), "POST", path, body, &done); err != nil {
		return err
	}
	return e.print(done, func(t *table) { t.line("%s", done.Text) })
}

func (e *env) resolve() *cobra.Command {
	var req gateway.ResolveRequest
	var value string
	cmd := &cobra.Command{Use: "resolve PAIR RULE (--winner SIDE | --value V --in SIDE | --skip)", Short: "Decide about something that is parked", Args: cobra.ExactArgs(2),
		Long: "Decide about something that is parked: the value of one side wins, or a new value is given in the words of one side and written there\n" +
			"and, converted, to the other; or a comment or file is left out for good. The values that lose are kept: duplex why shows them.\n" +
			"The decision is for the values that are shown now. When one of them changes before it is carried out, it lapses.",
		Example: "  duplex resolve ENG-7 priority~priority --winner support\n  duplex resolve ENG-7 priority~priority --value High --in engineering\n" +
			"  duplex resolve ENG-7 comment:10042 --skip",
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Rule = args[1]
			if cmd.Flags().Changed("value") {
				req.Value = &value
			}
			return e.decide(cmd, args[0], "resolve", req)
		}}
	f := cmd.Flags()
	f.StringVar(&req.Winner, "winner", "", "name of the side whose value wins")
	f.StringVar(&value, "value", "", "a new value: an option's name, a person's e-mail address, elements with commas between them; empty clears the field")
	f.StringVar(&req.In, "in", "", "name of the side in whose words the value is")
	f.BoolVar(&req.Skip, "skip", false, "leave a comment or file out for good")
	cmd.MarkFlagsOneRequired("winner", "value", "skip")
	cmd.MarkFlagsMutuallyExclusive("winner", "value", "skip")
	cmd.MarkFlagsRequiredTogether("value", "in")
	return cmd
}

func (e *env) link() *cobra.Command {
	var file string
	var dryRun, wait bool
	cmd := &cobra.Command{Use: "link CONNECTION SIDE=ITEM SIDE=ITEM", Short: "Make a pair of two items that exist, or pairs of those in a CSV file", Args: cobra.RangeArgs(1, 3),
		Long:    "Make a pair of two items that exist. The first sync decides about their fields.\n\n--file links many in a run: a CSV file whose header line names the two sides.",
		Example: "  duplex link support-escalation support=35436 engineering=ENG-12\n  duplex link support-escalation --file pairs.csv --dry-run --wait",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case file != "" && len(args) == 1:
				return e.linkFile(cmd, args[0], file, dryRun, wait)
			case file != "" || dryRun || wait || len(args) != 3:
				return fail(ExitUsage, "write SIDE=ITEM once per side, or name a file of pairs with --file")
			}
			req := gateway.LinkRequest{Connection: args[0], Items: map[string]string{}}
			for _, a := range args[1:] {
				side, id, ok := strings.Cut(a, "=")
				if !ok || side == "" || id == "" || req.Items[side] != "" {
					return fail(ExitUsage, "%q: write SIDE=ITEM once per side", a)
				}
				req.Items[side] = id
			}
			var linked gateway.Linked
			if err := e.call(cmd.Context(), "POST", "/links", req, &linked); err != nil {
				return err
			}
			return e.print(linked, func(t *table) {
				t.line("%s", linked.Text)
				t.row("pair", linked.Pair.ID)
				t.row("items", item(linked.Pair.Sides, 0)+", "+item(linked.Pair.Sides, 1))
			})
		}}
	cmd.Flags().StringVar(&file, "file", "", "link the pairs in this CSV file; its header line names the two sides")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "with --file: read the items and tell what would be linked")
	cmd.Flags().BoolVar(&wait, "wait", false, "with --file: wait until the run has ended")
	return cmd
}
