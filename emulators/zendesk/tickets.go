package zendesk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"time"
)

// idempotent remembers the answer to a create under its Idempotency-Key, for two hours.
type idempotent struct {
	Body    string // hash of the request's body
	Answer  json.RawMessage
	Expires time.Time
}

const keyLife = 2 * time.Hour

func (c *call) author() author { return author{c.user, "api"} }

// live are the tickets that are not deleted.
func (c *call) live() []*ticket {
	var out []*ticket
	for _, t := range sortedValues(c.e.st.Tickets, func(t *ticket) int64 { return t.ID }) {
		if !t.deleted() {
			out = append(out, t)
		}
	}
	return out
}

// view shows a ticket with the side-loads the request asks for (vendor page "Side-Loading").
func (c *call) view(t *ticket) object {
	out := c.e.ticketView(t)
	if c.includes("comment_count") {
		out["comment_count"] = len(t.Comments)
	}
	if c.includes("incident_counts") && t.Type == "problem" {
		out["incident_count"] = len(c.e.incidentsOf(t.ID))
	}
	return out
}

func (c *call) views(tickets []*ticket) []any {
	out := []any{}
	for _, t := range tickets {
		out = append(out, c.view(t))
	}
	return out
}

func (c *call) listTickets() error {
	if err := c.limit("tickets-index", "tickets-index", c.e.limits.TicketsIndex, time.Minute); err != nil {
		return err
	}
	sort := strings.TrimPrefix(c.query("sort"), "-")
	descending := strings.HasPrefix(c.query("sort"), "-") || c.query("sort_order") == "desc"
	var rows []keyed[*ticket]
	for _, t := range c.live() {
		if want, ok := c.req.URL.Query()["external_id"]; ok && t.ExternalID != want[0] {
			continue
		}
		key := idKey(t.ID)
		if sort == "updated_at" || c.query("sort_by") == "updated_at" {
			key = timeKey(t.Updated, t.ID)
		}
		rows = append(rows, keyed[*ticket]{key, t})
	}
	tickets, beside, err := page(c, rows, descending, 100)
	if err != nil {
		return err
	}
	beside["tickets"] = c.views(tickets)
	return c.answer(http.StatusOK, c.sideload(beside, tickets...))
}

func (c *call) countTickets() error {
	return c.answer(http.StatusOK, object{"count": object{"value": len(c.live()), "refreshed_at": stamp(c.now)}})
}

func (c *call) showTickets() error {
	ids := c.ids("ids")
	if len(ids) > 100 {
		return badRequest("TooManyValues", "ids: at most 100 are allowed")
	}
	var found []*ticket
	for _, id := range ids {
		if t := c.e.st.Tickets[id]; t != nil && !t.deleted() {
			found = append(found, t)
		}
	}
	return c.answer(http.StatusOK, c.sideload(object{"tickets": c.views(found), "count": len(found), "next_page": nil, "previous_page": nil}, found...))
}

func (c *call) getTicket() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, c.sideload(object{"ticket": c.view(t)}, t))
}

// postTicket creates once per Idempotency-Key.
func (c *call) postTicket() error {
	key := c.req.Header.Get("Idempotency-Key")
	sum := sha256.Sum256(c.body)
	hash := hex.EncodeToString(sum[:])
	if len(key) > 255 {
		return badRequest("IdempotentRequestError", "The idempotency key is longer than 255 characters")
	}
	if known := c.e.st.Keys[key]; key != "" && known != nil && c.now.Before(known.Expires) {
		if known.Body != hash {
			return badRequest("IdempotentRequestError", "Request parameters don't match the given idempotency key")
		}
		c.w.Header().Set("x-idempotency-lookup", "hit")
		return c.answer(http.StatusCreated, known.Answer)
	}
	in, err := c.object("ticket")
	if err != nil {
		return err
	}
	t, a, events, err := c.e.createTicket(c.author(), in)
	if err != nil {
		return err
	}
	out := object{"ticket": c.e.ticketView(t), "audit": c.e.auditView(t, a)}
	c.w.Header().Set("Location", c.e.api("tickets", t.ID))
	c.dirty, c.events = true, events
	if key != "" {
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode(out); err != nil {
			return err
		}
		c.w.Header().Set("x-idempotency-lookup", "miss")
		maps.DeleteFunc(c.e.st.Keys, func(_ string, known *idempotent) bool { return c.now.After(known.Expires) })
		c.e.st.Keys[key] = &idempotent{Body: hash, Answer: b.Bytes(), Expires: c.now.Add(keyLife)}
	}
	return c.answer(http.StatusCreated, out)
}

func (c *call) putTicket() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	if err := c.limitUpdate(t.ID); err != nil {
		return err
	}
	in, err := c.object("ticket")
	if err != nil {
		return err
	}
	t, a, events, err := c.e.updateTicket(c.author(), t, in)
	if err != nil {
		return err
	}
	c.dirty, c.events = true, events
	return c.answer(http.StatusOK, object{"ticket": c.e.ticketView(t), "audit": c.e.auditView(t, a)})
}

func (c *call) deleteTicket() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	c.events = c.e.softDelete(c.user, t)
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func (c *call) restoreTicket() error {
	t := c.e.st.Tickets[c.pathID("ticket_id")]
	if t == nil || !t.deleted() {
		return notFound()
	}
	c.events = c.e.restore(c.user, t)
	c.dirty = true
	return c.answer(http.StatusOK, json.RawMessage(`""`))
}

func (c *call) listDeleted() error {
	var rows []keyed[any]
	for _, t := range c.e.st.Tickets {
		if !t.deleted() {
			continue
		}
		by := c.e.st.Users[t.DeletedBy]
		rows = append(rows, keyed[any]{idKey(t.ID), object{"id": t.ID, "subject": t.Subject, "previous_state": t.Status,
			"deleted_at": stamp(t.DeletedAt), "actor": object{"id": by.ID, "name": by.Name}}})
	}
	out, beside, err := page(c, rows, false, 100)
	if err != nil {
		return err
	}
	beside["deleted_tickets"] = out
	return c.answer(http.StatusOK, beside)
}

// softDelete hides a ticket; it can be restored.
func (e *Emulator) softDelete(by *user, t *ticket) []webhookEvent {
	gone := t.clone()
	gone.DeletedAt, gone.DeletedBy = e.now().Truncate(time.Second), by.ID
	e.keep(gone, true)
	return e.plainEvent(by, gone, "soft_deleted")
}

func (e *Emulator) restore(by *user, t *ticket) []webhookEvent {
	back := t.clone()
	back.DeletedAt, back.DeletedBy = time.Time{}, 0
	e.keep(back, true)
	return e.plainEvent(by, back, "undeleted")
}
