package freshtest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"

	desk "duplex/emulators/harness/freshworks"
)

// Emulator is what the account needs of a product's emulator.
type Emulator interface {
	bench.Emulator
	Harness() *harness.Server
	Mails() []desk.Mail
}

// Connector is what the account needs of a product's connector.
type Connector interface {
	connectors.Connector
	connectors.Commenter
	connectors.Attacher
	connectors.Deleter
}

// Product is one of the two, and whose keys its emulator knows.
type Product struct {
	Kind     string
	Emulator func(harness.Clock) (Emulator, error)
	New      func(connectors.Config) (connectors.Connector, error)
	Auth     func(key string) map[string]string // of a system file
}

// HookSecret is the word that the account's webhooks carry.
const HookSecret = "the admin's own word"

// Account is an emulated account with a clock that only tests move. Every call of the API is held against the vendor's document.
type Account[C Connector] struct {
	*bench.Clock
	Emulator Emulator
	URL      string
	Before   func(*http.Request) *http.Response // runs before a call is sent and may answer in the vendor's place; nil: nothing

	rig     *bench.Rig
	product Product
	http    *http.Client
}

// New starts an account. It ends with the test.
func New[C Connector](t *testing.T, p Product, doc *contract.Doc) *Account[C] {
	t.Helper()
	clock := bench.NewClock(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	emu, err := p.Emulator(clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	rig := bench.New(t, emu, clock)
	a := &Account[C]{Clock: clock, Emulator: emu, URL: rig.URL, rig: rig, product: p}
	before := func(r *http.Request) *http.Response {
		if a.Before == nil {
			return nil
		}
		return a.Before(r)
	}
	a.http = &http.Client{Transport: &transport{before: before, api: doc.Transport(t, nil), rest: http.DefaultTransport}, Timeout: 20 * time.Second}
	return a
}

// transport holds calls of the API to the vendor's document, which does not speak of the addresses of file contents.
type transport struct {
	before    func(*http.Request) *http.Response
	api, rest http.RoundTripper
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if resp := t.before(r); resp != nil {
		return resp, nil
	}
	if !strings.HasPrefix(r.URL.Path, "/api/v2/") {
		return t.rest.RoundTrip(r)
	}
	return t.api.RoundTrip(r)
}

// Answering is an answer in the vendor's place.
func Answering(r *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

// Connector signs in with that key; settings come in pairs.
func (a *Account[C]) Connector(key string, settings ...string) C {
	a.rig.T.Helper()
	sys := core.System{Name: "desk", Kind: a.product.Kind, BaseURL: a.URL, Auth: a.product.Auth(key),
		Webhook: map[string]string{"secret": HookSecret}, Settings: map[string]string{}}
	for i := 0; i+1 < len(settings); i += 2 {
		sys.Settings[settings[i]] = settings[i+1]
	}
	c, err := a.product.New(connectors.Config{System: sys, HTTP: a.http, Now: a.Now})
	if err != nil {
		a.rig.T.Fatal(err)
	}
	return c.(C)
}

// Fault makes the emulator misbehave.
func (a *Account[C]) Fault(f harness.Fault) {
	a.rig.T.Helper()
	if _, err := a.Emulator.Harness().AddFault(f); err != nil {
		a.rig.T.Fatal(err)
	}
}

// Control posts to the emulator's control API and gives the answer.
func (a *Account[C]) Control(path, body string) string {
	a.rig.T.Helper()
	return string(a.rig.Control(http.MethodPost, path, body))
}

// Calls are the operations called since mark, in order, and the mark to go on from.
func (a *Account[C]) Calls(mark int) (ops []string, next int) {
	for _, c := range a.Emulator.Harness().Calls(mark).Calls {
		ops, next = append(ops, c.Operation), c.Seq
	}
	return ops, max(next, mark)
}
