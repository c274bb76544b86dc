package servicenow

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

func newClient(cfg connectors.Config, base *url.URL, now func() time.Time) (*httpx.Client, error) {
	auth := cfg.System.Auth
	client := &httpx.Client{Base: base, HTTP: cfg.HTTP, Now: now, Classify: classify}
	need := func(names ...string) error {
		for _, n := range names {
			if auth[n] == "" {
				return fmt.Errorf("auth.%s is missing", n)
			}
		}
		return nil
	}
	for _, n := range []string{"password", "client_secret", "refresh_token", "key"} {
		if auth[n] != "" {
			client.Secrets = append(client.Secrets, auth[n])
		}
	}
	if s := cfg.System.Webhook["secret"]; s != "" {
		client.Secrets = append(client.Secrets, s)
	}
	header := func(name, value string) {
		client.Secrets = append(client.Secrets, value)
		client.Authorize = func(_ context.Context, r *http.Request) error {
			r.Header.Set(name, value)
			return nil
		}
	}
	switch auth["method"] {
	case "basic":
		header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(auth["username"]+":"+auth["password"])))
		return client, need("username", "password")
	case "key":
		header("x-sn-apikey", auth["key"])
		return client, need("username", "key")
	case "", "oauth":
		tokens := &httpx.OAuth2{TokenURL: auth["token_url"], ClientID: auth["client_id"], ClientSecret: auth["client_secret"],
			RefreshToken: auth["refresh_token"], HTTP: cfg.HTTP, Now: now, Save: cfg.Save, Load: cfg.Load}
		if tokens.TokenURL == "" {
			tokens.TokenURL = base.JoinPath("/oauth_token.do").String()
		}
		client.Authorize, client.Refresh = tokens.Authorize, tokens.Refresh
		return client, need("username", "client_id", "client_secret")
	}
	return nil, errors.New("auth.method must be oauth, basic or key")
}

// vendorError is the vendor's error body, which may also stand beside a result.
type vendorError struct {
	Message string `json:"message"`
	Detail  string `json:"detail"`
}

func (e vendorError) text() string {
	return httpx.Short(strings.TrimSpace(e.Message + " " + e.Detail))
}

// policyError is a 403 that says what a record lacks, not that the account may not do it. Fields are named by their labels.
type policyError struct{ labels []string }

func (e *policyError) Error() string {
	return "the instance's data policy needs: " + strings.Join(e.labels, ", ")
}

// classify tells a refused record (a data policy, a business rule that aborts) from a refused account: both are 403.
func classify(resp *http.Response, body []byte) error {
	var r struct{ Error vendorError }
	if json.Unmarshal(body, &r) != nil || r.Error.Message == "" {
		return nil
	}
	text := r.Error.text()
	switch resp.StatusCode {
	case http.StatusForbidden:
		if _, list, ok := strings.Cut(text, "are mandatory:"); ok {
			return mandatory(list)
		}
		if _, list, ok := strings.Cut(text, "mandatory:"); ok {
			return mandatory(list)
		}
		if strings.Contains(text, "Data Policy") || strings.Contains(text, "aborted by Business Rule") {
			return &connectors.InvalidError{Fields: map[string]string{"": text}}
		}
	case http.StatusBadRequest:
		return &connectors.InvalidError{Fields: map[string]string{"": text}}
	}
	return nil
}

func mandatory(list string) error {
	e := &policyError{}
	for _, label := range strings.Split(list, ",") {
		e.labels = append(e.labels, strings.TrimSpace(label))
	}
	return fmt.Errorf("%w: %w", &connectors.InvalidError{Fields: map[string]string{"": e.Error()}}, e)
}

// asleep is how long an instance is left alone that answers pages instead of data: hibernation and upgrades take minutes.
const asleep = 5 * time.Minute

// call makes one call and decodes the answer's result into out. An HTML page under a good status is an instance that hibernates
// or is being upgraded; an error beside the result is a list that was cut off.
func (c *Connector) call(ctx context.Context, method, path string, q url.Values, in, out any, opts ...httpx.Option) (http.Header, error) {
	var answer struct {
		Result json.RawMessage
		Error  *vendorError
	}
	opts = append(opts, httpx.Query(q), httpx.Operation(operation(method, path)))
	resp, err := c.http.JSON(ctx, method, path, in, &answer, opts...)
	if err != nil {
		if resp != nil && resp.Status < 300 && page(resp.Header, resp.Body) {
			return nil, &connectors.BusyError{After: asleep, Maintenance: true, Text: operation(method, path) + ": the instance answers with a page: it hibernates or is being upgraded"}
		}
		return nil, err
	}
	if answer.Error != nil {
		return nil, connectors.Busy(operation(method, path), "the answer was cut off: "+answer.Error.text(), 0)
	}
	if out == nil || resp.Status == http.StatusNoContent {
		return resp.Header, nil
	}
	if len(answer.Result) == 0 {
		return nil, connectors.Busy(operation(method, path), "the answer has no result", 0)
	}
	if err := json.Unmarshal(answer.Result, out); err != nil {
		return nil, connectors.Busy(operation(method, path), "the answer's result cannot be read", 0)
	}
	return resp.Header, nil
}

// page tells a page for people from data.
func page(h http.Header, body []byte) bool {
	return strings.Contains(h.Get("Content-Type"), "html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

// operation leaves ids out of an address.
func operation(method, path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if sysID(p) {
			parts[i] = "{sys_id}"
		}
	}
	return method + " " + strings.Join(parts, "/")
}

// sysID tells whether a text has the form of a record's id.
func sysID(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}
