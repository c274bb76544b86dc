package zendesk_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/zendesk"
	"duplex/core"
	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
	emulator "duplex/emulators/zendesk"
)

// account is an emulated Zendesk account with a clock that only tests move.
type account struct {
	t    *testing.T
	emu  *emulator.Emulator
	url  string
	http *http.Client
	*bench.Clock

	mu   sync.Mutex
	kept map[string]string

	before func(*http.Request) // runs before a call of the API is sent; nil: nothing
}

// exceptions are parts of the vendor's document that do not hold for what duplex sends.
var exceptions = []contract.Exception{
	{Operation: "PUT /api/v2/tickets/{ticket_id}", Contains: "Value is not nullable", Reason: "null empties a field of a ticket (vendor page Creating and updating tickets); the document forgets nullable"},
	{Operation: "GET /api/v2/user_fields", Reason: "documented on the vendor's page User Fields, not in the document that is kept here"},
	{Operation: "GET /api/v2/organization_fields", Reason: "documented on the vendor's page Organization Fields, not in the document that is kept here"},
}

func newAccount(t *testing.T) *account {
	t.Helper()
	return newAccountUnder(t, document(t))
}

// document is the vendor's, to hold every exchange to.
func document(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.Load(t, "zendesk").Except(exceptions...)
}

func newAccountUnder(t *testing.T, doc *contract.Doc) *account {
	t.Helper()
	a := &account{t: t, Clock: bench.NewClock(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)), kept: map[string]string{}}
	emu, err := emulator.New(emulator.Options{
		Clock: a.Now,
		// The suite reads faster than a person or a sweep does; the limits have tests of their own.
		Limits: emulator.Limits{Account: -1, Updates: -1, Incremental: -1, TicketsIndex: -1, Users: -1},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu.Handler())
	emu.SetBaseURL(server.URL)
	t.Cleanup(func() { server.Close(); emu.Close() })
	checked := transport{account: a, api: doc.Transport(t, server.Client().Transport), rest: server.Client().Transport}
	a.emu, a.url, a.http = emu, server.URL, &http.Client{Transport: checked, Timeout: 20 * time.Second}
	return a
}

// transport holds calls of the API to the vendor's document, which does not speak of the addresses of file contents.
type transport struct {
	account   *account
	api, rest http.RoundTripper
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if f := t.account.before; f != nil {
		f(r)
	}
	if strings.HasPrefix(r.URL.Path, "/attachments/token/") {
		return t.rest.RoundTrip(r)
	}
	if strings.HasSuffix(r.URL.Path, "/search/export") { // two tickets on a page, as the account may give fewer than asked
		r = r.Clone(r.Context())
		q := r.URL.Query()
		q.Set("page[size]", "2")
		r.URL.RawQuery = q.Encode()
	}
	return t.api.RoundTrip(r)
}

func (a *account) save(name, secret string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kept[name] = secret
	return nil
}

func (a *account) load(name string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.kept[name], nil
}

const signingSecret = "the admin's signing secret"

// connector signs in as that person: sync, ada, grace.
func (a *account) connector(who string) *zendesk.Connector {
	a.t.Helper()
	return a.open(core.System{
		Name: "support", Kind: "zendesk", BaseURL: a.url,
		Auth:    map[string]string{"method": "token", "email": who + "@acme.example", "token": "zd-token-" + who},
		Webhook: map[string]string{"secret": signingSecret},
	})
}

func (a *account) open(sys core.System) *zendesk.Connector {
	a.t.Helper()
	c, err := zendesk.New(connectors.Config{System: sys, HTTP: a.http, Now: a.Now, Save: a.save, Load: a.load})
	if err != nil {
		a.t.Fatal(err)
	}
	return c.(*zendesk.Connector)
}

func (a *account) fault(f harness.Fault) {
	a.t.Helper()
	if _, err := a.emu.Harness().AddFault(f); err != nil {
		a.t.Fatal(err)
	}
}

// calls are the operations called since mark, in order.
func (a *account) calls(mark int) (ops []string, next int) {
	for _, c := range a.emu.Harness().Calls(mark).Calls {
		ops, next = append(ops, c.Operation), c.Seq
	}
	return ops, max(next, mark)
}

// fieldName is what mappings call the custom field.
func fieldName(t *testing.T, c *zendesk.Connector, id int64) string {
	t.Helper()
	d, err := c.Describe(t.Context(), connectors.ItemType{Type: "ticket"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Fields {
		if f.ID == strconv.FormatInt(id, 10) {
			return f.Name
		}
	}
	t.Fatalf("there is no field %d", id)
	return ""
}
