package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	_ "duplex/connectors/all" // the kinds of systems that files are checked against
)

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal bool // Out is a terminal, which can show colours
}

// env is what the commands of one run share.
type env struct {
	Streams
	getenv    func(string) string
	gateway   string
	tokenFile string
	json      bool
	zone      *time.Location
	now       func() time.Time
}

// Run runs one command line, without the program's name, and returns its exit code; see "duplex help exit-codes". What
// went wrong was written to streams.Err in one line and without a trace.
func Run(ctx context.Context, streams Streams, args []string, getenv func(string) string) int {
	e := &env{Streams: streams, getenv: getenv, zone: time.Local, now: time.Now}
	if tz := getenv("TZ"); tz != "" {
		if zone, err := time.LoadLocation(tz); err == nil {
			e.zone = zone
		}
	}
	root := e.root()
	root.SetArgs(append([]string{}, args...)) // never nil: cobra would read the process's own
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	ran, err := root.ExecuteContextC(ctx)
	if err == nil {
		return ExitOK
	}
	var f *failure
	if !errors.As(err, &f) { // cobra's own errors are about how the command was written
		f = &failure{code: ExitUsage, text: err.Error() + "\nrun: " + ran.CommandPath() + " --help"}
	}
	if f.text != "" {
		fmt.Fprintln(streams.Err, "duplex: "+clean(f.text))
	}
	return f.code
}

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "duplex",
		Short:         "Keeps pairs of work items in two systems in step",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f := root.PersistentFlags()
	f.StringVar(&e.gateway, "gateway", "", "address of the gateway's admin API (default: DUPLEX_GATEWAY, else "+e.defaultGateway()+")")
	f.StringVar(&e.tokenFile, "token-file", "", "file that holds the admin token (default: DUPLEX_TOKEN, else the file DUPLEX_TOKEN_FILE names)")
	f.BoolVar(&e.json, "json", false, "print JSON for scripts")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		e.validate(), e.describe(), e.system(), e.connectorCommand(), e.webhooks(), e.newFile(), e.schema(), e.apply(), e.connections(), e.versions(), e.activate(),
		e.draft(), e.publish(), e.rollback(), e.diff(),
		e.pairs(), e.show(), e.history(), e.decision(), e.plan(), e.why(), e.problems(),
		e.link(), e.resolve(),
		e.act("unlink PAIR", "End a pair; both items stay", "unlink"),
		e.act("resync PAIR", "Read both sides afresh and try everything that is parked again", "resync"),
		e.act("pause PAIR", "Stop syncing a pair; changes are remembered", "pause"),
		e.act("resume PAIR", "Sync a paused pair again", "resume"),
		e.backfill(), e.replay(), e.follow(), e.verify(), e.runs(), e.run(),
		e.deliveries(), e.gates(), e.retention(), e.erase(), e.status(), e.version(),
		e.sweep(), e.sweeps(), e.release(),
		&cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodes},
	)
	return root
}

func (e *env) version() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		v := map[string]string{"version": "unknown"}
		if info, ok := debug.ReadBuildInfo(); ok {
			v["version"], v["go"] = info.Main.Version, info.GoVersion
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" {
					v["revision"] = s.Value
				}
			}
		}
		return e.print(v, func(t *table) { t.line("duplex %s %s", v["version"], v["revision"]) })
	}}
}
