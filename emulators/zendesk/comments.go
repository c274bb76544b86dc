package zendesk

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

func (c *call) listComments() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	var rows []keyed[*comment]
	for _, co := range t.Comments {
		rows = append(rows, keyed[*comment]{timeKey(co.Created, co.ID), co})
	}
	descending := c.query("sort") == "-created_at" || c.query("sort_order") == "desc"
	comments, beside, err := page(c, rows, descending, 100)
	if err != nil {
		return err
	}
	inline := c.query("include_inline_images") == "true"
	views, authors := []any{}, map[int64]bool{}
	for _, co := range comments {
		views = append(views, c.e.commentView(co, inline))
		authors[co.AuthorID] = true
	}
	beside["comments"] = views
	if c.query("include") == "users" {
		users := []any{}
		for _, u := range c.e.st.usersByID() {
			if authors[u.ID] {
				users = append(users, c.e.userView(u))
			}
		}
		beside["users"] = users
	}
	return c.answer(http.StatusOK, beside)
}

func (c *call) countComments() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"count": object{"value": len(t.Comments), "refreshed_at": stamp(c.now)}})
}

// open finds a ticket that may be changed, and the comment the path names.
func (c *call) openComment(t *ticket) (*comment, error) {
	if t.Status == "closed" {
		return nil, invalid("status", "Status: closed prevents ticket update")
	}
	id := c.pathID("ticket_comment_id")
	if id == 0 {
		id = c.pathID("comment_id")
	}
	co := t.comment(id)
	if co == nil {
		return nil, notFound()
	}
	return co, nil
}

func (c *call) makePrivate() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	co, err := c.openComment(t)
	if err != nil {
		return err
	}
	if co.Public {
		c.events = c.e.hideComment(c.author(), t, co)
		c.dirty = true
	}
	return c.answer(http.StatusOK, json.RawMessage(`""`))
}

// hideComment makes a public comment an internal note; there is no way back.
func (e *Emulator) hideComment(by author, t *ticket, co *comment) []webhookEvent {
	hidden := *co
	hidden.Public = false
	next := e.replaceComment(by, t, &hidden, "CommentPrivacyChange")
	return e.commentEvent(by.user, next, &hidden, "comment_made_private")
}

// replaceComment puts an edited comment in the place of the old one and records it in an audit.
func (e *Emulator) replaceComment(by author, t *ticket, co *comment, kind string) *ticket {
	next := t.clone()
	next.Comments = slices.Clone(t.Comments)
	for i, old := range next.Comments {
		if old.ID == co.ID {
			next.Comments[i] = co
		}
	}
	a := &audit{ID: e.st.id(), AuthorID: by.user.ID, Created: e.now().Truncate(time.Second), Channel: by.channel}
	a.Events = []event{{ID: e.st.id(), Type: kind, Comment: co.ID}}
	next.Audits = append(slices.Clone(t.Audits), a)
	e.keep(next, true)
	return next
}

func (c *call) listAudits() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	var rows []keyed[any]
	for _, a := range t.Audits {
		rows = append(rows, keyed[any]{timeKey(a.Created, a.ID), c.e.auditView(t, a)})
	}
	descending := c.query("sort") == "-created_at" || c.query("sort_order") == "desc"
	out, beside, err := page(c, rows, descending, 100)
	if err != nil {
		return err
	}
	beside["audits"] = out
	return c.answer(http.StatusOK, beside)
}

func (c *call) getAudit() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	for _, a := range t.Audits {
		if a.ID == c.pathID("ticket_audit_id") {
			return c.answer(http.StatusOK, object{"audit": c.e.auditView(t, a)})
		}
	}
	return notFound()
}
