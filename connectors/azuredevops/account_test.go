package azuredevops_test

import (
	"bytes"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/azuredevops"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"
)

var update = flag.Bool("update", false, "rewrite docs/features.md and docs/contracts.md")

const secret = "the password of the hooks"

var bug = connectors.ItemType{Type: "workitem", Scope: map[string]string{"project": "Fabrikam", "type": "Bug"}}

// account is an emulated organization with a clock of its own.
type account struct {
	t     *testing.T
	emu   *emulator.Emulator
	url   string
	doc   *contract.Doc
	ahead atomic.Int64
	open  atomic.Bool // projects say that they are public
}

func (a *account) now() time.Time       { return time.Now().Add(time.Duration(a.ahead.Load())) }
func (a *account) pass(d time.Duration) { a.ahead.Add(int64(d)) }
func (a *account) fault(f harness.Fault) {
	a.t.Helper()
	_, err := a.emu.Harness().AddFault(f)
	check(a.t, err)
}
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newAccount(t *testing.T, doc *contract.Doc, opts emulator.Options) *account {
	t.Helper()
	a := &account{t: t, doc: doc}
	opts.Clock, opts.Seed = a.now, 1
	if opts.Limits == (emulator.Limits{}) {
		opts.Limits = emulator.NoLimits()
	}
	emu, err := emulator.New(opts)
	check(t, err)
	server := httptest.NewServer(emu.Handler())
	t.Cleanup(func() { server.Close(); emu.Close() })
	emu.SetBaseURL(server.URL)
	a.emu, a.url = emu, server.URL
	return a
}

// connector signs in with a token. More settings come in pairs; "product" is server where the emulator plays it.
func (a *account) connector(token string, settings ...string) *azuredevops.Connector {
	a.t.Helper()
	sys := core.System{Name: "ado", Kind: "azuredevops", BaseURL: a.url + a.emu.Root(), Auth: map[string]string{"token": token},
		Webhook: map[string]string{"secret": secret}, Settings: map[string]string{"product": "services", "projects": "Fabrikam"}}
	for i := 0; i+1 < len(settings); i += 2 {
		sys.Settings[settings[i]] = settings[i+1]
	}
	return a.build(sys)
}

func (a *account) build(sys core.System) *azuredevops.Connector {
	a.t.Helper()
	c, err := azuredevops.New(connectors.Config{System: sys, Now: a.now, HTTP: &http.Client{Transport: checked{a}, Timeout: 2 * time.Second}})
	check(a.t, err)
	return c.(*azuredevops.Connector)
}

// checked holds every exchange against the vendor's document, which names a project, and for queries a team, where the vendor lets them
// away (its own note says so). Calls that it does not describe at all go by.
type checked struct{ a *account }

func (c checked) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if c.a.open.Load() && strings.Contains(r.URL.Path, "/_apis/projects/") {
		answer = bytes.Replace(answer, []byte(`"visibility":"private"`), []byte(`"visibility":"public"`), 1)
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	for _, beyond := range []string{"/_apis/connectionData", "/_apis/identities", "/oauth2/"} {
		if strings.Contains(r.URL.Path, beyond) {
			return resp, nil
		}
	}
	shown := r.Clone(r.Context())
	shown.URL.Path = documented(c.a.emu.Root(), r.URL)
	if resp.StatusCode < 500 && resp.StatusCode != http.StatusNonAuthoritativeInfo && c.a.doc != nil {
		c.a.doc.Check(c.a.t, shown, body, resp, answer)
	}
	return resp, nil
}

// documented is the path as the vendor's document has it.
func documented(root string, at *url.URL) string {
	org := strings.TrimPrefix(root[strings.LastIndex(root, "/"):], "/")
	rest := strings.TrimPrefix(at.Path, root)
	if !strings.HasPrefix(rest, "/_apis/wit/") || strings.HasPrefix(rest, "/_apis/wit/workitemrelationtypes") {
		if strings.HasSuffix(rest, "/wit/wiql") {
			rest = strings.Replace(rest, "/_apis/", "/team/_apis/", 1)
		}
		return "/" + org + rest
	}
	if strings.HasSuffix(rest, "/wit/wiql") {
		rest = "/team" + rest
	}
	return "/" + org + "/project" + rest
}

// exceptions are the parts of the vendor's document that are known to be wrong.
var exceptions = []contract.Exception{
	{Contains: "parameter types: ", Reason: "lists in the address are described with a format that no validator knows"},
	{Contains: "failed to decode response body", Reason: "files are streams"},
}

func vendor(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.Load(t, "azuredevops").Except(exceptions...)
}
