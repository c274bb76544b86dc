// Package bench is the test bench of the emulators: an emulator that serves under a clock the test moves, people who call it
// through a client whose exchanges can be held against the vendor's document, and an inbox for its webhooks.
package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"
)

// Emulator is what the bench needs of one.
type Emulator interface {
	Handler() http.Handler
	SetBaseURL(string)
	Webhooks() *harness.Sender
	Close()
}

// Rig is an emulator that serves until the test ends, and a client of it. The client follows no redirects.
type Rig struct {
	T   *testing.T
	URL string        // where the emulator serves, without a / at its end
	Doc *contract.Doc // what Hold was given last
	*Clock
	http.Client

	Path func(path string) string            // where a path that a test names lies below URL; nil: as it is
	Type func(body string) string            // the content type of a body that is not empty; nil: JSON
	Sign func(req *http.Request, who string) // makes the call that person's; not called for "", which is nobody

	webhooks *harness.Sender
}

// New serves the emulator, which was made with that clock.
func New(t *testing.T, e Emulator, clock *Clock) *Rig {
	t.Helper()
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	r := &Rig{T: t, URL: srv.URL, Clock: clock, webhooks: e.Webhooks()}
	r.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r.Hold(nil)
	return r
}

// Hold holds every further exchange of the client against the document; nil is none.
func (r *Rig) Hold(doc *contract.Doc) {
	// No kept connections: Go repeats a GET by itself when a kept one breaks.
	r.Doc, r.Transport = doc, &http.Transport{DisableKeepAlives: true}
	if doc != nil {
		r.Transport = doc.Transport(r.T, r.Transport)
	}
}

// As makes a call as the person with that short name (sync, ada, …); "" sends no credentials. A path that begins with http is taken
// whole. Headers are pairs of name and value, and win over what the rig sets.
func (r *Rig) As(who, method, path, body string, headers ...string) Answer {
	r.T.Helper()
	if !strings.HasPrefix(path, "http") {
		if r.Path != nil {
			path = r.Path(path)
		}
		path = r.URL + path
	}
	req, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		r.T.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		if r.Type != nil {
			req.Header.Set("Content-Type", r.Type(body))
		}
	}
	if who != "" {
		r.Sign(req, who)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.Do(req)
	if err != nil {
		r.T.Fatal(err)
	}
	return Read(r.T, resp)
}

// Must is As, and ends the test where the status is another.
func (r *Rig) Must(status int, who, method, path, body string, headers ...string) Answer {
	r.T.Helper()
	a := r.As(who, method, path, body, headers...)
	if a.Status != status {
		r.T.Fatalf("%s %s as %s answered %d, want %d: %s", method, path, who, a.Status, status, a.Raw)
	}
	return a
}

// Control calls the control API, which no vendor document describes, and gives what it answers.
func (r *Rig) Control(method, path, body string) []byte {
	r.T.Helper()
	req, err := http.NewRequest(method, r.URL+"/_control/"+path, strings.NewReader(body))
	if err != nil {
		r.T.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.T.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		r.T.Fatalf("control %s answered %d: %s %v", path, resp.StatusCode, out, err)
	}
	return out
}

// Quiet waits until no webhook is left to be sent.
func (r *Rig) Quiet() {
	r.T.Helper()
	Eventually(r.T, "all webhooks are sent", func() bool { return r.webhooks.Report().Waiting == 0 })
}

// Eventually ends the test where ok does not hold within five seconds.
func Eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}
