package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Admin is the listener for people and scripts: the API under /api/v1, which wants the token, and /metrics, /healthz and
// /readyz, which hold no ids and no content.
func (g *Gateway) Admin() http.Handler {
	r := mux.NewRouter().UseEncodedPath().StrictSlash(true)
	r.Use(g.measured, g.guarded)
	r.Handle("/metrics", promhttp.HandlerFor(g.o.Registry, promhttp.HandlerOpts{})).Methods(http.MethodGet)
	r.HandleFunc("/healthz", g.healthz).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/readyz", g.readyz).Methods(http.MethodGet, http.MethodHead)

	for _, route := range []struct {
		method, path string
		call         call
	}{
		{"GET", "/status", g.status},
		{"GET", "/systems", g.listSystems},
		{"GET", "/systems/{name}", g.showSystem},
		{"PUT", "/systems/{name}", g.applySystem},
		{"GET", "/systems/{name}/describe", g.describeSystem},
		{"GET", "/systems/{name}/check", g.checkSystem},
		{"PUT", "/systems/{name}/webhook", g.ensureWebhook},
		{"GET", "/gates", g.listGates},
		{"GET", "/gates/{name}", g.showGate},
		{"POST", "/gates/{name}/close", g.closeGate},
		{"POST", "/gates/{name}/open", g.openGate},
		{"POST", "/gates/{name}/probe", g.probeGate},
		{"GET", "/connections", g.listConnections},
		{"GET", "/connections/{name}", g.showConnection},
		{"GET", "/connections/{name}/versions", g.listVersions},
		{"PUT", "/connections/{name}", g.applyConnection},
		{"POST", "/connections/{name}/activate", g.activate},
		{"POST", "/connections/{name}/publish", g.publish},
		{"POST", "/connections/{name}/rollback", g.rollback},
		{"POST", "/connections/{name}/diff", g.diff},
		{"POST", "/connections/{name}/sweep", g.sweep},
		{"POST", "/connections/{name}/release", g.release},
		{"GET", "/sweeps", g.listSweeps},
		{"GET", "/pairs", g.listPairs},
		{"GET", "/problems", g.listProblems},
		{"GET", "/pairs/{id}", g.showPair},
		{"GET", "/pairs/{id}/history", g.history},
		{"GET", "/pairs/{id}/why", g.why},
		{"POST", "/pairs/{id}/resync", g.resync},
		{"POST", "/pairs/{id}/resolve", g.resolve},
		{"POST", "/pairs/{id}/pause", g.pause},
		{"POST", "/pairs/{id}/resume", g.resume},
		{"POST", "/pairs/{id}/unlink", g.unlink},
		{"GET", "/plans/{id}", g.showPlan},
		{"POST", "/links", g.link},
		{"GET", "/runs", g.listRuns},
		{"POST", "/runs", g.startRun},
		{"GET", "/runs/{id}", g.showRun},
		{"GET", "/runs/{id}/items", g.listRunItems},
		{"POST", "/runs/{id}/pause", g.pauseRun},
		{"POST", "/runs/{id}/resume", g.resumeRun},
		{"POST", "/runs/{id}/stop", g.stopRun},
		{"GET", "/retention", g.retention},
		{"POST", "/erasures", g.erase},
		{"POST", "/retention/run", g.runRetention},
		{"GET", "/deliveries", g.listDeliveries},
		{"POST", "/deliveries/{seq}/retry", g.retryDelivery},
	} {
		r.Handle("/api/v1"+route.path, g.authorised(g.api(route.call))).Methods(route.method)
	}
	r.Handle("/api/v1/connections/{name}/plan", g.authorised(http.HandlerFunc(g.trial))).Methods(http.MethodPost)
	missing := func(status int, class, text string) http.Handler {
		return g.measured(g.guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			respond(w, status, ErrorBody{Error{Class: class, Text: text}})
		})))
	}
	notFound := missing(http.StatusNotFound, classNotFound, "the admin API has no such path")
	notAllowed := missing(http.StatusMethodNotAllowed, classRequest, "this path is not called with that method")
	r.NotFoundHandler, r.MethodNotAllowedHandler = notFound, notAllowed
	return r
}

// authorised lets only callers with the token through. Digests are compared, so that neither time nor length tell of it.
func (g *Gateway) authorised(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(g.o.AdminToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		got := sha256.Sum256([]byte(given))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || !ok {
			g.failed(w, r, refuse(classUnauthorized, "Authorization", "the token is missing or wrong: set DUPLEX_TOKEN to the gateway's token"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
