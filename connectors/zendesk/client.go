package zendesk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	for _, n := range []string{"token", "client_secret", "refresh_token"} {
		if auth[n] != "" {
			client.Secrets = append(client.Secrets, auth[n])
		}
	}
	if s := cfg.System.Webhook["secret"]; s != "" {
		client.Secrets = append(client.Secrets, s)
	}
	switch auth["method"] {
	case "token":
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(auth["email"]+"/token:"+auth["token"]))
		client.Secrets = append(client.Secrets, basic)
		client.Authorize = func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", basic)
			return nil
		}
		return client, need("email", "token")
	case "", "oauth":
		tokens := &httpx.OAuth2{
			TokenURL: auth["token_url"], ClientID: auth["client_id"], ClientSecret: auth["client_secret"],
			RefreshToken: auth["refresh_token"], Scopes: []string{"read", "write"},
			HTTP: jsonForms(cfg.HTTP), Now: now, Save: cfg.Save, Load: cfg.Load,
		}
		if tokens.TokenURL == "" {
			tokens.TokenURL = base.JoinPath("/oauth/tokens").String()
		}
		client.Authorize, client.Refresh = tokens.Authorize, tokens.Refresh
		return client, need("client_id", "client_secret")
	}
	return nil, errors.New("auth.method must be oauth or token")
}

// jsonForms is a client that sends forms as JSON objects: the token address takes JSON (vendor page "OAuth Tokens for
// Grant Types").
func jsonForms(client *http.Client) *http.Client {
	if client == nil {
		client = httpx.Default()
	}
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	return &http.Client{Transport: formTransport{next}, Timeout: client.Timeout}
}

type formTransport struct{ next http.RoundTripper }

func (t formTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return t.next.RoundTrip(r)
	}
	form, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(form))
	if err != nil {
		return nil, err
	}
	object := map[string]string{}
	for k := range values {
		object[k] = values.Get(k)
	}
	body, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.Body, sent.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	sent.GetBody = nil
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("Accept", "application/json")
	return t.next.RoundTrip(sent)
}

// refusal is the vendor's error body. "error" is a text or an object, "details" is keyed by the vendor's field name.
type refusal struct {
	Error       json.RawMessage
	Description string
	Details     map[string][]struct {
		Description string
		FieldID     int64 `json:"ticket_field_id"`
	}
	Errors []struct{ Code, Title, Detail string }
}

// errIdempotent tells that the Idempotency-Key was used before with another body: the item exists.
var errIdempotent = errors.New("the idempotency key was used before")

// classify reads the vendor's reasons for a refused value; every other refusal is classed by its status.
func classify(resp *http.Response, body []byte) error {
	if resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusUnprocessableEntity {
		return nil
	}
	var r refusal
	if json.Unmarshal(body, &r) != nil {
		return nil
	}
	var name string
	_ = json.Unmarshal(r.Error, &name) // an object has no name
	if name == "IdempotentRequestError" {
		return fmt.Errorf("%w: %w", connectors.ErrStale, errIdempotent)
	}
	fields := map[string]string{}
	for field, reasons := range r.Details {
		for _, why := range reasons {
			at := vendorName(field)
			if why.FieldID != 0 {
				at = customPrefix + fmt.Sprint(why.FieldID)
			}
			fields[at] = httpx.Short(why.Description)
		}
	}
	if len(fields) == 0 {
		why := []string{name, r.Description}
		for _, e := range r.Errors {
			why = append(why, e.Code, cmp.Or(e.Detail, e.Title))
		}
		fields[""] = httpx.Short(strings.TrimSpace(strings.Join(why, " ")))
	}
	return &connectors.InvalidError{Fields: fields}
}

// pages reads a list by cursor until there is no more or visit says stop. Key is the name of the list in the answer.
func pages[E any](ctx context.Context, c *Connector, path, key string, q url.Values, visit func([]E) (stop bool)) error {
	for {
		var raw map[string]json.RawMessage
		if _, err := c.http.JSON(ctx, http.MethodGet, path, nil, &raw, httpx.Query(q)); err != nil {
			return err
		}
		var list []E
		var meta struct {
			More  bool   `json:"has_more"`
			After string `json:"after_cursor"`
		}
		if err := json.Unmarshal(raw[key], &list); err != nil {
			return connectors.Busy(path, "the answer has no list of "+key, 0)
		}
		if m, ok := raw["meta"]; ok {
			if err := json.Unmarshal(m, &meta); err != nil {
				return connectors.Busy(path, "the answer's page position cannot be read", 0)
			}
		}
		if visit(list) || !meta.More || meta.After == "" {
			return nil
		}
		q.Set("page[after]", meta.After)
	}
}

func pageSize(n string) url.Values { return url.Values{"page[size]": {n}} }
