package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// call is one request to the vendor's API while it is answered. The emulator's lock is held.
type call struct {
	e       *Emulator
	w       http.ResponseWriter
	req     *http.Request
	body    []byte
	user    *record
	now     time.Time
	left    int
	status  int
	out     any
	dirty   bool // something to save
	changes []change
	inner   bool // a part of a composite request
}

// outer carries the call that a part of a composite request belongs to.
type outer struct{}

// handle registers one operation: authenticate, count against the limits, run alone, save, answer, and only then let
// the webhooks go.
func (e *Emulator) handle(pattern string, open bool, run func(*call) error) {
	e.mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the client went away
		}
		c := &call{e: e, w: w, req: req, body: body, status: http.StatusOK}
		if parent, ok := req.Context().Value(outer{}).(*call); ok {
			c.inner, c.user, c.now, c.left = true, parent.user, parent.now, parent.left
			err = run(c)
			parent.dirty = parent.dirty || c.dirty
			parent.changes = append(parent.changes, c.changes...)
		} else {
			err = c.serve(open, run)
		}
		var refused *apiError
		switch {
		case errors.As(err, &refused):
			write(w, refused.status, refused.body())
		case err != nil:
			write(w, http.StatusInternalServerError, refuse(500, "UNKNOWN_EXCEPTION", err.Error()).body())
		default:
			write(w, c.status, c.out)
		}
	})
}

var versionName = regexp.MustCompile(`^v(\d+)\.0$`)

func (c *call) serve(open bool, run func(*call) error) error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.now = c.e.now()
	if len(c.req.URL.RequestURI()) > 16*1024 {
		return refuse(http.StatusRequestURITooLong, "URI_TOO_LONG", "The length of the URI exceeds the limit")
	}
	if !open {
		if err := c.authenticate(); err != nil {
			return err
		}
		harness.SetActor(c.req, c.user.text("Email"))
		if err := c.take(); err != nil {
			return err
		}
		if err := c.refusedByControl(); err != nil {
			return err
		}
		if v := c.req.PathValue("version"); v != "" && c.version() == 0 {
			return notFound()
		}
	}
	if err := run(c); err != nil {
		return err
	}
	if c.dirty {
		if err := c.e.save(); err != nil {
			return err
		}
	}
	c.e.send(c.changes)
	return nil
}

// version is the number of the API version in the path, 0 where there is no such version.
func (c *call) version() int {
	m := versionName.FindStringSubmatch(c.req.PathValue("version"))
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	if n < oldestVersion || n > newestVersion {
		return 0
	}
	return n
}

const oldestVersion, newestVersion = 31, 67

func (c *call) answer(status int, out any) error {
	c.status, c.out = status, out
	return nil
}

// object decodes the request's JSON object. Numbers stay as they were written.
func (c *call) object() (map[string]any, error) {
	var in map[string]any
	if err := decode(c.body, &in); err != nil {
		return nil, err
	}
	return in, nil
}

func decode(body []byte, to any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(to); err != nil {
		return refuse(http.StatusBadRequest, "JSON_PARSER_ERROR", "The HTTP entity body is required, but is not the JSON that is expected")
	}
	return nil
}

func (c *call) query(name string) string { return c.req.URL.Query().Get(name) }

// kind is the object that the path names.
func (c *call) kind() (*object, error) {
	o := c.e.schema[lower(c.req.PathValue("sobject"))]
	if o == nil {
		return nil, notFound()
	}
	return o, nil
}

// record finds the record that the path names.
func (c *call) record(o *object) (*record, error) {
	id := c.req.PathValue("id")
	if _, ok := fullID(id); !ok {
		return nil, refuse(http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+id)
	}
	r := c.e.st.find(id)
	switch {
	case r == nil || r.Object != o.name:
		return nil, notFound()
	case r.deleted():
		return nil, entityDeleted()
	}
	return r, nil
}

// sees says whether field-level security shows the field to the caller.
func (c *call) sees(o *object, f *field) bool {
	return c.user.ID != UserSync || !c.e.st.Hidden[o.name+"."+f.name]
}

func (c *call) admin() bool { return c.user.ID == UserAda }

// client is the name that the caller gave in Sforce-Call-Options.
func (c *call) client() string {
	for _, part := range strings.Split(c.req.Header.Get("Sforce-Call-Options"), ",") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(part), "client="); ok {
			return name
		}
	}
	return ""
}

// within makes a request a part of this call.
func (c *call) within(req *http.Request) *http.Request {
	return req.WithContext(context.WithValue(req.Context(), outer{}, c))
}
