package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"duplex/activities"
	"duplex/connectors"
	"duplex/core/draft"
	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/schemas"
)

// newConnection is what duplex new connection is told.
type newConnection struct {
	from, to     string
	types, names [2]string
	scopes       [2][]string
	name, out    string
	refresh      bool
}

func (e *env) newFile() *cobra.Command {
	cmd := &cobra.Command{
		Use: "new", Short: "Draft a file of a connection or system", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	cmd.AddCommand(e.newConnection(), e.newSystem())
	return cmd
}

func (e *env) newConnection() *cobra.Command {
	var o newConnection
	cmd := &cobra.Command{
		Use: "connection --from SYSTEM --to SYSTEM", Short: "Draft a connection file from what both systems say of themselves", Args: cobra.NoArgs,
		Long: "Draft a connection file from what both systems say of their fields and options. A system is named, or given by its file;\n" +
			"see duplex help describe. Rules are found by names, labels, usual words for the same thing, kinds and options. Each has its\n" +
			"reason above it; what is in doubt is a comment. Nothing is stored or put in force.",
		RunE: func(cmd *cobra.Command, _ []string) error { return e.draftConnection(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "the system whose items enter the sync, by name or file")
	f.StringVar(&o.to, "to", "", "the other system, by name or file")
	f.StringVar(&o.types[0], "type-from", "", "type of item of the first (default: the first its kind has)")
	f.StringVar(&o.types[1], "type-to", "", "type of item of the other")
	f.StringArrayVar(&o.scopes[0], "scope-from", nil, "scope of the first: key=value; may be repeated")
	f.StringArrayVar(&o.scopes[1], "scope-to", nil, "scope of the other, such as project=ENG")
	f.StringVar(&o.names[0], "side-from", "", "what the first side is called in the file, such as support")
	f.StringVar(&o.names[1], "side-to", "", "what the other side is called, such as engineering")
	f.StringVar(&o.name, "name", "", "the connection's name (default: made of the sides' names)")
	f.StringVar(&o.out, "out", "", "file to write; nothing is overwritten (default: print it)")
	f.BoolVar(&o.refresh, "refresh", false, "ask the systems, whatever is kept of them")
	_ = cmd.MarkFlagRequired("from")
	_ = cmd.MarkFlagRequired("to")
	return cmd
}

var connectionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func (e *env) draftConnection(ctx context.Context, o newConnection) error {
	if o.name != "" && !connectionName.MatchString(o.name) {
		return fail(ExitUsage, "a connection's name is lower-case letters, digits and hyphens, at most 63, not %q", o.name)
	}
	if o.out != "" {
		if _, err := os.Lstat(o.out); err == nil {
			return fail(ExitUsage, "%s is there already; nothing is overwritten", o.out)
		}
	}
	var sides [2]draft.Side
	var said [2]gateway.Description
	for s, target := range [2]string{o.from, o.to} {
		if o.names[s] != "" && !mapping.MaySide(o.names[s]) {
			return fail(ExitUsage, "a side cannot be called %q: lower-case letters, digits and hyphens, and no word that rules use", o.names[s])
		}
		scope, err := scopeOf(o.scopes[s])
		if err != nil {
			return err
		}
		if said[s], err = e.description(ctx, wanted{target: target, typ: o.types[s], scope: scope}, o.refresh); err != nil {
			return err
		}
		sides[s] = draftSide(said[s])
		sides[s].Name = o.names[s]
	}
	d := draft.New(sides[0], sides[1])
	if o.name == "" {
		o.name = d.Sides[0].Name + "-" + d.Sides[1].Name
		o.name = strings.TrimRight(o.name[:min(len(o.name), 63)], "-")
	}
	schema := ""
	if o.out != "" {
		schema = catalogueFolder + "/connection.schema.json"
	}
	text := connectionYAML(o.name, d, schema)
	_, wrong := mapping.Compile(firstOf(o.out, "connection.yaml"), text, draftEnv(said))
	if o.out == "" {
		if e.json {
			return e.print(map[string]any{"source": string(text), "diagnostics": findings(&lines{}, severityError, gateway.Diagnostics(wrong))}, nil)
		}
		_, err := e.Out.Write(text)
		return err
	}
	if err := os.WriteFile(o.out, text, 0o644); err != nil {
		return fail(ExitUsage, "the file cannot be written: %v", err)
	}
	folder := filepath.Join(filepath.Dir(o.out), catalogueFolder)
	if err := writeWhole(filepath.Join(folder, "connection.schema.json"), schemas.Connection); err != nil {
		fmt.Fprintf(e.Err, "duplex: the schema for editors is not written: %v\n", err)
	}
	for _, s := range said {
		if err := keep(folder, s); err != nil {
			fmt.Fprintf(e.Err, "duplex: the description of %s is not kept: %v\n", s.System, err)
		}
	}
	return e.drafted(o.out, d, wrong)
}

// drafted says what a draft came to and what is to be done next.
func (e *env) drafted(file string, d draft.Draft, wrong mapping.Diagnostics) error {
	doubts := 0
	for _, r := range d.Rules {
		if r.Doubt != "" {
			doubts++
		}
	}
	told := map[string]any{"file": file, "rules": len(d.Rules) - doubts, "in_doubt": doubts, "left": len(d.Left[0]) + len(d.Left[1]),
		"diagnostics": findings(&lines{}, severityError, gateway.Diagnostics(wrong))}
	return e.print(told, func(t *table) {
		t.line("%s: %s, %s more in doubt, %s without a counterpart", file, count(len(d.Rules)-doubts, "rule"), fmt.Sprint(doubts),
			count(len(d.Left[0])+len(d.Left[1]), "field"))
		t.tell(findings(&lines{}, severityError, gateway.Diagnostics(wrong)))
		t.line("read it, correct it, and then: duplex validate %s", shell(file))
	})
}

// draftSide is a side as a draft wants it.
func draftSide(d gateway.Description) draft.Side {
	s := draft.Side{System: d.System, Kind: d.Kind, Type: d.Type, Scope: d.Scope,
		Comments: slices.Contains(d.Capabilities, "write comments"), Files: slices.Contains(d.Capabilities, "attach files")}
	known := activities.Described(connectors.Description{Fields: d.Fields}, d.RichText)
	for i, f := range known.Fields {
		s.Fields = append(s.Fields, draft.Field{Field: f, Label: d.Fields[i].Label})
	}
	return s
}

// draftEnv is what a draft is compiled against: the descriptions it was made from.
func draftEnv(said [2]gateway.Description) mapping.Env {
	return mapping.Env{
		Describe: func(system, typ string, scope map[string]string) (*mapping.Description, bool) {
			for _, s := range said {
				if s.System == system && s.Type == typ && maps.Equal(s.Scope, scope) {
					return activities.Described(connectors.Description{Fields: s.Fields}, s.RichText), true
				}
			}
			return nil, false
		},
		Formats: func(system string) string {
			for _, s := range said {
				if s.System == system {
					return s.RichText
				}
			}
			return "plain"
		},
	}
}

// kindOfDraft is the kind of a field in the words of duplex describe.
func kindOfDraft(f draft.Field) string {
	text := kindWords(connectors.Field{Kind: f.Kind, Of: f.Of})
	if f.Required {
		text += ", required"
	}
	if f.ReadOnly && !f.OnCreate {
		text += ", cannot be written"
	}
	return text
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
