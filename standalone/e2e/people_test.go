package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

type object = map[string]any

// person works at one system through its API and knows nothing of duplex.
type person struct{ base, user, secret string }

var client30 = &http.Client{Timeout: 30 * time.Second}

// call sends JSON and reads JSON. An answer of 400 and above is an error with its text.
func (p person) call(ctx context.Context, method, path string, in, out any) error {
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

func (p person) send(ctx context.Context, method, path string, body io.Reader, kind string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, body)
	if err != nil {
		return err
	}
	if p.user != "" {
		req.SetBasicAuth(p.user, p.secret)
	} else if p.secret != "" {
		req.Header.Set("Authorization", "Bearer "+p.secret)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("X-Atlassian-Token", "no-check")
	resp, err := client30.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s: %.400s", method, path, resp.Status, b)
	}
	if out == nil || len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, out)
}

type ticket struct {
	ID       json.Number
	Subject  string
	Priority string
	Status   string
	Tags     []string
}

type note struct {
	ID          json.Number
	Body        string `json:"plain_body"`
	Public      bool
	Attachments []struct {
		Name string `json:"file_name"`
	}
}

func (p person) newTicket(ctx context.Context, t object) (string, error) {
	var out struct{ Ticket ticket }
	err := p.call(ctx, "POST", "/api/v2/tickets.json", object{"ticket": t}, &out)
	return out.Ticket.ID.String(), err
}

func (p person) editTicket(ctx context.Context, id string, t object) error {
	return p.call(ctx, "PUT", "/api/v2/tickets/"+id+".json", object{"ticket": t}, nil)
}

func (p person) tickets(ctx context.Context) (all []ticket, err error) {
	for after := ""; ; {
		var out struct {
			Tickets []ticket
			Meta    struct {
				More  bool   `json:"has_more"`
				After string `json:"after_cursor"`
			}
		}
		if err := p.call(ctx, "GET", "/api/v2/tickets.json?page[size]=100&page[after]="+url.QueryEscape(after), nil, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Tickets...)
		if after = out.Meta.After; !out.Meta.More {
			return all, nil
		}
	}
}

func (p person) notes(ctx context.Context, id string) ([]note, error) {
	var out struct{ Comments []note }
	err := p.call(ctx, "GET", "/api/v2/tickets/"+id+"/comments.json?page[size]=100", nil, &out)
	return out.Comments, err
}

func (p person) attachToTicket(ctx context.Context, id, name, words string) error {
	var up struct{ Upload struct{ Token string } }
	if err := p.send(ctx, "POST", "/api/v2/uploads.json?filename="+url.QueryEscape(name), strings.NewReader("content of "+name), "text/plain", &up); err != nil {
		return err
	}
	return p.editTicket(ctx, id, object{"comment": object{"body": words, "public": true, "uploads": []any{up.Upload.Token}}})
}

type issue struct {
	ID     string
	Fields struct {
		Summary    string
		Priority   struct{ Name string }
		Status     struct{ Name string }
		Labels     []string
		Attachment []struct{ Filename string }
		Comment    struct{ Comments []struct{ Body any } }
	}
}

func (p person) newIssue(ctx context.Context, fields object) (string, error) {
	var out issue
	err := p.call(ctx, "POST", "/rest/api/3/issue", object{"fields": fields}, &out)
	return out.ID, err
}

func (p person) editIssue(ctx context.Context, id string, fields object) error {
	return p.call(ctx, "PUT", "/rest/api/3/issue/"+id, object{"fields": fields}, nil)
}

// issues lists the issues of the project with their files and comments. Search may run behind.
func (p person) issues(ctx context.Context) (all []issue, err error) {
	for next := ""; ; {
		var out struct {
			Issues []issue
			Next   string `json:"nextPageToken"`
		}
		in := object{"jql": "project = ENG ORDER BY created ASC", "maxResults": 100, "fields": []any{"summary", "priority", "status", "labels", "attachment"}}
		if next != "" {
			in["nextPageToken"] = next
		}
		if err := p.call(ctx, "POST", "/rest/api/3/search/jql", in, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Issues...)
		if next = out.Next; next == "" {
			return all, nil
		}
	}
}

func (p person) issue(ctx context.Context, id string) (issue, error) {
	var out issue
	err := p.call(ctx, "GET", "/rest/api/3/issue/"+id, nil, &out)
	return out, err
}

// remarks are the texts of the issue's comments.
func (p person) remarks(ctx context.Context, id string) ([]string, error) {
	var out struct{ Comments []struct{ Body any } }
	err := p.call(ctx, "GET", "/rest/api/3/issue/"+id+"/comment?maxResults=100", nil, &out)
	var all []string
	for _, c := range out.Comments {
		all = append(all, plain(c.Body))
	}
	return all, err
}

func document(words string) object {
	return object{"type": "doc", "version": 1, "content": []any{object{"type": "paragraph", "content": []any{object{"type": "text", "text": words}}}}}
}

func (p person) remark(ctx context.Context, id, words string) error {
	return p.call(ctx, "POST", "/rest/api/3/issue/"+id+"/comment", object{"body": document(words)}, nil)
}

func (p person) attachToIssue(ctx context.Context, id, name string) error {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(part, "content of "+name); err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	return p.send(ctx, "POST", "/rest/api/3/issue/"+id+"/attachments", &b, m.FormDataContentType(), nil)
}

// plain is the text of a rich-text document, without its structure.
func plain(v any) string {
	n, _ := v.(object)
	s, _ := n["text"].(string)
	list, _ := n["content"].([]any)
	for _, c := range list {
		s += plain(c)
	}
	return s
}
