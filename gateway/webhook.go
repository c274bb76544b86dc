package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"duplex/connectors"
	"duplex/core"
)

// Webhooks is the public listener: POST /webhooks/{system}, /healthz and /readyz.
func (g *Gateway) Webhooks() http.Handler {
	r := mux.NewRouter()
	r.Use(g.measured, g.guarded)
	r.HandleFunc("/webhooks/{system}", g.webhook).Methods(http.MethodPost)
	r.HandleFunc("/healthz", g.healthz).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/readyz", g.readyz).Methods(http.MethodGet, http.MethodHead)
	r.MethodNotAllowedHandler = g.measured(g.guarded(plain(http.StatusMethodNotAllowed, postOnly)))
	r.NotFoundHandler = g.measured(g.guarded(plain(http.StatusNotFound, "there is nothing here")))
	return r
}

// postOnly is the answer to whoever does not send with POST; by it the gateway knows itself at its public address.
const postOnly = "webhooks are sent with POST"

// answer is what a webhook's sender is told. Senders take every 2xx as delivered and send again after anything else.
type answer struct {
	status int
	text   string
	result string // for the counter
}

// write sends the answer: in the words the sender wants to read, where it was a success and the connector knows such words.
func (a answer) write(w http.ResponseWriter, wanted *connectors.WebhookAnswer) {
	if wanted == nil || a.status >= http.StatusMultipleChoices {
		w.WriteHeader(a.status)
		fmt.Fprintln(w, a.text)
		return
	}
	for name, value := range wanted.Header {
		w.Header().Set(name, value)
	}
	body := wanted.Body
	if wanted.ContentType != "" {
		w.Header().Set("Content-Type", wanted.ContentType)
	} else if len(body) == 0 {
		body = []byte(a.text + "\n")
	}
	w.WriteHeader(http.StatusOK)
	w.Write(body)
}

// webhook receives one call. The order of its steps is what keeps a stranger from costing anything: the system must
// exist, the body must be small, the signature must match; only then is anything recorded.
func (g *Gateway) webhook(w http.ResponseWriter, r *http.Request) {
	system := mux.Vars(r)["system"]
	a, wanted, known := g.receive(w, r, system)
	if !known {
		system = "" // a stranger does not choose our labels
	}
	g.metrics.received.WithLabelValues(system, a.result).Inc()
	if a.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	a.write(w, wanted)
}

func (g *Gateway) receive(w http.ResponseWriter, r *http.Request, system string) (a answer, wanted *connectors.WebhookAnswer, known bool) {
	c, err := g.o.Systems.Connector(r.Context(), system)
	switch {
	case errors.Is(err, connectors.ErrNotFound):
		return answer{http.StatusNotFound, "there is no such system", "unknown-system"}, nil, false
	case err != nil:
		g.o.Log.Error("webhook not taken: its system cannot be used", "system", system, "error", err)
		return answer{http.StatusServiceUnavailable, "the system is not usable at the moment", "unusable"}, nil, false
	}
	parser, ok := connectors.As[connectors.WebhookParser](c)
	if !ok {
		return answer{http.StatusNotFound, "this system takes no webhooks", "unsupported"}, nil, true
	}
	body, refused := g.body(w, r)
	if refused != nil {
		return *refused, nil, true
	}
	now := g.o.Now().UTC()
	call := connectors.WebhookCall{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: body, Now: now}
	hook, err := parser.ParseWebhook(call, g.accounts.of(r.Context(), system, c))
	if err != nil {
		return g.unreadable(system, err), nil, true
	}
	return g.record(r.Context(), system, call, hook), hook.Answer, true
}

// body reads the body up to the limit.
func (g *Gateway) body(w http.ResponseWriter, r *http.Request) ([]byte, *answer) {
	tooLarge := &answer{http.StatusRequestEntityTooLarge, "the body is too large", "too-large"}
	if r.ContentLength > g.o.MaxBody {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.o.MaxBody))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge
	case err != nil:
		return nil, &answer{http.StatusBadRequest, "the body ended early", "malformed"}
	}
	return body, nil
}

// unreadable answers a call that was not believed or not understood. Nothing of the call is kept, not even in the log.
// Why a signature was not believed is logged, because it is often the admin's secret that is wrong; it is decided before
// anything of the body is read.
func (g *Gateway) unreadable(system string, err error) answer {
	class := connectors.Class(err)
	log := g.o.Log.With("system", system, "class", class)
	if errors.Is(err, connectors.ErrForged) {
		log = log.With("error", err)
	}
	log.Warn("webhook refused")
	switch {
	case errors.Is(err, connectors.ErrForged):
		return answer{http.StatusUnauthorized, "the signature does not match", class}
	case errors.Is(err, connectors.ErrMalformed):
		return answer{http.StatusBadRequest, "the body cannot be read", class}
	}
	return answer{http.StatusServiceUnavailable, "the call cannot be checked at the moment", class}
}

// record stores a verified call once and hands it over. Only a stored call is answered with success.
func (g *Gateway) record(ctx context.Context, system string, call connectors.WebhookCall, hook connectors.Webhook) answer {
	d := core.Delivery{System: system, ID: hook.ID, ReceivedAt: call.Now, Hints: hook.Hints}
	for i := range d.Hints {
		d.Hints[i].Ref.System = system
	}
	if d.ID == "" {
		d.ID = digest(call, d.Hints)
	}
	if len(d.Hints) == 0 {
		d.State, d.Reason = core.DeliveryIgnored, hook.Note
	} else if _, reason, closed := g.engine.closed(); closed {
		d.Reason = reason
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rememberFor)
	defer cancel()
	stored, fresh, err := g.o.Store.RecordDelivery(ctx, d)
	switch {
	case err != nil:
		g.o.Log.Error("webhook not recorded; its sender is asked to send it again", "system", system, "error", err)
		return answer{http.StatusServiceUnavailable, "it cannot be recorded at the moment, send it again", "unrecorded"}
	case !fresh:
		return answer{http.StatusOK, "known already", "duplicate"}
	case stored.State == core.DeliveryIgnored:
		g.metrics.settled(system, core.DeliveryIgnored, 0)
		return answer{http.StatusOK, "nothing to do", "accepted"}
	}
	g.arrived(ctx, stored)
	return answer{http.StatusAccepted, "recorded", "accepted"}
}

// digest stands in for a delivery id where the vendor sends none. Where every hint names a revision, the same bytes tell
// of the same state and are one delivery; elsewhere two changes may be told in the same bytes, so the moment counts too.
func digest(call connectors.WebhookCall, hints []core.Hint) string {
	h := sha256.New()
	h.Write(call.Body)
	for _, hint := range hints {
		if hint.Revision == "" {
			fmt.Fprintf(h, "\n%s", call.Now.Format(time.RFC3339Nano))
			break
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
