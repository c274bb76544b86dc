package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// found is the finding of that name.
func found(c SystemCheck, what string) connectors.Finding {
	for _, f := range c.Findings {
		if f.What == what {
			return f
		}
	}
	return connectors.Finding{}
}

func TestCheckSystem(t *testing.T) {
	w := newWorld(t)
	w.gateway.o.PublicURL = w.public.URL
	check := func() SystemCheck {
		t.Helper()
		var got SystemCheck
		if status, told := w.api("GET", "/systems/left/check?type=item", nil, &got); status != http.StatusOK {
			t.Fatal(status, told)
		}
		return got
	}
	got := check()
	if got.System != "left" || got.Kind != "memory" || got.Type != "item" || got.At.IsZero() || got.Wrong() {
		t.Errorf("%+v", got)
	}
	for what, want := range map[string]connectors.Verdict{"sign in": connectors.Fine, "read the fields of item": connectors.Fine,
		"list what changed": connectors.Fine, "receive webhooks": connectors.Doubt} {
		if f := found(got, what); f.State != want || f.Saw == "" {
			t.Errorf("%s: %+v, want %s", what, f, want)
		}
	}
	if f := found(got, "receive webhooks"); !strings.Contains(f.Saw, "no webhook has arrived") || f.Where != w.public.URL+"/webhooks/left" {
		t.Errorf("%+v", f)
	}
	if _, _, err := w.store.RecordDelivery(t.Context(), core.Delivery{System: "left", ID: "sweep:desk:support:1", ReceivedAt: w.now()}); err != nil {
		t.Fatal(err)
	}
	if f := found(check(), "receive webhooks"); f.State != connectors.Doubt {
		t.Errorf("a delivery of a sweep is taken for a webhook: %+v", f)
	}
	w.send(core.A, "1", core.Hint{Ref: core.Ref{System: "left", Type: "item", ID: "1"}, Kind: core.HintChanged})
	if f := found(check(), "receive webhooks"); f.State != connectors.Fine || !strings.Contains(f.Saw, "the newest arrived") {
		t.Errorf("after a webhook: %+v", f)
	}
	w.gateway.o.PublicURL = w.admin.URL
	if f := found(check(), "receive webhooks"); f.State != connectors.Doubt || !strings.Contains(f.Saw, "nothing that is this gateway") {
		t.Errorf("at an address where something else answers: %+v", f)
	}
	w.gateway.o.PublicURL = ""
	if f := found(check(), "receive webhooks"); !strings.Contains(f.Mend, "DUPLEX_PUBLIC_URL") {
		t.Errorf("without an address: %+v", f)
	}

	for _, c := range []struct {
		reason string
		op     memory.Op
		err    error
		what   string
		state  connectors.Verdict
		mend   string
		ends   bool
	}{
		{"nothing else is asked with credentials that are refused", memory.OpSelf, connectors.ErrUnauthenticated, "sign in", connectors.Wrong, "mend the credentials", true},
		{"a right that is missing", memory.OpDescribe, connectors.ErrDenied, "read the fields of item", connectors.Wrong, "give the account", false},
		{"a feed that the account may not read", memory.OpChanges, connectors.ErrDenied, "list what changed", connectors.Wrong, "give the account", false},
		{"a system that is away", memory.OpDescribe, &connectors.BusyError{Text: "maintenance"}, "read the fields of item", connectors.Doubt, "again later", false},
		{"a scope it does not know", memory.OpDescribe, connectors.ErrNotFound, "read the fields of item", connectors.Wrong, "the scope", false},
		{"something else", memory.OpDescribe, errors.New("no route to host"), "read the fields of item", connectors.Wrong, "base_url", false},
	} {
		w.sys[core.A].FailNextWith(c.op, memory.Before, fmt.Errorf("left: %w", c.err))
		got := check()
		if f := found(got, c.what); f.State != c.state || !strings.Contains(f.Mend, c.mend) {
			t.Errorf("%s: %+v", c.reason, f)
		}
		if ended := found(got, "list what changed").What == ""; ended != c.ends {
			t.Errorf("%s: went on %v", c.reason, !ended)
		}
		if got.Wrong() != (c.state == connectors.Wrong) {
			t.Errorf("%s: wrong is %v", c.reason, got.Wrong())
		}
	}
	if status, told := w.api("GET", "/systems/nobody/check", nil, nil); status != http.StatusNotFound || told.Text == "" {
		t.Errorf("no such system: %d %+v", status, told)
	}
}

func TestClockFinding(t *testing.T) {
	for _, c := range []struct {
		ahead  time.Duration
		state  connectors.Verdict
		saw    string
		reason string
	}{
		{20 * time.Second, connectors.Fine, "within a minute", "an answer's time is of whole seconds, and takes a while to arrive"},
		{-20 * time.Second, connectors.Fine, "within a minute", "the same the other way"},
		{10 * time.Minute, connectors.Wrong, "10m0s ahead of", "signed calls would be refused as too old"},
		{-10 * time.Minute, connectors.Wrong, "10m0s behind", "the same the other way"},
	} {
		if f := clockFinding(c.ahead); f.State != c.state || !strings.Contains(f.Saw, c.saw) || (f.Mend == "") != (c.state == connectors.Fine) {
			t.Errorf("%s: %+v", c.reason, f)
		}
	}
}

func TestEnsureWebhook(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.WebhookSecret = func(_ context.Context, system string) (string, error) { return "secret of " + system, nil }
	})
	var got WebhookResult
	ensure := func(url string) (int, Error) {
		got = WebhookResult{}
		return w.api("PUT", "/systems/left/webhook", WebhookRequest{URL: url}, &got)
	}
	for _, c := range []struct{ url, want, reason string }{
		{"", "https://duplex.acme.example/webhooks/left", "the gateway knows its own address"},
		{"https://tunnel.example/webhooks/left", "https://tunnel.example/webhooks/left", "an address that is named"},
	} {
		if status, told := ensure(c.url); status != http.StatusOK || !got.Registered || got.URL != c.want || got.Steps != nil {
			t.Errorf("%s: %d %+v %+v", c.reason, status, told, got)
		}
		if url := w.sys[core.A].Endpoint(); url != c.want {
			t.Errorf("%s: the system was told %q", c.reason, url)
		}
	}
	if status, told := ensure("duplex.acme.example"); status != http.StatusBadRequest || told.Where != "url" {
		t.Errorf("an address without a scheme: %d %+v", status, told)
	}
	w.sys[core.A].FailNextWith(memory.OpEnsureWebhook, memory.Before, fmt.Errorf("left: %w", connectors.ErrDenied))
	if status, told := ensure(""); status != http.StatusBadGateway || told.Class != "denied" {
		t.Errorf("without the right, and without a guide: %d %+v", status, told)
	}
	w.gateway.o.PublicURL = ""
	if status, told := ensure(""); status != http.StatusBadRequest || !strings.Contains(told.Text, "DUPLEX_PUBLIC_URL") {
		t.Errorf("without an address: %d %+v", status, told)
	}
}
