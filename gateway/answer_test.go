package gateway

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// answering gives every believed call an answer of its own.
type answering struct {
	connectors.Connector
	answer *connectors.WebhookAnswer
}

func (a answering) ParseWebhook(call connectors.WebhookCall, self string) (connectors.Webhook, error) {
	w, err := a.Connector.(connectors.WebhookParser).ParseWebhook(call, self)
	w.Answer = a.answer
	return w, err
}

// TestAnswers: a sender that wants to read something back reads it after a success and never after a refusal.
func TestAnswers(t *testing.T) {
	c := &answering{}
	w := newWorld(t, func(o *Options) { o.Systems = one{"left", c} })
	sys := w.sys[core.A]
	c.Connector = sys.Connector()
	signed := sys.Sign([]byte(`{"id":"h1"}`), w.now())
	forged := sys.Sign([]byte(`{"id":"h2"}`), w.now())
	forged.Header.Set(memory.SignatureHeader, "00")
	cases := []struct {
		name, reason string
		answer       *connectors.WebhookAnswer
		call         connectors.WebhookCall
		status       int
		header       string
		kind, body   string
	}{
		{"none", "most senders look at the status alone", nil, signed, 200, "", "", "nothing to do\n"},
		{"header", "a handshake wants its header back", &connectors.WebhookAnswer{Header: map[string]string{"X-Proof": "p"}}, signed, 200, "p", "", "known already\n"},
		{"body", "an acknowledgement is read word by word, after a repeat too",
			&connectors.WebhookAnswer{ContentType: "text/xml", Body: []byte("<Ack/>")}, signed, 200, "", "text/xml", "<Ack/>"},
		{"change", "a call with hints is acknowledged with 200 as well", &connectors.WebhookAnswer{ContentType: "text/xml", Body: []byte("<Ack/>")},
			sys.Webhook("h3", hint("1"), w.now()), 200, "", "text/xml", "<Ack/>"},
		{"forged", "a stranger is not helped to a proof", &connectors.WebhookAnswer{Header: map[string]string{"X-Proof": "p"}}, forged, 401, "", "", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c.answer = tc.answer
			req := httptest.NewRequest(http.MethodPost, "/webhooks/left", bytesReader(tc.call.Body))
			req.Header = tc.call.Header
			rec := httptest.NewRecorder()
			w.gateway.Webhooks().ServeHTTP(rec, req)
			if rec.Code != tc.status || rec.Header().Get("X-Proof") != tc.header {
				t.Errorf("answered %d with proof %q, want %d with %q: %s", rec.Code, rec.Header().Get("X-Proof"), tc.status, tc.header, tc.reason)
			}
			if tc.kind != "" && rec.Header().Get("Content-Type") != tc.kind {
				t.Errorf("content type %q, want %q: %s", rec.Header().Get("Content-Type"), tc.kind, tc.reason)
			}
			if tc.body != "" && rec.Body.String() != tc.body {
				t.Errorf("body %q, want %q: %s", rec.Body.String(), tc.body, tc.reason)
			}
		})
	}
}
