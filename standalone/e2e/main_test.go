package e2e

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	"duplex/standalone/app"
)

// childFlag makes the test binary run as a part of the standalone, so that a test can kill it.
const childFlag = "DUPLEX_E2E_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childFlag) == "" {
		os.Exit(m.Run())
	}
	o, err := app.ParseFlags(os.Args[1:], os.Stderr)
	if err == nil {
		err = app.Run(context.Background(), o, io.Discard)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
