package gateway

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/store"
)

// hand is a Gates whose decisions are carried out in the store, as the real one does.
type hand struct {
	s      *store.Store
	answer error
}

func (h *hand) change(system string, decide func(core.Gate) core.Gate) (core.Gate, error) {
	_, is, err := h.s.ChangeGate(context.Background(), system, decide)
	return is, err
}

func (h *hand) CloseUntil(_ context.Context, system string, until time.Time, reason, by string) (core.Gate, error) {
	return h.change(system, func(g core.Gate) core.Gate {
		return g.Close(core.Closing{State: core.GateMaintenance, Until: until, Reason: reason, By: by}, time.Now())
	})
}

func (h *hand) Closed(ctx context.Context, system string) (time.Duration, string) {
	g, err := h.s.Gate(ctx, system)
	if err != nil {
		return 0, err.Error()
	}
	return g.Wait(time.Now()), g.Reason
}

func (h *hand) OpenNow(_ context.Context, system, by string) (core.Gate, error) {
	return h.change(system, func(g core.Gate) core.Gate { return g.Open(by, time.Time{}, time.Now()) })
}

func (h *hand) Probe(ctx context.Context, system string) (core.Gate, error) {
	g, err := h.s.Gate(ctx, system)
	if err != nil {
		return g, err
	}
	return g, h.answer
}

func TestCloseGateRequest(t *testing.T) {
	now := time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		req    CloseGateRequest
		want   time.Time
		ok     bool
		reason string
	}{
		{CloseGateRequest{}, time.Time{}, true, "until somebody opens it"},
		{CloseGateRequest{For: "90m"}, now.Add(90 * time.Minute), true, "a span"},
		{CloseGateRequest{Until: now.Add(time.Hour)}, now.Add(time.Hour), true, "a time"},
		{CloseGateRequest{Until: now.Add(time.Hour), For: "1h"}, time.Time{}, false, "which of the two?"},
		{CloseGateRequest{For: "soon"}, time.Time{}, false, "no span"},
		{CloseGateRequest{For: "-1h"}, time.Time{}, false, "backwards"},
		{CloseGateRequest{Until: now}, time.Time{}, false, "over before it begins"},
	}
	for _, c := range cases {
		got, err := c.req.end(now)
		if (err == nil) != c.ok || c.ok && !got.Equal(c.want) {
			t.Errorf("%+v: %v, %v; want %v, %v: %s", c.req, got, err, c.want, c.ok, c.reason)
		}
	}
}

// TestGatesByHand: an operator closes, sees, probes and opens a gate; a pair says what it waits for.
func TestGatesByHand(t *testing.T) {
	h := &hand{}
	w := newWorld(t, func(o *Options) { h.s, o.Gates = o.Store, h })
	for _, name := range []string{"left", "right"} {
		if _, _, err := w.store.PutSystem(t.Context(), core.SystemVersion{Name: name, FileName: name + ".yaml",
			Source: []byte("system: " + name + "\nkind: memory\nbase_url: http://left.test\n")}); err != nil {
			t.Fatal(err)
		}
	}
	p := w.pair("1", "2")
	var list GateList
	if status, e := w.api("GET", "/gates", nil, &list); status != 200 || len(list.Gates) != 2 || list.Gates[1].State != core.GateOpen {
		t.Fatalf("%d %+v: %+v; want two open gates", status, e, list)
	}
	for _, bad := range []string{`{"for":"soon"}`, `{"until":"2000-01-01T00:00:00Z"}`, `{"reasen":"x"}`} {
		if status, e := w.api("POST", "/gates/right/close", bad, nil); status != 400 {
			t.Errorf("%s: %d %+v, want 400", bad, status, e)
		}
	}
	if status, _ := w.api("POST", "/gates/nobody/close", `{}`, nil); status != 404 {
		t.Errorf("a system that is not there: %d, want 404", status)
	}
	var done Done
	if status, e := w.api("POST", "/gates/right/close", CloseGateRequest{For: "2h", Reason: "upgrade"}, &done); status != 200 || !strings.Contains(done.Text, "until 2") {
		t.Fatalf("%d %+v: %q", status, e, done.Text)
	}
	var one Gate
	if status, _ := w.api("GET", "/gates/right", nil, &one); status != 200 || one.State != core.GateMaintenance || one.By != "ann" || len(one.Log) != 1 {
		t.Errorf("the gate shows as %+v", one)
	}
	var detail PairDetail
	if _, e := w.api("GET", "/pairs/"+url.PathEscape(p.ID), nil, &detail); len(detail.Waits) != 1 || !strings.HasPrefix(detail.Waits[0], "waits for right: maintenance") {
		t.Errorf("%+v: the pair waits for %q, want the closed system", e, detail.Waits)
	}
	var status Status
	if w.api("GET", "/status", nil, &status); len(status.Gates) != 2 || status.Gates[1].Reason != "upgrade" {
		t.Errorf("the state of the whole shows %+v", status.Gates)
	}
	h.answer = fmt.Errorf("who am I: %w", connectors.ErrDenied)
	var probed Probed
	if code, e := w.api("POST", "/gates/right/probe", nil, &probed); code != 200 || !strings.Contains(probed.Text, "denied") {
		t.Errorf("%d %+v: %+v; want the system's answer", code, e, probed)
	}
	if code, _ := w.api("POST", "/gates/right/open", nil, &done); code != 200 {
		t.Errorf("open: %d", code)
	}
	var after PairDetail
	if w.api("GET", "/pairs/"+url.PathEscape(p.ID), nil, &after); len(after.Waits) != 0 {
		t.Errorf("after opening the pair still waits for %q", after.Waits)
	}
}

func TestGatesWithoutAKeeper(t *testing.T) {
	w := newWorld(t)
	if status, e := w.api("POST", "/gates/left/open", nil, nil); status != 422 || !strings.Contains(e.Text, "no gates") {
		t.Errorf("%d %+v, want it refused in words", status, e)
	}
}
