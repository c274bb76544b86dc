package freshdesk

import (
	"net/http"
	"slices"
	"strconv"

	fw "duplex/emulators/harness/freshworks"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// link reads parent_id and, of a new ticket, related_ticket_ids.
func link(c *call, next *record, p *fw.Problems, create bool) {
	st := c.A.State.Records["ticket"]
	if v, ok := c.In["parent_id"].(float64); ok {
		parent := st[int64(v)]
		switch {
		case parent == nil || parent.Deleted || int64(v) == next.ID:
			p.Add("parent_id", "invalid_value", "There is no ticket matching the given parent_id")
		case parent.Parent != 0:
			p.Add("parent_id", "inconsistent_state", "A child ticket cannot have children")
		default:
			next.Parent = int64(v)
		}
	} else if c.In["parent_id"] != nil {
		p.Add("parent_id", "datatype_mismatch", "Value set is of an unexpected type. It should be a/an Positive Integer")
	}
	list, _ := c.In["related_ticket_ids"].([]any)
	for _, v := range list {
		n, _ := v.(float64)
		if related := st[int64(n)]; related == nil || related.Deleted {
			p.Add("related_ticket_ids", "invalid_value", "There are no tickets matching the given related_ticket_ids")
			return
		}
		next.Related = append(next.Related, int64(n))
	}
	if !create && c.In["related_ticket_ids"] != nil {
		p.Add("related_ticket_ids", "invalid_field", "Unexpected/invalid field in request")
	}
}

// association is 1 for a parent, 2 for a child, 3 for a tracker, 4 for a related ticket, else null.
func association(c *call, r *record) any {
	switch {
	case r.Parent != 0:
		return 2
	case len(r.Related) > 0:
		return 3
	}
	for _, other := range c.A.State.Records["ticket"] {
		switch {
		case other.Parent == r.ID:
			return 1
		case slices.Contains(other.Related, r.ID):
			return 4
		}
	}
	return nil
}

// associates are the children of a parent, the parent of a child, the related tickets of a tracker and the trackers of one of those.
func associates(c *call, r *record) []int64 {
	var out []int64
	if r.Parent != 0 {
		out = append(out, r.Parent)
	}
	out = append(out, r.Related...)
	for _, other := range c.A.State.Sorted("ticket") {
		if other.Parent == r.ID || slices.Contains(other.Related, r.ID) {
			out = append(out, other.ID)
		}
	}
	return out
}

func associated(c *call) error {
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	out := []any{}
	for _, id := range associates(c, r) {
		if id != r.Parent {
			out = append(out, view(c, c.A.State.Records["ticket"][id], false))
		}
	}
	return c.Answer(http.StatusOK, object{"tickets": out})
}

// primeAssociation is the parent of a child, or the tracker of a related ticket.
func primeAssociation(c *call) error {
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	for _, other := range c.A.State.Sorted("ticket") {
		if other.ID == r.Parent || slices.Contains(other.Related, r.ID) {
			return c.Answer(http.StatusOK, view(c, other, true))
		}
	}
	return fw.NotFound()
}

// mergeTickets closes the others with a note, and puts a note into the primary one.
func mergeTickets(c *call) error {
	in := c.In
	primary, _ := in["primary_id"].(float64)
	into := c.A.State.Records["ticket"][int64(primary)]
	list, _ := in["ticket_ids"].([]any)
	if into == nil || into.Deleted || len(list) == 0 {
		return fw.Invalid("primary_id", "invalid_value", "There is no ticket matching the given primary_id")
	}
	var others []*record
	for _, v := range list {
		n, _ := v.(float64)
		other := c.A.State.Records["ticket"][int64(n)]
		if other == nil || other.Deleted || other == into {
			return fw.Invalid("ticket_ids", "invalid_value", "There are no tickets matching the given ticket_ids")
		}
		others = append(others, other)
	}
	for _, other := range others {
		next := other.Clone()
		next.Values["status"] = float64(StatusClosed)
		c.Keep(other, next, "updated")
		c.In = object{"body": "This ticket was merged into ticket " + number(into.ID), "private": true}
		if _, err := c.Note(next); err != nil {
			return err
		}
	}
	if note, ok := in["note_in_primary"].(object); ok {
		c.In = note
		if _, err := c.Note(c.A.State.Records["ticket"][into.ID]); err != nil {
			return err
		}
	}
	return c.Answer(http.StatusNoContent, nil)
}

// bulkUpdate writes at once; the job can be asked for afterwards, as if it had taken a while.
func bulkUpdate(c *call) error {
	action, _ := c.In["bulk_action"].(object)
	list, _ := action["ids"].([]any)
	properties, _ := action["properties"].(object)
	if len(list) == 0 {
		return fw.Invalid("bulk_action", "missing_field", "It should be present and not blank")
	}
	status := "COMPLETED"
	for _, v := range list {
		n, _ := v.(float64)
		r := c.A.State.Records["ticket"][int64(n)]
		c.In = properties
		if r == nil || r.Deleted || r.Archived {
			status = "PARTIAL"
		} else if _, err := change(c, r); err != nil {
			status = "PARTIAL"
		}
	}
	id := c.A.Secret("job")[:12]
	c.A.State.Extra["job/"+id] = status
	c.Dirty()
	return c.Answer(http.StatusAccepted, object{"job_id": id, "href": "/api/v2/jobs/" + id})
}

func getJob(c *call) error {
	id := c.Req.PathValue("job_id")
	status, ok := c.A.State.Extra["job/"+id]
	if !ok {
		return fw.NotFound()
	}
	return c.Answer(http.StatusOK, object{"id": id, "status": status})
}
