package redmine

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// call is one request while it is answered. The emulator's lock is held.
type call struct {
	e      *Emulator
	w      http.ResponseWriter
	req    *http.Request
	body   []byte
	user   *user // nil is a stranger
	now    time.Time
	status int
	out    any
	dirty  bool
}

// refusal is an answer that is not a success; errors nil has no body, as 401, 403 and 404.
type refusal struct {
	status int
	errors []string
}

func (r *refusal) Error() string { return http.StatusText(r.status) }

func empty(status int) error { return &refusal{status, nil} }

func invalid(texts ...string) error {
	if texts == nil {
		texts = []string{}
	}
	return &refusal{http.StatusUnprocessableEntity, texts}
}

// handle registers one operation; addresses end with .json.
func (e *Emulator) handle(pattern string, run func(*call) error) {
	e.mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the client went away
		}
		c := &call{e: e, w: w, req: req, body: body, status: http.StatusOK}
		err = c.serve(run)
		var no *refusal
		switch {
		case errors.As(err, &no):
			c.refuse(no)
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
		case c.out == nil:
			w.WriteHeader(c.status)
		default:
			if raw, ok := c.out.([]byte); ok {
				w.WriteHeader(c.status)
				_, _ = w.Write(raw)
				return
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.WriteHeader(c.status)
			enc := json.NewEncoder(w)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(c.out)
		}
	})
}

func (c *call) refuse(no *refusal) {
	if no.status == http.StatusBadRequest { // a body that is not JSON
		c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		c.w.WriteHeader(no.status)
		return
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if no.status == http.StatusUnauthorized {
		c.w.Header().Set("WWW-Authenticate", `Basic realm="Redmine API"`)
	}
	c.w.WriteHeader(no.status)
	if no.errors != nil {
		_ = json.NewEncoder(c.w).Encode(object{"errors": no.errors})
	}
}

func (c *call) serve(run func(*call) error) error {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.now = c.e.now()
	if err := c.authenticate(); err != nil {
		return err
	}
	if c.user != nil {
		harness.SetActor(c.req, c.user.mail())
	}
	if err := run(c); err != nil {
		return err
	}
	if c.dirty {
		return c.e.save()
	}
	return nil
}

// authenticate finds who calls. A key that is not known makes a stranger, not an error; a wrong password is an error.
func (c *call) authenticate() error {
	key := c.req.Header.Get("X-Redmine-API-Key")
	if key == "" {
		key = c.req.URL.Query().Get("key")
	}
	login, password, basic := c.req.BasicAuth()
	for i := range users {
		u := &users[i]
		if key == u.key || basic && (login == u.key || login == u.login && password == "password-"+u.login) {
			c.user = u
		}
	}
	if basic && c.user == nil {
		return empty(http.StatusUnauthorized)
	}
	as := c.req.Header.Get("X-Redmine-Switch-User")
	if as == "" || !c.admin() { // only an administrator speaks for others; of anybody else the header is ignored
		return nil
	}
	for i := range users {
		if users[i].login == as {
			c.user = &users[i]
			return nil
		}
	}
	return empty(http.StatusPreconditionFailed)
}

func (c *call) admin() bool { return c.user != nil && c.user.id == UserSync && c.e.st.SyncIsAdmin }

// denied is the answer to somebody who may not: a stranger is asked who he is.
func (c *call) denied() error {
	if c.user == nil {
		return empty(http.StatusUnauthorized)
	}
	return empty(http.StatusForbidden)
}

// role is what the caller is in a project; 0 is none.
func (c *call) role(project int) int {
	if c.user == nil {
		return 0
	}
	return c.user.roles[project]
}

func (c *call) seesProject(project int) bool {
	return c.admin() || public(project) || c.role(project) != 0
}

// sees tells whether the caller sees the issue. A private one is for its author, its assignee and managers, and for developers as in
// the default roles.
func (c *call) sees(i *issue) bool {
	if !c.seesProject(i.Project) {
		return false
	}
	if !i.Private || c.admin() {
		return true
	}
	return c.user != nil && (i.Author == c.user.id || i.Assigned == c.user.id || c.role(i.Project) == roleManager)
}

// privateNotes tells whether the caller reads and writes private notes.
func (c *call) privateNotes(project int) bool { return c.admin() || c.role(project) == roleManager }

// issue finds the issue of the address.
func (c *call) issue() (*issue, error) {
	id, _ := strconv.Atoi(strings.TrimSuffix(c.req.PathValue("id"), ".json"))
	i := c.e.st.Issues[id]
	if i == nil {
		return nil, empty(http.StatusNotFound)
	}
	if !c.sees(i) {
		return nil, c.denied()
	}
	return i, nil
}

// object decodes the body's object under key; a body without it is an empty one, which changes nothing.
func (c *call) object(key string) (object, error) {
	var body object
	if err := json.Unmarshal(c.body, &body); err != nil {
		return nil, empty(http.StatusBadRequest)
	}
	inner, _ := body[key].(object)
	return inner, nil
}

func (c *call) answer(status int, out any) error {
	c.status, c.out = status, out
	return nil
}

func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("<html><body>We are sorry, but something went wrong.</body></html>"))
}

// postAdmin gives or takes the integration account's right of an administrator.
func (e *Emulator) postAdmin(w http.ResponseWriter, req *http.Request) {
	var in struct{ Sync bool }
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
		harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st.SyncIsAdmin = in.Sync
	_ = e.save()
	w.WriteHeader(http.StatusNoContent)
}

// text reads a value that may have come as text, number, truth or null.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return map[bool]string{true: "1", false: "0"}[v]
	}
	return ""
}

func number(v any) int { n, _ := strconv.Atoi(text(v)); return n }

func truth(v any) bool { s := text(v); return s == "1" || s == "true" }

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
