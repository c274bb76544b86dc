package httpx

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Option adds to one call.
type Option func(*call)

type call struct {
	method, path, op string
	query            url.Values
	header           http.Header
	body             []byte
	reader           io.Reader
	contentType      string
	accept           []int
}

// Query adds parameters to the address.
func Query(q url.Values) Option { return func(c *call) { c.query = q } }

// Header sets a header. It is sent to the host of Base only.
func Header(name, value string) Option { return func(c *call) { c.header.Set(name, value) } }

// Body sends b in place of JSON.
func Body(b []byte, contentType string) Option {
	return func(c *call) { c.body, c.contentType = b, contentType }
}

// RawBody sends r, read once, in place of JSON. Such a call is never repeated.
func RawBody(r io.Reader, contentType string) Option {
	return func(c *call) { c.reader, c.contentType = r, contentType }
}

// Accept makes statuses of 300 and more ordinary answers.
func Accept(status ...int) Option {
	return func(c *call) { c.accept = append(c.accept, status...) }
}

// Operation names the call in errors and to Observe; else it is the method and the path with ids left out.
func Operation(op string) Option { return func(c *call) { c.op = op } }

func newCall(method, path string, opts []Option) *call {
	c := &call{method: method, path: path, op: operation(method, path), header: http.Header{}}
	for _, o := range opts {
		o(c)
	}
	return c
}

// operation is the method and path with every segment that holds a digit replaced, so that there are few of them. The
// version segment of an API stays.
func operation(method, path string) string {
	if u, err := url.Parse(path); err == nil {
		path = u.Path
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		version := len(p) <= 2 || (i > 0 && parts[i-1] == "api")
		if strings.ContainsAny(p, "0123456789") && (!version || i == len(parts)-1) {
			parts[i] = "{id}"
		}
	}
	return method + " " + strings.Join(parts, "/")
}
