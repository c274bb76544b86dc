package cli

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

// problemClasses lists the classes for help texts.
func problemClasses() string {
	var names []string
	for _, c := range core.ProblemClasses {
		names = append(names, string(c))
	}
	return strings.Join(names, ", ")
}

func (e *env) problems() *cobra.Command {
	var connection, class string
	cmd := &cobra.Command{Use: "problems", Short: "List what is parked over all pairs, gathered by problem, oldest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{}
			if connection != "" {
				query.Set("connection", connection)
			}
			if class != "" {
				query.Set("class", class)
			}
			var list gateway.ProblemList
			if err := e.call(cmd.Context(), "GET", "/problems?"+query.Encode(), nil, &list); err != nil {
				return err
			}
			return e.print(list, func(t *table) { showProblems(t, list) })
		}}
	cmd.Flags().StringVar(&connection, "connection", "", "only of this connection")
	cmd.Flags().StringVar(&class, "class", "", "only of this class: "+problemClasses())
	return cmd
}

func showProblems(t *table, list gateway.ProblemList) {
	if len(list.Problems) == 0 {
		t.line("nothing is parked")
		return
	}
	t.line("%s with something parked", count(list.Pairs, "pair"))
	for _, p := range list.Problems {
		t.line("")
		t.line("%s: %s of %s: %s", count(p.Count, "pair"), p.What, p.Connection, p.Text)
		t.row("  class", string(p.Class))
		t.row("  since", t.at(p.Since))
		t.row("  to do", p.ToDo)
		if p.Retries != "" {
			t.row("  tried again by", p.Retries)
		}
		for i, id := range p.Examples {
			name := "  look at"
			if i > 0 {
				name = "  "
			}
			t.row(name, fmt.Sprintf("duplex show '%s'", id))
		}
	}
}
