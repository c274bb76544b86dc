package jira

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// route is one operation of the vendor's API.
type route struct {
	method, path string
	segments     []string
	do           func(*call) (reply, error)
	plain        http.HandlerFunc // instead of do: no sign-in, no limits
}

// call is one request on its way through the site; the session's lock is held.
type call struct {
	*session
	r     *http.Request
	vars  map[string]string
	query url.Values
	body  []byte
}

type reply struct {
	status int
	body   any // JSON; nil: none
	raw    []byte
	header http.Header
}

func ok(body any) (reply, error)      { return reply{status: http.StatusOK, body: body}, nil }
func created(body any) (reply, error) { return reply{status: http.StatusCreated, body: body}, nil }
func noContent() (reply, error)       { return reply{status: http.StatusNoContent}, nil }

// find gives the route of a request and its path parameters. Literal segments win over parameters.
func (e *Emulator) find(method, path string) (best *route, vars map[string]string, otherMethod bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for _, rt := range e.routes {
		got, ok := rt.match(parts)
		if !ok {
			continue
		}
		if rt.method != method {
			otherMethod = true
			continue
		}
		if best == nil || len(got) < len(vars) {
			best, vars = rt, got
		}
	}
	return best, vars, otherMethod
}

func (rt *route) match(parts []string) (map[string]string, bool) {
	if len(parts) != len(rt.segments) {
		return nil, false
	}
	vars := map[string]string{}
	for i, seg := range rt.segments {
		if name, isVar := strings.CutPrefix(seg, "{"); isVar && parts[i] != "" {
			vars[strings.TrimSuffix(name, "}")] = parts[i]
		} else if seg != parts[i] {
			return nil, false
		}
	}
	return vars, true
}

// sitePath takes the OAuth gateway's prefix off: /ex/jira/{cloudId}/rest/… is /rest/….
func (e *Emulator) sitePath(path string) string {
	if rest, ok := strings.CutPrefix(path, "/ex/jira/"+CloudID); ok && !e.opts.DataCenter {
		return rest
	}
	return path
}

func (e *Emulator) operation(r *http.Request) string {
	if rt, _, _ := e.find(r.Method, e.sitePath(r.URL.Path)); rt != nil {
		return rt.method + " " + rt.path
	}
	return ""
}

// serve answers the vendor's API.
func (e *Emulator) serve(w http.ResponseWriter, r *http.Request) {
	rt, vars, otherMethod := e.find(r.Method, e.sitePath(r.URL.Path))
	switch {
	case rt == nil && otherMethod:
		writeError(w, fail(http.StatusMethodNotAllowed, "Method Not Allowed"))
		return
	case rt == nil:
		writeError(w, fail(http.StatusNotFound, "null for uri: %s", r.URL.Path))
		return
	case rt.plain != nil:
		rt.plain(w, r)
		return
	}
	user, viaOAuth := e.signIn(r)
	if user == nil {
		w.Header().Set("WWW-Authenticate", `Basic realm="Jira"`)
		w.Header().Set("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
		writeError(w, fail(http.StatusUnauthorized, "Client must be authenticated to access this resource."))
		return
	}
	harness.SetActor(r, user.Email)
	if !e.opts.DataCenter { // which has no rate limits unless an admin sets some
		w.Header().Set("X-AAccountId", user.AccountID)
		verdict := e.limiter.take(rt.method+" "+rt.path, rt.method, e.skew.Now())
		verdict.headers(w.Header())
		if verdict.reason != "" {
			writeError(w, fail(http.StatusTooManyRequests, "Rate limit exceeded."))
			return
		}
	}
	most := int64(e.uploadLimit() + 1<<20)
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if int64(len(body)) > most {
		writeError(w, fail(http.StatusRequestEntityTooLarge, "The request is larger than the allowed limit."))
		return
	}
	if err != nil {
		writeError(w, fail(http.StatusBadRequest, "The request body could not be read."))
		return
	}
	var out reply
	err = e.act(user, viaOAuth, func(s *session) (err error) {
		s.v2 = e.opts.DataCenter
		c := &call{session: s, r: r, vars: vars, query: r.URL.Query(), body: body}
		if err := c.writeLimit(w); err != nil {
			return err
		}
		out, err = rt.do(c)
		return err
	})
	if err != nil {
		writeError(w, err)
		return
	}
	out.write(w)
}

// writeLimit holds the limit of writes per issue.
func (c *call) writeLimit(w http.ResponseWriter) error {
	name, named := c.vars["issueIdOrKey"]
	if !named || c.r.Method == http.MethodGet || c.opts.DataCenter {
		return nil
	}
	i := c.state.find(name)
	if i == nil {
		return nil
	}
	if v := c.limiter.write(i.ID, c.now); v.reason != "" {
		v.headers(w.Header())
		return fail(http.StatusTooManyRequests, "Rate limit exceeded.")
	}
	return nil
}

func (out reply) write(w http.ResponseWriter) {
	for name, values := range out.header {
		w.Header()[name] = values
	}
	switch {
	case out.raw != nil:
		w.WriteHeader(out.status)
		_, _ = w.Write(out.raw)
	case out.body != nil:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(out.status)
		_ = json.NewEncoder(w).Encode(out.body)
	default:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8") // as the vendor, also without a body
		w.WriteHeader(out.status)
	}
}

func writeError(w http.ResponseWriter, err error) {
	refused, ok := err.(*apiError)
	if !ok {
		refused = fail(http.StatusInternalServerError, "%s", err.Error())
	}
	for name, values := range refused.Header {
		w.Header()[name] = values
	}
	if refused.Detail != "" {
		w.Header().Set("X-Emulator-Reason", refused.Detail)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(refused.Status)
	_ = json.NewEncoder(w).Encode(refused.body())
}

// throttled is the vendor's 429 for an injected fault.
func (e *Emulator) throttled(w http.ResponseWriter, reason string, after int) {
	if e.opts.DataCenter {
		w.Header().Set("Retry-After", strconv.Itoa(after))
		writeError(w, fail(http.StatusTooManyRequests, "Rate limit exceeded."))
		return
	}
	v := verdict{limit: 100, reset: e.skew.Now()}
	v.headers(w.Header())
	w.Header().Set("RateLimit-Reason", reason)
	w.Header().Set("X-RateLimit-Reset", e.skew.Now().Add(time.Duration(after)*time.Second).Format("2006-01-02T15:04:05Z"))
	writeError(w, fail(http.StatusTooManyRequests, "Rate limit exceeded."))
}

func maintenance(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, "<html><body><h1>The site is down for maintenance.</h1></body></html>")
}

// decode reads a JSON body into v; strict refuses members the operation does not know.
func (c *call) decode(v any, strict bool) error {
	if ct := c.r.Header.Get("Content-Type"); ct != "" && !strings.HasPrefix(ct, "application/json") {
		return fail(http.StatusUnsupportedMediaType, "Unsupported Media Type")
	}
	dec := json.NewDecoder(strings.NewReader(string(c.body)))
	if strict {
		dec.DisallowUnknownFields()
	}
	if err := dec.Decode(v); err != nil {
		return &apiError{Status: http.StatusBadRequest, Messages: []string{"Invalid request payload. Refer to the REST API documentation and try again."}, Detail: err.Error()}
	}
	return nil
}

func (c *call) issue() (*issue, error) {
	if i := c.state.find(c.vars["issueIdOrKey"]); i != nil {
		return i, nil
	}
	return nil, noIssue()
}

func (c *call) number(name string, usual int) int {
	if n, err := strconv.Atoi(c.query.Get(name)); err == nil && n >= 0 {
		return n
	}
	return usual
}

// window cuts a page out of a list by startAt and maxResults, with at most limit entries.
func window[T any](c *call, all []T, usual, limit int) (page []T, startAt, maxResults int) {
	startAt, maxResults = c.number("startAt", 0), min(c.number("maxResults", usual), limit)
	from := min(startAt, len(all))
	return all[from:min(from+maxResults, len(all))], startAt, maxResults
}

// pageBean is the vendor's usual page.
func pageBean[T any](c *call, all []T, usual, limit int) object {
	page, startAt, maxResults := window(c, all, usual, limit)
	if page == nil {
		page = []T{}
	}
	self := c.base + c.r.URL.Path
	out := object{"self": self + "?" + c.query.Encode(), "startAt": startAt, "maxResults": maxResults, "total": len(all),
		"isLast": startAt+len(page) >= len(all), "values": page}
	if startAt+len(page) < len(all) {
		next := c.r.URL.Query()
		next.Set("startAt", strconv.Itoa(startAt+len(page)))
		next.Set("maxResults", strconv.Itoa(maxResults))
		out["nextPage"] = self + "?" + next.Encode()
	}
	return out
}
