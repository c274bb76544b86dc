package servicenow_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/servicenow"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness"
	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
	emulator "duplex/emulators/servicenow"
)

const secret = "a-secret-of-the-rules"

// rig is an emulated instance with a clock the test moves. Every exchange of its connectors is held against the vendor's document.
type rig struct {
	t    *testing.T
	e    *emulator.Emulator
	url  string
	http *http.Client
	*bench.Clock
}

func document(t *testing.T) *contract.Doc {
	return contract.Load(t, "servicenow").Except(contract.Exception{Contains: "at /error: value must be an object",
		Reason: "an injected fault answers in the words of the harness, not of the vendor"})
}

func newRig(t *testing.T) *rig { return newRigUnder(t, document(t)) }

func newRigUnder(t *testing.T, doc *contract.Doc) *rig {
	t.Helper()
	r := &rig{t: t, Clock: bench.NewClock(bench.Start)}
	e, err := emulator.New(emulator.Options{Clock: r.Now})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	r.e, r.url = e, srv.URL
	r.http = &http.Client{Transport: doc.Transport(t, &http.Transport{DisableKeepAlives: true}), Timeout: 20 * time.Second}
	return r
}

var accounts = map[string]string{"sync": emulator.UserSync, "ada": emulator.UserAda, "grace": emulator.UserGrace, "linus": emulator.UserLinus}

// system is the system file of an account; change, if given, changes it.
func (r *rig) system(who string, change ...func(*core.System)) core.System {
	sys := core.System{Name: "desk", Kind: "servicenow", BaseURL: r.url,
		Auth:    map[string]string{"method": "basic", "username": accounts[who], "password": "sn-password-" + who},
		Webhook: map[string]string{"secret": secret}, Settings: map[string]string{"files": "internal", "page_size": "20", "tables": "incident,u_request"}}
	for _, f := range change {
		f(&sys)
	}
	return sys
}

func (r *rig) connector(who string, change ...func(*core.System)) *servicenow.Connector {
	r.t.Helper()
	c, err := servicenow.New(connectors.Config{System: r.system(who, change...), HTTP: r.http, Now: r.Now})
	if err != nil {
		r.t.Fatal(err)
	}
	return c.(*servicenow.Connector)
}

func (r *rig) fault(f harness.Fault) {
	r.t.Helper()
	if _, err := r.e.Harness().AddFault(f); err != nil {
		r.t.Fatal(err)
	}
}

// control posts to the emulator's control API.
func (r *rig) control(path, body string) {
	r.t.Helper()
	resp, err := http.Post(r.url+"/_control/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode > 299 {
		r.t.Fatalf("control %s answered %d", path, resp.StatusCode)
	}
}

var incident = connectors.ItemType{Type: "incident"}

func journal(s string) core.Value {
	source, _ := richtext.Convert(richtext.Plain, richtext.Journal, s)
	return core.Text(string(richtext.Journal), source)
}

func journalPlain(v core.Value) string { return richtext.PlainText(richtext.Journal, v.Source()) }

func person(short, user, name string) core.Value {
	return core.Person(emulator.ID("sys_user", user), short+"@acme.example", name)
}

var (
	grace  = person("grace", emulator.UserGrace, "Grace Hopper")
	linus  = person("linus", emulator.UserLinus, "Linus Pauling")
	triage = person("triage", emulator.UserTriage, "Triage Desk")
)

// draft is a new incident with a mark of its own.
func draft(n int) core.Draft {
	return core.Draft{Type: "incident", Mark: fmt.Sprintf("dx-%026s", strings.Repeat("a", 26-len(letters(n)))+letters(n)), Fields: map[string]core.Value{
		"short_description": core.String(fmt.Sprintf("printer %d on fire", n)), "description": core.String("It began at noon.\nNow it smokes."),
		"caller_id": grace, "urgency": core.Option("2", "2 - Medium"), "u_area": core.Option("", "Web"),
	}}
}

func letters(n int) string {
	if n < 26 {
		return string(rune('a' + n))
	}
	return letters(n/26) + letters(n%26)
}

func (r *rig) create(c *servicenow.Connector, d core.Draft) core.Observation {
	r.t.Helper()
	o, err := c.Create(r.t.Context(), d)
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

func (r *rig) get(c *servicenow.Connector, id string) core.Observation {
	r.t.Helper()
	o, err := c.Get(r.t.Context(), id, connectors.Want{Type: incident, Comments: true, Attachments: true})
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

func (r *rig) update(c *servicenow.Connector, id string, fields map[string]core.Value) (core.Observation, error) {
	r.Pass(2 * time.Second)
	return c.Update(r.t.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{Type: incident})
}

func signedCall(body []byte, at time.Time) connectors.WebhookCall {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := http.Header{}
	h.Set("X-Duplex-Timestamp", stamp)
	h.Set("X-Duplex-Signature", emulator.Sign(secret, stamp, body))
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/webhooks/desk", Header: h, Body: body, Now: at}
}

// quiet is a connector whose exchanges are held against nothing: for answers that no document describes.
func (r *rig) quiet(who string) *servicenow.Connector {
	r.t.Helper()
	c, err := servicenow.New(connectors.Config{System: r.system(who), Now: r.Now})
	if err != nil {
		r.t.Fatal(err)
	}
	return c.(*servicenow.Connector)
}

// exchange is a transport of a function.
type exchange func(*http.Request) (*http.Response, error)

func (f exchange) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// through is a connector whose answers change looks at, and may change.
func (r *rig) through(change func(*http.Request, *http.Response), with ...func(*core.System)) *servicenow.Connector {
	r.t.Helper()
	next := r.http.Transport
	watched := &http.Client{Transport: exchange(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			change(req, resp)
		}
		return resp, err
	})}
	c, err := servicenow.New(connectors.Config{System: r.system("sync", with...), HTTP: watched, Now: r.Now})
	if err != nil {
		r.t.Fatal(err)
	}
	return c.(*servicenow.Connector)
}

// oneHidden lets lists of that path count one row more than they show.
func oneHidden(path string) func(*http.Request, *http.Response) {
	return func(req *http.Request, resp *http.Response) {
		if n, err := strconv.Atoi(resp.Header.Get("X-Total-Count")); err == nil && strings.HasSuffix(req.URL.Path, path) {
			resp.Header.Set("X-Total-Count", strconv.Itoa(n+1))
		}
	}
}

// receiver keeps the calls that the instance makes.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got []connectors.WebhookCall
}

func newReceiver(t *testing.T) *receiver {
	rec := &receiver{}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		rec.mu.Lock()
		defer rec.mu.Unlock()
		rec.got = append(rec.got, connectors.WebhookCall{Method: req.Method, Path: req.URL.Path, Header: req.Header, Body: body})
	}))
	t.Cleanup(rec.Close)
	return rec
}

// wait is the first n calls, once they came.
func (rec *receiver) wait(t *testing.T, n int) []connectors.WebhookCall {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		rec.mu.Lock()
		got := append([]connectors.WebhookCall(nil), rec.got...)
		rec.mu.Unlock()
		if len(got) >= n {
			return got[:n]
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d calls came, want %d", len(got), n)
		}
	}
}
