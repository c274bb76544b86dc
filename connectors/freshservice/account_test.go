package freshservice_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/freshservice"
	"duplex/core"
	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"

	emulator "duplex/emulators/freshservice"
)

// account is an emulated account with a clock that only tests move.
type account struct {
	t    *testing.T
	emu  *emulator.Emulator
	url  string
	http *http.Client

	mu     sync.Mutex
	at     time.Time
	before func(*http.Request) *http.Response // runs before a call is sent and may answer in the vendor's place; nil: nothing
}

func newAccount(t *testing.T, doc *contract.Doc) *account {
	t.Helper()
	a := &account{t: t, at: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	emu, err := emulator.New(emulator.Options{Clock: a.now, Limits: emulator.NoLimits()})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu.Handler())
	emu.SetBaseURL(server.URL)
	t.Cleanup(func() { server.Close(); emu.Close() })
	a.emu, a.url = emu, server.URL
	a.http = &http.Client{Transport: &transport{account: a, api: doc.Transport(t, server.Client().Transport), rest: server.Client().Transport}, Timeout: 20 * time.Second}
	return a
}

func document(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.Load(t, "freshservice")
}

// transport holds calls of the API to the vendor's document, which does not speak of the addresses of file contents.
type transport struct {
	account   *account
	api, rest http.RoundTripper
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if f := t.account.before; f != nil {
		if resp := f(r); resp != nil {
			return resp, nil
		}
	}
	if !strings.HasPrefix(r.URL.Path, "/api/v2/") {
		return t.rest.RoundTrip(r)
	}
	return t.api.RoundTrip(r)
}

// answering is an answer in the vendor's place.
func answering(r *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func (a *account) now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

func (a *account) pass(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = a.at.Add(d)
}

const hookSecret = "the admin's own word"

// connector signs in with that key; settings come in pairs.
func (a *account) connector(key string, settings ...string) *freshservice.Connector {
	a.t.Helper()
	sys := core.System{Name: "desk", Kind: "freshservice", BaseURL: a.url, Auth: map[string]string{"key": key, "email": people[key]},
		Webhook: map[string]string{"secret": hookSecret}, Settings: map[string]string{}}
	for i := 0; i+1 < len(settings); i += 2 {
		sys.Settings[settings[i]] = settings[i+1]
	}
	c, err := freshservice.New(connectors.Config{System: sys, HTTP: a.http, Now: a.now})
	if err != nil {
		a.t.Fatal(err)
	}
	return c.(*freshservice.Connector)
}

func (a *account) fault(f harness.Fault) {
	a.t.Helper()
	if _, err := a.emu.Harness().AddFault(f); err != nil {
		a.t.Fatal(err)
	}
}

// control posts to the emulator's control API and gives the answer.
func (a *account) control(path, body string) string {
	a.t.Helper()
	resp, err := http.Post(a.url+"/_control/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	out, _ := io.ReadAll(resp.Body)
	if resp.StatusCode > 299 {
		a.t.Fatalf("control %s answered %d: %s", path, resp.StatusCode, out)
	}
	return string(out)
}

// people are the e-mail addresses of who the keys belong to.
var people = map[string]string{emulator.TokenSync: "sync@acme.example", emulator.TokenAda: "ada@acme.example", emulator.TokenGrace: "grace@acme.example"}
