package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"go.temporal.io/sdk/client"
)

const askHealthFor = 2 * time.Second

// healthz says that the process runs.
func (g *Gateway) healthz(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }

// Readiness is the body of /readyz.
type Readiness struct {
	Ready    bool   `json:"ready"`
	Store    string `json:"store"`    // answers | unreachable
	Temporal string `json:"temporal"` // answers | unreachable | not configured
	Text     string `json:"text,omitempty"`
}

// readyz is 200 while the store answers: then webhooks are taken, and wait when Temporal does not answer.
func (g *Gateway) readyz(w http.ResponseWriter, r *http.Request) {
	got := g.readiness(r.Context())
	w.Header().Set("Content-Type", "application/json")
	if !got.Ready {
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(got)
}

func (g *Gateway) readiness(ctx context.Context) Readiness {
	ctx, cancel := context.WithTimeout(ctx, askHealthFor)
	defer cancel()
	got := Readiness{Ready: true, Store: "answers", Temporal: g.temporalState(ctx)}
	if err := g.o.Store.Ping(ctx); err != nil {
		got.Ready, got.Store, got.Text = false, "unreachable", "webhooks are refused and will be sent again by their systems"
		return got
	}
	if got.Temporal != "answers" {
		got.Text = "degraded: webhooks are recorded and wait for Temporal"
	}
	return got
}

func (g *Gateway) temporalState(ctx context.Context) string {
	if g.o.Temporal == nil {
		return "not configured"
	}
	if _, err := g.o.Temporal.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return "unreachable"
	}
	return "answers"
}
