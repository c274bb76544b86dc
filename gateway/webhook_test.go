package gateway

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/store"
)

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

func hint(id string) core.Hint {
	return core.Hint{Ref: core.Ref{System: "left", Type: "item", ID: id}, Kind: core.HintChanged, Revision: "7"}
}

// TestWrongWebhooks: whatever a stranger or a broken sender posts is answered, recorded nowhere and starts nothing.
func TestWrongWebhooks(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	left := w.sys[core.A]
	good := left.Webhook("d1", hint("1"), w.now())
	with := func(change func(*connectors.WebhookCall)) connectors.WebhookCall {
		c := good
		c.Header = good.Header.Clone()
		change(&c)
		return c
	}
	cases := []struct {
		name, reason, system string
		call                 connectors.WebhookCall
		want                 int
	}{
		{"unknown system", "nothing of a stranger's call is looked at", "nowhere", good, 404},
		{"path that climbs", "a system's name is one segment", "..%2fadmin", good, 404},
		{"system whose file is broken", "the sender tries again when the admin has mended it", "broken", good, 503},
		{"no signature", "unsigned calls are not believed", "left", with(func(c *connectors.WebhookCall) { c.Header.Del(memory.SignatureHeader) }), 401},
		{"another system's signature", "each system has its own secret", "right", good, 401},
		{"body changed after signing", "the signature is over the body", "left", with(func(c *connectors.WebhookCall) { c.Body = append(bytes.Clone(c.Body), ' ') }), 401},
		{"truncated JSON, well signed", "a body that cannot be read is never guessed", "left", left.Sign(good.Body[:len(good.Body)/2], w.now()), 400},
		{"JSON of another shape", "hints must be a list", "left", left.Sign([]byte(`{"id":1,"hints":"x"}`), w.now()), 400},
		{"empty body", "an empty body is no JSON", "left", left.Sign(nil, w.now()), 400},
		{"20 MB, well signed", "the limit holds before the signature is computed", "left", left.Sign(bytes.Repeat([]byte("x"), 20<<20), w.now()), 413},
		{"wrong method", "webhooks are POST", "left", with(func(c *connectors.WebhookCall) { c.Method = http.MethodGet }), 405},
		{"PUT", "webhooks are POST", "left", with(func(c *connectors.WebhookCall) { c.Method = http.MethodPut }), 405},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := w.post(c.system, c.call); got != c.want {
				t.Errorf("answered %d, want %d: %s", got, c.want, c.reason)
			}
		})
	}
	if all, _ := w.store.Deliveries(t.Context(), store.DeliveryFilter{}); len(all) != 0 {
		t.Errorf("%d deliveries recorded", len(all))
	}
	if w.engine.tries != 0 {
		t.Errorf("%d workflows signalled", w.engine.tries)
	}
}

// TestOversizeWithoutLength: a chunked body has no announced length and is cut all the same.
func TestOversizeWithoutLength(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.MaxBody = 1000 })
	req := httptest.NewRequest(http.MethodPost, "/webhooks/left", io.MultiReader(strings.NewReader(strings.Repeat("x", 2000))))
	rec := httptest.NewRecorder()
	w.gateway.Webhooks().ServeHTTP(rec, req)
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d, want 413", rec.Code)
	}
}

// TestRightWebhooks: what a system really sends is recorded once and answered as received.
func TestRightWebhooks(t *testing.T) {
	w := newWorld(t)
	w.connect(desk)
	at := w.now()
	cases := []struct {
		name, reason string
		call         connectors.WebhookCall
		id           string
		want         int
		state        string
		starts       int
	}{
		{"a change", "a side that starts pairs begins one", w.sys[core.A].Webhook("r1", hint("1"), at), "r1", 202, core.DeliveryHandedOver, 1},
		{"the same again", "recorded once per delivery id", w.sys[core.A].Webhook("r1", hint("1"), at), "r1", 200, core.DeliveryHandedOver, 0},
		{"unicode ids", "ids are opaque", w.sys[core.A].Webhook("größe-票", hint("票/1 ü"), at), "größe-票", 202, core.DeliveryHandedOver, 1},
		{"no item", "a test call is no error", w.sys[core.A].Sign([]byte(`{"id":"r3"}`), at), "r3", 200, core.DeliveryIgnored, 0},
		{"unknown item type", "ruled out from the payload",
			w.sys[core.A].Webhook("r4", core.Hint{Ref: core.Ref{Type: "article", ID: "9"}, Kind: core.HintChanged}, at), "r4", 202, core.DeliveryIgnored, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := len(w.engine.all())
			if got := w.post("left", c.call); got != c.want {
				t.Errorf("answered %d, want %d: %s", got, c.want, c.reason)
			}
			d := w.delivery(c.id)
			if d.State != c.state {
				t.Errorf("delivery is %s (%s), want %s: %s", d.State, d.Reason, c.state, c.reason)
			}
			if d.State == core.DeliveryIgnored && d.Reason == "" {
				t.Error("ignored without a reason")
			}
			if got := len(w.engine.all()) - before; got != c.starts {
				t.Errorf("%d workflows signalled, want %d", got, c.starts)
			}
		})
	}
}

// TestStoreAway: without the store nothing can be promised, so the sender must keep the call.
func TestStoreAway(t *testing.T) {
	w := newWorld(t)
	call := w.sys[core.A].Webhook("s1", hint("1"), w.now())
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/webhooks/left", bytesReader(call.Body))
	req.Header = call.Header
	rec := httptest.NewRecorder()
	w.gateway.Webhooks().ServeHTTP(rec, req)
	if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
		t.Errorf("answered %d with Retry-After %q, want 503 with one", rec.Code, rec.Header().Get("Retry-After"))
	}
	ready := httptest.NewRecorder()
	w.gateway.Webhooks().ServeHTTP(ready, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if ready.Code != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d, want 503", ready.Code)
	}
}

// TestDigest: without a vendor's id, the same state told twice is one delivery, and two changes are never taken for one.
func TestDigest(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	call := connectors.WebhookCall{Body: []byte(`{"item":1}`), Now: at}
	later := call
	later.Now = at.Add(time.Second)
	known := []core.Hint{{Revision: "7"}}
	if digest(call, known) != digest(later, known) {
		t.Error("the same revision told twice counts twice")
	}
	if digest(call, []core.Hint{{}}) == digest(later, []core.Hint{{}}) {
		t.Error("two calls that name no revision are taken for one: a change may be lost")
	}
}
