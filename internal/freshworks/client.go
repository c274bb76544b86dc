package freshworks

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// newClient signs in with an API key, whose password may be any text, or with OAuth where auth.method says so.
func newClient(cfg connectors.Config, base *url.URL, now func() time.Time) (*httpx.Client, error) {
	auth := cfg.System.Auth
	client := &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: now, Classify: classify}
	for _, secret := range []string{auth["key"], auth["client_secret"], auth["refresh_token"], cfg.System.Webhook["secret"]} {
		if secret != "" {
			client.Secrets = append(client.Secrets, secret)
		}
	}
	if auth["method"] == "oauth" {
		for _, n := range []string{"client_id", "client_secret", "refresh_token", "token_url"} {
			if auth[n] == "" {
				return nil, fmt.Errorf("auth.%s is missing", n)
			}
		}
		tokens := &httpx.OAuth2{TokenURL: auth["token_url"], ClientID: auth["client_id"], ClientSecret: auth["client_secret"],
			RefreshToken: auth["refresh_token"], HTTP: cfg.HTTP, Now: now, Save: cfg.Save, Load: cfg.Load}
		client.Authorize, client.Refresh = tokens.Authorize, tokens.Refresh
		return client, nil
	}
	if auth["key"] == "" {
		return nil, errors.New("auth.key is missing")
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(auth["key"]+":X"))
	client.Secrets = append(client.Secrets, basic)
	client.Authorize = func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", basic)
		return nil
	}
	return client, nil
}

// refusal is the vendor's error body: with errors for a request that is wrong, with a code else.
type refusal struct {
	Description string
	Code        string
	Message     string
	Errors      []struct{ Field, Message, Code string }
}

// classify reads the vendor's reasons. Fields go by the vendor's keys until named gives them the mapping's names.
func classify(resp *http.Response, body []byte) error {
	var r refusal
	if json.Unmarshal(body, &r) != nil {
		return nil
	}
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusConflict:
		if len(r.Errors) == 0 && resp.StatusCode == http.StatusConflict {
			return nil
		}
	case http.StatusForbidden:
		if r.Code == "require_feature" {
			return fmt.Errorf("%w: the account's plan or settings do not have it: %s", connectors.ErrUnsupported, httpx.Short(r.Message))
		}
		return nil
	default:
		return nil
	}
	fields := map[string]string{}
	for _, e := range r.Errors {
		fields[strings.TrimPrefix(e.Field, "custom_fields.")] = httpx.Short(strings.TrimSpace(e.Code + " " + e.Message))
	}
	if len(fields) == 0 {
		fields[""] = httpx.Short(strings.TrimSpace(r.Code + " " + r.Description + " " + r.Message))
	}
	return &connectors.InvalidError{Fields: fields}
}

const pageSize = 100

// rows reads one page of a list.
func rows[E any](ctx context.Context, c *Connector, path, name string, q url.Values, page, size int) ([]E, error) {
	q = cloned(q)
	q.Set("page", strconv.Itoa(page))
	q.Set("per_page", strconv.Itoa(size))
	var raw json.RawMessage
	if _, err := c.http.JSON(ctx, http.MethodGet, path, nil, &raw, httpx.Query(q)); err != nil {
		return nil, err
	}
	var list []E
	if err := c.one(raw, name, &list); err != nil {
		return nil, err
	}
	return list, nil
}

func cloned(q url.Values) url.Values {
	out := url.Values{}
	for k, v := range q {
		out[k] = slices.Clone(v)
	}
	return out
}

// each reads a list from the first row to the last, every row once. A page begins with the last row of the one before: where that row is
// not there any more, rows were taken away or moved, others may have been skipped, and the list is begun again.
func each[E any](ctx context.Context, c *Connector, path, name string, q url.Values, visit func(E) (stop bool)) error {
	seen := map[int64]bool{}
	for try := 0; try < 5; try++ {
		whole, err := pass(ctx, c, path, name, q, seen, visit)
		if whole || err != nil {
			return err
		}
	}
	return connectors.Busy("GET "+path, "the list changed again and again while it was read", 0)
}

// pass reads a list once and tells whether it reached the end without a gap.
func pass[E any](ctx context.Context, c *Connector, path, name string, q url.Values, seen map[int64]bool, visit func(E) (stop bool)) (whole bool, err error) {
	var last int64
	for done := 0; ; {
		size, number := window(done, pageSize)
		list, err := rows[json.RawMessage](ctx, c, path, name, q, number, size)
		if err != nil {
			return false, err
		}
		from := 0
		if done > 0 {
			if from = slices.IndexFunc(list, func(raw json.RawMessage) bool { return rowID(raw) == last }) + 1; from == 0 {
				return false, nil
			}
		}
		for _, raw := range list[from:] {
			var row E
			if err := json.Unmarshal(raw, &row); err != nil {
				return false, connectors.Busy("GET "+path, "a row of the answer cannot be read", 0)
			}
			last = rowID(raw)
			if stop := !seen[last] && visit(row); stop {
				return true, nil
			}
			seen[last] = true
		}
		done = (number-1)*size + len(list)
		if len(list) < size {
			return true, nil
		}
	}
}

func rowID(raw json.RawMessage) int64 {
	var row struct{ ID int64 }
	_ = json.Unmarshal(raw, &row)
	return row.ID
}
