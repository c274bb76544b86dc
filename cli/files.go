package cli

import (
	"errors"
	"fmt"
	"maps"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/internal/config"
)

// checked is what was found under some paths and everything that is wrong or doubtful in it, without asking anybody.
type checked struct {
	files       config.Files
	connections []connectionFile
	wrong       mapping.Diagnostics
	warnings    mapping.Diagnostics
}

// connectionFile is a connection with what has to travel with it.
type connectionFile struct {
	config.ConnectionFile
	tables  map[string]string
	systems [2]string // "" when it does not compile
}

// check loads the paths and holds every file against its schema, its kind and the other files.
func check(paths []string) (checked, error) {
	var c checked
	var err error
	c.files, err = config.Load(paths...)
	if err != nil && !errors.As(err, &c.wrong) {
		return c, fail(ExitUsage, "%v", err)
	}
	known := map[string]string{}
	for _, s := range c.files.Systems {
		known[s.System.Name] = s.System.Kind
		for _, d := range config.CheckSystem(s.System) {
			d.File = s.Path
			c.wrong = append(c.wrong, d)
		}
	}
	if len(known) == 0 {
		known = nil // the systems may be in the gateway
	}
	for _, f := range c.files.Connections {
		cf := connectionFile{ConnectionFile: f, tables: map[string]string{}}
		m, diags := mapping.Compile(f.Path, f.Source, mapping.Env{Systems: known, Read: func(name string) ([]byte, error) {
			b, err := f.Read(name)
			if err == nil {
				cf.tables[name] = string(b)
			}
			return b, err
		}})
		c.wrong = append(c.wrong, diags...)
		if len(diags) == 0 {
			c.warnings = append(c.warnings, m.Warnings...)
			cf.systems = [2]string{m.Connection.Sides[core.A].System, m.Connection.Sides[core.B].System}
		}
		c.connections = append(c.connections, cf)
	}
	if len(c.wrong) == 0 && len(c.files.Systems)+len(c.files.Connections) == 0 {
		return c, fail(ExitUsage, "there is no system or connection file under these paths")
	}
	return c, nil
}

// verdict is what validate prints for scripts.
type verdict struct {
	Valid       bool                 `json:"valid"`
	Systems     []string             `json:"systems"`
	Connections []string             `json:"connections"`
	Diagnostics []gateway.Diagnostic `json:"diagnostics"`
	Warnings    []gateway.Diagnostic `json:"warnings"`
	Online      bool                 `json:"online"` // checked against the live systems too
}

func (c checked) verdict() verdict {
	v := verdict{Valid: len(c.wrong) == 0, Systems: []string{}, Connections: []string{}, Diagnostics: []gateway.Diagnostic{}, Warnings: []gateway.Diagnostic{}}
	for _, s := range c.files.Systems {
		v.Systems = append(v.Systems, s.System.Name)
	}
	for _, f := range c.files.Connections {
		v.Connections = append(v.Connections, f.Name)
	}
	v.Diagnostics = append(v.Diagnostics, gateway.Diagnostics(c.wrong)...)
	v.Warnings = append(v.Warnings, gateway.Diagnostics(c.warnings)...)
	return v
}

func (e *env) validate() *cobra.Command {
	var online bool
	cmd := &cobra.Command{
		Use: "validate PATH…", Short: "Check files of systems and connections", Args: cobra.MinimumNArgs(1),
		Long: "Check files of systems and connections, and of folders every one in them. Everything wrong is printed with its place.\n" +
			"Nothing is asked and nothing is stored, unless --online has the gateway hold connections against the live systems.",
		RunE: func(cmd *cobra.Command, paths []string) error {
			c, err := check(paths)
			if err != nil {
				return err
			}
			v := c.verdict()
			if online && v.Valid {
				v.Online = true
				for _, f := range c.connections {
					_, err := e.send(cmd, f, true, false)
					if more, ok := diagnosed(err); ok {
						v.Valid, v.Diagnostics = false, append(v.Diagnostics, more...)
					} else if err != nil {
						return err
					}
				}
			}
			return e.judge(v)
		},
	}
	cmd.Flags().BoolVar(&online, "online", false, "hold connections against the live systems, through the gateway")
	return cmd
}

// judge prints a verdict; what is wrong is exit code 1.
func (e *env) judge(v verdict) error {
	err := e.print(v, func(t *table) {
		for _, d := range v.Diagnostics {
			t.line("%s", mapping.Diagnostic(d).Error())
		}
		for _, d := range v.Warnings {
			t.line("warning: %s", mapping.Diagnostic(d).Error())
		}
		if v.Valid {
			t.line("valid: %s, %s", count(len(v.Systems), "system"), count(len(v.Connections), "connection"))
		}
	})
	if err == nil && !v.Valid {
		text := ""
		if !e.json {
			text = fmt.Sprintf("%s wrong", count(len(v.Diagnostics), "thing"))
		}
		err = &failure{code: ExitWrong, text: text}
	}
	return err
}

// diagnosed are the diagnostics a gateway refused a file with.
func diagnosed(err error) ([]gateway.Diagnostic, bool) {
	var r *remote
	if !errors.As(err, &r) || len(r.told.Diagnostics) == 0 {
		return nil, false
	}
	return r.told.Diagnostics, true
}

func (e *env) apply() *cobra.Command {
	var dry, follow bool
	cmd := &cobra.Command{
		Use: "apply PATH…", Short: "Put files of systems and connections in force", Args: cobra.MinimumNArgs(1),
		Long: "Put files of systems and connections in force: systems first, then connections with the tables they name.\n" +
			"Every file is checked before the first is sent. What did not change stays at its version.",
		RunE: func(cmd *cobra.Command, paths []string) error {
			c, err := check(paths)
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
		req := gateway.ApplyRequest{FileName: s.Path, Source: string(s.Source), DryRun: dry}
		if err := e.call(cmd.Context(), "PUT", "/systems"+segment(s.System.Name), req, &a); err != nil {
			return e.stopped(results, err)
		}
		pending[s.System.Name] = dry && a.Changed
		results = append(results, result{What: "system", Applied: a})
	}
	for _, f := range c.connections {
		if pending[f.systems[0]] || pending[f.systems[1]] {
			results = append(results, result{What: "connection", Applied: gateway.Applied{Name: f.Name, DryRun: true},
				Skipped: "checked by itself only, because its systems are not applied as they are here"})
			continue
		}
		a, err := e.send(cmd, f, dry, follow)
		if err != nil {
			return e.stopped(results, err)
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
		return e.judge(verdict{Diagnostics: ds, Systems: []string{}, Connections: []string{}, Warnings: []gateway.Diagnostic{}, Online: true})
	}
	return err
}

func (e *env) printResults(results []result) error {
	return e.print(map[string]any{"applied": results}, func(t *table) {
		for _, r := range results {
			t.row(r.What, r.Name, said(r))
			for _, d := range r.Warnings {
				t.line("warning: %s", mapping.Diagnostic(d).Error())
			}
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
