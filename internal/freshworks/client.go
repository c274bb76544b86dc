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
			return fmt.Errorf("%w: the account's plan or settings do not have it: %s", connectors.ErrUnsupported, short(r.Message))
		}
		return nil
	default:
		return nil
	}
	fields := map[string]string{}
	for _, e := range r.Errors {
		fields[strings.TrimPrefix(e.Field, "custom_fields.")] = short(strings.TrimSpace(e.Code + " " + e.Message))
	}
	if len(fields) == 0 {
		fields[""] = short(strings.TrimSpace(r.Code + " " + r.Description + " " + r.Message))
	}
	return &connectors.InvalidError{Fields: fields}
}

// short keeps a vendor's reason to one line.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
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

// each reads a list from the first page to the last. A row that moved from one page to the next in between may come twice.
func each[E any](ctx context.Context, c *Connector, path, name string, q url.Values, visit func(E) (stop bool)) error {
	for page := 1; ; page++ {
		list, err := rows[E](ctx, c, path, name, q, page, pageSize)
		if err != nil {
			return err
		}
		for _, row := range list {
			if visit(row) {
				return nil
			}
		}
		if len(list) < pageSize {
			return nil
		}
	}
}
