package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
	"duplex/internal/config"
)

// wanted is what is to be described: a system by its name, through the gateway, or by its file, without one.
type wanted struct {
	target string
	typ    string
	scope  map[string]string
	beside string // the file it is kept for; "": that of the system, or the current folder
}

func (e *env) describe() *cobra.Command {
	var typ string
	var scope []string
	var refresh, all bool
	cmd := &cobra.Command{
		Use: "describe [SYSTEM | FILE]", Short: "Show what a system says of its fields and options, and keep it for validate",
		Args: cobra.MaximumNArgs(1),
		Long: "Show what a system says of a type of item: fields, options, what a new item needs.\n" +
			"A system is asked through the gateway by its name, or directly by its file, with the secrets of this environment.\n" +
			"What it said is kept in the folder " + catalogueFolder + " beside the file (of a name: in the current folder, or the nearest above that\n" +
			"has one), without secrets and without anything of any item, and is shown from there until --refresh asks again.\n" +
			"A connection file describes both its systems, with the types and scopes it says.\n" +
			"Without a system, --refresh asks again about everything that is kept there.",
		RunE: func(cmd *cobra.Command, args []string) error {
			narrowed, err := scopeOf(scope)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if !refresh {
					return fail(ExitUsage, "name a system or its file, or write --refresh to renew every description that is kept")
				}
				return e.refreshAll(cmd.Context())
			}
			if sides, ok := sidesOf(args[0]); ok {
				if typ != "" || scope != nil {
					return fail(ExitUsage, "a connection file says the types and scopes itself")
				}
				return e.describeSides(cmd.Context(), args[0], sides, refresh, all)
			}
			d, err := e.description(cmd.Context(), wanted{target: args[0], typ: typ, scope: narrowed}, refresh)
			if err != nil {
				return err
			}
			return e.print(d, func(t *table) { t.describe(d, all) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&typ, "type", "", "type of item (default: the first the kind of system has)")
	f.StringArrayVar(&scope, "scope", nil, "narrow it as a side's scope does: project=ENG; may be repeated")
	f.BoolVar(&refresh, "refresh", false, "ask the system, whatever is kept")
	f.BoolVar(&all, "all", false, "show all options, not only the first twelve")
	return cmd
}

// scopeOf reads key=value words.
func scopeOf(words []string) (map[string]string, error) {
	var scope map[string]string
	for _, w := range words {
		k, v, ok := strings.Cut(w, "=")
		if !ok || k == "" {
			return nil, fail(ExitUsage, "a scope is written key=value, such as project=ENG, not %q", w)
		}
		if scope == nil {
			scope = map[string]string{}
		}
		scope[k] = v
	}
	return scope, nil
}

// sidesOf are the sides of a connection file; false for anything else.
func sidesOf(target string) ([]core.ConnectionSide, bool) {
	if !isFile(target) {
		return nil, false
	}
	found, err := config.Load(target)
	if err != nil || len(found.Connections) != 1 {
		return nil, false
	}
	return mapping.Sides(found.Connections[0].Source), true
}

// describeSides describes both systems of a connection file as its sides narrow them: by their files where they are beside
// it, else through the gateway.
func (e *env) describeSides(ctx context.Context, file string, sides []core.ConnectionSide, refresh, all bool) error {
	beside, _ := config.Load(filepath.Dir(file)) // what is wrong in other files is not asked about here
	said := []gateway.Description{}
	for _, s := range sides {
		w := wanted{target: s.System, typ: s.Type, scope: s.Scope, beside: file}
		for _, f := range beside.Systems {
			if f.System.Name == s.System {
				w.target = f.Path
			}
		}
		d, err := e.description(ctx, w, refresh)
		if err != nil && w.target != s.System { // the secrets may be where the gateway runs, not here
			w.target = s.System
			if g, failed := e.description(ctx, w, refresh); failed == nil {
				d, err = g, nil
			}
		}
		if err != nil {
			return err
		}
		said = append(said, d)
	}
	return e.print(map[string]any{"descriptions": said}, func(t *table) {
		for i, d := range said {
			if i > 0 {
				t.line("")
			}
			t.describe(d, all)
		}
	})
}

// description is what is kept of a system, or what it says now; that is kept then.
func (e *env) description(ctx context.Context, w wanted, refresh bool) (gateway.Description, error) {
	file := isFile(w.target)
	folder := nearestCatalogue(filepath.Dir(w.beside)) // of no file it is the current folder
	var sys core.System
	if file {
		var err error
		if sys, err = systemFile(w.target); err != nil {
			return gateway.Description{}, err
		}
		if w.beside == "" {
			folder = nearestCatalogue(filepath.Dir(w.target))
		}
	} else {
		sys.Name = w.target
	}
	if !refresh {
		if d, ok := keptOf(folder, sys, w); ok {
			return d, nil
		}
	}
	var d gateway.Description
	var err error
	if file {
		d, err = e.askDirectly(ctx, sys, connectors.ItemType{Type: w.typ, Scope: w.scope})
	} else {
		d, err = e.askGateway(ctx, w)
	}
	if err != nil {
		return d, err
	}
	if err := keep(folder, d); err != nil {
		fmt.Fprintf(e.Err, "duplex: the description is not kept: %v\n", err)
	}
	return d, nil
}

// isFile tells a path from a system's name.
func isFile(s string) bool {
	if strings.ContainsAny(s, `/\`) {
		return true
	}
	switch filepath.Ext(s) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// keptOf is the kept description of what is wanted. Where no type is said it must be the only one.
func keptOf(folder string, sys core.System, w wanted) (gateway.Description, bool) {
	typ := w.typ
	if typ == "" {
		files, _ := filepath.Glob(filepath.Join(folder, url.PathEscape(sys.Name)+".*.json"))
		if len(files) != 1 {
			return gateway.Description{}, false
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(files[0]), url.PathEscape(sys.Name)+"."), ".json")
		typ, _ = url.PathUnescape(name)
	}
	all, err := readKept(folder, sys.Name, typ)
	if err != nil {
		return gateway.Description{}, false
	}
	for _, d := range all.Descriptions {
		if maps.Equal(d.Scope, w.scope) {
			return d, true
		}
	}
	return gateway.Description{}, false
}

// query is the type and the scope as the gateway's API takes them.
func (w wanted) query() string {
	q := url.Values{}
	if w.typ != "" {
		q.Set("type", w.typ)
	}
	for _, k := range slices.Sorted(maps.Keys(w.scope)) {
		q.Add("scope", k+"="+w.scope[k])
	}
	return q.Encode()
}

func (e *env) askGateway(ctx context.Context, w wanted) (d gateway.Description, err error) {
	return d, e.call(ctx, "GET", "/systems"+segment(w.target)+"/describe?"+w.query(), nil, &d)
}

// systemFile is the system that a file is about.
func systemFile(path string) (core.System, error) {
	found, err := config.Load(path)
	if err == nil && len(found.Systems) != 1 {
		err = errors.New(path + ": is no system file")
	}
	if err != nil {
		return core.System{}, fail(ExitWrong, "%v", err)
	}
	return found.Systems[0].System, nil
}

// connector speaks to a system by its file, with the secrets of this environment and without a gateway.
func (e *env) connector(sys core.System) (connectors.Connector, error) {
	if err := config.CheckSystem(sys).Err(); err != nil {
		return nil, fail(ExitWrong, "%v", err)
	}
	resolved, err := config.Resolve(sys, func(name string) (string, bool) { v := e.getenv(name); return v, v != "" }, os.ReadFile)
	if err != nil {
		return nil, fail(ExitUnreachable, "%v", err)
	}
	kind, err := connectors.Lookup(sys.Kind)
	if err != nil {
		return nil, fail(ExitWrong, "%v", err)
	}
	c, err := kind.New(connectors.Config{System: resolved})
	if err != nil {
		return nil, fail(ExitWrong, "%v", err)
	}
	return c, nil
}

// askDirectly asks a system by its file.
func (e *env) askDirectly(ctx context.Context, sys core.System, t connectors.ItemType) (gateway.Description, error) {
	c, err := e.connector(sys)
	if err != nil {
		return gateway.Description{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	d, err := gateway.Describe(ctx, sys.Name, sys.Kind, c, t, e.now())
	if err != nil {
		return d, fail(ExitRefused, "%s does not describe itself: %v", sys.Name, err)
	}
	return d, nil
}

// refreshAll asks again about everything that is kept: through the gateway, and where that does not know a system or does
// not answer, by a system file beside the catalogue.
func (e *env) refreshAll(ctx context.Context) error {
	folder := nearestCatalogue(".")
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	found, _ := config.Load(filepath.Dir(folder))
	done := []gateway.Description{}
	for _, f := range files {
		if strings.HasSuffix(f, ".schema.json") {
			continue
		}
		system, typ, ok := strings.Cut(strings.TrimSuffix(filepath.Base(f), ".json"), ".")
		system, _ = url.PathUnescape(system)
		typ, _ = url.PathUnescape(typ)
		all, err := readKept(folder, system, typ)
		if err != nil || !ok {
			fmt.Fprintf(e.Err, "duplex: %s is no description and is left alone\n", f)
			continue
		}
		for _, old := range all.Descriptions {
			d, err := e.askGateway(ctx, wanted{target: system, typ: old.Type, scope: old.Scope})
			if i := slices.IndexFunc(found.Systems, func(s config.SystemFile) bool { return s.System.Name == system }); err != nil && i >= 0 {
				d, err = e.askDirectly(ctx, found.Systems[i].System, connectors.ItemType{Type: old.Type, Scope: old.Scope})
			}
			if err != nil {
				return err
			}
			if err := keep(folder, d); err != nil {
				return fail(ExitRefused, "the description of %s is not kept: %v", system, err)
			}
			done = append(done, d)
		}
	}
	if len(done) == 0 {
		return fail(ExitNotFound, "no description is kept here; run: duplex describe SYSTEM")
	}
	return e.print(map[string]any{"renewed": done}, func(t *table) {
		for _, d := range done {
			t.row("renewed", named(d.System, d.Type, d.Scope), count(len(d.Fields), "field"))
		}
	})
}

// keepSides keeps what the systems of a connection say, after the gateway has just asked them. What cannot be kept is told
// and is no failure.
func (e *env) keepSides(ctx context.Context, f connectionFile) (notes []string) {
	folder := nearestCatalogue(filepath.Dir(f.Path))
	for _, s := range f.sides {
		d, err := e.askGateway(ctx, wanted{target: s.System, typ: s.Type, scope: s.Scope})
		if err == nil {
			err = keep(folder, d)
		}
		if err != nil {
			notes = append(notes, fmt.Sprintf("the description of %s is not kept for the next time: %v", s.System, err))
		}
	}
	return notes
}
