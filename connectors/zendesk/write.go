package zendesk

import (
	"context"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// Create makes a ticket whose external_id is the draft's mark. The same draft sent again within two hours gives the
// same ticket (vendor page "Introduction", Idempotency-Key); later it makes another one.
func (c *Connector) Create(ctx context.Context, draft core.Draft) (core.Observation, error) {
	t, opening, err := c.create(ctx, draft, sending{})
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: creating a ticket: %w", c.name, err)
	}
	return c.observe(ctx, t, talk{opening: opening}, connectors.Want{})
}

func (c *Connector) create(ctx context.Context, draft core.Draft, files sending) (ticket, core.Value, error) {
	if err := c.checkType(draft.Type); err != nil {
		return ticket{}, core.Value{}, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	fields := maps.Clone(draft.Fields)
	if v, ok := fields["description"]; ok {
		fields["description"] = files.shownBy(v)
	}
	opening, err := c.opening(fields)
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	delete(fields, "description")
	body, err := c.body(ctx, fields)
	if err == nil {
		err = scope(body, draft.Scope)
	}
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	if tags, ok := fields["tags"]; ok {
		s, err := c.schema(ctx)
		if err != nil {
			return ticket{}, core.Value{}, err
		}
		body["tags"] = s.allTags(tags, fields)
	}
	first := map[string]any{"html_body": opening, "public": c.public}
	if len(files.tokens) > 0 {
		first["uploads"] = files.tokens
	}
	body["comment"] = first
	body["submitter_id"], _ = strconv.ParseInt(self.ID(), 10, 64)
	opts := []httpx.Option{}
	if draft.Mark != "" {
		body["external_id"] = draft.Mark
		opts = append(opts, httpx.Header("Idempotency-Key", draft.Mark))
	}

	var answer struct {
		Ticket ticket
		Audit  audit
	}
	_, err = c.http.JSON(ctx, http.MethodPost, "/api/v2/tickets", map[string]any{"ticket": body}, &answer, opts...)
	switch {
	case errors.Is(err, errIdempotent):
		return c.created(ctx, draft)
	case errors.Is(err, connectors.ErrStale): // 409: the first try is still under way
		err = connectors.Busy("creating", "an earlier try is still under way", 0)
	case err == nil && answer.Ticket.ID == 0:
		err = connectors.Busy("creating", "the answer has no ticket", 0)
	}
	if err != nil {
		return ticket{}, core.Value{}, c.named(ctx, err)
	}
	for _, e := range answer.Audit.Events {
		if e.Type == "Comment" && e.HTML != "" {
			return answer.Ticket, htmlText(e.HTML), nil
		}
	}
	return answer.Ticket, core.Absent(), nil
}

// created is the ticket that an earlier try with this mark made from another draft.
func (c *Connector) created(ctx context.Context, draft core.Draft) (ticket, core.Value, error) {
	refs, err := c.Find(ctx, connectors.ItemType{}, draft.Mark)
	if err == nil && len(refs) != 1 {
		err = connectors.Busy("creating", fmt.Sprintf("an earlier try with the same mark is known, and %d tickets carry it", len(refs)), 0)
	}
	if err != nil {
		return ticket{}, core.Value{}, err
	}
	t, err := c.ticket(ctx, refs[0].ID)
	return t, core.Absent(), err
}

// opening is the first comment's HTML: the description, else the subject, since the vendor needs a comment.
func (c *Connector) opening(fields map[string]core.Value) (string, error) {
	if d, ok := fields["description"]; ok && !d.IsEmpty() {
		return markup(d)
	}
	subject := fields["subject"].Source()
	if subject == "" {
		return "", connectors.Invalid("the draft", "subject", "a new ticket needs a subject or a description")
	}
	return markup(core.Text("html", "<p>"+html.EscapeString(subject)+"</p>"))
}

// scope puts where the ticket goes into the body: ids of brand and form.
func scope(body map[string]any, in map[string]string) error {
	for k, v := range in {
		id, err := strconv.ParseInt(v, 10, 64)
		switch {
		case k != "brand_id" && k != "ticket_form_id":
			return connectors.Invalid("the scope", k, "the scope of a ticket is brand_id and ticket_form_id")
		case err != nil:
			return connectors.Invalid("the scope", k, "it takes an id, which is a number")
		}
		body[k] = id
	}
	return nil
}

// Update writes fields in one call that the vendor refuses when the ticket moved on (safe_update). Tags need what the
// ticket has at present: from want.Known when that is of the same revision, else by a read.
func (c *Connector) Update(ctx context.Context, id string, patch core.Patch, revision string, want connectors.Want) (core.Observation, error) {
	n, err := number(id)
	if err != nil {
		return core.Observation{}, err
	}
	body, err := c.body(ctx, patch.Fields, slices.Collect(maps.Keys(patch.Sets))...)
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: updating #%s: %w", c.name, id, err)
	}
	t, err := c.guarded(ctx, n, body, patch, revision, want.Known)
	if err != nil {
		return core.Observation{}, fmt.Errorf("%s: updating #%s: %w", c.name, id, needed(c.named(ctx, err), patch.Fields))
	}
	want.Comments, want.Attachments = false, false
	tk := talk{opening: core.Absent()}
	if want.Known != nil && want.Known.Ref.ID == id {
		tk.opening = want.Known.Field("description")
	}
	return c.observe(ctx, t, tk, want)
}

// guarded sends the update under a precondition where it has to be one. Without a revision from the caller a change in
// between is read again, a few times.
func (c *Connector) guarded(ctx context.Context, id int64, body map[string]any, patch core.Patch, rev string, known *core.Observation) (ticket, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return ticket{}, err
	}
	needs := s.needsCurrent(patch)
	for try := 1; ; try++ {
		stamp := rev
		if needs {
			now, err := c.current(ctx, id, rev, known)
			if err != nil {
				return ticket{}, err
			}
			if err := s.lists(body, patch, now.Fields); err != nil {
				return ticket{}, err
			}
			stamp = now.Revision
		}
		if stamp != "" {
			body["safe_update"], body["updated_stamp"] = true, stamp
		}
		t, _, err := c.send(ctx, id, body)
		if rev == "" && try < 3 && errors.Is(err, connectors.ErrStale) {
			continue
		}
		return t, err
	}
}

// Delete moves a ticket to the vendor's deleted tickets, from where an agent can restore it for 30 days.
func (c *Connector) Delete(ctx context.Context, id string) error {
	n, err := number(id)
	if err != nil {
		return err
	}
	if _, err := c.http.JSON(ctx, http.MethodDelete, ticketPath(n), nil, nil); err != nil {
		return fmt.Errorf("%s: deleting #%s: %w", c.name, id, err)
	}
	return nil
}
