package harness

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// attempt sends once, records it, and arranges the next attempt where the policy wants one.
func (s *Sender) attempt(d Delivery, n, era int) {
	status, retryAfter, headers := s.post(d)
	out := Sent{Attempt: n, Status: status, Headers: headers, Outcome: "accepted", Finished: true}
	var pause time.Duration
	if status < 200 || status > 299 {
		out.Outcome = "refused"
		if status == 0 {
			out.Outcome = "unreachable"
		}
		if s.opts.Retry != nil {
			var again bool
			pause, again = s.opts.Retry(n, status, retryAfter)
			out.Finished = !again
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if era != s.era || s.ctx.Err() != nil {
		s.flying--
		return
	}
	s.record(d, out)
	if out.Finished {
		s.flying--
		return
	}
	time.AfterFunc(pause, func() {
		s.mu.Lock()
		stale := era != s.era || s.ctx.Err() != nil
		if stale {
			s.flying--
		} else {
			s.done.Add(1)
		}
		s.mu.Unlock()
		if !stale {
			defer s.done.Done()
			s.attempt(d, n+1, era)
		}
	})
}

func (s *Sender) post(d Delivery) (status int, retryAfter time.Duration, headers []string) {
	method := d.Method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(s.ctx, method, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return 0, 0, nil
	}
	if d.Header != nil {
		req.Header = d.Header.Clone()
	}
	if d.Sign != nil {
		d.Sign(req.Header, d.Body, s.opts.Clock().UTC())
	}
	for name := range req.Header {
		headers = append(headers, name)
	}
	slices.Sort(headers)
	resp, err := s.opts.Client.Do(req)
	if err != nil {
		return 0, 0, headers
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return resp.StatusCode, time.Duration(seconds) * time.Second, headers
}

// record notes an attempt. The caller holds the lock.
func (s *Sender) record(d Delivery, out Sent) {
	s.seq++
	out.Seq, out.Time = s.seq, s.opts.Clock().UTC()
	out.ID, out.URL, out.Event, out.Item = d.ID, d.URL, d.Event, d.Item
	s.sent = append(s.sent, out)
	if len(s.sent) > 2*keptCalls { // now and then, not with every attempt
		s.sent = append([]Sent(nil), s.kept()...)
	}
}

// kept are the attempts that are remembered. The caller holds the lock.
func (s *Sender) kept() []Sent { return s.sent[max(0, len(s.sent)-keptCalls):] }
