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
	"duplex/core"
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
	return redmine{url: s.URL, mark: fmt.Sprint(emulator.FieldMark), note: fmt.Sprint(emulator.FieldNote), now: now, transport: http.DefaultTransport,
		key: func(who string) string {
			return map[string]string{"sync": emulator.KeySync, "ada": emulator.KeyAda}[who]
		},
		tick:   func() { ahead.Add(int64(2 * time.Second)) },
		known:  core.Person("", "grace@acme.example", "Grace Hopper"),
		people: [2]core.Value{core.Person("", "linus@acme.example", "Linus Pauling"), core.Person("", "triage@acme.example", "Triage Desk")},
		custom: map[string]int{"platforms": emulator.FieldPlatforms},
		more: map[string][2]core.Value{
			"area":      {core.Option("Web", "Web"), core.Option("API", "API")},
			"platforms": {core.Set(core.Option("iOS", "iOS")), core.Set(core.Option("Android", "Android"))},
			"points":    {core.Int(3), core.Int(5)},
			"vip":       {core.Bool(true), core.Bool(false)},
		},
	}
}

func TestConformanceOfRedmine(t *testing.T) {
	f := conformance.Run(t, conformance.Suite{Name: "redmine", Capabilities: redmineCapabilities, Skips: redmineSkips,
		New: func(t *testing.T) conformance.Instance { return emulated(t).instance(t) }})
	conformance.Record(t, f, *update)
}
