// Command bench measures duplex on one embedded workflow engine and prints one JSON line per figure. What is compared is
// measured in one run on one machine, in turns, so that a ratio means something where the absolute figures do not.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	flag.IntVar(&o.pairs, "pairs", 100, "pairs, and bare workflows, to keep in step")
	flag.IntVar(&o.edits, "edits", 4, "edits of each in one turn")
	flag.IntVar(&o.turns, "turns", 2, "turns of each contender")
	flag.IntVar(&o.flight, "flight", 16, "edits under way at a time")
	flag.DurationVar(&o.live, "live", 20e9, "how long edits are made at the emulated systems")
	flag.StringVar(&o.profile, "profile", "", "write a CPU profile of the pairs' turns to this file")
	flag.Parse()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
