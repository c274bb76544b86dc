package chaos

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"slices"
	"strings"
	"time"
)

// engineers work in the tracker; the first may do and see everything.
func (s *site) engineers() []hands {
	var all []hands
	for _, name := range []string{"ada", "grace"} {
		all = append(all, hands{s.jira.base, name + "@acme.example", name + "-api-token"})
	}
	return all
}

// accounts are the tracker's account ids by address.
var accounts = map[string]string{"sync@acme.example": "5d0000000000000000000001", "ada@acme.example": "5d0000000000000000000002",
	"grace@acme.example": "5d0000000000000000000003", "triage@acme.example": "5d0000000000000000000005"}

func emailOf(account string) string {
	for email, id := range accounts {
		if id == account {
			return email
		}
	}
	return account
}

func document(words string) object {
	return object{"type": "doc", "version": 1, "content": []any{object{"type": "paragraph", "content": []any{object{"type": "text", "text": words}}}}}
}

func (h hands) newIssue(ctx context.Context, fields object) (string, error) {
	var out object
	err := h.call(ctx, "POST", "/rest/api/3/issue", object{"fields": fields}, &out)
	return text(out, "id"), err
}

func (h hands) editIssue(ctx context.Context, id string, fields, update object) error {
	body := object{}
	if len(fields) > 0 {
		body["fields"] = fields
	}
	if len(update) > 0 {
		body["update"] = update
	}
	return h.call(ctx, "PUT", "/rest/api/3/issue/"+id, body, nil)
}

// moves lists the statuses that a transition leads to now, with the transition's id.
func (h hands) moves(ctx context.Context, id string) (map[string]string, error) {
	var out object
	err := h.call(ctx, "GET", "/rest/api/3/issue/"+id+"/transitions", nil, &out)
	all := map[string]string{}
	for _, t := range entries(out, "transitions") {
		all[text(t, "to", "name")] = text(t, "id")
	}
	return all, err
}

func (h hands) move(ctx context.Context, id, transition, status string) error {
	in := object{"transition": object{"id": transition}}
	if status == "Done" {
		in["fields"] = object{"resolution": object{"name": "Done"}}
	}
	return h.call(ctx, "POST", "/rest/api/3/issue/"+id+"/transitions", in, nil)
}

// remark comments on an issue; role "" is everybody who may browse the project.
func (h hands) remark(ctx context.Context, id, words, role string) (string, error) {
	in := object{"body": document(words)}
	if role != "" {
		in["visibility"] = object{"type": "role", "value": role, "identifier": role}
	}
	var out object
	err := h.call(ctx, "POST", "/rest/api/3/issue/"+id+"/comment", in, &out)
	return text(out, "id"), err
}

func (h hands) reword(ctx context.Context, id, comment, words string) error {
	return h.call(ctx, "PUT", "/rest/api/3/issue/"+id+"/comment/"+comment, object{"body": document(words)}, nil)
}

func (h hands) attach(ctx context.Context, id, name, content string) error {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		return err
	}
	return h.send(ctx, "POST", "/rest/api/3/issue/"+id+"/attachments", &b, m.FormDataContentType(), nil)
}

// search reads the issues of a query, at most most of them.
func (h hands) search(ctx context.Context, jql string, most int, fields ...string) (all []any, err error) {
	for next := ""; ; {
		in := object{"jql": jql, "maxResults": 100, "fields": fields}
		if next != "" {
			in["nextPageToken"] = next
		}
		var out object
		if err := h.call(ctx, "POST", "/rest/api/3/search/jql", in, &out); err != nil {
			return nil, err
		}
		all = append(all, entries(out, "issues")...)
		if next = text(out, "nextPageToken"); next == "" || len(all) >= most {
			return all, nil
		}
	}
}

// seeIssue reads everything about an issue. One that is deleted is nil.
func (h hands) seeIssue(ctx context.Context, id string) (*shown, error) {
	var out object
	if err := h.call(ctx, "GET", "/rest/api/3/issue/"+id+"?fields=*all", nil, &out); err != nil {
		return nil, gone(err)
	}
	f := out["fields"]
	v := &shown{side: engineering, id: id, opening: plain(at(f, "description")), values: map[string]string{fieldTitle: text(f, "summary"),
		fieldPriority: text(f, "priority", "name"), fieldStatus: text(f, "status", "name"), fieldAssignee: text(f, "assignee", "emailAddress"), fieldLabels: tags(at(f, "labels"))}}
	for _, a := range entries(f, "attachment") {
		b, err := h.raw(ctx, "GET", "/rest/api/3/attachment/content/"+text(a, "id")+"?redirect=false", nil, "")
		if err != nil {
			return nil, err
		}
		v.files = append(v.files, file{id: text(a, "id"), name: text(a, "filename"), hash: hash(b), audience: "internal", own: text(a, "author", "emailAddress") == syncAccount})
	}
	comments, err := h.startAt(ctx, "/rest/api/3/issue/"+id+"/comment", "comments")
	if err != nil {
		return nil, err
	}
	for _, c := range comments {
		audience := "public"
		if role := text(c, "visibility", "value"); role != "" {
			audience = "role:" + role
		}
		v.comments = append(v.comments, comment{id: text(c, "id"), text: plain(at(c, "body")), audience: audience,
			own: text(c, "author", "emailAddress") == syncAccount, at: moment(text(c, "created"))})
	}
	history, err := h.startAt(ctx, "/rest/api/3/issue/"+id+"/changelog", "values")
	for _, entry := range history {
		v.history = append(v.history, entryChanges(entry)...)
	}
	slices.SortStableFunc(v.history, func(a, b change) int { return a.at.Compare(b.at) })
	return v, err
}

// startAt reads a list that is paged by position to its end.
func (h hands) startAt(ctx context.Context, path, key string) (all []any, err error) {
	for {
		var out object
		if err := h.call(ctx, "GET", fmt.Sprintf("%s?maxResults=100&startAt=%d", path, len(all)), nil, &out); err != nil {
			return nil, err
		}
		page := entries(out, key)
		all = append(all, page...)
		if len(page) < 100 {
			return all, nil
		}
	}
}

var issueFields = map[string]string{"summary": fieldTitle, "priority": fieldPriority, "status": fieldStatus, "assignee": fieldAssignee, "labels": fieldLabels}

func entryChanges(entry any) (all []change) {
	for _, it := range entries(entry, "items") {
		field := issueFields[text(it, "fieldId")]
		if field == "" {
			continue
		}
		value := func(id, words string) string {
			switch field {
			case fieldAssignee:
				return emailOf(text(it, id))
			case fieldLabels:
				return joined(slices.DeleteFunc(strings.Fields(text(it, words)), isMark))
			}
			return text(it, words)
		}
		all = append(all, change{at: moment(text(entry, "created")), audit: text(entry, "id"), own: text(entry, "author", "emailAddress") == syncAccount,
			field: field, from: value("from", "fromString"), to: value("to", "toString")})
	}
	return all
}

// moment reads the vendor's form of a time.
func moment(s string) time.Time {
	t, _ := time.Parse("2006-01-02T15:04:05.000-0700", s)
	return t
}

// plain is the text of a rich-text document, without its structure.
func plain(v any) string {
	s := text(v, "text")
	for _, c := range entries(v, "content") {
		s += plain(c)
	}
	if text(v, "type") == "paragraph" {
		s += "\n"
	}
	return s
}
