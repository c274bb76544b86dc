package chaos

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"

	"duplex/standalone/rig"
)

// agents work in the help desk; the first may do and see everything.
func (s *site) agents() []hands {
	var all []hands
	for _, name := range []string{"ada", "grace", "linus"} {
		all = append(all, hands{rig.Agent(string(s.zendesk), name)})
	}
	return all
}

// editTicket changes a ticket and gives the id of the audit, "" when nothing changed.
func (h hands) editTicket(ctx context.Context, id string, t object) (audit string, err error) {
	var out object
	err = h.Call(ctx, "PUT", "/api/v2/tickets/"+id+".json", object{"ticket": t}, &out)
	return rig.Text(out, "audit", "id"), err
}

// newestTickets are up to 100 tickets, the newest first.
func (h hands) newestTickets(ctx context.Context) ([]any, error) {
	var out object
	err := h.Call(ctx, "GET", "/api/v2/tickets.json?sort=-id&page[size]=100", nil, &out)
	return rig.List(out, "tickets"), err
}

// emails gives everybody's address by id.
func (h hands) emails(ctx context.Context) (map[string]string, error) {
	users, err := h.Pages(ctx, "/api/v2/users.json", "users")
	all := map[string]string{}
	for _, u := range users {
		all[rig.Text(u, "id")] = rig.Text(u, "email")
	}
	return all, err
}

// seeTicket reads everything about a ticket. One that is deleted is nil.
func (h hands) seeTicket(ctx context.Context, id string, emails map[string]string) (*shown, error) {
	var out object
	if err := h.Call(ctx, "GET", "/api/v2/tickets/"+id+".json", nil, &out); err != nil {
		return nil, gone(err)
	}
	t := out["ticket"]
	if rig.Text(t, "status") == "deleted" {
		return nil, nil
	}
	v := &shown{side: support, id: id, values: map[string]string{fieldTitle: rig.Text(t, "subject"),
		fieldPriority: rig.Text(t, "priority"), fieldStatus: status(rig.Text(t, "status")), fieldAssignee: emails[rig.Text(t, "assignee_id")], fieldLabels: tags(rig.At(t, "tags"))}}
	comments, err := h.Pages(ctx, "/api/v2/tickets/"+id+"/comments.json", "comments")
	if err != nil {
		return nil, err
	}
	for i, c := range comments {
		if err := h.seeNote(ctx, v, c, i == 0, emails); err != nil {
			return nil, err
		}
	}
	audits, err := h.Pages(ctx, "/api/v2/tickets/"+id+"/audits.json", "audits")
	for _, a := range audits {
		v.history = append(v.history, auditChanges(a, emails)...)
	}
	return v, err
}

func (h hands) seeNote(ctx context.Context, v *shown, c any, first bool, emails map[string]string) error {
	made, _ := time.Parse(time.RFC3339, rig.Text(c, "created_at"))
	n := comment{id: rig.Text(c, "id"), text: rig.Text(c, "plain_body"), audience: "internal", own: emails[rig.Text(c, "author_id")] == syncAccount, at: made}
	if rig.Text(c, "public") == "true" {
		n.audience = "public"
	}
	if !first {
		v.comments = append(v.comments, n)
	}
	for _, f := range rig.List(c, "attachments") {
		address, err := url.Parse(rig.Text(f, "content_url"))
		if err != nil {
			return err
		}
		b, err := h.Raw(ctx, "GET", address.RequestURI(), nil, "")
		if err != nil {
			return err
		}
		v.files = append(v.files, file{id: rig.Text(f, "id"), name: rig.Text(f, "file_name"), hash: hash(b), audience: n.audience, own: n.own})
	}
	return nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

var ticketFields = map[string]string{"subject": fieldTitle, "priority": fieldPriority, "status": fieldStatus, "assignee_id": fieldAssignee, "tags": fieldLabels}

func auditChanges(a any, emails map[string]string) (all []change) {
	made, _ := time.Parse(time.RFC3339, rig.Text(a, "created_at"))
	own := emails[rig.Text(a, "author_id")] == syncAccount
	for _, e := range rig.List(a, "events") {
		field := ticketFields[rig.Text(e, "field_name")]
		kind := rig.Text(e, "type")
		if field == "" || kind != "Change" && kind != "Create" {
			continue
		}
		value := func(v any) string {
			switch field {
			case fieldLabels:
				return tags(v)
			case fieldAssignee:
				return emails[rig.Text(v)]
			case fieldStatus:
				return status(rig.Text(v))
			}
			return rig.Text(v)
		}
		all = append(all, change{at: made, audit: rig.Text(a, "id"), own: own, created: kind == "Create", field: field,
			from: value(rig.At(e, "previous_value")), to: value(rig.At(e, "value"))})
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
	for _, t := range rig.List(v) {
		if s := rig.Text(t); !isMark(s) && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return joined(all)
}

// isMark tells the mark that duplex leaves on what it created from a person's label.
func isMark(s string) bool { return strings.HasPrefix(s, "dx-") }

// gone turns "there is no such item" into no error.
func gone(err error) error {
	if r, ok := err.(*rig.Refusal); ok && r.Status == 404 {
		return nil
	}
	return err
}
