package rest_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors/conformance"
	emulator "duplex/emulators/redmine"
)

var update = flag.Bool("update", false, "rewrite docs/features.md")

// emulated is a Redmine of the emulator whose clock the test moves.
func emulated(t *testing.T) redmine {
	t.Helper()
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	e, err := emulator.New(emulator.Options{Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e.Handler())
	t.Cleanup(func() { s.Close(); e.Close() })
	e.SetBaseURL(s.URL)
	return redmine{url: s.URL, project: "eng", mark: fmt.Sprint(emulator.FieldMark), note: fmt.Sprint(emulator.FieldNote), now: now, transport: http.DefaultTransport,
		key: func(who string) string {
			return map[string]string{"sync": emulator.KeySync, "ada": emulator.KeyAda}[who]
		},
		tick:   func() { ahead.Add(int64(2 * time.Second)) },
		custom: map[string]int{"platforms": emulator.FieldPlatforms},
	}
}

func TestConformanceOfRedmine(t *testing.T) {
	f := conformance.Run(t, conformance.Suite{Name: "redmine", Capabilities: redmineCapabilities, Skips: redmineSkips,
		New: func(t *testing.T) conformance.Instance { return emulated(t).instance(t) }})
	conformance.Record(t, f, *update)
}
