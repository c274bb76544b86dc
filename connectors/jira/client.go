package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/internal/httpx"
)

func basic(header string) func(context.Context, *http.Request) error {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", header)
		return nil
	}
}

// do makes one call. A 404 is believed only when the answer was given to the account: Jira serves visitors who are not
// signed in, and shows them less, so that a lapsed credential would look like a deleted issue.
func (c *Connector) do(ctx context.Context, method, path string, in, out any, opts ...httpx.Option) error {
	resp, err := c.http.JSON(ctx, method, path, in, out, opts...)
	signedIn := resp != nil && c.meet(resp.Header.Get("X-AAccountId"))
	if errors.Is(err, connectors.ErrNotFound) && !signedIn && path != c.api+"/myself" {
		if lost := c.do(ctx, http.MethodGet, c.api+"/myself", nil, nil); lost != nil {
			return lost
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.system, err)
	}
	return nil
}

func (c *Connector) get(ctx context.Context, path string, q url.Values, out any) error {
	return c.do(ctx, http.MethodGet, path, nil, out, httpx.Query(q))
}

func (c *Connector) issuePath(id string, rest ...string) string {
	p := c.api + "/issue/" + url.PathEscape(id)
	for _, r := range rest {
		p += "/" + url.PathEscape(r)
	}
	return p
}

// refusal is the vendor's error body (ErrorCollection).
type refusal struct {
	ErrorMessages []string          `json:"errorMessages"`
	Errors        map[string]string `json:"errors"`
}

// classify reads the vendor's error body. A field of an InvalidError has the name that mappings use.
func (c *Connector) classify(resp *http.Response, body []byte) error {
	var r refusal
	_ = json.Unmarshal(body, &r) // a body that is not JSON tells nothing
	said := httpx.Short(strings.Join(r.ErrorMessages, " "))
	if status := resp.StatusCode; status == http.StatusBadRequest || status == http.StatusUnprocessableEntity {
		invalid := &connectors.InvalidError{Fields: map[string]string{}}
		for id, why := range r.Errors {
			invalid.Fields[c.nameOf(id)] = httpx.Short(why)
		}
		if said != "" || len(invalid.Fields) == 0 {
			invalid.Fields[""] = cmp.Or(said, fmt.Sprintf("status %d without a reason", status))
		}
		return invalid
	}
	if said == "" {
		for _, id := range sortedKeys(r.Errors) {
			said = httpx.Short(r.Errors[id])
		}
	}
	if why := resp.Header.Get("RateLimit-Reason"); why != "" {
		said = strings.TrimSpace(said + " " + why)
	}
	return httpx.Class(resp.StatusCode, resp.Header, c.now(), said)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
