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
		for k, v := range map[string]string{"E2E_ZENDESK_TOKEN": "zd-token-sync", "E2E_JIRA_TOKEN": "sync-api-token", "E2E_WEBHOOK_SECRET": webhookSecret} {
			os.Setenv(k, v) // for all worlds, and for the workers that they start
		}
		os.Exit(run(m))
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

// programs is a folder for what the tests build.
var programs string

func run(m *testing.M) (status int) {
	var err error
	if programs, err = os.MkdirTemp("", "duplex-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(programs)
	return m.Run()
}
