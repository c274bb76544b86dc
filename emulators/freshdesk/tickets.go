package freshdesk

import (
	"net/http"
	"slices"
	"time"

	fw "duplex/emulators/harness/freshworks"
)

// recent is how far back tickets are listed without updated_since, by their creation.
const recent = 30 * 24 * time.Hour

// view shows a ticket. Lists have no description for accounts of these days.
func view(c *call, r *record, description bool) object {
	out := c.View(r, true)
	for _, key := range []string{"fwd_emails", "reply_cc_emails"} {
		out[key] = []any{}
	}
	out["to_emails"], out["fr_escalated"], out["is_escalated"], out["association_type"] = nil, false, false, association(c, r)
	if list := associates(c, r); len(list) > 0 {
		out["associated_tickets_list"] = list
	}
	out["attachments"] = c.FileViews(r.Files)
	c.DueTimes(r, out)
	if !description {
		for _, key := range []string{"description", "description_text", "attachments"} {
			delete(out, key)
		}
	}
	include(c, r, out)
	return out
}

// include adds the embedded parts the request names.
func include(c *call, r *record, out object) {
	if one := c.A.State.People[r.Number("requester_id")]; one != nil && c.Includes("requester") {
		out["requester"] = object{"id": one.ID, "name": one.Name, "email": fw.OrNull(one.Email), "mobile": fw.OrNull(one.Mobile), "phone": fw.OrNull(one.Phone)}
	}
	if id := r.Number("company_id"); id != 0 && c.Includes("company") {
		out["company"] = object{"id": id, "name": companies[id]}
	}
	if c.Includes("stats") {
		out["stats"] = object{"resolved_at": fw.Stamp(r.Resolved), "closed_at": fw.Stamp(r.Closed), "first_responded_at": nil}
	}
}

var companies = map[int64]string{CompanyGlobex: "Globex", CompanyInitech: "Initech"}

func getTicket(c *call) error {
	if err := c.Limit("view", func(l Limits) int { return l.View }); err != nil {
		return err
	}
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	out := view(c, r, true)
	if c.Includes("conversations") { // ten at most, oldest first
		out["conversations"] = conversations(c, r)[:min(10, len(r.Conversations))]
	}
	return c.Answer(http.StatusOK, out)
}

// listTickets gives the newest first, of the last 30 days, unless the request says otherwise. updated_since is exclusive.
func listTickets(c *call) error {
	if err := c.Limit("list", func(l Limits) int { return l.List }); err != nil {
		return err
	}
	var p fw.Problems
	filter, since := c.Query("filter"), time.Time{}
	if text := c.Query("updated_since"); text != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			p.Add("updated_since", "invalid_value", "It should be in the ISO 8601 format")
		}
	}
	for name, allowed := range map[string][]string{"filter": {"", "new_and_my_open", "watching", "spam", "deleted"},
		"order_by": {"", "created_at", "due_by", "updated_at", "status"}, "order_type": {"", "asc", "desc"}} {
		if !slices.Contains(allowed, c.Query(name)) {
			p.Add(name, "invalid_value", "It should be one of these values")
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	var rows []*record
	for _, r := range c.A.State.Sorted("ticket") {
		if shown(c, r, filter, since) {
			rows = append(rows, r)
		}
	}
	order(c, rows)
	rows, err := fw.Page(c, rows, 0, lastPage)
	if err != nil {
		return err
	}
	out := []any{}
	for _, r := range rows {
		out = append(out, view(c, r, c.Includes("description")))
	}
	return c.Answer(http.StatusOK, out)
}

// shown says whether a list has a ticket. Trash and spam are listed by their filters alone, and those know no updated_since.
func shown(c *call, r *record, filter string, since time.Time) bool {
	requester := c.A.State.People[r.Number("requester_id")]
	email, external := c.Query("email"), c.Query("unique_external_id")
	switch {
	case r.Archived, r.Deleted != (filter == "deleted"), !r.Deleted && r.Spam != (filter == "spam"):
		return false
	case filter == "watching":
		return false
	case filter == "new_and_my_open" && (r.Number("status") != StatusOpen || r.Number("responder_id") != 0 && r.Number("responder_id") != c.By.ID):
		return false
	case email != "" && (requester == nil || requester.Email != email), external != "" && (requester == nil || requester.ExternalID != external):
		return false
	case !asked(c, "requester_id", r), !asked(c, "company_id", r):
		return false
	case since.IsZero():
		return r.Created.After(c.Now.Add(-recent))
	case filter == "deleted" || filter == "spam":
		return true
	}
	return r.Updated.After(since)
}

func asked(c *call, key string, r *record) bool {
	want := c.Query(key)
	return want == "" || want == number(r.Number(key))
}

func order(c *call, rows []*record) {
	by := func(a, b *record) int { return a.Created.Compare(b.Created) }
	switch c.Query("order_by") {
	case "updated_at":
		by = func(a, b *record) int { return a.Updated.Compare(b.Updated) }
	case "status":
		by = func(a, b *record) int { return int(a.Number("status") - b.Number("status")) }
	case "due_by":
		by = func(a, b *record) int { return a.NextDue.Compare(b.NextDue) }
	}
	slices.SortStableFunc(rows, func(a, b *record) int {
		n := by(a, b)
		if n == 0 {
			n = int(a.ID - b.ID)
		}
		if c.Query("order_type") != "asc" {
			n = -n
		}
		return n
	})
}

func createTicket(c *call) error {
	if err := c.Limit("create", func(l Limits) int { return l.Create }); err != nil {
		return err
	}
	var p fw.Problems
	next := c.NewRecord("ticket", 0)
	for key, v := range map[string]float64{"status": StatusOpen, "priority": 1, "source": 2} {
		next.Values[key] = v
	}
	c.Fill(next, &p, "parent_id", "related_ticket_ids", "lookup_parameter")
	link(c, next, &p, true)
	if len(p) == 0 {
		c.Requester(next, &p, true)
	}
	if one := c.A.State.People[next.Number("requester_id")]; one != nil && one.Company != 0 && next.Values["company_id"] == nil {
		next.Values["company_id"] = float64(one.Company)
	}
	c.Check(nil, next, &p)
	if err := p.Err(); err != nil {
		return err
	}
	if err := c.Weigh(next); err != nil {
		return err
	}
	var err error
	if next.Files, err = c.KeepUploads(); err != nil {
		return err
	}
	c.Keep(nil, next, "created")
	if next.Number("source") == 10 {
		c.OutboundMail(next)
	}
	c.W.Header().Set("Location", "/api/v2/tickets/"+number(next.ID))
	return c.Answer(http.StatusCreated, view(c, next, true))
}

func updateTicket(c *call) error {
	if err := c.Limit("update", func(l Limits) int { return l.Update }); err != nil {
		return err
	}
	r, err := c.Live("ticket")
	if err != nil {
		return err
	}
	next, err := change(c, r)
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, view(c, next, true))
}

// change writes what the body names into a ticket, and keeps it.
func change(c *call, r *record) (*record, error) {
	var p fw.Problems
	next := r.Clone()
	if r.Number("source") == 10 {
		for _, key := range []string{"subject", "description"} {
			if c.In[key] != nil {
				p.Add(key, "inaccessible_field", "It cannot be updated for an outbound email ticket")
			}
		}
	}
	c.Fill(next, &p, "parent_id", "lookup_parameter")
	link(c, next, &p, false)
	if len(p) == 0 {
		c.Requester(next, &p, false)
	}
	c.Check(r, next, &p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	if err := c.Weigh(r); err != nil {
		return nil, err
	}
	files, err := c.KeepUploads()
	if err != nil {
		return nil, err
	}
	next.Files = append(next.Files, files...)
	if c.In["due_by"] != nil {
		next.Settles = time.Time{}
	}
	c.Keep(r, next, "updated")
	return next, nil
}

func deleteTicket(c *call) error {
	r, err := c.Live("ticket")
	if err != nil {
		return err
	}
	return c.Trash(r, true)
}

func restoreTicket(c *call) error {
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	return c.Trash(r, false)
}

func archived(c *call) (*record, error) {
	r := c.A.State.Records["ticket"][c.ID("id")]
	if r == nil || !r.Archived {
		return nil, fw.NotFound()
	}
	return r, nil
}

func getArchived(c *call) error {
	r, err := archived(c)
	if err != nil {
		return err
	}
	out := view(c, r, true)
	out["archived"] = true
	return c.Answer(http.StatusOK, out)
}
