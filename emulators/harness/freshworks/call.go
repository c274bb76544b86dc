package freshworks

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// Access is who may make a call.
type Access int

// The kinds of Access.
const (
	Anyone Access = iota
	Agents
	Admins
)

// Call is one request to the vendor's API.
type Call struct {
	A   *Account
	W   http.ResponseWriter
	Req *http.Request
	Now time.Time
	By  *Person
	// In is the JSON object or the form of the body, Form tells that it was a form, whose values are all text, and Uploads are its files.
	In      Object
	Form    bool
	Uploads []Upload

	status int
	out    any
	dirty  bool
	events []event
}

// Handle registers one operation: authenticate, count against the limits, run alone, save, answer, and only then let the webhooks go.
func (a *Account) Handle(pattern string, who Access, run func(*Call) error) {
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the client went away
		}
		c := &Call{A: a, W: w, Req: req, status: http.StatusOK}
		err = c.serve(who, run, body)
		var refused *Refused
		switch {
		case errors.As(err, &refused):
			write(w, refused.Status, refused.Body)
		case err != nil:
			write(w, http.StatusInternalServerError, Object{"message": err.Error()})
		default:
			write(w, c.status, c.out)
		}
	})
}

func (c *Call) serve(who Access, run func(*Call) error, body []byte) error {
	c.A.mu.Lock()
	defer c.A.mu.Unlock()
	c.Now = c.A.Now()
	if who != Anyone {
		if c.A.Vendor.Headers != nil {
			c.A.Vendor.Headers(c.W.Header())
		}
		if err := c.authenticate(); err != nil {
			return err
		}
		if err := c.Spend(1 + c.includes()); err != nil {
			return err
		}
		if who == Admins && !c.By.Admin {
			return Denied()
		}
		if err := c.read(body); err != nil {
			return err
		}
	}
	if err := run(c); err != nil {
		return err
	}
	return c.finish()
}

// finish saves and sends what the call brought about.
func (c *Call) finish() error {
	if c.dirty {
		if err := c.A.Save(); err != nil {
			return err
		}
	}
	for _, e := range c.events {
		c.A.fire(e)
	}
	return nil
}

// includes is what embedded parts cost more: two for a list, one for a view.
func (c *Call) includes() int {
	if c.Query("include") == "" {
		return 0
	}
	n := len(strings.Split(c.Query("include"), ","))
	if c.Req.PathValue("id") == "" {
		n *= 2
	}
	return n
}

func (c *Call) authenticate() error {
	key, _, ok := c.Req.BasicAuth()
	if ok {
		for _, p := range c.A.State.People {
			if p.Key != "" && p.Active && hmac.Equal([]byte(p.Key), []byte(key)) {
				c.By = p
				harness.SetActor(c.Req, p.Email)
				return nil
			}
		}
	}
	code := "invalid_credentials"
	if ok && strings.Contains(key, "@") && c.A.Vendor.UnknownKey != "" {
		code = c.A.Vendor.UnknownKey
	}
	return &Refused{http.StatusUnauthorized, Object{"code": code, "message": "You have to be logged in to perform this action."}}
}

// read takes the body apart, after a look at what the client accepts.
func (c *Call) read(body []byte) error {
	if accept := c.Req.Header.Get("Accept"); accept != "" && !strings.Contains(accept, "application/json") && !strings.Contains(accept, "*/*") {
		return &Refused{http.StatusNotAcceptable, nil}
	}
	if c.Req.Method == http.MethodGet || c.Req.Method == http.MethodDelete || len(body) == 0 {
		c.In = Object{}
		return nil
	}
	kind, params, _ := mime.ParseMediaType(c.Req.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		return c.readForm(body, params["boundary"])
	case "application/json":
		if err := json.Unmarshal(body, &c.In); err != nil {
			return &Refused{http.StatusBadRequest, Object{"code": "invalid_json", "message": "Request body has invalid json format"}}
		}
		return nil
	}
	return &Refused{http.StatusUnsupportedMediaType, Object{"code": "invalid_content_type", "message": "Content-Type should be application/json or multipart/form-data"}}
}

// Answer sets what a call that succeeds is answered with.
func (c *Call) Answer(status int, out any) error {
	c.status, c.out = status, out
	return nil
}

// Dirty has the state saved before the answer.
func (c *Call) Dirty() { c.dirty = true }

// ID reads a number from the path.
func (c *Call) ID(name string) int64 {
	id, _ := strconv.ParseInt(c.Req.PathValue(name), 10, 64)
	return id
}

// Query reads a parameter.
func (c *Call) Query(name string) string { return c.Req.URL.Query().Get(name) }

// Includes says whether the request asks for an embedded part.
func (c *Call) Includes(part string) bool {
	for _, p := range strings.Split(c.Query("include"), ",") {
		if p == part {
			return true
		}
	}
	return false
}

// Record finds the record the path names, deleted or not, but not an archived one.
func (c *Call) Record(kind string) (*Record, error) {
	r := c.A.State.Records[kind][c.ID("id")]
	if r == nil || r.Archived {
		return nil, NotFound()
	}
	return r, nil
}

// Live is Record for a write, which trash and spam refuse.
func (c *Call) Live(kind string) (*Record, error) {
	r, err := c.Record(kind)
	if err == nil && (r.Deleted || r.Spam) {
		return nil, Trashed()
	}
	return r, err
}

// Stamp is a time as the vendors write it; the zero time is null.
func Stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// OrNull is null for an empty value.
func OrNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// List never is null in JSON.
func List[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
