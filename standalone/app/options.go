package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"duplex/core"
	"duplex/workflows"
)

// Options say where a standalone keeps its data, where it listens and which of its parts this process runs.
type Options struct {
	Dir       string // data directory
	StoreDSN  string // where the store is, postgres://… or sqlite:…; "" is a SQLite file in Dir
	Webhooks  string // listen address of webhooks
	Admin     string // listen address of the admin API
	Temporal  int    // port of Temporal's frontend
	UI        int    // port of the Temporal web UI, -1 for none
	PublicURL string // where the systems reach the webhooks; "" derives it from Webhooks
	Parts     []string
	Verbose   bool
	Tuning    workflows.Tuning
	Retention core.Retention // how long the store keeps what is not needed; the zero Retention keeps everything
	Log       *slog.Logger
	// OwnDelay is how long a webhook about an own write waits for that write to be recorded; 0 is the gateway's default.
	OwnDelay time.Duration
	// StuckEvery is how often pairs whose work has stopped are looked for; 0 is the worker's default.
	StuckEvery time.Duration
}

// The parts of a standalone. Run as several processes, they share the directory and the ports.
const (
	PartEngine  = "engine"
	PartGateway = "gateway"
	PartWorker  = "worker"
)

var allParts = []string{PartEngine, PartGateway, PartWorker}

func (o Options) has(part string) bool { return slices.Contains(o.Parts, part) }

// ParseFlags reads the command line of `standalone serve`.
func ParseFlags(args []string, stderr io.Writer) (Options, error) {
	o := Options{Tuning: workflows.DefaultTuning}
	set := flag.NewFlagSet("standalone serve", flag.ContinueOnError)
	set.SetOutput(stderr)
	home, _ := os.UserHomeDir()
	set.StringVar(&o.Dir, "dir", filepath.Join(home, ".duplex"), "data directory")
	set.StringVar(&o.StoreDSN, "store", "", "store of pairs and the ledger, as postgres://…; without it a SQLite file in the data directory")
	set.StringVar(&o.Admin, "admin", "127.0.0.1:7080", "address of the admin API; keep it on loopback")
	set.StringVar(&o.Webhooks, "webhooks", "127.0.0.1:7081", "address that takes webhooks")
	set.StringVar(&o.PublicURL, "public-url", "", "address at which the systems reach the webhooks, as a tunnel or proxy shows it")
	set.IntVar(&o.Temporal, "temporal-port", 7233, "port of the Temporal server")
	set.IntVar(&o.UI, "ui-port", 8233, "port of the Temporal web UI, -1 for none")
	set.BoolVar(&o.Verbose, "v", false, "log more")
	set.DurationVar(&o.Tuning.Heartbeat, "heartbeat", o.Tuning.Heartbeat, "time after which the work of a worker that died is given to another")
	set.DurationVar(&o.StuckEvery, "stuck-every", 0, "how often pairs whose work has stopped are looked for; 0 is once a minute")
	retention := set.String("retention", core.DefaultRetention().String(), "how long old rows of the store are kept, by table; what is not named has its default, keep means for ever")
	parts := set.String("parts", strings.Join(allParts, ","), "which parts this process runs")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("%q is not understood: all settings are flags, see -help", set.Arg(0))
	}
	var err error
	if o.Retention, err = core.ParseRetention(*retention); err != nil {
		return o, fmt.Errorf("-retention: %w", err)
	}
	o.Parts = strings.Split(*parts, ",")
	for _, p := range o.Parts {
		if !slices.Contains(allParts, p) {
			return o, fmt.Errorf("-parts: there is no part %q; the parts are %s", p, strings.Join(allParts, ", "))
		}
	}
	level := slog.LevelWarn
	if o.Verbose {
		level = slog.LevelInfo
	}
	o.Log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	if o.Dir == "" {
		return o, errors.New("-dir: a data directory is needed")
	}
	return o, nil
}
