package azuredevops

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// resource is Azure DevOps itself, as Microsoft Entra ID knows it.
const resource = "499b84ac-1321-427f-aa17-267ca6975798/.default"

// connect makes the clients and says what of the credentials is missing.
func (c *Connector) connect(cfg connectors.Config) error {
	auth := cfg.System.Auth
	need := func(names ...string) error {
		for _, n := range names {
			if auth[n] == "" {
				return fmt.Errorf("auth.%s is missing", n)
			}
		}
		return nil
	}
	client := &httpx.Client{Base: c.base, HTTP: cfg.HTTP, Now: c.now, Classify: classify, Secrets: c.secrets}
	for _, n := range []string{"token", "client_secret"} {
		if auth[n] != "" {
			client.Secrets = append(client.Secrets, auth[n])
		}
	}
	var missing error
	switch auth["method"] {
	case "", "pat":
		missing = need("token")
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(":"+auth["token"]))
		client.Secrets = append(client.Secrets, basic)
		client.Authorize = func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", basic)
			return nil
		}
	case "entra":
		if c.server {
			return errors.New("auth.method entra is for Azure DevOps Services; Server takes pat")
		}
		missing = need("client_id", "client_secret")
		if auth["token_url"] == "" {
			missing = errors.Join(missing, need("tenant"))
		}
		tokens := &httpx.OAuth2{ClientID: auth["client_id"], ClientSecret: auth["client_secret"], Scopes: []string{resource}, HTTP: cfg.HTTP, Now: c.now,
			TokenURL: cmp.Or(auth["token_url"], "https://login.microsoftonline.com/"+auth["tenant"]+"/oauth2/v2.0/token")}
		client.Authorize, client.Refresh = tokens.Authorize, tokens.Refresh
	default:
		return errors.New("auth.method must be pat or entra")
	}
	c.http = client
	at, err := c.identityHost(cfg.System.Settings["identity_url"])
	if err != nil {
		return err
	}
	c.people = &httpx.Client{Base: at, HTTP: cfg.HTTP, Now: c.now, Classify: classify, Secrets: client.Secrets, Authorize: client.Authorize, Refresh: client.Refresh}
	return missing
}

// identityHost is where people are looked up: on Services a host of its own.
func (c *Connector) identityHost(setting string) (*url.URL, error) {
	if setting != "" {
		at, err := url.Parse(strings.TrimSuffix(setting, "/"))
		if err != nil || at.Host == "" {
			return nil, errors.New("settings.identity_url must be an address")
		}
		return at, nil
	}
	if c.server || c.base.Host != "dev.azure.com" {
		return c.base, nil
	}
	return &url.URL{Scheme: "https", Host: "vssps.dev.azure.com", Path: c.base.Path}, nil
}

// request is one call. Version "" is the connector's.
type request struct {
	method, path, version string
	query                 url.Values
	in                    any
	patch                 bool // in is a JSON Patch
	op                    string
}

// call makes a call of the API. An answer that is a sign-in page, whatever its status, is ErrUnauthenticated: the vendor answers a bad
// token with 203 or 302 and a page.
func (c *Connector) call(ctx context.Context, r request, out any) error {
	return c.callAt(ctx, c.http, r, out)
}

func (c *Connector) callAt(ctx context.Context, client *httpx.Client, r request, out any) error {
	if err := c.pause.keep(ctx, r.op); err != nil {
		return err
	}
	resp, err := client.JSON(ctx, r.method, r.path, r.in, out, c.options(r)...)
	if resp != nil {
		c.pause.note(resp.Status, resp.Header)
		if signIn(resp.Status, resp.Header) {
			return fmt.Errorf("%s: %w: the answer is a sign-in page (status %d): renew the token", r.op, connectors.ErrUnauthenticated, resp.Status)
		}
	}
	return err
}

func (c *Connector) options(r request) []httpx.Option {
	q := url.Values{}
	for k, vs := range r.query {
		q[k] = vs
	}
	q.Set("api-version", cmp.Or(r.version, c.version))
	opts := []httpx.Option{httpx.Query(q), httpx.Header("X-TFS-FedAuthRedirect", "Suppress"), httpx.Operation(r.op)}
	if r.patch {
		opts = append(opts, httpx.Header("Content-Type", "application/json-patch+json"))
	}
	return opts
}

func signIn(status int, h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	page := kind == "text/html" || kind == "application/xhtml+xml"
	return status == http.StatusNonAuthoritativeInfo || status == http.StatusFound || status < 300 && page
}

// in is the path of a call within a project.
func in(project, rest string) string { return "/" + url.PathEscape(project) + "/_apis/" + rest }

// refusal is the vendor's error body.
type refusal struct {
	Message    string
	TypeKey    string `json:"typeKey"`
	Properties struct {
		Rules []struct {
			Field   string `json:"fieldReferenceName"`
			Message string `json:"errorMessage"`
		} `json:"RuleValidationErrors"`
	} `json:"customProperties"`
}

// errTooMany tells that a query finds more items than the vendor hands out.
var errTooMany = errors.New("the query finds more items than the vendor hands out")

// Why something other than an item is not found.
const (
	noOrganization = "base_url leads to no organization or collection that the account sees"
	noProject      = "the organization shows the account no such project"
	noType         = "the project shows the account no such type of work item"
	noPeople       = "the identity service is not where it is looked for: see settings.identity_url"
)

// elsewhere keeps "not found" for items alone, whose twins may go with them: what else is not found is the mapping's to mend, by that field, or the
// admin's.
func elsewhere(err error, field, why string) error {
	switch {
	case !errors.Is(err, connectors.ErrNotFound):
		return err
	case field == "":
		return fmt.Errorf("%w: %s", connectors.ErrDenied, why)
	}
	return &connectors.InvalidError{Fields: map[string]string{field: why}}
}

// absent is the ErrNotFound of the work item with that id: the one that was asked for, or one that a relation leads to.
type absent struct{ id string }

func (a *absent) Error() string {
	return connectors.ErrNotFound.Error() + ": the account sees no work item " + a.id
}
func (a *absent) Unwrap() error { return connectors.ErrNotFound }

var absentItem = regexp.MustCompile(`TF401232:\D*(\d+)`)

// classify reads why a value is refused. Fields go by their reference names until named puts the mapping's.
func classify(resp *http.Response, body []byte) error {
	var r refusal
	readable := json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &r) == nil
	switch {
	case resp.StatusCode == http.StatusNotFound && !readable: // a page of the host's, not of the API: no item is gone by that
		return fmt.Errorf("%w: %s", connectors.ErrDenied, noOrganization)
	case resp.StatusCode == http.StatusNotFound:
		if m := absentItem.FindStringSubmatch(r.Message); m != nil {
			return &absent{m[1]}
		}
		return nil
	case resp.StatusCode != http.StatusBadRequest || !readable:
		return nil
	}
	switch {
	case strings.Contains(r.Message, "VS402337"):
		return fmt.Errorf("%w: %w", connectors.ErrUnsupported, errTooMany)
	case strings.Contains(r.Message, "VS402335"):
		return &connectors.BusyError{Text: "the query ran out of time"}
	case strings.HasPrefix(r.TypeKey, "VssVersion"):
		return fmt.Errorf("%w: the system does not know this version of its API: set settings.api_version", connectors.ErrDenied)
	}
	fields := map[string]string{}
	for _, rule := range r.Properties.Rules {
		if rule.Field != "" {
			fields[rule.Field] = httpx.Short(rule.Message)
		}
	}
	if len(fields) == 0 {
		fields[""] = httpx.Short(r.Message)
	}
	return &connectors.InvalidError{Fields: fields}
}
