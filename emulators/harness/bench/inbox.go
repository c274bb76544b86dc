package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// Inbox takes webhook calls until the test ends, and keeps them in the order they came. Safe for concurrent use.
type Inbox struct {
	URL string

	t     *testing.T
	mu    sync.Mutex
	calls []Message
	taken int // by Next
	reply func(n int) (status int, body string)
}

// NewInbox answers 200 until it is told otherwise.
func NewInbox(t *testing.T) *Inbox {
	in := &Inbox{t: t}
	in.Answer(http.StatusOK)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		call := Receive(req)
		in.mu.Lock()
		in.calls = append(in.calls, call)
		n, reply := len(in.calls), in.reply
		in.mu.Unlock()
		status, body := reply(n)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(srv.Close)
	in.URL = srv.URL
	return in
}

// Answer gives further calls that status.
func (in *Inbox) Answer(status int) { in.Reply(func(int) (int, string) { return status, "" }) }

// Reply decides what the nth call is answered, the first being 1.
func (in *Inbox) Reply(reply func(n int) (status int, body string)) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.reply = reply
}

// Calls are those that came so far.
func (in *Inbox) Calls() []Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.calls)
}

// Wait is Calls once there are n; it ends the test where they do not come.
func (in *Inbox) Wait(n int) []Message {
	in.t.Helper()
	Eventually(in.t, fmt.Sprint(n, " webhooks come"), func() bool { return len(in.Calls()) >= n })
	return in.Calls()
}

// Next waits for the first call that was not given yet.
func (in *Inbox) Next() Message {
	in.t.Helper()
	in.taken++
	return in.Wait(in.taken)[in.taken-1]
}

// None ends the test where another call has come: to be asked after one that is known to come later.
func (in *Inbox) None() {
	in.t.Helper()
	if calls := in.Calls(); len(calls) > in.taken {
		in.t.Fatalf("a webhook came: %s", calls[in.taken].Raw)
	}
}
