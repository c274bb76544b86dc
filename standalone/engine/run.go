package engine

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"go.temporal.io/api/enums/v1"
)

// Run is the engine as a program of its own: it starts one from the flags in args, prints where it
// can be reached on stdout, one "name: value" per line, and stops it when ctx ends. It returns
// flag.ErrHelp after -h.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := Options{
		SearchAttributes: map[string]enums.IndexedValueType{},
		Log:              slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	flags := flag.NewFlagSet("engine", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Dir, "dir", "", "data `directory`; without it everything is in memory")
	flags.IntVar(&o.FrontendPort, "port", 7233, "port for clients and workers, 0 for a free one")
	flags.IntVar(&o.UIPort, "ui-port", 8233, "port of the web UI, 0 for a free one, -1 for no UI")
	flags.StringVar(&o.Namespace, "namespace", "duplex", "namespace to create when missing")
	flags.Func("search-attribute", "`Name=Type` to register, repeatable, for example State=Keyword", func(s string) error {
		name, kind, err := parseAttribute(s)
		if err == nil {
			o.SearchAttributes[name] = kind
		}
		return err
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: everything is given by flags, see -h", flags.Arg(0))
	}

	e, err := Start(ctx, o)
	if err != nil {
		return err
	}
	defer e.Stop()
	fmt.Fprintf(stdout, "address: %s\nnamespace: %s\nui: %s\n", e.Address(), e.Namespace(), e.UIURL())
	<-ctx.Done()
	return nil
}

func parseAttribute(s string) (name string, kind enums.IndexedValueType, err error) {
	name, typeName, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return "", 0, fmt.Errorf("write it as Name=Type")
	}
	kind, err = enums.IndexedValueTypeFromString(typeName)
	if err != nil || kind == enums.INDEXED_VALUE_TYPE_UNSPECIFIED {
		return "", 0, fmt.Errorf("type %q is none of Text, Keyword, Int, Double, Bool, Datetime, KeywordList", typeName)
	}
	return name, kind, nil
}
