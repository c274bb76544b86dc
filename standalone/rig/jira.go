package rig

import (
	"bytes"
	"cmp"
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

// Moves gives the transitions that an issue offers now, by the status to which each leads.
func (p Person) Moves(ctx context.Context, id string) (map[string]string, error) {
	var out Object
	err := p.Call(ctx, "GET", "/rest/api/3/issue/"+id+"/transitions", nil, &out)
	all := map[string]string{}
	for _, t := range List(out["transitions"]) {
		all[Text(t, "to", "name")] = Text(t, "id")
	}
	return all, err
}

// MoveIssue takes the transition that leads to the named status.
func (p Person) MoveIssue(ctx context.Context, id, status string) error {
	moves, err := p.Moves(ctx, id)
	if err == nil && moves[status] == "" {
		err = fmt.Errorf("no transition of issue %s leads to %s", id, status)
	}
	if err != nil {
		return err
	}
	return p.Call(ctx, "POST", "/rest/api/3/issue/"+id+"/transitions", Object{"transition": Object{"id": moves[status]}}, nil)
}

// CommentOnIssue adds a comment and gives its id. Only those of a role may read it; role "" is everybody who sees the issue.
func (p Person) CommentOnIssue(ctx context.Context, id, words, role string) (string, error) {
	in := Object{"body": Document(words)}
	if role != "" {
		in["visibility"] = Object{"type": "role", "value": role, "identifier": role}
	}
	var out Object
	err := p.Call(ctx, "POST", "/rest/api/3/issue/"+id+"/comment", in, &out)
	return Text(out, "id"), err
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
	return p.send(ctx, "POST", "/rest/api/3/issue/"+id+"/attachments", &b, m.FormDataContentType(), nil)
}

// Issues lists a project's issues with their summaries, the oldest first. The search may run behind.
func (p Person) Issues(ctx context.Context, project string) ([]any, error) {
	return p.Search(ctx, "project = "+project+" ORDER BY created ASC", 0, "summary")
}

// Search lists the issues of a query with the named fields, and stops after a page with which it has most or more; 0 is all.
func (p Person) Search(ctx context.Context, jql string, most int, fields ...string) (all []any, err error) {
	in := Object{"jql": jql, "fields": fields, "maxResults": cmp.Or(most, 1000)}
	for {
		var out Object
		if err := p.Call(ctx, "POST", "/rest/api/3/search/jql", in, &out); err != nil {
			return nil, err
		}
		all = append(all, List(out["issues"])...)
		next := Text(out, "nextPageToken")
		if next == "" || most > 0 && len(all) >= most {
			return all, nil
		}
		in["nextPageToken"] = next
	}
}

// Document is rich text of one paragraph.
func Document(words string) Object {
	return Object{"type": "doc", "version": 1, "content": []any{Object{"type": "paragraph", "content": []any{Object{"type": "text", "text": words}}}}}
}

// Plain is the text of a rich-text document, a line for each paragraph.
func Plain(v any) string {
	s := Text(v, "text")
	for _, c := range List(v, "content") {
		s += Plain(c)
	}
	if Text(v, "type") == "paragraph" {
		s += "\n"
	}
	return s
}
