package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

const syncAccount = "sync@acme.example"

// When a point lies, seen from the call it is about.
const (
	before = "is killed before" // the call never reaches the system
	after  = "is killed after"  // the system has committed, nobody reads the answer
	drop   = "loses the answer" // the system has committed, the connection breaks; the worker lives
)

// point is a moment in the work on one pair at which something goes wrong.
type point struct {
	call int    // place in the sequence of the pair's calls, from 0; -1: the first call of the operation
	op   string // what is expected there
	when string
	late bool   // behind the last write: an undisturbed pair looked once more there, which not every pair does
	then *point // goes wrong next, once this one has
}

// track is what the sync's account does about one pair.
type track struct {
	token string // word in the subject by which the pair is known
	calls []string
	next  *point
	left  int // points not reached yet
}

// watch sees every call of the sync's account to any system and knows which pair it is about.
type watch struct {
	mu      sync.Mutex
	known   map[string]*track // by token, mark, or path such as "issue/10001"
	shared  int               // calls about no pair: what a system says of itself
	last    time.Time
	release chan struct{} // closed when the worker was killed
}

func newWatch() *watch {
	return &watch{known: map[string]*track{}, release: make(chan struct{}), last: time.Now()}
}

var (
	tokenForm = regexp.MustCompile(`p[zj][0-9]{4}`)
	markForm  = regexp.MustCompile(`dx-[a-z2-7]{26}`)
	ids       = regexp.MustCompile(`/(?:[0-9]{2,}|[0-9a-f]{20,})(/|$)|(tickets)/[0-9](/|$)`)
)

// front serves a system with the watch in between.
func (w *watch) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		if !strings.HasPrefix(user, syncAccount) || strings.HasPrefix(r.URL.Path, "/_control") {
			next.ServeHTTP(rw, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		t, p := w.called(r, body)
		if p != nil && p.when == before {
			w.hold()
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		w.answered(t, r, rec.Body.Bytes())
		switch {
		case p != nil && p.when == after:
			w.hold()
		case p != nil && p.when == drop:
			panic(http.ErrAbortHandler)
		}
		for k, v := range rec.Header() {
			rw.Header()[k] = v
		}
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(rec.Body.Bytes())
	})
}

// hold keeps the call until the worker was killed, and then forgets it.
func (w *watch) hold() {
	w.mu.Lock()
	release := w.release
	w.mu.Unlock()
	<-release
	panic(http.ErrAbortHandler)
}

// called notes a call and gives the point it has come to, if any.
func (w *watch) called(r *http.Request, body []byte) (*track, *point) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = time.Now()
	op := r.Method + " " + ids.ReplaceAllString(strings.TrimSuffix(r.URL.Path, ".json"), "$2/{id}$1$3")
	var t *track
	for _, k := range keys(r, body) {
		if t = w.known[k]; t != nil {
			break
		}
	}
	if t == nil {
		w.shared++
		return nil, nil
	}
	for _, mark := range markForm.FindAll(body, -1) {
		w.known[string(mark)] = t
	}
	t.calls = append(t.calls, op)
	p := t.next
	if p == nil || p.call >= 0 && p.call != len(t.calls)-1 || p.call < 0 && p.op != op {
		return t, nil
	}
	t.next, t.left = p.then, t.left-1
	return t, p
}

// keys are the words of a request by which its pair may be known.
func keys(r *http.Request, body []byte) []string {
	var all []string
	parts := strings.Split(strings.Trim(strings.TrimSuffix(r.URL.Path, ".json"), "/"), "/")
	for i := 1; i < len(parts); i++ {
		all = append(all, parts[i-1]+"/"+strings.TrimSuffix(parts[i], ".json"))
	}
	query, _ := url.QueryUnescape(r.URL.RawQuery)
	for _, text := range []string{query, string(body)} {
		all = append(all, tokenForm.FindAllString(text, -1)...)
		all = append(all, markForm.FindAllString(text, -1)...)
	}
	return all
}

// answered learns the ids of what a call created.
func (w *watch) answered(t *track, r *http.Request, answer []byte) {
	if t == nil || r.Method != http.MethodPost {
		return
	}
	var out struct {
		ID     string
		Ticket struct{ ID json.Number }
	}
	_ = json.Unmarshal(answer, &out) // another shape of answer names nothing new
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/issue") && out.ID != "" {
		w.known["issue/"+out.ID] = t
	}
	if id := out.Ticket.ID.String(); id != "" {
		w.known["tickets/"+id] = t
	}
}

// know makes the calls whose path holds key, such as "tickets/17", calls about the pair.
func (w *watch) know(t *track, key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[key] = t
}

// arm forgets the calls so far and sets what goes wrong next.
func (w *watch) arm(t *track, p *point) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t.calls, t.next, t.left = nil, p, 0
	for ; p != nil; p = p.then {
		t.left++
	}
}

// pending is how many points no call has come to yet, counting those before the next kill only.
func (w *watch) pending(tracks []*track) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range tracks {
		if t.next != nil && (t.next.when == before || t.next.when == after || t.left == 1) {
			n++
		}
	}
	return n
}

func (w *watch) missed(t *track) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return t.left > 0
}

func (w *watch) callsOf(t *track) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), t.calls...)
}

// quietFor is how long no call has come.
func (w *watch) quietFor() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(w.last)
}

// killed lets the held calls go: nobody waits for them any more.
func (w *watch) killed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.release)
	w.release, w.last = make(chan struct{}), time.Now()
}
