package servicenow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// call is one request to the vendor's API while it is answered. The emulator's lock is held.
type call struct {
	e      *Emulator
	w      http.ResponseWriter
	req    *http.Request
	body   []byte
	user   record
	zone   *time.Location
	now    time.Time
	status int
	out    any
	dirty  bool // something to save
	events []pushEvent
}

// serveVendor drops the version of a path and routes. A hibernating instance answers everything with its page.
func (e *Emulator) serveVendor(w http.ResponseWriter, req *http.Request) {
	e.mu.Lock()
	asleep := e.play.hibernating
	e.mu.Unlock()
	if asleep {
		write(w, http.StatusOK, hibernating)
		return
	}
	e.mux.ServeHTTP(w, withoutVersion(req))
}

func (e *Emulator) operation(req *http.Request) string {
	_, pattern := e.mux.Handler(withoutVersion(req))
	if pattern == "/" {
		return ""
	}
	return pattern
}

// withoutVersion maps /api/now/v1/… and /api/now/v2/… to /api/now/…; the batch API exists with a version only. Version 1 is
// remembered in a header, because it answers an empty list with 404.
func withoutVersion(req *http.Request) *http.Request {
	for _, version := range []string{"v1", "v2"} {
		rest, ok := strings.CutPrefix(req.URL.Path, "/api/now/"+version+"/")
		if !ok || rest == "batch" {
			continue
		}
		out := req.Clone(req.Context())
		out.URL.Path, out.URL.RawPath = "/api/now/"+rest, ""
		out.Header.Set(versionHeader, version)
		return out
	}
	return req
}

const versionHeader = "X-Emulated-Version"

// handle registers one operation of an account: authenticate, count against the limits, run alone, save, answer, and only
// then let the outbound calls go.
func (e *Emulator) handle(pattern string, run func(*call) error) {
	e.mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the client went away
		}
		c := &call{e: e, w: w, req: req, body: body, status: http.StatusOK}
		err = c.serve(run)
		var refused *apiError
		switch {
		case errors.As(err, &refused):
			write(w, refused.status, refused.body())
		case err != nil:
			write(w, http.StatusInternalServerError, (&apiError{500, "Internal error", err.Error()}).body())
		default:
			write(w, c.status, c.out)
		}
	})
}

func (c *call) serve(run func(*call) error) error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.now = c.e.now()
	if err := c.authenticate(); err != nil {
		return err
	}
	harness.SetActor(c.req, c.user["email"])
	if err := c.limit(); err != nil {
		return err
	}
	if err := c.negotiate(); err != nil {
		return err
	}
	err := run(c)
	if c.dirty { // also where the answer is an error: a cancelled transaction may have been committed
		if failed := c.e.save(); failed != nil {
			return failed
		}
		c.e.push(c.events)
	}
	return err
}

// negotiate refuses media types that the instance does not speak.
func (c *call) negotiate() error {
	if accept := c.req.Header.Get("Accept"); accept != "" && !strings.Contains(accept, "json") && !strings.Contains(accept, "*/*") && !strings.HasSuffix(c.req.URL.Path, "/file") {
		return &apiError{http.StatusNotAcceptable, "Not acceptable", "Accept must be application/json"}
	}
	if !strings.HasPrefix(c.req.URL.Path, "/api/now/table/") || c.req.Method == http.MethodGet || c.req.Method == http.MethodDelete {
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(c.req.Header.Get("Content-Type")); kind != "application/json" {
		return &apiError{http.StatusUnsupportedMediaType, "Unsupported media type", "Content-Type must be application/json"}
	}
	return nil
}

func (c *call) answer(status int, out any) error {
	c.status, c.out = status, out
	if noBody, _ := strconv.ParseBool(c.req.Header.Get("X-no-response-body")); noBody && c.req.Method != http.MethodGet {
		c.out = nil
	}
	return nil
}

// input decodes a body: values of every JSON type become text, as the instance stores them. Objects, as references are shown,
// stand for their value.
func (c *call) input() (map[string]string, error) {
	var raw map[string]any
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.UseNumber()
	if err := dec.Decode(&raw); err != nil {
		return nil, badRequest("Exception while reading request")
	}
	out := map[string]string{}
	for name, v := range raw {
		if o, ok := v.(map[string]any); ok {
			v = o["value"]
		}
		out[name] = ""
		if v != nil {
			out[name] = fmt.Sprint(v)
		}
	}
	return out, nil
}

func (c *call) query(name string) string { return c.req.URL.Query().Get(name) }

func (c *call) flag(name string) bool {
	on, _ := strconv.ParseBool(c.query(name))
	return on
}

// tableOf finds the table that the path or a parameter names.
func (c *call) tableOf(name string) (*table, error) {
	t := c.e.table(name)
	if t == nil {
		return nil, badRequest("Invalid table " + name)
	}
	return t, nil
}
