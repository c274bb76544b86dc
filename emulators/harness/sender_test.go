package harness

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// hook records the bodies it was called with and answers the statuses in turn, then 200.
type hook struct {
	mu       sync.Mutex
	bodies   []string
	statuses []int
}

func (h *hook) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bodies = append(h.bodies, string(body))
	if len(h.statuses) > 0 {
		w.WriteHeader(h.statuses[0])
		h.statuses = h.statuses[1:]
	}
}

func (h *hook) got() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.bodies, " ")
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func TestSenderModes(t *testing.T) {
	cases := []struct{ mode, want, reason string }{
		{ModeNormal, "a b c d", "in order, once"},
		{ModeDrop, "", "everything is lost"},
		{ModeDuplicate, "a a b b c c d d", "each twice"},
		{ModeReorder, "b a d c", "each held one goes after the next"},
		{ModePause, "", "nothing leaves until the mode changes"},
	}
	for _, c := range cases {
		t.Run(c.mode, func(t *testing.T) {
			h := &hook{}
			srv := httptest.NewServer(h)
			defer srv.Close()
			s := NewSender(SenderOptions{})
			defer s.Close()
			if err := s.SetMode(c.mode, 0); err != nil {
				t.Fatal(err)
			}
			for _, b := range []string{"a", "b", "c", "d"} {
				s.Send(Delivery{ID: b, URL: srv.URL, Body: []byte(b)})
			}
			if c.mode != ModePause {
				eventually(t, "an empty queue", func() bool { return s.Report().Waiting == 0 })
			}
			if got := h.got(); got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
			if c.mode == ModePause {
				_ = s.SetMode(ModeNormal, 0)
				eventually(t, "the paused ones", func() bool { return h.got() == "a b c d" })
			}
		})
	}
}

func TestSenderDuplicatesShareTheDeliveryID(t *testing.T) {
	srv := httptest.NewServer(&hook{})
	defer srv.Close()
	s := NewSender(SenderOptions{})
	defer s.Close()
	_ = s.SetMode(ModeDuplicate, 100)
	s.Send(Delivery{ID: "one", URL: srv.URL})
	eventually(t, "both", func() bool { return len(s.Report().Sent) == 2 })
	if sent := s.Report().Sent; sent[0].ID != "one" || sent[1].ID != "one" {
		t.Errorf("ids %q and %q", sent[0].ID, sent[1].ID)
	}
}

func TestSenderHeldDeliveryIsNotLost(t *testing.T) {
	h := &hook{}
	srv := httptest.NewServer(h)
	defer srv.Close()
	s := NewSender(SenderOptions{Hold: time.Millisecond})
	defer s.Close()
	_ = s.SetMode(ModeReorder, 0)
	s.Send(Delivery{URL: srv.URL, Body: []byte("last")})
	eventually(t, "the held one without a successor", func() bool { return h.got() == "last" })
}

func TestSenderRetries(t *testing.T) {
	h := &hook{statuses: []int{503, 409}}
	srv := httptest.NewServer(h)
	defer srv.Close()
	var signed int
	s := NewSender(SenderOptions{Retry: func(attempt, status int, _ time.Duration) (time.Duration, bool) {
		return 0, attempt < 3
	}})
	defer s.Close()
	s.Send(Delivery{ID: "x", URL: srv.URL, Body: []byte("b"), Sign: func(h http.Header, _ []byte, _ time.Time) {
		signed++
		h.Set("X-Signed", "secret-value")
	}})
	eventually(t, "three attempts", func() bool { return len(s.Report().Sent) == 3 && s.Report().Waiting == 0 })
	sent := s.Report().Sent
	if sent[0].Outcome != "refused" || sent[0].Finished || sent[2].Outcome != "accepted" || !sent[2].Finished || sent[2].Attempt != 3 {
		t.Errorf("attempts: %+v", sent)
	}
	if signed != 3 || !slices.Equal(sent[0].Headers, []string{"X-Signed"}) {
		t.Errorf("signed %d times, headers %v: every attempt is signed, only names are kept", signed, sent[0].Headers)
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	var got map[string]int
	if found, err := LoadJSON(file, &got); found || err != nil {
		t.Fatalf("a missing file is an empty start: %v %v", found, err)
	}
	if err := SaveJSON(file, map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	if found, err := LoadJSON(file, &got); !found || err != nil || got["a"] != 1 {
		t.Errorf("read back %v %v %v", got, found, err)
	}
}
