package chaos

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// door is the one address that the systems know: it hands a webhook to one gateway, and to the other when that one cannot be
// reached, as a load balancer does. A call that broke off after it was sent is answered 502, so that the sender repeats it.
type door struct {
	address string
	backs   []string
	next    atomic.Int64
	client  *http.Client
}

func openDoor(ctx context.Context, backs []string) (*door, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &door{address: l.Addr().String(), backs: backs, client: &http.Client{Timeout: 8 * time.Second}}
	srv := &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(l) }() // ends with ctx
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	return d, nil
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	first := d.next.Add(1)
	for i := range d.backs {
		back := d.backs[(int(first)+i)%len(d.backs)]
		probe, err := net.DialTimeout("tcp", back, time.Second)
		if err != nil {
			continue
		}
		_ = probe.Close()
		req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+back+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			break
		}
		req.Header = r.Header.Clone()
		resp, err := d.client.Do(req)
		if err != nil {
			break
		}
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
		resp.Body.Close()
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}
