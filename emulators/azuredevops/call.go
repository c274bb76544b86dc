package azuredevops

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
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
	user    *account
	now     time.Time
	project string            // of the path; "" is none
	params  map[string]string // of the path
	preview int               // of the api-version: the resource's; 0 is the newest
	version string            // "7.1"
	status  int
	out     any
	dirty   bool
	events  []event
}

// serveVendor authenticates, counts, runs the operation alone, saves, answers, and only then lets the events go.
func (e *Emulator) serveVendor(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the client went away
	}
	c := &call{e: e, w: w, req: req, body: body, status: http.StatusOK}
	err = c.serve()
	var refused *apiError
	switch {
	case errors.As(err, &refused):
		write(w, refused.status, refused.body)
	case err != nil:
		write(w, http.StatusInternalServerError, refuse(500, "TeamFoundationServiceException", err.Error()).(*apiError).body)
	default:
		write(w, c.status, c.out)
	}
}

func (c *call) serve() error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.now = c.e.skew.Now()
	if c.req.URL.Path == "/_signin" {
		return c.answer(page(signInPage))
	}
	if c.req.Method == http.MethodPost && c.req.URL.Path == "/"+Tenant+"/oauth2/v2.0/token" && !c.e.onPremises() {
		if err := c.postToken(); err != nil {
			return err
		}
		return c.finish()
	}
	r, err := c.route()
	var readOnly bool
	var denied error
	if c.user, readOnly, denied = c.authenticate(); denied != nil {
		return denied
	}
	if err != nil {
		return err
	}
	harness.SetActor(c.req, c.user.mail)
	if err := c.count(); err != nil {
		return err
	}
	if err := c.checkVersion(r); err != nil {
		return err
	}
	if r.writes && (c.user.reader || readOnly) {
		return refuse(http.StatusForbidden, "AccessCheckException", "TF401027: You need the Work items (write) permission on this resource to perform this action.")
	}
	if err := r.run(c); err != nil {
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

func (c *call) answer(out any) error {
	c.out = out
	return nil
}

// list wraps a list as the vendor does.
func (c *call) list(values []any) error {
	return c.answer(object{"count": len(values), "value": values})
}

var versionForm = regexp.MustCompile(`^(\d+\.\d+)(-preview(?:\.(\d+))?)?$`)

// checkVersion holds the request's api-version against what the resource has here.
func (c *call) checkVersion(r *route) error {
	text := c.query("api-version")
	if text == "" {
		_, params, _ := mime.ParseMediaType(c.req.Header.Get("Accept"))
		text = params["api-version"]
	}
	if text == "" {
		if r.preview == anyPreview {
			return nil
		}
		return bad("VssVersionNotSpecifiedException", `No api-version was supplied for the "`+c.req.Method+
			`" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`)
	}
	form := versionForm.FindStringSubmatch(text)
	if form == nil {
		return bad("VssVersionNotSpecifiedException", "The api-version "+text+" is not of the form {major}.{minor}[-preview[.{resource}]].")
	}
	c.version = form[1]
	c.preview, _ = strconv.Atoi(form[3])
	highest := c.e.highest()
	over := c.version > highest && !(c.version == "7.2" && form[2] != "" && !c.e.onPremises())
	if len(c.version) != 3 || over || r.preview == commentsPreview && c.preview > commentsVersion(c.version) {
		return bad("VssVersionOutOfRangeException", "The requested REST API version of "+text+" is out of range for this server. The latest REST API version this server supports is "+highest+".")
	}
	if r.preview != released && form[2] == "" {
		return bad("VssInvalidPreviewVersionException", `The requested version "`+text+`" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "`+text+`-preview"`)
	}
	return nil
}

// commentsVersion is the newest preview of the Comments resource in that version of the API.
func commentsVersion(version string) int {
	if version >= "7.1" {
		return 4
	}
	return 3
}

// query is a parameter of the address. A semicolon, which continuation tokens hold, may stand there as it is.
func (c *call) query(name string) string { return c.values().Get(name) }

func (c *call) values() url.Values {
	values, _ := url.ParseQuery(strings.ReplaceAll(c.req.URL.RawQuery, ";", "%3B"))
	return values
}

func (c *call) flag(name string) bool { return strings.EqualFold(c.query(name), "true") }

// number reads a count from the query; absent is the given default.
func (c *call) number(name string, absent int) (int, error) {
	text := c.query(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, bad("VssPropertyValidationException", "The value of "+name+" is not a number.")
	}
	return n, nil
}

func (c *call) words(name string) []string {
	return splitList(c.query(name))
}

func splitList(text string) []string {
	var out []string
	for _, w := range strings.Split(text, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// decode reads the request's JSON into v.
func (c *call) decode(v any) error {
	if kind, _, _ := mime.ParseMediaType(c.req.Header.Get("Content-Type")); kind != "application/json" {
		return wrongMedia(kind)
	}
	if err := json.NewDecoder(bytes.NewReader(c.body)).Decode(v); err != nil {
		return bad("VssPropertyValidationException", "The request body is not valid JSON.")
	}
	return nil
}

func wrongMedia(kind string) error {
	return refuse(http.StatusUnsupportedMediaType, "UnsupportedMediaTypeException",
		"The request indicated a Content-Type of \""+kind+"\" for method type which is not supported.")
}

// anyItem finds the item that the path's parameter names, deleted or not; items of another project than the path's are not found.
func (c *call) anyItem(param string) (*item, error) {
	id, _ := strconv.Atoi(c.params[param])
	it := c.e.st.Items[id]
	if it == nil || it.Gone || c.project != "" && it.text(fieldProject) != c.project {
		return nil, noItem(c.params[param])
	}
	return it, nil
}

// item is anyItem without those in the recycle bin.
func (c *call) item(param string) (*item, error) {
	it, err := c.anyItem(param)
	if err == nil && it.Deleted != nil {
		return nil, noItem(c.params[param])
	}
	return it, err
}
