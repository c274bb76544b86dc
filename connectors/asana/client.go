package asana

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// pageSize is the most a list gives at once ("Pagination").
const pageSize = 100

// envelope is around everything Asana says.
type envelope[T any] struct {
	Data T     `json:"data"`
	Next *next `json:"next_page"`
}

type next struct {
	Offset string `json:"offset"`
}

// call makes one call and gives what it answers.
func call[T any](ctx context.Context, c *Connector, method, path string, in any, q url.Values, opts ...httpx.Option) (T, *next, error) {
	var out envelope[T]
	var body any
	if in != nil {
		body = map[string]any{"data": in}
	}
	_, err := c.http.JSON(ctx, method, api+path, body, &out, append(opts, httpx.Query(q))...)
	if err != nil {
		return out.Data, nil, fmt.Errorf("%s: %w", c.system, err)
	}
	return out.Data, out.Next, nil
}

// send makes a call whose answer is of no interest.
func (c *Connector) send(ctx context.Context, method, path string, in any) error {
	_, _, err := call[json.RawMessage](ctx, c, method, path, in, nil)
	return err
}

// list reads all pages of a list.
func list[T any](ctx context.Context, c *Connector, path string, q url.Values) ([]T, error) {
	all := []T{}
	asked := url.Values{"limit": {fmt.Sprint(pageSize)}}
	for k, v := range q {
		asked[k] = v
	}
	for {
		page, next, err := call[[]T](ctx, c, http.MethodGet, path, nil, asked)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if next == nil || next.Offset == "" {
			return all, nil
		}
		if next.Offset == asked.Get("offset") {
			return nil, connectors.Busy(c.system+": list", "the next page is the same one again", 0)
		}
		asked.Set("offset", next.Offset)
	}
}

func optFields(names ...string) url.Values {
	return url.Values{"opt_fields": {strings.Join(names, ",")}}
}

// classify reads the vendor's error body: texts alone, that begin with what they are about ("Errors"). A call that needs a paid plan is
// answered with 402.
func (c *Connector) classify(resp *http.Response, body []byte) error {
	var said struct {
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	_ = json.Unmarshal(body, &said) // a body that is not JSON tells nothing
	text := ""
	for _, e := range said.Errors {
		text = strings.TrimSpace(text + " " + e.Message)
	}
	text = httpx.Short(text)
	about, why, _ := strings.Cut(text, ": ")
	switch resp.StatusCode {
	case http.StatusPaymentRequired:
		return fmt.Errorf("not in this plan of Asana, paid ones have it: %s: %w", text, connectors.ErrUnsupported)
	case http.StatusUnavailableForLegalReasons:
		return fmt.Errorf("%s: %w", text, connectors.ErrDenied)
	case http.StatusBadRequest:
		return &connectors.InvalidError{Fields: map[string]string{c.nameOf(about, &why): cmp.Or(why, text, "status 400 without a reason")}}
	case http.StatusNotFound:
		// What was asked for is not there, or something that the body names: that one is no missing item.
		if name := c.nameOf(about, &why); name != "" {
			return &connectors.InvalidError{Fields: map[string]string{name: why}}
		}
	}
	return httpx.Class(resp.StatusCode, resp.Header, c.now(), text)
}

// written are the keys of a task's body, by the field that mappings know.
var written = map[string]string{"name": "name", "html_notes": "notes", "notes": "notes", "completed": "completed", "assignee": "assignee", "due_on": "due_on",
	"due_at": "due_at", "start_on": "start_on", "tags": "tags", "tag": "tags", "followers": "followers", "projects": "projects", "parent": "parent",
	"section": "section", "memberships": "section", "dependencies": "dependencies", "dependents": "dependents", "resource_subtype": "subtype", "approval_status": "approval_status"}

// nameOf is the field an error is about, "" when it cannot be told. For a custom field the text goes on with its gid.
func (c *Connector) nameOf(about string, why *string) string {
	if about != "custom_fields" {
		return written[about]
	}
	gid, rest, ok := strings.Cut(*why, ": ")
	if !ok || !isGID(gid) {
		return ""
	}
	*why = rest
	if name, ok := c.names.Get(gid); ok {
		return name
	}
	return gid
}

func (c *Connector) unsupported(attempt, why string) error {
	return fmt.Errorf("%s: %s: %s: %w", c.system, attempt, why, connectors.ErrUnsupported)
}

// refusedField is the one field an error refuses, "" for another error.
func refusedField(err error) string {
	var invalid *connectors.InvalidError
	if errors.As(err, &invalid) && len(invalid.Fields) == 1 {
		for name := range invalid.Fields {
			return name
		}
	}
	return ""
}
