package harness

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// controlRoutes builds the control API. Bodies and answers are JSON; a refused body is a 400 with
// {"error": text}.
func (s *Server) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h http.HandlerFunc) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /_control"+path, h)
	}
	handle("POST /faults", s.postFault)
	handle("GET /faults", func(w http.ResponseWriter, _ *http.Request) { WriteJSON(w, 200, s.faults.list()) })
	handle("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) { s.faults.remove(""); w.WriteHeader(204) })
	handle("DELETE /faults/{id}", s.deleteFault)
	handle("GET /calls", s.getCalls)
	handle("DELETE /calls", func(w http.ResponseWriter, _ *http.Request) { s.calls.reset(); w.WriteHeader(204) })
	handle("GET /throttle", func(w http.ResponseWriter, _ *http.Request) { WriteJSON(w, http.StatusOK, s.pauses.report()) })
	handle("DELETE /throttle", func(w http.ResponseWriter, _ *http.Request) { s.pauses.reset(); w.WriteHeader(204) })
	handle("POST /clock", s.postClock)
	handle("POST /reset", s.postReset)
	if s.opts.Webhooks != nil {
		handle("GET /webhooks", func(w http.ResponseWriter, _ *http.Request) { WriteJSON(w, 200, s.opts.Webhooks.Report()) })
		handle("PATCH /webhooks", s.patchWebhooks)
	}
	if s.opts.IndexLag != nil {
		handle("POST /index_lag", s.postIndexLag)
	}
	if s.opts.Target != nil {
		handle("POST /webhook_target", s.postTarget)
	}
	for pattern, h := range s.opts.Controls {
		handle(pattern, h)
	}
	return mux
}

func (s *Server) postFault(w http.ResponseWriter, req *http.Request) {
	var f Fault
	if !readJSON(w, req, &f) {
		return
	}
	f, err := s.faults.add(f)
	if err != nil {
		plainError(w, http.StatusBadRequest, err.Error())
		return
	}
	WriteJSON(w, http.StatusCreated, f)
}

func (s *Server) deleteFault(w http.ResponseWriter, req *http.Request) {
	if !s.faults.remove(req.PathValue("id")) {
		plainError(w, http.StatusNotFound, "no fault with that id")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) getCalls(w http.ResponseWriter, req *http.Request) {
	since, _ := strconv.Atoi(req.URL.Query().Get("since"))
	WriteJSON(w, http.StatusOK, s.calls.since(since))
}

func (s *Server) postClock(w http.ResponseWriter, req *http.Request) {
	var body struct{ Skew string }
	if d, ok := readDuration(w, req, &body, &body.Skew); ok {
		s.opts.Skew.Set(d)
		WriteJSON(w, http.StatusOK, map[string]any{"skew": d.String(), "now": s.opts.Skew.Now()})
	}
}

func (s *Server) postIndexLag(w http.ResponseWriter, req *http.Request) {
	var body struct{ Lag string }
	if d, ok := readDuration(w, req, &body, &body.Lag); ok {
		s.opts.IndexLag(d)
		WriteJSON(w, http.StatusOK, map[string]any{"lag": d.String()})
	}
}

func (s *Server) postReset(w http.ResponseWriter, _ *http.Request) {
	s.faults.remove("")
	s.calls.reset()
	s.pauses.reset()
	s.opts.Skew.Set(0)
	if s.opts.Webhooks != nil {
		s.opts.Webhooks.Reset()
	}
	if s.opts.IndexLag != nil {
		s.opts.IndexLag(0)
	}
	if s.opts.Reset != nil {
		s.opts.Reset()
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) patchWebhooks(w http.ResponseWriter, req *http.Request) {
	var body struct {
		Mode    string
		Percent float64
	}
	if !readJSON(w, req, &body) {
		return
	}
	if err := s.opts.Webhooks.SetMode(body.Mode, body.Percent); err != nil {
		plainError(w, http.StatusBadRequest, err.Error())
		return
	}
	WriteJSON(w, http.StatusOK, s.opts.Webhooks.Report())
}

func (s *Server) postTarget(w http.ResponseWriter, req *http.Request) {
	var body struct{ URL, Secret string }
	if !readJSON(w, req, &body) {
		return
	}
	if err := s.opts.Target(body.URL, body.Secret); err != nil {
		plainError(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// WriteJSON answers with that status and body.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func readJSON(w http.ResponseWriter, req *http.Request, v any) bool {
	if err := json.NewDecoder(req.Body).Decode(v); err != nil {
		plainError(w, http.StatusBadRequest, "the body is not the JSON this call takes: "+err.Error())
		return false
	}
	return true
}

func readDuration(w http.ResponseWriter, req *http.Request, body any, text *string) (time.Duration, bool) {
	if !readJSON(w, req, body) {
		return 0, false
	}
	d, err := time.ParseDuration(*text)
	if err != nil {
		plainError(w, http.StatusBadRequest, "not a duration such as -90s: "+*text)
		return 0, false
	}
	return d, true
}
