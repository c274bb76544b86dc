package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/gateway"
)

func (e *env) retention() *cobra.Command {
	var run bool
	cmd := &cobra.Command{Use: "retention", Short: "Show what the store holds and what retention removes at its next run", Args: cobra.NoArgs,
		Long: "Show what the store holds and what retention removes at its next run.\nNothing is removed unless --run is given. What is kept how long is set by DUPLEX_RETENTION where gateways and workers run.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if run {
				return e.do(cmd, "/retention/run", nil)
			}
			var r gateway.RetentionReport
			if err := e.call(cmd.Context(), "GET", "/retention", nil, &r); err != nil {
				return err
			}
			return e.print(r, func(t *table) {
				t.row("TABLE", "KEPT", "ROWS", "SIZE", "OLDEST", "OLDER", "TO REMOVE", "REMOVED SO FAR", "LAST RUN")
				for _, u := range r.Tables {
					t.row(u.Table, core.KeptFor(u.Keep), fmt.Sprint(u.Rows), size(u.Bytes), t.at(u.Oldest), fmt.Sprint(u.Old), fmt.Sprint(u.Removes),
						fmt.Sprint(u.Removed), t.at(u.RanAt))
				}
				t.line("the whole store takes up %s; rows that are older and not removed are still needed", size(r.Bytes))
			})
		}}
	cmd.Flags().BoolVar(&run, "run", false, "remove them now")
	return cmd
}

// size is a number of bytes for people.
func size(n int64) string {
	if n < 0 {
		return "?"
	}
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if n < 10_000 {
			return strconv.FormatInt(n, 10) + " " + unit
		}
		n /= 1000
	}
	return strconv.FormatInt(n, 10) + " TB"
}
