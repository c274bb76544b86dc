package cli

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
	"duplex/gateway"
	"duplex/internal/gate"
)

// gated gives the desk the gates that the services have. answer is what a system says when it is asked who the account is.
func (d *desk) gated(answer *error) {
	d.t.Helper()
	keeper := gate.New(gate.Options{Store: d.store, Identify: func(context.Context, string) error { return *answer }})
	g, err := gateway.New(gateway.Options{Store: d.store, Temporal: engine{}, Systems: d, AdminToken: token, Check: d.check, Gates: keeper})
	if err != nil {
		d.t.Fatal(err)
	}
	server := httptest.NewServer(g.Admin())
	d.t.Cleanup(server.Close)
	d.env["DUPLEX_GATEWAY"] = server.URL
}

// TestGates: gates are shown, closed, opened and probed by hand, with what their state asks people to do.
func TestGates(t *testing.T) {
	d := newDesk(t)
	var answer error
	d.gated(&answer)
	if d.run("gates") != ExitOK || !strings.Contains(d.said.String(), "no systems") {
		t.Errorf("without systems:\n%s", d.said.String())
	}
	d.run("apply", "testdata/files")
	for _, c := range []struct {
		reason string
		answer error
		args   []string
		want   int
		says   string
		state  core.GateState
	}{
		{"open from the beginning", nil, []string{"gates"}, ExitOK, "open", core.GateOpen},
		{"no such system", nil, []string{"gates", "close", "none"}, ExitNotFound, "no system none", core.GateOpen},
		{"no time", nil, []string{"gates", "close", "left", "--until", "soon"}, ExitUsage, "no time", core.GateOpen},
		{"a time that has passed", nil, []string{"gates", "close", "left", "--until", "2020-01-01"}, ExitRefused, "passed", core.GateOpen},
		{"no length of time", nil, []string{"gates", "close", "left", "--for", "a while"}, ExitRefused, "90m", core.GateOpen},
		{"two ends", nil, []string{"gates", "close", "left", "--for", "2h", "--until", "2099-01-01"}, ExitRefused, "not both", core.GateOpen},
		{"closed for a while", nil, []string{"gates", "close", "left", "--for", "2h", "--reason", "the big upgrade"}, ExitOK, "left", core.GateMaintenance},
		{"the list says why and who", nil, []string{"gates"}, ExitOK, "the big upgrade", core.GateMaintenance},
		{"a probe does not overrule a person", nil, []string{"gates", "probe", "left"}, ExitOK, "closed by ann", core.GateMaintenance},
		{"opened", nil, []string{"gates", "open", "left"}, ExitOK, "left", core.GateOpen},
		{"credentials that are refused", fmt.Errorf("401: %w", connectors.ErrDenied), []string{"gates", "probe", "left"}, ExitOK, "to do: mend the account's credentials", core.GateDenied},
		{"one gate tells what changed", nil, []string{"gates", "left"}, ExitOK, "CHANGED", core.GateDenied},
		{"credentials that were mended", nil, []string{"gates", "probe", "left"}, ExitOK, "answers", core.GateOpen},
		{"a system that is away", &connectors.BusyError{Text: "connection refused"}, []string{"gates", "probe", "left"}, ExitOK, "see whether the system runs", core.GateDown},
		{"until a time in the person's zone", nil, []string{"gates", "close", "left", "--until", "2099-07-01 12:00"}, ExitOK, "2099-07-01 12:00", core.GateMaintenance},
	} {
		d.said.Reset()
		answer = c.answer
		if code := d.run(c.args...); code != c.want || !strings.Contains(d.said.String(), c.says) {
			t.Errorf("%s: exit %d, want %d, and %q in:\n%s", c.reason, code, c.want, c.says, d.said.String())
		}
		if g, err := d.store.Gate(t.Context(), "left"); err != nil || g.State != c.state && (g.State != "" || c.state != core.GateOpen) {
			t.Errorf("%s: the gate is %q (%v), want %s", c.reason, g.State, err, c.state)
		}
	}
}
