package asana

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"duplex/emulators/harness"
)

const apiPrefix = "/api/1.0"

// call is one request to the vendor's API while it is answered. The emulator's lock is held.
type call struct {
	e      *Emulator
	w      http.ResponseWriter
	req    *http.Request
	data   object   // the body's data, for writes
	fields []string // opt_fields; nil where none were asked for
	grant  grant
	now    time.Time
	status int
	out    any
	dirty  bool // something to save
	events []event
	source string // of stories
}

// batched marks the actions of a batch: the batch was counted for them.
type batched struct{}

// handle registers one operation: count against the limits, authenticate, run alone, save, answer, and only then let
// the webhooks go.
func (e *Emulator) handle(pattern string, run func(*call) error) {
	method, path, _ := strings.Cut(pattern, " ")
	e.mux.HandleFunc(method+" "+apiPrefix+path, func(w http.ResponseWriter, req *http.Request) {
		leave, ok := e.admit(w, req, 1)
		if !ok {
			return
		}
		defer leave()
		c := &call{e: e, w: w, req: req, status: http.StatusOK, source: "api"}
		if err := c.read(); err != nil {
			c.fail(err)
			return
		}
		if err := c.serve(run); err != nil {
			c.fail(err)
			return
		}
		if c.out != nil {
			write(w, c.status, c.out)
		}
	})
}

// admit counts n requests against the limits of the token and answers 429 where they are too many.
func (e *Emulator) admit(w http.ResponseWriter, req *http.Request, n int) (leave func(), ok bool) {
	if req.Context().Value(batched{}) != nil {
		return func() {}, true
	}
	token := req.Header.Get("Authorization")
	e.mu.Lock()
	limits, now := e.limits, e.now()
	e.mu.Unlock()
	wait := e.load.take(token, n, limits.Minute, now)
	if wait == 0 && strings.HasSuffix(req.URL.Path, "/tasks/search") {
		wait = e.load.take("search "+token, 1, limits.Search, now)
	}
	kind, most := "write ", limits.Writes
	if req.Method == http.MethodGet {
		kind, most = "read ", limits.Reads
	}
	if wait == 0 {
		if leave, ok = e.load.enter(kind+token, most); ok {
			return leave, true
		}
		wait = time.Second
	}
	tooMany(w, req, wait)
	return nil, false
}

// read decodes the body. Uploads are left to their own handler.
func (c *call) read() error {
	q := c.req.URL.Query()
	if q.Has("opt_fields") {
		c.fields = splitFields(q.Get("opt_fields"))
	}
	if c.req.Method != http.MethodPost && c.req.Method != http.MethodPut || strings.HasPrefix(c.req.Header.Get("Content-Type"), "multipart/") {
		return nil
	}
	raw, err := io.ReadAll(c.req.Body)
	if err != nil {
		return bad("Could not read the request body")
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		c.data = object{}
		return nil
	}
	var body struct {
		Data    object
		Options struct{ Fields []string }
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return bad("Could not parse request data, invalid JSON")
	}
	if body.Data == nil {
		return bad("Missing `data` in the request body")
	}
	c.data = body.Data
	if body.Options.Fields != nil {
		c.fields = body.Options.Fields
	}
	return nil
}

func (c *call) serve(run func(*call) error) error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	var err error
	if c.grant, err = c.e.authenticate(c.req); err != nil {
		return err
	}
	harness.SetActor(c.req, userBy(c.grant.user).email)
	c.now = c.e.now()
	c.e.tick(c.now)
	if err := run(c); err != nil {
		return err
	}
	return c.finish()
}

// finish keeps and sends what the call brought about. The caller holds the lock.
func (c *call) finish() error {
	c.e.publish(c.events)
	if c.dirty {
		return c.e.save()
	}
	return nil
}

func (c *call) fail(err error) {
	var refused *apiError
	if !errors.As(err, &refused) {
		refused = serverError(err)
	}
	write(c.w, refused.status, refused.body)
}

// one answers with a record: as asked for, else the full record without what has to be asked for.
func (c *call) one(status int, full object) error {
	c.status, c.out = status, object{"data": c.shown(full, false)}
	return nil
}

// nothing answers with the vendor's empty record.
func (c *call) nothing() error {
	c.status, c.out = http.StatusOK, object{"data": object{}}
	return nil
}

func (c *call) query(name string) string { return c.req.URL.Query().Get(name) }

// text reads a text of the body; given tells whether it was named at all.
func (c *call) text(name string) (text string, given bool, err error) {
	v, given := c.data[name]
	switch v := v.(type) {
	case nil:
		return "", given, nil
	case string:
		return v, true, nil
	}
	return "", true, bad(name + ": Not a string")
}

// gids reads a list of gids of the body.
func (c *call) gids(name string) ([]string, bool, error) {
	v, given := c.data[name]
	if !given || v == nil {
		return nil, given, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, true, bad(name + ": Not an array")
	}
	var out []string
	for _, one := range list {
		s, ok := one.(string)
		if !ok {
			return nil, true, bad(name + ": Not a valid gid")
		}
		out = append(out, s)
	}
	return out, true, nil
}

func (c *call) boolean(name string) (value, given bool, err error) {
	v, given := c.data[name]
	if !given {
		return false, false, nil
	}
	b, ok := v.(bool)
	if !ok {
		return false, true, bad(name + ": Not a boolean")
	}
	return b, true, nil
}

// only refuses what an operation does not take.
func (c *call) only(names ...string) error {
	for name := range c.data {
		if !slices.Contains(names, name) {
			return bad("Cannot write this property: " + name)
		}
	}
	return nil
}
