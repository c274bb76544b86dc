// Package desktest is the test bench of the two desks' emulators: a clock the test moves, and a client whose every exchange is held
// against the vendor's document.
package desktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
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

// Rig is an emulator that serves, and people who call it.
type Rig struct {
	T      *testing.T
	URL    string
	prefix string
	client http.Client

	mu  sync.Mutex
	now time.Time
}

// New makes the emulator with the rig's clock. Keys of people are keys followed by their short name.
func New[E Emulator](t *testing.T, kind, keys string, make func(harness.Clock) (E, error)) (*Rig, E) {
	t.Helper()
	r := &Rig{T: t, prefix: keys, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	e, err := make(r.Now)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(e.Handler())
	e.SetBaseURL(srv.URL)
	t.Cleanup(func() { srv.Close(); e.Close() })
	r.URL = srv.URL
	r.client.Transport = contract.Load(t, kind).Transport(t, &http.Transport{DisableKeepAlives: true})
	return r, e
}

// Now is the rig's time.
func (r *Rig) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// Pass moves the clock.
func (r *Rig) Pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// Answer is a response with its body.
type Answer struct {
	Status int
	Header http.Header
	Raw    []byte
	Body   any
}

// At follows keys and positions: At("ticket", "tags", 0).
func (a Answer) At(path ...any) any {
	v := a.Body
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// Len is the length of a list in the body.
func (a Answer) Len(path ...any) int {
	l, _ := a.At(path...).([]any)
	return len(l)
}

// ID reads an id of the body as text.
func (a Answer) ID(path ...any) string { return fmt.Sprintf("%.0f", a.At(path...)) }

// Code is the code and field of the first validation error.
func (a Answer) Code() string {
	if code := a.At("errors", 0, "code"); code != nil {
		return fmt.Sprintf("%v %v", a.At("errors", 0, "field"), code)
	}
	code, _ := a.At("code").(string)
	return code
}

// As makes a call as the person with that short name (sync, ada, …); "" signs in as nobody. A path that begins with http is taken whole.
func (r *Rig) As(who, method, path, body string, headers ...string) Answer {
	r.T.Helper()
	if body != "" {
		headers = append([]string{"Content-Type", "application/json"}, headers...)
	}
	return r.send(who, method, path, strings.NewReader(body), headers)
}

// Must is As, and fails where the status is another.
func (r *Rig) Must(status int, who, method, path, body string, headers ...string) Answer {
	r.T.Helper()
	a := r.As(who, method, path, body, headers...)
	if a.Status != status {
		r.T.Fatalf("%s %s as %s answered %d, want %d: %s", method, path, who, a.Status, status, a.Raw)
	}
	return a
}

// Form sends a form: pairs of names and values, with a file named file where it is not "".
func (r *Rig) Form(who, method, path, file string, data []byte, pairs ...string) Answer {
	r.T.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = w.WriteField(pairs[i], pairs[i+1])
	}
	if file != "" {
		part, _ := w.CreateFormFile("attachments[]", file)
		_, _ = part.Write(data)
	}
	_ = w.Close()
	return r.send(who, method, path, &buf, []string{"Content-Type", w.FormDataContentType()})
}

func (r *Rig) send(who, method, path string, body io.Reader, headers []string) Answer {
	r.T.Helper()
	if !strings.HasPrefix(path, "http") {
		path = r.URL + path
	}
	req, err := http.NewRequest(method, path, body)
	if err != nil {
		r.T.Fatal(err)
	}
	if who != "" {
		req.SetBasicAuth(r.prefix+who, "X")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.client.Do(req)
	if err != nil {
		r.T.Fatal(err)
	}
	defer resp.Body.Close()
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	if a.Raw, err = io.ReadAll(resp.Body); err != nil {
		r.T.Fatal(err)
	}
	_ = json.Unmarshal(a.Raw, &a.Body)
	return a
}

// Control calls the control API, which no vendor document describes.
func (r *Rig) Control(method, path, body string) []byte {
	r.T.Helper()
	req, _ := http.NewRequest(method, r.URL+"/_control/"+path, strings.NewReader(body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.T.Fatal(err)
	}
	defer resp.Body.Close()
	out, _ := io.ReadAll(resp.Body)
	if resp.StatusCode > 299 {
		r.T.Fatalf("control %s answered %d: %s", path, resp.StatusCode, out)
	}
	return out
}

// Sink takes webhook calls and hands them out in order.
type Sink struct {
	URL   string
	calls chan Hook
}

// Hook is one webhook call.
type Hook struct {
	Header http.Header
	Body   string
}

// NewSink answers every webhook call with that status.
func NewSink(t *testing.T, status int) *Sink {
	s := &Sink{calls: make(chan Hook, 100)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		s.calls <- Hook{req.Header, string(body)}
		w.WriteHeader(status)
	}))
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// Next waits for a call.
func (s *Sink) Next(t *testing.T) Hook {
	t.Helper()
	select {
	case h := <-s.calls:
		return h
	case <-time.After(5 * time.Second):
		t.Fatal("no webhook came")
	}
	return Hook{}
}

// None fails where a call has come: to be asked after a call that is known to come later.
func (s *Sink) None(t *testing.T) {
	t.Helper()
	select {
	case h := <-s.calls:
		t.Fatalf("a webhook came: %s", h.Body)
	default:
	}
}
