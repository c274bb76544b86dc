package rest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

func (c *Connector) client(cfg connectors.Config, base *url.URL) (*httpx.Client, error) {
	auth := cfg.System.Auth
	h := &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: c.now, Classify: c.classify}
	for _, n := range []string{"token", "password", "client_secret"} {
		if auth[n] != "" {
			h.Secrets = append(h.Secrets, auth[n])
		}
	}
	h.Secrets = append(h.Secrets, c.secrets...)
	need := func(names ...string) error {
		for _, n := range names {
			if auth[n] == "" {
				return fmt.Errorf("auth.%s is missing: the manifest signs in by %s", n, c.m.Auth.Method)
			}
		}
		return nil
	}
	set := func(header, value string) {
		h.Authorize = func(_ context.Context, r *http.Request) error { r.Header.Set(header, value); return nil }
	}
	switch a := c.m.Auth; a.Method {
	case "header":
		set(a.Header, a.Prefix+auth["token"])
		return h, need("token")
	case "bearer":
		set("Authorization", "Bearer "+auth["token"])
		return h, need("token")
	case "basic":
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(auth["user"]+":"+auth["password"]))
		h.Secrets = append(h.Secrets, basic)
		set("Authorization", basic)
		return h, need("user", "password")
	case "query":
		h.Authorize = func(_ context.Context, r *http.Request) error {
			q := r.URL.Query()
			q.Set(a.Parameter, auth["token"])
			r.URL.RawQuery = q.Encode()
			return nil
		}
		return h, need("token")
	case "oauth2":
		at, err := base.Parse(a.TokenURL)
		if err != nil {
			return nil, errors.New("the manifest's token_url cannot be read")
		}
		if strings.HasPrefix(a.TokenURL, "/") {
			at = base.JoinPath(a.TokenURL)
		}
		tokens := &httpx.OAuth2{TokenURL: at.String(), ClientID: auth["client_id"], ClientSecret: auth["client_secret"],
			Scopes: a.Scopes, HTTP: cfg.HTTP, Now: c.now, Save: cfg.Save, Load: cfg.Load}
		h.Authorize, h.Refresh = tokens.Authorize, tokens.Refresh
		return h, need("client_id", "client_secret")
	}
	return h, nil
}

// answer is what a call gave, in plain Go values.
type answer struct {
	body   any
	header map[string]any // by names in small letters
	status int
	date   time.Time // the system's clock, or ours
}

func (a answer) vars() vars {
	return vars{"body": a.body, "header": a.header, "status": int64(a.status)}
}

// call makes one request. Query adds to the request's own; body is nil where there is none.
func (c *Connector) call(ctx context.Context, r *Request, method string, v vars, q url.Values, body any, opts ...httpx.Option) (answer, error) {
	path, err := r.Path.path(v)
	if err != nil {
		return answer{}, err
	}
	if r.Method != "" {
		method = r.Method
	}
	opts = append(append(opts, httpx.Query(q)), headers(v, c.m.Headers, r.Headers)...)
	if r.Encode == "form" && body != nil {
		form := url.Values{}
		flatten(form, "", body)
		opts, body = append(opts, httpx.Body([]byte(form.Encode()), "application/x-www-form-urlencoded")), nil
	}
	var raw json.RawMessage
	resp, err := c.http.JSON(ctx, method, path, body, &raw, opts...)
	if err != nil {
		return answer{}, err
	}
	a := answer{header: plainHeader(resp.Header), status: resp.Status, date: c.now()}
	if t, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.date = t
	}
	if len(raw) > 0 {
		if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
			return a, connectors.Busy(method+" "+r.Path.source, "the answer is a page, not JSON", 0)
		}
		if a.body, err = plainJSON(raw); err != nil {
			return a, connectors.Busy(method+" "+r.Path.source, "the answer is not the JSON that was asked for", 0)
		}
	}
	if failed, err := c.m.Errors.Failed.truth(a.vars()); err != nil || failed {
		if err == nil {
			err = c.judge(a)
		}
		return a, httpx.Redact(fmt.Errorf("%s %s: %w", method, r.Path.source, err), c.http.Secrets...)
	}
	return a, nil
}

// headers are those of a call; one with a hole for which there is nothing is left out.
func headers(v vars, parts ...map[string]string) (opts []httpx.Option) {
	for _, all := range parts {
		for name, source := range all {
			if s, missing := fill(source, v, asIs); missing == "" {
				opts = append(opts, httpx.Header(name, s))
			}
		}
	}
	return opts
}

// flatten writes a body as a form: issue[subject]=x.
func flatten(form url.Values, name string, x any) {
	switch x := x.(type) {
	case map[string]any:
		for k, e := range x {
			inner := k
			if name != "" {
				inner = name + "[" + k + "]"
			}
			flatten(form, inner, e)
		}
	case []any:
		for _, e := range x {
			flatten(form, name+"[]", e)
		}
	default:
		form.Add(name, textOf(x))
	}
}

// plainJSON reads JSON with whole numbers as int64.
func plainJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more follows the JSON")
	}
	return plainNumbers(x), nil
}

func plainNumbers(x any) any {
	switch x := x.(type) {
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		f, err := x.Float64()
		if err != nil || !strings.ContainsAny(x.String(), ".eE") { // an id too large for a number keeps its digits
			return x.String()
		}
		return f
	case map[string]any:
		for k, e := range x {
			x[k] = plainNumbers(e)
		}
	case []any:
		for i, e := range x {
			x[i] = plainNumbers(e)
		}
	}
	return x
}

func plainHeader(h http.Header) map[string]any {
	out := map[string]any{}
	for k := range h {
		out[strings.ToLower(k)] = strings.Join(h.Values(k), ", ")
	}
	return out
}

// classify turns a refusal into an error of a class: by the manifest's rules, by what the rate-limit headers say, else by the status.
func (c *Connector) classify(resp *http.Response, body []byte) error {
	a := answer{header: plainHeader(resp.Header), status: resp.StatusCode}
	a.body, _ = plainJSON(body) // a page has no reasons to be read
	return c.judge(a)
}

func (c *Connector) judge(a answer) error {
	v := a.vars()
	message, err := c.m.Errors.Message.text(v)
	if err != nil {
		message = ""
	}
	said := fmt.Sprintf("status %d", a.status)
	if message = httpx.Short(message); message != "" {
		said += ": " + message
	}
	wait := c.wait(a)
	for _, r := range c.m.Errors.Rules {
		if len(r.Status) > 0 && !slices.Contains(r.Status, a.status) {
			continue
		}
		if fits, err := r.When.truth(v); err != nil || r.When != nil && !fits {
			continue
		}
		return c.classed(r.Class, said, message, wait, v)
	}
	limited := a.status == http.StatusForbidden || a.status == http.StatusTooManyRequests
	if limited && c.spent(a) || a.status == http.StatusForbidden && textOf(a.header["retry-after"]) != "" {
		return &connectors.BusyError{After: wait, Text: said}
	}
	if a.status == http.StatusBadRequest || a.status == http.StatusUnprocessableEntity || a.status < 300 {
		return c.classed("invalid", said, message, wait, v)
	}
	h := http.Header{}
	h.Set("Retry-After", textOf(a.header["retry-after"]))
	return httpx.Class(a.status, h, c.now(), message)
}

func (c *Connector) classed(class, said, message string, wait time.Duration, v vars) error {
	for name, base := range map[string]error{
		"not-found": connectors.ErrNotFound, "stale": connectors.ErrStale, "denied": connectors.ErrDenied, "unsupported": connectors.ErrUnsupported,
		"too-large": connectors.ErrTooLarge, "unauthenticated": connectors.ErrUnauthenticated,
	} {
		if name == class {
			return fmt.Errorf("%w: %s", base, said)
		}
	}
	if class == "busy" || class == "maintenance" {
		return &connectors.BusyError{After: wait, Maintenance: class == "maintenance", Text: said}
	}
	fields := map[string]string{}
	if x, err := c.m.Errors.Fields.eval(v); err == nil {
		switch x := x.(type) {
		case map[string]any:
			for f, why := range x {
				fields[f] = httpx.Short(textOf(why))
			}
		case []any:
			for _, e := range x {
				if m, ok := e.(map[string]any); ok {
					fields[textOf(m["field"])] = httpx.Short(cmp.Or(textOf(m["text"]), textOf(m["message"]), textOf(m["code"])))
				}
			}
		}
	}
	if len(fields) == 0 {
		fields[""] = httpx.Short(cmp.Or(message, said))
	}
	return &connectors.InvalidError{Fields: fields}
}

// spent tells that the rate-limit headers leave no call.
func (c *Connector) spent(a answer) bool {
	return c.m.Limits.Remaining != "" && textOf(a.header[strings.ToLower(c.m.Limits.Remaining)]) == "0"
}

// wait is how long the answer asks to wait: Retry-After, else until the rate limit begins anew.
func (c *Connector) wait(a answer) time.Duration {
	h := http.Header{}
	h.Set("Retry-After", textOf(a.header["retry-after"]))
	if after := httpx.RetryAfter(h, c.now()); after > 0 {
		return after
	}
	if c.m.Limits.Reset == "" || !c.spent(a) {
		return 0
	}
	n, err := strconv.ParseFloat(textOf(a.header[strings.ToLower(c.m.Limits.Reset)]), 64)
	if err != nil {
		return 0
	}
	wait := time.Duration(n * float64(time.Second))
	if c.m.Limits.ResetIs == "unix" {
		wait = time.Unix(int64(n), 0).Sub(c.now())
	}
	return max(time.Second, min(wait, 24*time.Hour))
}
