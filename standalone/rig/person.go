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

// Agent is one of the people who work at the emulated Zendesk: ada, who may do and see everything, grace or linus.
func Agent(base, name string) Person {
	return Person{base, name + "@acme.example/token", "zd-token-" + name}
}

// Engineer is one of the people who work at the emulated Jira: ada, who may do and see everything, or grace.
func Engineer(base, name string) Person {
	return Person{base, name + "@acme.example", name + "-api-token"}
}

// Object is decoded JSON.
type Object = map[string]any

// client keeps enough connections for many people at once.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}}

// Refusal is an answer of 400 and above.
type Refusal struct {
	Status int
	Text   string
}

func (r *Refusal) Error() string { return r.Text }

// Call sends JSON and reads JSON. An answer of 400 and above is a *Refusal; after any other error nobody knows whether the
// call was carried out.
func (p Person) Call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	return p.send(ctx, method, path, body, "application/json", out)
}

func (p Person) send(ctx context.Context, method, path string, body io.Reader, contentType string, out any) error {
	b, err := p.Raw(ctx, method, path, body, contentType)
	if err != nil || out == nil || len(b) == 0 {
		return err
	}
	return json.Unmarshal(b, out)
}

// Raw sends a body as it is and gives the answer's. Errors are those of Call.
func (p Person) Raw(ctx context.Context, method, path string, body io.Reader, contentType string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.Base+path, body)
	if err != nil {
		return nil, err
	}
	if p.User != "" {
		req.SetBasicAuth(p.User, p.Secret)
	} else if p.Secret != "" {
		req.Header.Set("Authorization", "Bearer "+p.Secret)
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("X-Atlassian-Token", "no-check") // which Jira asks of whoever attaches a file
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 400 {
		err = &Refusal{resp.StatusCode, fmt.Sprintf("%s %s: %s: %.400s", method, path, resp.Status, b)}
	}
	return b, err
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

// List is what At finds, as a decoded array, or nil.
func List(v any, path ...any) []any {
	l, _ := At(v, path...).([]any)
	return l
}
