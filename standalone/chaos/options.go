package chaos

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// Options are what a run may be told.
type Options struct {
	Seed     uint64        // everything drawn by chance comes from it; 0 takes one from the clock
	Storm    time.Duration // how long people work and things break
	Store    string        // sqlite, postgres or both
	Items    int           // items that people create, each of which becomes a pair
	Rate     float64       // acts of people per second
	Webhooks bool          // false: every webhook of the whole run is lost, and sweeps alone have to do
	Lose     bool          // webhooks are lost at times
	Calm     bool          // nothing breaks and nobody is killed: to tell a broken judge from a broken product
	Sweep    time.Duration // how often the connections are swept
	Patience time.Duration // how long it may take until everything is quiet
	Kinds    string        // "" is the help desk and the tracker of the long runs; else "random", or two kinds of systems
	Dir      string        // where data, logs and records are kept; "" is a temporary folder, kept only when something is wrong
	program  string        // what is run for the parts; "" is this program
}

func parse(args []string, stderr io.Writer) (Options, error) {
	o := Options{}
	var seconds int
	var webhooks string
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Uint64Var(&o.Seed, "seed", 0, "seed of everything that is drawn by chance; 0 takes a new one and prints it")
	set.IntVar(&seconds, "seconds", 120, "how long people work and things break")
	set.StringVar(&o.Store, "store", "both", "sqlite, postgres, or both, one after the other")
	set.IntVar(&o.Items, "items", 200, "items that people create; each becomes a pair")
	set.Float64Var(&o.Rate, "rate", 6, "acts of people per second")
	set.StringVar(&webhooks, "webhooks", "on", "on, or off: every webhook of the whole run is lost")
	set.BoolVar(&o.Lose, "lose", true, "lose webhooks at times")
	set.BoolVar(&o.Calm, "calm", false, "break nothing and kill nobody")
	set.DurationVar(&o.Sweep, "sweep", 10*time.Second, "how often the connections are swept")
	set.DurationVar(&o.Patience, "patience", 5*time.Minute, "how long it may take until everything is quiet")
	set.StringVar(&o.Dir, "dir", "", "keep data, logs and records in this folder")
	set.StringVar(&o.Kinds, "kinds", "", "two kinds of systems such as github,asana, or random, to play those in place of Zendesk and Jira with the hands that every kind has")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o.Storm, o.Webhooks = time.Duration(seconds)*time.Second, webhooks == "on"
	switch {
	case set.NArg() > 0:
		return o, fmt.Errorf("%q is not understood: all settings are flags, see -help", set.Arg(0))
	case webhooks != "on" && webhooks != "off":
		return o, fmt.Errorf("-webhooks is %q: it must be on or off", webhooks)
	case o.Store != "sqlite" && o.Store != "postgres" && o.Store != "both":
		return o, fmt.Errorf("-store is %q: it must be sqlite, postgres or both", o.Store)
	case seconds < 1 || o.Items < 1 || o.Rate <= 0:
		return o, errors.New("-seconds, -items and -rate must be above zero")
	}
	if o.Seed == 0 {
		o.Seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	return o, nil
}
