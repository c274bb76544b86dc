package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"duplex/standalone/rig"
)

const usage = `standalone runs all of duplex in one process.

  standalone serve [flags]   run it for your own systems (-help lists the flags)
  standalone demo            run it with two emulated systems and follow every change
  standalone demo-check      play a scripted scenario with them, killing processes on the way
`

// Command runs one of the standalone's commands. An unknown one prints the usage and is an error.
func Command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return errors.New("name a command: serve, demo or demo-check")
	}
	ok, err := rig.Child(ctx, args, stdout, stderr)
	if ok {
		return done(err)
	}
	switch args[0] {
	case "demo":
		err = Show(ctx, args[1:], stdout, stderr)
	case "demo-check":
		err = Check(ctx, args[1:], stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, usage)
	default:
		fmt.Fprint(stderr, usage)
		return fmt.Errorf("there is no command %q", args[0])
	}
	return done(err)
}

// done is the error of a command: to be asked for help is none.
func done(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}
