package rig

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
)

// NewIssue makes an issue and gives its id.
func (p Person) NewIssue(ctx context.Context, fields Object) (string, error) {
	var out Object
	err := p.Call(ctx, "POST", "/rest/api/3/issue", Object{"fields": fields}, &out)
	return Text(out, "id"), err
}

// Issue reads the fields of an issue.
func (p Person) Issue(ctx context.Context, id string) (Object, error) {
	var out Object
	err := p.Call(ctx, "GET", "/rest/api/3/issue/"+id, nil, &out)
	f, _ := out["fields"].(Object)
	return f, err
}

// EditIssue changes fields of an issue.
func (p Person) EditIssue(ctx context.Context, id string, fields Object) error {
	return p.Call(ctx, "PUT", "/rest/api/3/issue/"+id, Object{"fields": fields}, nil)
}

// MoveIssue takes the transition that leads to the named status.
func (p Person) MoveIssue(ctx context.Context, id, status string) error {
	var out Object
	if err := p.Call(ctx, "GET", "/rest/api/3/issue/"+id+"/transitions", nil, &out); err != nil {
		return err
	}
	for _, t := range List(out["transitions"]) {
		if Text(t, "to", "name") == status {
			return p.Call(ctx, "POST", "/rest/api/3/issue/"+id+"/transitions", Object{"transition": Object{"id": Text(t, "id")}}, nil)
		}
	}
	return fmt.Errorf("no transition of issue %s leads to %s", id, status)
}

// CommentOnIssue adds a comment; a visibility of nil lets everybody read it who sees the issue.
func (p Person) CommentOnIssue(ctx context.Context, id, words string, visibility Object) error {
	c := Object{"body": Document(words)}
	if visibility != nil {
		c["visibility"] = visibility
	}
	return p.Call(ctx, "POST", "/rest/api/3/issue/"+id+"/comment", c, nil)
}

// IssueComments reads the first hundred comments.
func (p Person) IssueComments(ctx context.Context, id string) ([]any, error) {
	var out Object
	err := p.Call(ctx, "GET", "/rest/api/3/issue/"+id+"/comment?maxResults=100", nil, &out)
	return List(out["comments"]), err
}

// AttachToIssue adds a file.
func (p Person) AttachToIssue(ctx context.Context, id, name string, content []byte) error {
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
	return p.send(ctx, "POST", "/rest/api/3/issue/"+id+"/attachments", &b, m.FormDataContentType(), map[string]string{"X-Atlassian-Token": "no-check"}, nil)
}

// Issues lists a project's issues, the oldest first, with the named fields. The search may run behind.
func (p Person) Issues(ctx context.Context, project string, fields ...string) (all []Object, err error) {
	in := Object{"jql": "project = " + project + " ORDER BY created ASC", "fields": append([]string{"summary"}, fields...), "maxResults": 1000}
	for {
		var out Object
		if err := p.Call(ctx, "POST", "/rest/api/3/search/jql", in, &out); err != nil {
			return nil, err
		}
		all = append(all, objects(out["issues"])...)
		next := Text(out, "nextPageToken")
		if next == "" {
			return all, nil
		}
		in["nextPageToken"] = next
	}
}

// Document is rich text of one paragraph.
func Document(words string) Object {
	return Object{"type": "doc", "version": 1, "content": []any{Object{"type": "paragraph", "content": []any{Object{"type": "text", "text": words}}}}}
}

// Plain is the text of a rich-text document, without its structure.
func Plain(v any) string {
	switch n := v.(type) {
	case Object:
		s := Text(n, "text")
		for _, c := range List(n["content"]) {
			s += Plain(c)
		}
		return s
	case string:
		return n
	}
	return ""
}
