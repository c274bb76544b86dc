package chaos

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/standalone/rig"
)

// engineers work in the tracker; the first may do and see everything.
func (s *site) engineers() []hands {
	var all []hands
	for _, name := range []string{"ada", "grace"} {
		all = append(all, hands{rig.Engineer(string(s.jira), name)})
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

// move takes a transition, which leads to the status.
func (h hands) move(ctx context.Context, id, transition, status string) error {
	in := object{"transition": object{"id": transition}}
	if status == "Done" {
		in["fields"] = object{"resolution": object{"name": "Done"}}
	}
	return h.Call(ctx, "POST", "/rest/api/3/issue/"+id+"/transitions", in, nil)
}

func (h hands) reword(ctx context.Context, id, comment, words string) error {
	return h.Call(ctx, "PUT", "/rest/api/3/issue/"+id+"/comment/"+comment, object{"body": rig.Document(words)}, nil)
}

// seeIssue reads everything about an issue. One that is deleted is nil.
func (h hands) seeIssue(ctx context.Context, id string) (*shown, error) {
	var out object
	if err := h.Call(ctx, "GET", "/rest/api/3/issue/"+id+"?fields=*all", nil, &out); err != nil {
		return nil, gone(err)
	}
	f := out["fields"]
	v := &shown{side: engineering, id: id, values: map[string]string{fieldTitle: rig.Text(f, "summary"),
		fieldPriority: rig.Text(f, "priority", "name"), fieldStatus: rig.Text(f, "status", "name"), fieldAssignee: rig.Text(f, "assignee", "emailAddress"), fieldLabels: tags(rig.At(f, "labels"))}}
	for _, a := range rig.List(f, "attachment") {
		b, err := h.Raw(ctx, "GET", "/rest/api/3/attachment/content/"+rig.Text(a, "id")+"?redirect=false", nil, "")
		if err != nil {
			return nil, err
		}
		v.files = append(v.files, file{id: rig.Text(a, "id"), name: rig.Text(a, "filename"), hash: hash(b), audience: "internal", own: rig.Text(a, "author", "emailAddress") == syncAccount})
	}
	comments, err := h.startAt(ctx, "/rest/api/3/issue/"+id+"/comment", "comments")
	if err != nil {
		return nil, err
	}
	for _, c := range comments {
		audience := "public"
		if role := rig.Text(c, "visibility", "value"); role != "" {
			audience = "role:" + role
		}
		v.comments = append(v.comments, comment{id: rig.Text(c, "id"), text: rig.Plain(rig.At(c, "body")), audience: audience,
			own: rig.Text(c, "author", "emailAddress") == syncAccount, at: moment(rig.Text(c, "created"))})
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
		if err := h.Call(ctx, "GET", fmt.Sprintf("%s?maxResults=100&startAt=%d", path, len(all)), nil, &out); err != nil {
			return nil, err
		}
		page := rig.List(out, key)
		all = append(all, page...)
		if len(page) < 100 {
			return all, nil
		}
	}
}

var issueFields = map[string]string{"summary": fieldTitle, "priority": fieldPriority, "status": fieldStatus, "assignee": fieldAssignee, "labels": fieldLabels}

func entryChanges(entry any) (all []change) {
	for _, it := range rig.List(entry, "items") {
		field := issueFields[rig.Text(it, "fieldId")]
		if field == "" {
			continue
		}
		value := func(id, words string) string {
			switch field {
			case fieldAssignee:
				return emailOf(rig.Text(it, id))
			case fieldLabels:
				return joined(slices.DeleteFunc(strings.Fields(rig.Text(it, words)), isMark))
			}
			return rig.Text(it, words)
		}
		all = append(all, change{at: moment(rig.Text(entry, "created")), audit: rig.Text(entry, "id"), own: rig.Text(entry, "author", "emailAddress") == syncAccount,
			field: field, from: value("from", "fromString"), to: value("to", "toString")})
	}
	return all
}

// moment reads the vendor's form of a time.
func moment(s string) time.Time {
	t, _ := time.Parse("2006-01-02T15:04:05.000-0700", s)
	return t
}
