package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// answer is what a read gave, to be asked for again on the condition that it changed: an answer "not modified" is free of the
// hourly limit (vendor page "Best practices for using the REST API").
type answer struct {
	etag string
	link string
	body []byte
}

// mostKept is the longest answer that is kept in memory: with all that are kept it makes 64 MB at most.
const mostKept = 128 << 10

// askedAgain tells whether the same is likely to be asked again: a list from a certain time on, or a search, is not.
func askedAgain(q url.Values) bool { return !q.Has("since") && !q.Has("q") && !q.Has("creator") }

var redirects = []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}

// read gets what a path shows now. Link is the header of that name. Redirects are followed: the vendor answers so for what was renamed or moved.
func (c *Connector) read(ctx context.Context, path string, q url.Values, out any) (link string, err error) {
	key := path + "?" + q.Encode()
	kept, _, had := c.answers.Peek(key)
	opts := []httpx.Option{httpx.Header("Accept", "application/vnd.github+json"), httpx.Accept(append([]int{http.StatusNotModified}, redirects...)...)}
	keeps := askedAgain(q)
	if had && kept.etag != "" {
		opts = append(opts, httpx.Header("If-None-Match", kept.etag))
	}
	at := path
	for range 5 {
		resp, err := c.http.JSON(ctx, http.MethodGet, at, nil, nil, append(opts, httpx.Query(q))...)
		if err != nil {
			return "", err
		}
		switch {
		case resp.Status == http.StatusNotModified && had:
			return kept.link, decode(path, kept.body, out)
		case slices.Contains(redirects, resp.Status):
			if at, err = c.location(path, resp); err != nil {
				return "", err
			}
			q = nil
			continue
		}
		if err := decode(path, resp.Body, out); err != nil {
			return "", err
		}
		if tag := resp.Header.Get("ETag"); tag != "" && keeps && len(resp.Body) <= mostKept {
			c.answers.Put(key, answer{tag, resp.Header.Get("Link"), resp.Body})
		}
		return resp.Header.Get("Link"), nil
	}
	return "", connectors.Busy("GET "+path, "redirected too often", 0)
}

// location is where a redirect leads, which has to be an address of the API.
func (c *Connector) location(path string, resp *httpx.Response) (string, error) {
	at, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || at.Host != c.http.Base.Host || !strings.HasPrefix(at.Path, c.http.Base.Path+"/") {
		return "", fmt.Errorf("%s: %w: it redirects away from the API; check base_url", path, connectors.ErrDenied)
	}
	return at.String(), nil
}

func decode(path string, body []byte, out any) error {
	if out == nil || json.Unmarshal(body, out) == nil {
		return nil
	}
	return connectors.Busy("GET "+path, "the answer is not the JSON that was asked for", 0)
}

// write sends a change in its turn. A redirect is followed with the same method and body: a client that goes on with GET would lose the write.
func (c *Connector) write(ctx context.Context, method, path string, in, out any) error {
	at := path
	for range 5 {
		var resp *httpx.Response
		err := c.pace.do(ctx, func() (err error) {
			resp, err = c.http.JSON(ctx, method, at, in, nil, httpx.Header("Accept", "application/vnd.github+json"), httpx.Accept(redirects...))
			return err
		})
		if err != nil {
			return err
		}
		if slices.Contains(redirects, resp.Status) {
			if at, err = c.location(path, resp); err != nil {
				return err
			}
			continue
		}
		if out != nil {
			return decode(path, resp.Body, out)
		}
		return nil
	}
	return connectors.Busy(method+" "+path, "redirected too often", 0)
}

var nextLink = regexp.MustCompile(`<([^>]+)>;\s*rel="next"`)

// pages reads a list page after page, by the addresses the vendor gives, until there is no more or visit says stop.
func pages[E any](ctx context.Context, c *Connector, path string, q url.Values, visit func([]E) (stop bool)) error {
	if q == nil {
		q = url.Values{}
	}
	q.Set("per_page", strconv.Itoa(perPage))
	for range 1000 {
		var list []E
		key := path + "?" + q.Encode()
		link, err := c.read(ctx, path, q, &list)
		if err != nil {
			return err
		}
		m := nextLink.FindStringSubmatch(link)
		if m == nil && len(list) >= perPage { // a page after it would not change what is on it, and so not its ETag
			c.answers.Forget(key)
		}
		if visit(list) || m == nil {
			return nil
		}
		next, err := url.Parse(m[1])
		if err != nil || next.Host != c.http.Base.Host {
			return connectors.Busy("GET "+path, "the address of the next page is not one of the API", 0)
		}
		path, q = m[1], nil
	}
	return connectors.Busy("GET "+path, "the list does not end", 0)
}

// refusal is the vendor's error body. An entry of errors is an object or a text.
type refusal struct {
	Message string
	Errors  []json.RawMessage
}

// secondary is how long is waited when a secondary limit does not say (vendor page "Rate limits for the REST API").
const secondary = time.Minute

// classify reads the vendor's reasons. A limit comes as 403 or 429 and is told by its headers or its words; any other 403 is about rights.
func classify(now func() time.Time) func(*http.Response, []byte) error {
	return func(resp *http.Response, body []byte) error {
		var r refusal
		_ = json.Unmarshal(body, &r)
		said := httpx.Short(r.Message)
		switch resp.StatusCode {
		case http.StatusForbidden, http.StatusTooManyRequests:
			if after, limited := limit(resp, r.Message, now()); limited {
				return &connectors.BusyError{After: after, Text: "a rate limit: " + said}
			}
			return fmt.Errorf("%w: %s%s", connectors.ErrDenied, said, permissions(resp.Header))
		case http.StatusGone:
			if strings.Contains(strings.ToLower(said), "disabled") {
				return fmt.Errorf("%w: issues are disabled in this repository", connectors.ErrDenied)
			}
		case http.StatusUnprocessableEntity:
			return invalid(r)
		}
		return nil
	}
}

// limit tells whether a refusal is about a limit, and how long to stay away. The end of a limit is a time of the vendor's clock, and so is counted
// from the time of the answer.
func limit(resp *http.Response, message string, now time.Time) (time.Duration, bool) {
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = at
	}
	if after := httpx.RetryAfter(resp.Header, now); after > 0 {
		return after, true
	}
	if resp.Header.Get("X-RateLimit-Remaining") == "0" {
		if at, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			return max(time.Second, time.Unix(at, 0).Sub(now)), true
		}
		return secondary, true
	}
	text := strings.ToLower(message)
	return secondary, resp.StatusCode == http.StatusTooManyRequests || strings.Contains(text, "rate limit") || strings.Contains(text, "abuse detection")
}

// permissions are those that the call would have needed.
func permissions(h http.Header) string {
	if need := h.Get("X-Accepted-GitHub-Permissions"); need != "" {
		return " (it needs the permissions " + httpx.Short(need) + ")"
	}
	return ""
}

// vendorNames are the fields that refusals name otherwise.
var vendorNames = map[string]string{"state": "status", "state_reason": "status", "issue_field_values": "", "sub_issue_id": "parent", "parent": "parent"}

func invalid(r refusal) error {
	fields := map[string]string{}
	for _, raw := range r.Errors {
		var e struct{ Field, Code, Message string }
		var text string
		if json.Unmarshal(raw, &text) != nil {
			_ = json.Unmarshal(raw, &e)
			text = strings.TrimSpace(e.Code + " " + e.Message)
		}
		if strings.Contains(text, "submitted too quickly") { // the limit of new content, in other words
			return &connectors.BusyError{After: secondary, Text: "a rate limit: " + httpx.Short(text)}
		}
		if strings.Contains(text, "too long") {
			return fmt.Errorf("%w: %s", connectors.ErrTooLarge, httpx.Short(text))
		}
		at := e.Field
		if other, ok := vendorNames[at]; ok {
			at = other
		}
		fields[at] = httpx.Short(text)
	}
	if len(fields) == 0 {
		fields[""] = httpx.Short(r.Message)
	}
	return &connectors.InvalidError{Fields: fields}
}
