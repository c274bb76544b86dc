package gate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"duplex/internal/httpx"
)

// Client is base, or the usual client when nil, behind the gate of a system. Calls to other hosts than the system's own,
// such as a store of files that a download is redirected to, are neither counted nor held.
func (k *Keeper) Client(name string, base *http.Client) *http.Client {
	if base == nil {
		base = httpx.Default()
	}
	c := *base
	next := base.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	c.Transport = &transport{s: k.system(name), next: next}
	return &c
}

type transport struct {
	s    *system
	next http.RoundTripper
}

// resends is how often a call that the vendor has refused unread is sent again in place.
const resends = 3

// RoundTrip makes the call when the gate and the budget allow it. A call that is not made fails with a
// connectors.BusyError, which says when to try again.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.s.owns(req) {
		return t.next.RoundTrip(req)
	}
	for sent := 0; ; sent++ {
		p, err := t.s.enter(req.Context())
		if err != nil {
			closeBody(req)
			return nil, err
		}
		if sent > 0 {
			if req, err = again(req); err != nil {
				t.s.k.giveBack(t.s, p)
				t.s.out(p)
				return nil, err
			}
		}
		begun := t.s.k.now()
		resp, err := t.next.RoundTrip(req)
		v, given := t.judge(req, resp, err, begun)
		t.s.answered(p, v, given, resp, err, t.s.k.now().Sub(begun))
		t.s.out(p)
		if err != nil || !unread(v, resp) || p.bypass || sent == resends || !replayable(req) {
			return resp, err
		}
		if end, ok := req.Context().Deadline(); v.After > patience(req.Context()) || ok && t.s.k.now().Add(v.After).After(end) {
			return resp, err
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
		resp.Body.Close()
	}
}

// unread tells a call that was refused for a pause before anything was done about it. Behind a 5xx, even one that asks for a
// pause, a write may have been carried out: its caller looks first what became of it.
func unread(v Verdict, resp *http.Response) bool { return v.Kind == Throttled && resp.StatusCode < 500 }

// out gives back the place of a call.
func (s *system) out(p pass) {
	if !p.bypass {
		s.leave()
	}
}

// judge reads the answer. given is false when the caller gave up, which says nothing about the system.
func (t *transport) judge(req *http.Request, resp *http.Response, err error, begun time.Time) (v Verdict, given bool) {
	now := t.s.k.now()
	if err != nil {
		ctx := req.Context()
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			return v, false
		case ctx.Err() != nil && now.Sub(begun) < slowAnswer:
			return v, false
		case ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded):
			return Verdict{Kind: Failing, Reason: "it does not answer in time"}, true
		}
		return Verdict{Kind: Failing, Reason: "it does not answer"}, true
	}
	v = Judge(resp.StatusCode, resp.Header, strings.HasPrefix(req.Header.Get("Accept"), "application/json"), now)
	if resp.StatusCode >= 400 && v.Kind == Fine && refusedForMaintenance(resp.StatusCode, peek(resp)) {
		v.Kind, v.Reason = Maintenance, "it takes no changes: it is in maintenance"
	}
	return v, true
}

// slowAnswer is how long a call must have been under way for the end of its time limit to speak against the system. The
// limit may have been used up at the gate.
const slowAnswer = 5 * time.Second

// peek reads the beginning of an answer and puts it back.
func peek(resp *http.Response) string {
	head, _ := io.ReadAll(io.LimitReader(resp.Body, 2<<10))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), resp.Body), resp.Body}
	return string(head)
}

func (s *system) owns(req *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return req.URL.Host == s.host
}

func replayable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// again is the same request with its body from the beginning.
func again(req *http.Request) (*http.Request, error) {
	next := req.Clone(req.Context())
	if req.GetBody == nil {
		return next, nil
	}
	body, err := req.GetBody()
	next.Body = body
	return next, err
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

type contextKey int

const (
	patienceKey contextKey = iota
	bypassKey
)

const (
	usualPatience  = 3 * time.Second
	workerPatience = 15 * time.Second
)

// Patient is the context of work that waits a while at a closed gate. Other callers, such as people at the admin API,
// are told sooner.
func Patient(ctx context.Context) context.Context {
	return context.WithValue(ctx, patienceKey, workerPatience)
}

func patience(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(patienceKey).(time.Duration); ok {
		return d
	}
	return usualPatience
}

func bypassing(ctx context.Context) context.Context { return context.WithValue(ctx, bypassKey, true) }

func bypasses(ctx context.Context) bool { return ctx.Value(bypassKey) != nil }
