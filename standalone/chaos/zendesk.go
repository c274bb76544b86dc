package chaos

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// agents work in the help desk; the first may do and see everything.
func (s *site) agents() []hands {
	var all []hands
	for _, name := range []string{"ada", "grace", "linus"} {
		all = append(all, hands{s.zendesk.base, name + "@acme.example/token", "zd-token-" + name})
	}
	return all
}

// newTicket files a ticket and gives its id.
func (h hands) newTicket(ctx context.Context, t object) (string, error) {
	var out object
	err := h.call(ctx, "POST", "/api/v2/tickets.json", object{"ticket": t}, &out)
	return text(out, "ticket", "id"), err
}

// editTicket changes a ticket and gives the id of the audit, "" when nothing changed.
func (h hands) editTicket(ctx context.Context, id string, t object) (audit string, err error) {
	var out object
	err = h.call(ctx, "PUT", "/api/v2/tickets/"+id+".json", object{"ticket": t}, &out)
	return text(out, "audit", "id"), err
}

func (h hands) upload(ctx context.Context, name, content string) (token string, err error) {
	var out object
	err = h.send(ctx, "POST", "/api/v2/uploads.json?filename="+url.QueryEscape(name), strings.NewReader(content), "text/plain", &out)
	return text(out, "upload", "token"), err
}

// pages reads a list to its end.
func (h hands) pages(ctx context.Context, path, key string) (all []any, err error) {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	for after := ""; ; {
		var out object
		if err := h.call(ctx, "GET", path+sep+"page[size]=100&page[after]="+url.QueryEscape(after), nil, &out); err != nil {
			return nil, err
		}
		all = append(all, entries(out, key)...)
		if after = text(out, "meta", "after_cursor"); text(out, "meta", "has_more") != "true" {
			return all, nil
		}
	}
}

// newestTickets are up to 100 tickets, the newest first.
func (h hands) newestTickets(ctx context.Context) ([]any, error) {
	var out object
	err := h.call(ctx, "GET", "/api/v2/tickets.json?sort=-id&page[size]=100", nil, &out)
	return entries(out, "tickets"), err
}

// emails gives everybody's address by id.
func (h hands) emails(ctx context.Context) (map[string]string, error) {
	users, err := h.pages(ctx, "/api/v2/users.json", "users")
	all := map[string]string{}
	for _, u := range users {
		all[text(u, "id")] = text(u, "email")
	}
	return all, err
}

// seeTicket reads everything about a ticket. One that is deleted is nil.
func (h hands) seeTicket(ctx context.Context, id string, emails map[string]string) (*shown, error) {
	var out object
	if err := h.call(ctx, "GET", "/api/v2/tickets/"+id+".json", nil, &out); err != nil {
		return nil, gone(err)
	}
	t := out["ticket"]
	if text(t, "status") == "deleted" {
		return nil, nil
	}
	v := &shown{side: support, id: id, opening: text(t, "description"), values: map[string]string{fieldTitle: text(t, "subject"),
		fieldPriority: text(t, "priority"), fieldStatus: status(text(t, "status")), fieldAssignee: emails[text(t, "assignee_id")], fieldLabels: tags(at(t, "tags"))}}
	comments, err := h.pages(ctx, "/api/v2/tickets/"+id+"/comments.json", "comments")
	if err != nil {
		return nil, err
	}
	for i, c := range comments {
		if err := h.seeNote(ctx, v, c, i == 0, emails); err != nil {
			return nil, err
		}
	}
	audits, err := h.pages(ctx, "/api/v2/tickets/"+id+"/audits.json", "audits")
	for _, a := range audits {
		v.history = append(v.history, auditChanges(a, emails)...)
	}
	return v, err
}

func (h hands) seeNote(ctx context.Context, v *shown, c any, first bool, emails map[string]string) error {
	made, _ := time.Parse(time.RFC3339, text(c, "created_at"))
	n := comment{id: text(c, "id"), text: text(c, "plain_body"), audience: "internal", own: emails[text(c, "author_id")] == syncAccount, at: made}
	if text(c, "public") == "true" {
		n.audience = "public"
	}
	if !first {
		v.comments = append(v.comments, n)
	}
	for _, f := range entries(c, "attachments") {
		address, err := url.Parse(text(f, "content_url"))
		if err != nil {
			return err
		}
		b, err := h.raw(ctx, "GET", address.RequestURI(), nil, "")
		if err != nil {
			return err
		}
		v.files = append(v.files, file{id: text(f, "id"), name: text(f, "file_name"), hash: hash(b), audience: n.audience, own: n.own})
	}
	return nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

var ticketFields = map[string]string{"subject": fieldTitle, "priority": fieldPriority, "status": fieldStatus, "assignee_id": fieldAssignee, "tags": fieldLabels}

func auditChanges(a any, emails map[string]string) (all []change) {
	made, _ := time.Parse(time.RFC3339, text(a, "created_at"))
	own := emails[text(a, "author_id")] == syncAccount
	for _, e := range entries(a, "events") {
		field := ticketFields[text(e, "field_name")]
		kind := text(e, "type")
		if field == "" || kind != "Change" && kind != "Create" {
			continue
		}
		value := func(v any) string {
			switch field {
			case fieldLabels:
				return tags(v)
			case fieldAssignee:
				return emails[text(v)]
			case fieldStatus:
				return status(text(v))
			}
			return text(v)
		}
		all = append(all, change{at: made, audit: text(a, "id"), own: own, created: kind == "Create", field: field,
			from: value(at(e, "previous_value")), to: value(at(e, "value"))})
	}
	return all
}

// status takes new for open: the help desk itself turns the one into the other as soon as somebody is assigned.
func status(s string) string {
	if s == "new" {
		return "open"
	}
	return s
}

func tags(v any) string {
	var all []string
	for _, t := range entries(v) {
		if s := text(t); !isMark(s) && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return joined(all)
}

// isMark tells the mark that duplex leaves on what it created from a person's label.
func isMark(s string) bool { return strings.HasPrefix(s, "dx-") }

// gone turns "there is no such item" into no error.
func gone(err error) error {
	if r, ok := err.(*refusal); ok && r.status == 404 {
		return nil
	}
	return err
}
