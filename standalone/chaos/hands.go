package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

type object = map[string]any

// hands are one person at one system's API. They know nothing of duplex.
type hands struct{ base, user, secret string }

var overHTTP = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

// refusal is an answer of 400 and above.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

// call sends JSON and reads JSON. An answer of 400 and above is a refusal; any other error means that nobody knows whether
// the call was carried out.
func (h hands) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	return h.send(ctx, method, path, body, "application/json", out)
}

func (h hands) send(ctx context.Context, method, path string, body io.Reader, kind string, out any) error {
	b, err := h.raw(ctx, method, path, body, kind)
	if err != nil || out == nil || len(b) == 0 {
		return err
	}
	return json.Unmarshal(b, out)
}

func (h hands) raw(ctx context.Context, method, path string, body io.Reader, kind string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, h.base+path, body)
	if err != nil {
		return nil, err
	}
	switch {
	case h.user != "":
		req.SetBasicAuth(h.user, h.secret)
	case h.secret != "":
		req.Header.Set("Authorization", "Bearer "+h.secret)
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("X-Atlassian-Token", "no-check")
	resp, err := overHTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer drain(resp)
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 400 {
		err = &refusal{resp.StatusCode, fmt.Sprintf("%s %s: %s: %.300s", method, path, resp.Status, b)}
	}
	return b, err
}
