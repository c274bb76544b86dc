package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Get reads a ticket. It takes one call when want.Known is still right about the comments: the ticket's comment_count
// (vendor page "Side-Loading") says whether it is. A comment that was made private or redacted keeps the count; such an
// event's hint asks for a full read.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	t, err := c.ticket(ctx, id)
	if err != nil {
		return core.Observation{}, err
	}
	comments, err := c.conversation(ctx, t, want)
	if err != nil {
		return core.Observation{}, err
	}
	return c.observe(ctx, t, comments, want)
}

// talk is what a read of the comments gave.
type talk struct {
	comments []comment
	known    *core.Observation // the comments and files of an earlier read, still right
	opening  core.Value        // the description as HTML; absent when not read
	all      bool              // comments are complete
}

// conversation reads what want asks for of the comments, and at least the first one where the description is wanted.
func (c *Connector) conversation(ctx context.Context, t ticket, want connectors.Want) (talk, error) {
	known := want.Known
	if known != nil && known.Ref.ID != fmt.Sprint(t.ID) {
		known = nil
	}
	tk := talk{opening: core.Absent()}
	if known != nil && !want.Full {
		tk.opening = known.Field("description")
	}
	full := want.Comments || want.Attachments
	switch {
	case full && known != nil && !want.Full && known.Complete && t.CommentCount != nil && *t.CommentCount == len(known.Comments):
		tk.known = known
		return tk, nil
	case !full && (!wanted(want, "description") || !tk.opening.IsAbsent()):
		return tk, nil
	}
	q := url.Values{"page[size]": {"100"}, "sort": {"created_at"}, "include_inline_images": {"true"}}
	if !full {
		q.Set("page[size]", "1")
	}
	err := pages(ctx, c, ticketPath(t.ID)+"/comments", "comments", q, func(page []comment) bool {
		tk.comments = append(tk.comments, page...)
		return !full
	})
	if err != nil {
		return talk{}, fmt.Errorf("%s: reading the comments of #%d: %w", c.name, t.ID, err)
	}
	tk.all = full
	if len(tk.comments) > 0 {
		tk.opening = tk.comments[0].body()
	}
	return tk, nil
}

// wanted reports whether the read asks for that field.
func wanted(want connectors.Want, field string) bool {
	return want.Fields == nil || slices.Contains(want.Fields, field)
}

// ticket reads the ticket alone. A deleted one is ErrNotFound.
func (c *Connector) ticket(ctx context.Context, id string) (ticket, error) {
	n, err := number(id)
	if err != nil {
		return ticket{}, err
	}
	var answer struct{ Ticket ticket }
	_, err = c.http.JSON(ctx, http.MethodGet, ticketPath(n), nil, &answer, httpx.Query(url.Values{"include": {"comment_count"}}))
	if err == nil && answer.Ticket.Status == "deleted" {
		err = connectors.ErrNotFound
	}
	if err == nil && answer.Ticket.ID != n {
		err = connectors.Busy("reading", "the answer is not the ticket that was asked for", 0)
	}
	if err != nil {
		return ticket{}, fmt.Errorf("%s: reading #%s: %w", c.name, id, err)
	}
	return answer.Ticket, nil
}

// number is a ticket's id. A text that is no number names no ticket.
func number(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("ticket %q: %w", id, connectors.ErrNotFound)
	}
	return n, nil
}

func ticketPath(id int64) string { return fmt.Sprintf("/api/v2/tickets/%d", id) }

// GetMany reads tickets by the hundred. Their descriptions are absent: they are comments. Deleted ones are left out.
func (c *Connector) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	want.Comments, want.Attachments, want.Known = false, false, nil
	var tickets []ticket
	for chunk := range slices.Chunk(ids, 100) {
		var answer struct{ Tickets []ticket }
		q := url.Values{"ids": {strings.Join(chunk, ",")}}
		if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/tickets/show_many", nil, &answer, httpx.Query(q)); err != nil {
			return nil, fmt.Errorf("%s: reading %d tickets: %w", c.name, len(chunk), err)
		}
		for _, t := range answer.Tickets {
			if t.Status != "deleted" {
				tickets = append(tickets, t)
			}
		}
	}
	if err := c.learnPeople(ctx, tickets, nil); err != nil {
		return nil, err
	}
	if err := c.learnOrganizations(ctx, tickets, want); err != nil {
		return nil, err
	}
	var out []core.Observation
	for _, t := range tickets {
		o, err := c.observe(ctx, t, talk{opening: core.Absent()}, want)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// observe puts an observation together, looking up names where they are not known.
func (c *Connector) observe(ctx context.Context, t ticket, tk talk, want connectors.Want) (core.Observation, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Observation{}, err
	}
	if err := c.learnPeople(ctx, []ticket{t}, tk.comments); err != nil {
		return core.Observation{}, err
	}
	fields, err := c.fields(ctx, t, tk.opening, want)
	if err != nil {
		return core.Observation{}, err
	}
	o := core.Observation{
		Ref: c.ref(t.ID), Revision: revision(t.UpdatedAt), CreatedAt: instant(t.CreatedAt), UpdatedAt: instant(t.UpdatedAt),
		CreatedBy: c.person(t.SubmitterID), Mark: markOf(t.ExternalID), Fields: fields,
	}
	o.OwnItem = o.Mark != "" && o.CreatedBy.ID() == self.ID()
	switch {
	case tk.known != nil:
		o.Comments, o.Attachments, o.Complete = tk.known.Comments, tk.known.Attachments, true
	case tk.all:
		o.Comments, o.Attachments = c.entries(tk.comments, self)
		o.Complete = true
	}
	if !want.Comments {
		o.Comments, o.Complete = nil, false
	}
	if !want.Attachments {
		o.Attachments, o.Complete = nil, false
	}
	return o, nil
}

// fields are the ticket's fields that want asks for.
func (c *Connector) fields(ctx context.Context, t ticket, opening core.Value, want connectors.Want) (map[string]core.Value, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]core.Value{
		"subject": core.String(t.Subject), "status": word(&t.Status), "priority": word(t.Priority), "type": word(t.Type),
		"assignee": c.person(t.AssigneeID), "requester": c.person(t.RequesterID),
		"brand_id": digits(t.BrandID), "ticket_form_id": digits(t.FormID), // a connection's scope is held against them
		"external_id": text(t.ExternalID), "created_at": core.DateTime(instant(t.CreatedAt)),
		"due_at": core.Empty(core.KindDateTime), "problem_id": core.Empty(core.KindReference),
	}
	if t.ProblemID != nil && *t.ProblemID != 0 {
		all["problem_id"] = core.Reference(strconv.FormatInt(*t.ProblemID, 10), fmt.Sprintf("#%d", *t.ProblemID))
	}
	if !opening.IsAbsent() {
		all["description"] = opening
	}
	if t.DueAt != nil {
		all["due_at"] = core.DateTime(instant(*t.DueAt))
	}
	if wanted(want, customStatus) && !s.has(customStatus) {
		v, err := c.statusOf(ctx, t)
		if err != nil {
			return nil, err
		}
		if !v.IsAbsent() {
			all[customStatus] = v
		}
	}
	if wanted(want, "group") {
		if all["group"], err = c.group(ctx, t.GroupID); err != nil {
			return nil, err
		}
	}
	if wanted(want, "organization") {
		if all["organization"], err = c.organization(ctx, t.OrganizationID); err != nil {
			return nil, err
		}
	}
	owned := map[string]bool{}
	for _, cv := range t.Custom {
		for _, f := range s.fields {
			if f.id != cv.ID {
				continue
			}
			if v := f.read(cv.Value); !v.IsAbsent() {
				all[f.name] = v
				for _, tag := range f.tags(v) {
					owned[tag] = true
				}
			}
		}
	}
	all["tags"] = core.Strings(slices.DeleteFunc(slices.Clone(t.Tags), func(tag string) bool { return owned[tag] })...)
	if err := c.attributesOf(ctx, t, want, all); err != nil {
		return nil, err
	}
	for name := range all {
		if !wanted(want, name) {
			delete(all, name)
		}
	}
	return all, nil
}
