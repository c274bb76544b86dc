package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"duplex/connectors/rest"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/internal/config"
)

// checked is what was found under some paths and everything that is wrong or doubtful in it, without asking anybody.
type checked struct {
	files       config.Files
	connections []connectionFile
	wrong       []gateway.Diagnostic
	warnings    []gateway.Diagnostic
}

// connectionFile is a connection with what has to travel with it.
type connectionFile struct {
	config.ConnectionFile
	tables map[string]string
	sides  [2]core.ConnectionSide // empty when it does not compile
}

// check loads the paths and holds every file against its schema, its kind, the other files and what described knows of the
// systems.
func check(paths []string, described *catalogue) (checked, error) {
	var c checked
	var err error
	var wrong mapping.Diagnostics
	c.files, err = config.Load(paths...)
	if err != nil && !errors.As(err, &wrong) {
		return c, fail(ExitUsage, "%v", err)
	}
	known := map[string]string{}
	for name, kind := range c.files.Wrong {
		known[name] = kind
	}
	for _, s := range c.files.Systems {
		known[s.System.Name] = s.System.Kind
		wrong = append(wrong, config.InFile(config.CheckSystem(s.System), s.Path, s.Source)...)
	}
	for _, m := range c.files.Manifests {
		_, ds := rest.Parse(m.Path, m.Source)
		for _, d := range ds {
			if !slices.Contains(wrong, d) { // a system that uses it told it already
				wrong = append(wrong, d)
			}
		}
	}
	c.wrong = gateway.Diagnostics(placed(wrong))
	if len(known) == 0 || c.files.Unread {
		known = nil // the systems may be in the gateway, or in the file that cannot be read
	}
	for _, f := range c.files.Connections {
		cf := connectionFile{ConnectionFile: f, tables: map[string]string{}}
		env := mapping.Env{Systems: known, Read: func(name string) ([]byte, error) {
			b, err := f.Read(name)
			if err == nil {
				cf.tables[name] = string(b)
			}
			return b, err
		}}
		described.into(&env, f.Path)
		m, diags := mapping.Compile(f.Path, f.Source, env)
		c.wrong = append(c.wrong, cf.beside(gateway.Diagnostics(diags))...)
		if len(diags) == 0 {
			c.warnings = append(c.warnings, cf.beside(gateway.Diagnostics(m.Warnings))...)
			cf.sides = m.Connection.Sides
		}
		c.connections = append(c.connections, cf)
	}
	if len(c.wrong) == 0 && len(c.files.Systems)+len(c.files.Connections)+len(c.files.Manifests) == 0 {
		return c, fail(ExitUsage, "there is no system, connection or manifest file under these paths")
	}
	return c, nil
}

// placed gives diagnostics that know only a path the place it has in their file.
func placed(ds mapping.Diagnostics) mapping.Diagnostics {
	for i, d := range ds {
		if d.Line > 0 || d.Path == "" {
			continue
		}
		if src, err := os.ReadFile(d.File); err == nil {
			ds[i] = mapping.Placed(mapping.Diagnostics{d}, d.File, src)[0]
		}
	}
	return ds
}

// beside gives diagnostics of files that the connection names the path of those files.
func (f connectionFile) beside(ds []gateway.Diagnostic) []gateway.Diagnostic {
	out := make([]gateway.Diagnostic, len(ds))
	for i, d := range ds {
		if _, ok := f.tables[d.File]; ok && d.File != f.Path {
			d.File = filepath.Join(filepath.Dir(f.Path), d.File)
		}
		out[i] = d
	}
	return out
}

// verdict is what validate prints for scripts.
type verdict struct {
	Valid       bool      `json:"valid"`
	Systems     []string  `json:"systems"`
	Connections []string  `json:"connections"`
	Manifests   []string  `json:"manifests,omitempty"`
	Diagnostics []finding `json:"diagnostics"`
	Warnings    []finding `json:"warnings"`
	Online      bool      `json:"online"` // checked against the live systems too
	// Descriptions are what fields and options were checked against without asking the systems.
	Descriptions []usedDescription `json:"descriptions,omitempty"`
	Notes        []string          `json:"notes,omitempty"` // what was not checked, and why

	lines *lines
}

func (c checked) verdict() verdict {
	v := verdict{Systems: []string{}, Connections: []string{}, lines: &lines{}}
	for _, s := range c.files.Systems {
		v.Systems = append(v.Systems, s.System.Name)
	}
	for _, f := range c.files.Connections {
		v.Connections = append(v.Connections, f.Name)
	}
	for _, f := range c.files.Manifests {
		v.Manifests = append(v.Manifests, f.Path)
	}
	v.wrong(c.wrong)
	v.warned(c.warnings)
	return v
}

// wrong adds what is wrong.
func (v *verdict) wrong(more []gateway.Diagnostic) {
	v.Diagnostics = sorted(append(v.Diagnostics, findings(v.lines, severityError, more)...))
	v.Valid = len(v.Diagnostics) == 0
}

// warned adds what is doubtful.
func (v *verdict) warned(more []gateway.Diagnostic) {
	v.Warnings = sorted(append(v.Warnings, findings(v.lines, severityWarning, more)...))
}

func (e *env) validate() *cobra.Command {
	var online, blind bool
	cmd := &cobra.Command{
		Use: "validate PATH…", Short: "Check files of systems, connections and manifests", Args: cobra.MinimumNArgs(1),
		Long: "Check files of systems and connections, and of folders every one in them. Everything wrong is printed with its place.\n" +
			"Fields and options are held against what the systems said when they were last described (see duplex help describe);\n" +
			"nobody is asked, unless --online has the gateway hold connections against the live systems.",
		RunE: func(cmd *cobra.Command, paths []string) error {
			known := &catalogue{off: blind || online}
			c, err := check(paths, known)
			if err != nil {
				return err
			}
			v := c.verdict()
			v.Descriptions, v.Notes = known.used, known.notes()
			if online && v.Valid {
				if err := e.checkOnline(cmd, c, &v); err != nil {
					return err
				}
			}
			return e.judge(v)
		},
	}
	cmd.Flags().BoolVar(&online, "online", false, "hold connections against the live systems, through the gateway")
	cmd.Flags().BoolVar(&blind, "no-cache", false, "look at the files alone, not at what the systems said when they were described")
	cmd.MarkFlagsMutuallyExclusive("online", "no-cache")
	return cmd
}

// checkOnline has the gateway check the connections, and keeps what their systems say for the next time.
func (e *env) checkOnline(cmd *cobra.Command, c checked, v *verdict) error {
	v.Online = true
	for _, f := range c.connections {
		a, err := e.send(cmd, f, true, false)
		more, ok := diagnosed(err)
		if err != nil && !ok {
			return err
		}
		v.wrong(f.beside(more))
		v.warned(f.beside(a.Warnings))
		if err == nil {
			v.Notes = append(v.Notes, e.keepSides(cmd.Context(), f)...)
		}
	}
	return nil
}

// judge prints a verdict; what is wrong is exit code 1.
func (e *env) judge(v verdict) error {
	err := e.print(v, func(t *table) {
		t.tell(v.Diagnostics)
		t.tell(v.Warnings)
		for _, text := range against(v.Descriptions, e.now()) {
			t.line("%s", text)
		}
		for _, n := range v.Notes {
			t.line("%s", n)
		}
		if v.Valid {
			text := fmt.Sprintf("valid: %s, %s", count(len(v.Systems), "system"), count(len(v.Connections), "connection"))
			if n := len(v.Manifests); n > 0 {
				text += ", " + count(n, "manifest")
			}
			if n := len(v.Warnings); n > 0 {
				text += ", " + count(n, "warning")
			}
			t.paint(green, text, "")
		}
	})
	if err == nil && !v.Valid {
		text := ""
		if !e.json {
			text = total(v.Diagnostics, v.Warnings)
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
