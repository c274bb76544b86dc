package github

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// The API versions. The newest has no singular assignee and no rate beside the resources.
const (
	oldest = "2022-11-28"
	newest = "2026-03-10"
)

// call is one request to the vendor's API while it is answered. The emulator's lock is held.
type call struct {
	e        *Emulator
	w        http.ResponseWriter
	req      *http.Request
	segments []string // of the path, without the API's prefix
	body     []byte
	actor    actor
	version  string
	now      time.Time // whole seconds
	status   int
	out      any
	modified time.Time // for Last-Modified; zero for none
	dirty    bool      // something to save
	sends    []pending
	resend   *delivery // a redelivery that was asked for, to resendTo
	resendTo *hook
}

// route is one operation: a method, a path template, and who may call it.
type route struct {
	method   string
	template string
	segments []string
	access   access
	run      func(*call) error
}

// access says who may make a call.
type access int

const (
	anyone  access = iota // also without credentials
	signed                // a user or an installation
	appOnly               // the App with its JWT
)

// match finds the operation of a path; literal segments win over parameters.
func (e *Emulator) match(req *http.Request) (*route, map[string]string) {
	path, ok := strings.CutPrefix(req.URL.EscapedPath(), e.prefix+"/")
	if !ok {
		return nil, nil
	}
	have := strings.Split(strings.TrimSuffix(path, "/"), "/")
	var best *route
	var values map[string]string
	for n := range e.routes {
		r := &e.routes[n]
		if r.method != req.Method || len(r.segments) != len(have) {
			continue
		}
		found, fits := map[string]string{}, true
		for i, want := range r.segments {
			if name, isParam := strings.CutPrefix(want, "{"); isParam {
				found[strings.TrimSuffix(name, "}")], _ = url.PathUnescape(have[i])
			} else if want != have[i] {
				fits = false
				break
			}
		}
		if fits && (best == nil || len(found) < len(values)) {
			best, values = r, found
		}
	}
	return best, values
}

func (e *Emulator) operation(req *http.Request) string {
	if r, _ := e.match(req); r != nil {
		return r.method + " " + r.template
	}
	return ""
}

// serveVendor answers one call: authenticate, count against the limits, run alone, save, answer, and only then let
// the webhooks go.
func (e *Emulator) serveVendor(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the client went away
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &call{e: e, w: w, req: req, body: body, status: http.StatusOK, now: e.skew.Now().Truncate(time.Second), version: oldest}
	err = c.serve()
	var refused *apiError
	switch {
	case errors.As(err, &refused):
		write(w, refused.status, refused.body)
	case err != nil:
		write(w, http.StatusInternalServerError, object{"message": err.Error()})
	default:
		write(w, c.status, c.out)
	}
}

func (c *call) serve() error {
	h := c.w.Header()
	if c.req.UserAgent() == "" {
		h.Set("Content-Type", "text/plain")
		return &apiError{http.StatusForbidden, []byte("Request forbidden by administrative rules. Please make sure your request has a User-Agent header")}
	}
	if v := c.req.Header.Get("X-GitHub-Api-Version"); v != "" {
		if v != oldest && v != newest {
			return refuse(http.StatusBadRequest, v+" is not a valid API version")
		}
		c.version = v
	}
	h.Set("X-GitHub-Api-Version-Selected", c.version)
	r, values := c.e.match(c.req)
	if r == nil {
		return notFound()
	}
	for name, value := range values {
		c.req.SetPathValue(name, value)
	}
	c.segments = r.segments
	if err := c.authenticate(r.access); err != nil {
		return err
	}
	harness.SetActor(c.req, c.actor.name())
	if r.template == "/rate_limit" {
		return r.run(c)
	}
	if c.req.Method != http.MethodGet {
		return c.change(r)
	}
	if err := r.run(c); err != nil {
		if spent := c.spend(false); spent != nil {
			return spent
		}
		return err
	}
	same := c.tag()
	if err := c.spend(same); err != nil {
		return err
	}
	if same {
		c.status, c.out = http.StatusNotModified, nil
	}
	return nil
}

func (c *call) change(r *route) error {
	if err := c.spend(false); err != nil {
		return err
	}
	if r.access == signed {
		if err := c.secondary(c.req.Method == http.MethodPost); err != nil {
			return err
		}
	}
	if err := r.run(c); err != nil {
		return err
	}
	return c.finish()
}

// finish saves and sends what the call brought about.
func (c *call) finish() error {
	c.queue()
	if c.resend != nil {
		c.dispatch(c.resend, c.resendTo)
	}
	if c.dirty {
		if err := c.e.save(); err != nil {
			return err
		}
	}
	for _, p := range c.sends {
		c.e.sender.Send(p.delivery)
	}
	return nil
}

// tag sets ETag and Last-Modified, and says whether the client holds this content already.
func (c *call) tag() bool {
	if c.status != http.StatusOK || c.out == nil {
		return false
	}
	raw := encode(c.out)
	c.out = raw
	tag := fmt.Sprintf(`W/"%x"`, sha256.Sum256(append(raw, c.req.Header.Get("Accept")...)))
	c.w.Header().Set("ETag", tag)
	c.w.Header().Set("Cache-Control", "private, max-age=60, s-maxage=60")
	c.w.Header().Set("Vary", "Accept, Authorization")
	if !c.modified.IsZero() {
		c.w.Header().Set("Last-Modified", c.modified.Format(http.TimeFormat))
	}
	if given := c.req.Header.Get("If-None-Match"); given != "" {
		return strings.TrimPrefix(given, "W/") == strings.TrimPrefix(tag, "W/")
	}
	since, err := http.ParseTime(c.req.Header.Get("If-Modified-Since"))
	return err == nil && !c.modified.IsZero() && !c.modified.After(since)
}

func (c *call) answer(status int, out any) error {
	c.status, c.out = status, out
	return nil
}

// object decodes the request's JSON object; no body is an empty one.
func (c *call) object() (object, error) {
	v, err := c.value()
	if err != nil {
		return nil, err
	}
	out, ok := v.(object)
	if !ok && v != nil {
		return nil, &apiError{http.StatusUnprocessableEntity, object{"message": "Invalid request.\n\nFor 'links/0/schema', the body is not an object.", "documentation_url": docs}}
	}
	return out, nil
}

func (c *call) value() (any, error) {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil, nil
	}
	var v any
	if err := json.Unmarshal(c.body, &v); err != nil {
		return nil, refuse(http.StatusBadRequest, "Problems parsing JSON")
	}
	return v, nil
}

func (c *call) pathID(name string) int64 {
	id, _ := strconv.ParseInt(c.req.PathValue(name), 10, 64)
	return id
}

func (c *call) query(name string) string { return c.req.URL.Query().Get(name) }

// since reads the query parameter of that name; zero where it is absent.
func (c *call) since() (time.Time, error) {
	text := c.query("since")
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, invalidText("since is not a timestamp in ISO 8601 format: YYYY-MM-DDTHH:MM:SSZ")
	}
	return at.Truncate(time.Second), nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// number reads a number that may have come as text.
func number(v any) (int64, bool) {
	switch v := v.(type) {
	case float64:
		return int64(v), v == float64(int64(v))
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}
