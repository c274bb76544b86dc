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
	var winner string
	cmd := &cobra.Command{Use: "resolve PAIR RULE --winner SIDE", Short: "Choose the side whose value wins in a conflict", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.decide(cmd, args[0], "resolve", gateway.ResolveRequest{Rule: args[1], Winner: winner})
		}}
	cmd.Flags().StringVar(&winner, "winner", "", "name of the side")
	_ = cmd.MarkFlagRequired("winner")
	return cmd
}

func (e *env) link() *cobra.Command {
	return &cobra.Command{Use: "link CONNECTION SIDE=ITEM SIDE=ITEM", Short: "Make a pair of two items that exist", Args: cobra.ExactArgs(3),
		Example: "  duplex link support-escalation support=35436 engineering=ENG-12",
		RunE: func(cmd *cobra.Command, args []string) error {
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
}
