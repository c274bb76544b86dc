package cli

import (
	"fmt"
	"maps"

	"github.com/spf13/cobra"

	"duplex/gateway"
)

func (e *env) apply() *cobra.Command {
	var dry, follow bool
	cmd := &cobra.Command{
		Use: "apply PATH…", Short: "Put files of systems and connections in force", Args: cobra.MinimumNArgs(1),
		Long: "Put files of systems and connections in force: systems first, then connections, each with the files it names.\n" +
			"Every file is checked before the first is sent. What did not change stays at its version.",
		RunE: func(cmd *cobra.Command, paths []string) error {
			c, err := check(paths, nil)
			if err != nil {
				return err
			}
			if v := c.verdict(); !v.Valid {
				return e.judge(v)
			}
			return e.applyAll(cmd, c, dry, follow)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "check and compare only; nothing is stored")
	cmd.Flags().BoolVar(&follow, "follow", false, "let all pairs of the connections follow at once, not at their next sync")
	return cmd
}

// result is what became of one file.
type result struct {
	What string `json:"what"` // system | connection
	gateway.Applied
	Skipped string `json:"skipped,omitempty"` // why a dry run could not ask the gateway about it
}

func (e *env) applyAll(cmd *cobra.Command, c checked, dry, follow bool) error {
	var results []result
	pending := map[string]bool{} // systems that a dry run leaves as they are
	for _, s := range c.files.Systems {
		var a gateway.Applied
		req := gateway.ApplyRequest{FileName: s.Path, Source: string(s.Source), Files: s.System.Files, DryRun: dry}
		if err := e.call(cmd.Context(), "PUT", "/systems"+segment(s.System.Name), req, &a); err != nil {
			return e.stopped(results, err)
		}
		pending[s.System.Name] = dry && a.Changed
		results = append(results, result{What: "system", Applied: a})
	}
	for _, f := range c.connections {
		if pending[f.sides[0].System] || pending[f.sides[1].System] {
			results = append(results, result{What: "connection", Applied: gateway.Applied{Name: f.Name, DryRun: true},
				Skipped: "checked by itself only, because its systems are not applied as they are here"})
			continue
		}
		a, err := e.send(cmd, f, dry, follow)
		if err != nil {
			return e.stopped(results, err)
		}
		if !dry {
			e.keepSides(cmd.Context(), f)
		}
		results = append(results, result{What: "connection", Applied: a})
	}
	return e.printResults(results)
}

// send applies one connection.
func (e *env) send(cmd *cobra.Command, f connectionFile, dry, follow bool) (a gateway.Applied, err error) {
	req := gateway.ApplyRequest{FileName: f.Path, Source: string(f.Source), Files: f.tables, DryRun: dry, Follow: follow}
	if maps.Equal(f.tables, map[string]string{}) {
		req.Files = nil
	}
	return a, e.call(cmd.Context(), "PUT", "/connections"+segment(f.Name), req, &a)
}

// stopped prints what was applied before an error, and the error.
func (e *env) stopped(done []result, err error) error {
	if len(done) > 0 && !e.json {
		if err := e.printResults(done); err != nil {
			return err
		}
	}
	if ds, ok := diagnosed(err); ok {
		v := verdict{Systems: []string{}, Connections: []string{}, Warnings: []finding{}, Online: true, lines: &lines{}}
		v.wrong(ds)
		return e.judge(v)
	}
	return err
}

func (e *env) printResults(results []result) error {
	return e.print(map[string]any{"applied": results}, func(t *table) {
		for _, r := range results {
			t.row(r.What, r.Name, said(r))
			t.tell(findings(&lines{}, severityWarning, r.Warnings))
		}
		for _, r := range results {
			if r.Run != "" {
				t.line("pairs of %s follow in run %s", r.Name, r.Run)
			}
			if r.Webhook != "" && r.Changed && !r.DryRun {
				t.line("%s sends its webhooks to %s", r.Name, r.Webhook)
			}
		}
	})
}

func said(r result) string {
	switch {
	case r.Skipped != "":
		return r.Skipped
	case r.DryRun && r.Changed && r.Version == 0:
		return "would be new"
	case r.DryRun && r.Changed:
		return fmt.Sprintf("would change from version %d", r.Version)
	case r.Changed:
		return fmt.Sprintf("version %d", r.Version)
	}
	return fmt.Sprintf("unchanged, version %d", r.Version)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
