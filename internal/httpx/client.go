package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"duplex/connectors"
)

// MaxAnswer is how many bytes of an answer are read into memory.
const MaxAnswer = 16 << 20

// CallTimeout bounds one JSON call, connection and body included. Streams and uploads are bounded by their context
// only.
const CallTimeout = 60 * time.Second

// Client speaks to one system. Only Base is required. It is safe for concurrent use when its functions are.
type Client struct {
	Base *url.URL
	// HTTP is used with its transport and cookie jar; its redirect policy is replaced. nil: Default().
	HTTP *http.Client
	// Authorize adds the credential to a request. It is called only for requests to the host of Base.
	Authorize func(ctx context.Context, r *http.Request) error
	// Refresh is called after a 401 and reports whether a new credential is worth one more try. nil: never.
	Refresh func(ctx context.Context) bool
	// Classify turns a refusal (a status of 400 and more, not accepted by the call) into an error of one of the
	// classes. nil, or a nil result, means Class.
	Classify func(resp *http.Response, body []byte) error
	// Secrets are blotted out of every error.
	Secrets []string
	Now     func() time.Time // nil: time.Now
	// Observe is told of every request that was sent. Status is 0 when there was no answer.
	Observe func(op string, status int, d time.Duration)

	skew atomic.Pointer[time.Duration]
}

// ClockSkew is how far the system's clock is ahead of the own one, as the last answer told, to a second or so; false before an
// answer told it.
func (c *Client) ClockSkew() (time.Duration, bool) {
	d := c.skew.Load()
	if d == nil {
		return 0, false
	}
	return *d, true
}

// noteClock remembers what an answer's Date header tells of the system's clock.
func (c *Client) noteClock(h http.Header, begun time.Time) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		now := c.now()
		d := at.Sub(begun.Add(now.Sub(begun) / 2)).Round(time.Second)
		c.skew.Store(&d)
	}
}

// Response is an answer whose body was read, or, from Stream, one whose body is still to be read.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // nil from Stream
}

// Default is a client with timeouts for connecting and for the first byte of an answer.
func Default() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 45 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   16,
		ForceAttemptHTTP2:     true,
	}}
}

// JSON sends in (nil: no body) and decodes the answer into out (nil: not decoded). Path is relative to Base. An answer
// that should be JSON and is not (a maintenance page, a proxy's page) is a BusyError; a redirect is ErrDenied, because
// an API does not redirect and its base URL is wrong.
func (c *Client) JSON(ctx context.Context, method, path string, in, out any, opts ...Option) (*Response, error) {
	call := newCall(method, path, opts)
	if call.header.Get("Accept") == "" {
		call.header.Set("Accept", "application/json")
	}
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("%s: the request cannot be written as JSON: %w", call.op, err)
		}
		call.body, call.contentType = b, "application/json"
	}
	limited := ctx
	if call.reader == nil {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, CallTimeout)
		defer cancel()
	}
	resp, err := c.exchange(limited, call)
	if err == nil && resp.Status == http.StatusUnauthorized && call.reader == nil && c.Refresh != nil && c.Refresh(limited) {
		resp, err = c.exchange(limited, call)
	}
	if err != nil {
		return nil, c.redact(c.network(ctx, call, err))
	}
	if resp.Status >= 300 && !slices.Contains(call.accept, resp.Status) {
		return resp, c.redact(c.refusal(call, resp))
	}
	if out != nil && len(bytes.TrimSpace(resp.Body)) > 0 {
		if err := json.Unmarshal(resp.Body, out); err != nil {
			return resp, c.redact(connectors.Busy(call.op, "the answer is not the JSON that was asked for ("+describeBody(resp)+")", 0))
		}
	}
	return resp, nil
}

// Stream opens the content at a URL or a path relative to Base. The credential and the call's headers go to the host of
// Base only, and are not sent on: redirects, which lead to signed addresses, are followed without them, and never from
// HTTPS to HTTP. The caller closes the reader.
func (c *Client) Stream(ctx context.Context, method, urlOrPath string, opts ...Option) (io.ReadCloser, *Response, error) {
	call := newCall(method, urlOrPath, opts)
	at, err := c.resolve(call)
	if err != nil {
		return nil, nil, c.redact(err)
	}
	for hop := 0; hop < 6; hop++ {
		resp, err := c.send(ctx, call, at, hop > 0)
		if err != nil {
			return nil, nil, c.redact(c.network(ctx, call, err))
		}
		switch location := resp.Header.Get("Location"); {
		case resp.StatusCode >= 300 && resp.StatusCode < 400 && location != "":
			resp.Body.Close()
			next, err := at.Parse(location)
			if err != nil || (next.Scheme != "https" && at.Scheme == "https") || (next.Scheme != "https" && next.Scheme != "http") {
				return nil, nil, c.redact(fmt.Errorf("%s: %w: the redirect leads to an address that is not safe to follow", call.op, connectors.ErrDenied))
			}
			at = next
		case resp.StatusCode >= 300 && !slices.Contains(call.accept, resp.StatusCode):
			read, err := readAnswer(resp)
			if err != nil {
				return nil, nil, c.redact(c.network(ctx, call, err))
			}
			return nil, read, c.redact(c.refusal(call, read))
		default:
			return resp.Body, &Response{Status: resp.StatusCode, Header: resp.Header}, nil
		}
	}
	return nil, nil, fmt.Errorf("%s: %w: redirected too often", call.op, connectors.ErrDenied)
}

func (c *Client) exchange(ctx context.Context, call *call) (*Response, error) {
	at, err := c.resolve(call)
	if err != nil {
		return nil, err
	}
	resp, err := c.send(ctx, call, at, false)
	if err != nil {
		return nil, err
	}
	return readAnswer(resp)
}

const tooLong = "the answer is longer than 16 MB"

// readAnswer reads all of an answer. What was asked for and is too long will be so again, and is ErrTooLarge; a change whose answer
// is too long may have been made.
func readAnswer(resp *http.Response) (*Response, error) {
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	if err != nil {
		return nil, err
	}
	switch {
	case len(b) <= MaxAnswer:
	case resp.Request.Method == http.MethodGet && resp.StatusCode < 300:
		return nil, fmt.Errorf("%s: %w", tooLong, connectors.ErrTooLarge)
	default:
		return nil, errors.New(tooLong)
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: b}, nil
}

func (c *Client) resolve(call *call) (*url.URL, error) {
	ref, err := url.Parse(call.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: the address cannot be read", call.op, connectors.ErrUnsupported)
	}
	at := ref
	if !ref.IsAbs() {
		at = c.Base.JoinPath(ref.EscapedPath())
		at.RawQuery = ref.RawQuery
	}
	if len(call.query) > 0 {
		q := at.Query()
		for k, vs := range call.query {
			q[k] = append(q[k], vs...)
		}
		at.RawQuery = q.Encode()
	}
	return at, nil
}

func (c *Client) send(ctx context.Context, call *call, at *url.URL, redirected bool) (*http.Response, error) {
	body := call.reader
	if body == nil && call.body != nil {
		body = bytes.NewReader(call.body)
	}
	req, err := http.NewRequestWithContext(ctx, call.method, at.String(), body)
	if err != nil {
		return nil, err
	}
	if call.contentType != "" {
		req.Header.Set("Content-Type", call.contentType)
	}
	if !redirected && at.Scheme == c.Base.Scheme && at.Host == c.Base.Host {
		for k, vs := range call.header {
			req.Header[k] = vs
		}
		if c.Authorize != nil {
			if err := c.Authorize(ctx, req); err != nil {
				return nil, err
			}
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if c.HTTP != nil {
		client.Transport, client.Jar, client.Timeout = c.HTTP.Transport, c.HTTP.Jar, c.HTTP.Timeout
	} else {
		client.Transport = defaultTransport
	}
	begun := c.now()
	resp, err := client.Do(req)
	if resp != nil && !redirected {
		c.noteClock(resp.Header, begun)
	}
	if c.Observe != nil {
		status := 0
		if resp != nil {
			status = resp.StatusCode
		}
		c.Observe(call.op, status, c.now().Sub(begun))
	}
	return resp, err
}

var defaultTransport = Default().Transport

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// describeBody names an answer without repeating it: it may hold content.
func describeBody(resp *Response) string {
	kind := resp.Header.Get("Content-Type")
	if kind == "" {
		kind = "no content type"
	}
	return fmt.Sprintf("status %d, %s, %d bytes", resp.Status, strings.TrimSpace(kind), len(resp.Body))
}
