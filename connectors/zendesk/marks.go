package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// markKey is where an update's metadata holds the mark of the comment or file it brought.
const markKey = "duplex_mark"

// markForm is what a mark looks like; any other external_id belongs to somebody else.
var markForm = regexp.MustCompile(`^dx-[a-z2-7]{26}$`)

func markOf(externalID *string) string {
	if externalID != nil && markForm.MatchString(*externalID) {
		return *externalID
	}
	return ""
}

// Find lists the tickets whose external_id is the mark, by the ticket list and not by search, so that a new one is seen
// at once. Archived tickets are not seen (vendor page "Tickets").
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	if err := c.checkType(t.Type); err != nil {
		return nil, err
	}
	tickets, err := c.withExternalID(ctx, mark)
	var refs []core.Ref
	for _, found := range tickets {
		refs = append(refs, c.ref(found.ID))
	}
	return refs, err
}

// withExternalID lists the tickets with exactly that external_id, none for "".
func (c *Connector) withExternalID(ctx context.Context, externalID string) ([]ticket, error) {
	if externalID == "" {
		return nil, nil
	}
	var found []ticket
	q := pageSize("100")
	q.Set("external_id", externalID)
	err := pages(ctx, c, "/api/v2/tickets", "tickets", q, func(page []ticket) bool {
		for _, t := range page {
			if t.ExternalID != nil && *t.ExternalID == externalID && t.Status != "deleted" {
				found = append(found, t)
			}
		}
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("%s: looking for a ticket by its external_id: %w", c.name, err)
	}
	return found, nil
}

// findMarked is the comment of the update that carries the mark.
func (c *Connector) findMarked(ctx context.Context, id int64, mark string) (comment, error) {
	var auditID int64
	err := pages(ctx, c, ticketPath(id)+"/audits", "audits", pageSize("100"), func(page []audit) bool {
		for _, a := range page {
			if mark != "" && a.mark() == mark {
				auditID = a.ID
			}
		}
		return auditID != 0
	})
	if err == nil && auditID == 0 {
		err = connectors.ErrNotFound
	}
	if err != nil {
		return comment{}, fmt.Errorf("%s: looking for a mark in the history of #%d: %w", c.name, id, err)
	}
	return c.commentOf(ctx, id, auditID)
}

// commentOf is the comment that an update brought, looked for from the newest on. The id of the update's Comment event
// is not taken for the comment's: the vendor does not say that they are the same.
func (c *Connector) commentOf(ctx context.Context, id, auditID int64) (comment, error) {
	var found comment
	q := url.Values{"page[size]": {"30"}, "sort": {"-created_at"}, "include_inline_images": {"true"}}
	err := pages(ctx, c, ticketPath(id)+"/comments", "comments", q, func(page []comment) bool {
		for _, m := range page {
			if m.AuditID == auditID {
				found = m
			}
		}
		return found.ID != 0
	})
	if err == nil && found.ID == 0 {
		err = connectors.ErrNotFound
	}
	if err == nil {
		err = c.learnPeople(ctx, nil, []comment{found})
	}
	if err != nil {
		return comment{}, fmt.Errorf("%s: reading a comment of #%d: %w", c.name, id, err)
	}
	return found, nil
}

// send puts an update and counts it against the ticket's limit.
func (c *Connector) send(ctx context.Context, id int64, body map[string]any) (ticket, audit, error) {
	var answer struct {
		Ticket ticket
		Audit  audit
	}
	err := c.updates.take("updating", fmt.Sprint(id))
	if err == nil {
		_, err = c.http.JSON(ctx, http.MethodPut, ticketPath(id), map[string]any{"ticket": body}, &answer, httpx.Operation("PUT /api/v2/tickets/{id}"))
	}
	if err == nil && answer.Ticket.ID != id {
		err = connectors.Busy("updating", "the answer is not the updated ticket", 0)
	}
	return answer.Ticket, answer.Audit, err
}
