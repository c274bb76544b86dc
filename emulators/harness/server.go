package harness

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Options say what one emulator brings. Vendor is compulsory.
type Options struct {
	Name string
	Seed uint64
	// Skew is the emulator's clock; nil makes one from Clock.
	Skew  *Skew
	Clock Clock
	// Vendor serves the vendor's API, Pages the pages for people ("/" and "/items…").
	Vendor http.Handler
	Pages  http.Handler
	// Operation names a request's path template, e.g. "GET /api/v2/tickets/{ticket_id}"; nil or ""
	// falls back on SetOperation, then on the plain path. It is asked before faults, so that calls
	// that never reach the vendor handler are counted under their operation too.
	Operation func(*http.Request) string
	// Throttled and Maintenance write the vendor's own 429 and 503. The Retry-After header is set
	// already where retryAfter is above zero. Nil writes plain JSON.
	Throttled, Maintenance func(w http.ResponseWriter, r *http.Request, retryAfter int)
	// Webhooks is the emulator's sender; nil answers 404 under /_control/webhooks.
	Webhooks *Sender
	// Reset forgets every item. IndexLag sets how far search runs behind (nil: the vendor has none).
	// Target registers the vendor's webhook for all item and comment events.
	Reset    func()
	IndexLag func(time.Duration)
	Target   func(url, secret string) error
	// Controls are further control paths, as ServeMux patterns without the prefix: "POST /trigger"
	// is served at POST /_control/trigger.
	Controls map[string]http.HandlerFunc
}

// Server is one emulator's front: control API, pages, and the vendor's API behind faults and counting.
// Safe for concurrent use.
type Server struct {
	opts    Options
	faults  *faults
	calls   *calls
	pauses  pauses
	control http.Handler
}

// New wraps an emulator's handlers. It starts nothing.
func New(opts Options) *Server {
	if opts.Skew == nil {
		opts.Skew = NewSkew(opts.Clock)
	}
	s := &Server{opts: opts, faults: newFaults(opts.Seed), calls: &calls{}}
	s.control = s.controlRoutes()
	return s
}

// AddFault puts a rule at the end of the list and returns it with its id.
func (s *Server) AddFault(f Fault) (Fault, error) { return s.faults.add(f) }

// ClearFaults removes every rule.
func (s *Server) ClearFaults() { s.faults.remove("") }

// Calls returns what was counted, with the calls after that sequence number.
func (s *Server) Calls(since int) Calls { return s.calls.since(since) }

// Throttle returns how callers kept to the pauses they were asked for.
func (s *Server) Throttle() Throttle { return s.pauses.report() }

// ServeHTTP routes by address space; see the package documentation.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch path := req.URL.Path; {
	case strings.HasPrefix(path, "/_control/"):
		s.control.ServeHTTP(w, req)
	case s.opts.Pages != nil && (path == "/" || path == "/items" || strings.HasPrefix(path, "/items/")):
		s.opts.Pages.ServeHTTP(w, req)
	default:
		s.serveVendor(w, req)
	}
}

func (s *Server) serveVendor(w http.ResponseWriter, req *http.Request) {
	call := Call{Time: s.opts.Skew.Now(), Method: req.Method, Path: req.URL.Path}
	credentials := req.Header.Get("Authorization")
	s.pauses.begun(req, s.opts.Skew.base())
	if s.opts.Operation != nil {
		call.Operation = s.opts.Operation(req)
	}
	rule := s.faults.pick(req)
	if rule != nil {
		call.Fault = rule.Kind
	}
	req, n := withNote(req)
	rec := &statusWriter{ResponseWriter: w}
	answered := s.answer(rec, req, rule)
	if rule != nil && (rule.Kind == KindThrottle || rule.Kind == KindMaintenance) {
		s.pauses.ask(credentials, rule.RetryAfter, s.opts.Skew.base())
	}
	call.Actor = n.actor
	if call.Operation == "" {
		call.Operation = n.operation
	}
	if call.Operation == "" {
		call.Operation = req.Method + " " + req.URL.Path
	}
	if answered {
		call.Status = rec.status()
	}
	s.calls.add(call)
	if !answered {
		hangUp(w)
	}
}

// answer applies the rule and says whether the client gets an answer at all.
func (s *Server) answer(w http.ResponseWriter, req *http.Request, r *rule) bool {
	if r == nil {
		s.opts.Vendor.ServeHTTP(w, req)
		return true
	}
	switch r.Kind {
	case KindLatency:
		wait(req, r.delay)
		s.opts.Vendor.ServeHTTP(w, req)
	case KindStatus:
		status := r.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		plainError(w, status, "injected fault "+r.ID)
	case KindThrottle:
		refuse(w, req, http.StatusTooManyRequests, r.RetryAfter, s.opts.Throttled)
	case KindMaintenance:
		refuse(w, req, http.StatusServiceUnavailable, r.RetryAfter, s.opts.Maintenance)
	case KindRevoked:
		req.Header.Del("Authorization")
		s.opts.Vendor.ServeHTTP(w, req)
	case KindTimeout:
		wait(req, r.delay)
		return false
	case KindDrop:
		s.opts.Vendor.ServeHTTP(&discard{header: http.Header{}}, req)
		return false
	}
	return true
}

func refuse(w http.ResponseWriter, req *http.Request, status, retryAfter int, vendor func(http.ResponseWriter, *http.Request, int)) {
	if retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	if vendor != nil {
		vendor(w, req, retryAfter)
		return
	}
	plainError(w, status, http.StatusText(status))
}

func plainError(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"error":` + strconv.Quote(text) + `}`))
}

// wait lasts d, or less where the client goes away.
func wait(req *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-req.Context().Done():
	}
}
