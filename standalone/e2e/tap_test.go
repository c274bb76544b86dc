package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"
)

// tap sees the calls to the systems of any kind. It knows what an item is by a word in its title, and lets something go wrong with the
// first write that names it: that is the write which creates the item.
type tap struct {
	mu      sync.Mutex
	next    map[string]string // by word: before, after or drop
	met     map[string]string // by word: the call that met it
	last    time.Time
	release chan struct{} // closed when the worker was killed
}

func newTap() *tap {
	return &tap{next: map[string]string{}, met: map[string]string{}, release: make(chan struct{}), last: time.Now()}
}

var wordForm = regexp.MustCompile(`kx[0-9]{4}`)

// front serves a system with the tap in between.
func (p *tap) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_control") {
			next.ServeHTTP(rw, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		when, release := p.meet(r, body)
		if when == before {
			<-release
			panic(http.ErrAbortHandler)
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		switch when {
		case after:
			<-release
			panic(http.ErrAbortHandler)
		case drop:
			panic(http.ErrAbortHandler)
		}
		for k, v := range rec.Header() {
			rw.Header()[k] = v
		}
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(rec.Body.Bytes())
	})
}

// meet notes a call and tells what is to go wrong with it.
func (p *tap) meet(r *http.Request, body []byte) (when string, release chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = time.Now()
	if r.Method == http.MethodGet {
		return "", nil
	}
	for _, word := range wordForm.FindAllString(string(body), -1) {
		if when = p.next[word]; when != "" {
			delete(p.next, word)
			p.met[word] = r.Method + " " + r.URL.Path
			return when, p.release
		}
	}
	return "", nil
}

// arm sets what goes wrong with the write that creates the item.
func (p *tap) arm(word, when string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next[word] = when
}

// waiting are the words whose point no call has come to.
func (p *tap) waiting() (words []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.next {
		words = append(words, w)
	}
	return words
}

// call is the one that met the point of a word.
func (p *tap) call(word string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.met[word]
}

func (p *tap) quietFor() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.last)
}

// killed lets the held calls go: nobody waits for them any more.
func (p *tap) killed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.release)
	p.release, p.last = make(chan struct{}), time.Now()
}
