package zendesk

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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
	user   *user
	now    time.Time
	status int
	out    any
	dirty  bool // something to save
	events []webhookEvent
}

// access says who may make a call.
type access int

const (
	anyone access = iota // no credentials
	agents
	admins
)

// serveVendor drops the optional .json suffix and routes.
func (e *Emulator) serveVendor(w http.ResponseWriter, req *http.Request) {
	e.mux.ServeHTTP(w, withoutSuffix(req))
}

func (e *Emulator) operation(req *http.Request) string {
	_, pattern := e.mux.Handler(withoutSuffix(req))
	if pattern == "/" {
		return ""
	}
	return pattern
}

func withoutSuffix(req *http.Request) *http.Request {
	path, ok := strings.CutSuffix(req.URL.Path, ".json")
	if !ok {
		return req
	}
	out := req.Clone(req.Context())
	out.URL.Path, out.URL.RawPath = path, ""
	return out
}

// handle registers one operation: authenticate, count against the limits, run alone, save, answer,
// and only then let the webhooks go.
func (e *Emulator) handle(pattern string, who access, run func(*call) error) {
	e.mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the client went away
		}
		c := &call{e: e, w: w, req: req, body: body, status: http.StatusOK}
		err = c.serve(who, run)
		var refused *apiError
		switch {
		case errors.As(err, &refused):
			write(w, refused.status, refused.body)
		case err != nil:
			write(w, http.StatusInternalServerError, map[string]any{"error": "InternalError", "description": err.Error()})
		default:
			write(w, c.status, c.out)
		}
	})
}

func (c *call) serve(who access, run func(*call) error) error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.now = c.e.now()
	if who != anyone {
		var err error
		if c.user, err = c.authenticate(); err != nil {
			return err
		}
		harness.SetActor(c.req, c.user.Email)
		if err := c.limitAccount(); err != nil {
			return err
		}
		if !c.user.staff() || who == admins && c.user.Role != "admin" {
			return forbidden()
		}
	}
	if err := run(c); err != nil {
		return err
	}
	return c.finish()
}

// finish saves and sends what the call brought about.
func (c *call) finish() error {
	if c.dirty {
		if err := c.e.save(); err != nil {
			return err
		}
	}
	c.e.send(c.events)
	return nil
}

func (c *call) answer(status int, out any) error {
	c.status, c.out = status, out
	return nil
}

// object decodes the request's JSON object under key.
func (c *call) object(key string) (map[string]any, error) {
	var body map[string]any
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.UseNumber()
	if err := dec.Decode(&body); err != nil {
		return nil, &apiError{http.StatusBadRequest, "The request body is not valid JSON."}
	}
	if key == "" {
		return body, nil
	}
	inner, ok := body[key].(map[string]any)
	if !ok {
		return nil, badRequest("ParameterMissing", "param is missing or the value is empty: "+key)
	}
	return inner, nil
}

func (c *call) pathID(name string) int64 {
	id, _ := strconv.ParseInt(c.req.PathValue(name), 10, 64)
	return id
}

func (c *call) query(name string) string { return c.req.URL.Query().Get(name) }

func (c *call) ids(name string) []int64 {
	var out []int64
	for _, text := range strings.Split(c.query(name), ",") {
		if id, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// ticket finds the ticket the path names; deleted ones are not found.
func (c *call) ticket() (*ticket, error) {
	t := c.e.st.Tickets[c.pathID("ticket_id")]
	if t == nil || t.deleted() {
		return nil, notFound()
	}
	return t, nil
}

// number reads an id that may have come as a number or as text; null and "" are 0.
func number(v any) (int64, bool) {
	switch v := v.(type) {
	case nil:
		return 0, true
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case float64:
		return int64(v), true
	case int64:
		return v, true
	case string:
		if v == "" {
			return 0, true
		}
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
