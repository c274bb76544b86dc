package conformance

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// Faulty is a transport that plays the suite's faults on the way to a system, for one that cannot be made to fail itself.
type Faulty struct {
	Next  http.RoundTripper          // nil: the usual one
	Spare func(r *http.Request) bool // calls that never fail, such as those for a token; nil: none

	mu    sync.Mutex
	fault Fault
}

// Fail makes the calls from now on fail in that way. LostAnswer is over after one write.
func (f *Faulty) Fail(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

var errLost = errors.New("connection reset by peer")

type timeout struct{}

func (timeout) Error() string   { return "no answer in time" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// RoundTrip implements http.RoundTripper.
func (f *Faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	next := f.Next
	if next == nil {
		next = http.DefaultTransport
	}
	if f.Spare != nil && f.Spare(r) {
		return next.RoundTrip(r)
	}
	f.mu.Lock()
	fault := f.fault
	if fault == LostAnswer {
		if r.Method == http.MethodGet {
			fault = ""
		} else {
			f.fault = ""
		}
	}
	f.mu.Unlock()
	switch fault {
	case Denied:
		return answer(r, http.StatusUnauthorized, nil), nil
	case Throttled:
		return answer(r, http.StatusTooManyRequests, http.Header{"Retry-After": {strconv.Itoa(ThrottledFor)}}), nil
	case Failing:
		return answer(r, http.StatusInternalServerError, nil), nil
	case TimesOut:
		return nil, timeout{}
	}
	resp, err := next.RoundTrip(r)
	if fault == LostAnswer && err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return nil, errLost
	}
	return resp, err
}

func answer(r *http.Request, status int, h http.Header) *http.Response {
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Type", "application/json")
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h,
		Body: io.NopCloser(bytes.NewReader([]byte("{}"))), ContentLength: 2, Request: r}
}
