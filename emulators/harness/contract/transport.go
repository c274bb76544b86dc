package contract

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// Transport checks every exchange that goes through it: put it under a client to hold the client's
// requests and the server's answers to the document at once. base nil is http.DefaultTransport.
func (d *Doc) Transport(t testing.TB, base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{doc: d, t: t, base: base}
}

type transport struct {
	doc  *Doc
	t    testing.TB
	base http.RoundTripper
}

func (tr *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var reqBody []byte
	sent := req
	if req.Body != nil {
		var err error
		if reqBody, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		sent = req.Clone(req.Context())
		sent.Body = io.NopCloser(bytes.NewReader(reqBody))
	}
	resp, err := tr.base.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	respBody, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(respBody))
	tr.doc.Check(tr.t, req, reqBody, resp, respBody)
	return resp, nil
}

var _ http.RoundTripper = (*transport)(nil)
