package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"
)

// hands are one person at one system's API. They know nothing of duplex.
type hands struct {
	base, user, secret string
	client             *http.Client
}

type object = map[string]any

func person(base, user, secret string) hands {
	return hands{base: base, user: user, secret: secret, client: &http.Client{Timeout: 30 * time.Second}}
}

// call sends JSON and reads JSON. An answer of 400 and above is an error with its text.
func (h hands) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	return h.send(ctx, method, path, body, "application/json", nil, out)
}

func (h hands) send(ctx context.Context, method, path string, body io.Reader, contentType string, headers map[string]string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, h.base+path, body)
	if err != nil {
		return err
	}
	req.SetBasicAuth(h.user, h.secret)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	resp, err := h.client.Do(req)
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

// at follows keys and indexes into decoded JSON; nil where something is missing.
func at(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(object)
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

func text(v any, path ...any) string {
	switch s := at(v, path...).(type) {
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

// Zendesk.

func (h hands) newTicket(ctx context.Context, ticket object) (string, error) {
	var out object
	err := h.call(ctx, "POST", "/api/v2/tickets.json", object{"ticket": ticket}, &out)
	return text(out, "ticket", "id"), err
}

func (h hands) editTicket(ctx context.Context, id string, ticket object) error {
	return h.call(ctx, "PUT", "/api/v2/tickets/"+id+".json", object{"ticket": ticket}, nil)
}

func (h hands) ticket(ctx context.Context, id string) (object, error) {
	var out object
	err := h.call(ctx, "GET", "/api/v2/tickets/"+id+".json", nil, &out)
	t, _ := out["ticket"].(object)
	return t, err
}

func (h hands) ticketComments(ctx context.Context, id string) ([]any, error) {
	var out object
	err := h.call(ctx, "GET", "/api/v2/tickets/"+id+"/comments.json?page[size]=100", nil, &out)
	l, _ := out["comments"].([]any)
	return l, err
}

func (h hands) attachToTicket(ctx context.Context, id, name string, content []byte) error {
	var up object
	if err := h.send(ctx, "POST", "/api/v2/uploads.json?filename="+url.QueryEscape(name), bytes.NewReader(content), "text/plain", nil, &up); err != nil {
		return err
	}
	return h.editTicket(ctx, id, object{"comment": object{"body": "see the file", "public": true, "uploads": []any{text(up, "upload", "token")}}})
}

// Jira.

func (h hands) issue(ctx context.Context, id string) (object, error) {
	var out object
	err := h.call(ctx, "GET", "/rest/api/3/issue/"+id, nil, &out)
	f, _ := out["fields"].(object)
	return f, err
}

func (h hands) editIssue(ctx context.Context, id string, fields object) error {
	return h.call(ctx, "PUT", "/rest/api/3/issue/"+id, object{"fields": fields}, nil)
}

// move takes the transition that leads to the named status.
func (h hands) move(ctx context.Context, id, status string) error {
	var out object
	if err := h.call(ctx, "GET", "/rest/api/3/issue/"+id+"/transitions", nil, &out); err != nil {
		return err
	}
	l, _ := out["transitions"].([]any)
	for _, t := range l {
		if text(t, "to", "name") == status {
			return h.call(ctx, "POST", "/rest/api/3/issue/"+id+"/transitions", object{"transition": object{"id": text(t, "id")}}, nil)
		}
	}
	return fmt.Errorf("no transition of issue %s leads to %s", id, status)
}

func (h hands) commentOnIssue(ctx context.Context, id, words string, visibility object) error {
	c := object{"body": object{"type": "doc", "version": 1, "content": []any{object{"type": "paragraph", "content": []any{object{"type": "text", "text": words}}}}}}
	if visibility != nil {
		c["visibility"] = visibility
	}
	return h.call(ctx, "POST", "/rest/api/3/issue/"+id+"/comment", c, nil)
}

func (h hands) issueComments(ctx context.Context, id string) ([]any, error) {
	var out object
	err := h.call(ctx, "GET", "/rest/api/3/issue/"+id+"/comment?maxResults=100", nil, &out)
	l, _ := out["comments"].([]any)
	return l, err
}

func (h hands) attachToIssue(ctx context.Context, id, name string, content []byte) error {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := part.Write(content); err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	return h.send(ctx, "POST", "/rest/api/3/issue/"+id+"/attachments", &b, m.FormDataContentType(), map[string]string{"X-Atlassian-Token": "no-check"}, nil)
}

// issues lists the ids and keys of a project's issues.
func (h hands) issues(ctx context.Context, project string) ([]object, error) {
	var out object
	err := h.call(ctx, "POST", "/rest/api/3/search/jql", object{"jql": "project = " + project + " ORDER BY created ASC", "fields": []any{"summary"}, "maxResults": 1000}, &out)
	var list []object
	l, _ := out["issues"].([]any)
	for _, i := range l {
		if o, ok := i.(object); ok {
			list = append(list, o)
		}
	}
	return list, err
}

// plain is the text of a rich-text document, without its structure.
func plain(v any) string {
	switch n := v.(type) {
	case object:
		s := text(n, "text")
		for _, c := range asList(n["content"]) {
			s += plain(c)
		}
		return s
	case string:
		return n
	}
	return ""
}

func asList(v any) []any {
	l, _ := v.([]any)
	return l
}
