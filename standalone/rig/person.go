package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Person is one person at one system's API. They know nothing of duplex. A Person without a secret speaks to the control API.
type Person struct {
	Base, User, Secret string
}

// Object is decoded JSON.
type Object = map[string]any

// client keeps enough connections for many people at once.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}}

// Call sends JSON and reads JSON. An answer of 400 and above is an error with its text.
func (p Person) Call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	return p.send(ctx, method, path, body, "application/json", nil, out)
}

func (p Person) send(ctx context.Context, method, path string, body io.Reader, contentType string, headers map[string]string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, p.Base+path, body)
	if err != nil {
		return err
	}
	if p.User != "" {
		req.SetBasicAuth(p.User, p.Secret)
	} else if p.Secret != "" {
		req.Header.Set("Authorization", "Bearer "+p.Secret)
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s: %.300s", method, path, resp.Status, b)
	}
	if out == nil || len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, out)
}

// At follows keys and indexes into decoded JSON; nil where something is missing.
func At(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(Object)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

// Text is what At finds, as text; "" where something is missing.
func Text(v any, path ...any) string {
	switch s := At(v, path...).(type) {
	case nil:
		return ""
	case string:
		return s
	case float64:
		return fmt.Sprintf("%.0f", s)
	default:
		return fmt.Sprint(s)
	}
}

// List is a decoded array, or nil.
func List(v any) []any {
	l, _ := v.([]any)
	return l
}
