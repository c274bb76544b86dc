package freshservice

import (
	"net/http"
	"slices"
	"time"

	fw "duplex/emulators/harness/freshworks"
)

// recent is how far back records are listed without updated_since, by their creation.
const recent = 30 * 24 * time.Hour

// serviceRequest is the type that only the catalogue makes.
const serviceRequest = "Service Request"

// view shows a ticket. Tags are shown only to who asks for them; all tells that custom fields of its workspace are shown.
func view(c *call, r *record, all bool) object {
	out := c.View(r, all)
	out["workspace_id"], out["deleted"] = r.Workspace, r.Deleted
	for _, key := range []string{"fwd_emails", "reply_cc_emails"} {
		out[key] = []any{}
	}
	for _, key := range []string{"to_emails", "bcc_emails", "sla_policy_id", "applied_business_hours"} {
		out[key] = nil
	}
	out["fr_escalated"], out["is_escalated"], out["created_within_business_hours"] = false, false, true
	out["approval_status"], out["approval_status_name"] = 4, "Not Requested"
	out["attachments"] = c.FileViews(r.Files)
	out["resolution_notes_html"] = out["resolution_notes"]
	if out["assets"] == nil {
		out["assets"] = []any{}
	}
	if !c.Includes("tags") {
		delete(out, "tags")
	}
	if one := c.A.State.People[r.Number("requester_id")]; one != nil && c.Includes("requester") {
		out["requester"] = object{"id": one.ID, "name": one.Name, "email": fw.OrNull(one.Email), "mobile": fw.OrNull(one.Mobile), "phone": fw.OrNull(one.Phone)}
	}
	if c.Includes("stats") {
		out["stats"] = object{"resolved_at": fw.Stamp(r.Resolved), "closed_at": fw.Stamp(r.Closed), "first_responded_at": nil}
	}
	if c.Includes("related_tickets") {
		var children []int64
		for _, other := range c.A.State.Sorted("ticket") {
			if other.Parent == r.ID {
				children = append(children, other.ID)
			}
		}
		out["related_tickets"] = object{"parent_id": fw.OrNull(r.Parent), "child_ids": fw.List(children)}
	}
	c.DueTimes(r, out)
	return out
}

func getTicket(c *call) error {
	if err := c.Limit("view", func(l Limits) int { return l.View }); err != nil {
		return err
	}
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	out := view(c, r, true)
	if c.Includes("conversations") {
		out["conversations"] = conversations(c, r)[:min(10, len(r.Conversations))]
	}
	return c.Answer(http.StatusOK, object{"ticket": out})
}

// scope is the workspace a list is of: the primary one unless named, 0 for all.
func scope(c *call) (int64, error) {
	switch text := c.Query("workspace_id"); text {
	case "":
		return WorkspaceIT, nil
	case "0", number(WorkspaceIT), number(WorkspaceHR):
		return int64(text[0] - '0'), nil
	}
	return 0, fw.Invalid("workspace_id", "invalid_value", "There is no workspace matching the given workspace_id")
}

// listTickets lists by creation, newest first unless asked otherwise; updated_since is exclusive.
func listTickets(c *call) error {
	if err := c.Limit("list", func(l Limits) int { return l.List }); err != nil {
		return err
	}
	workspace, err := scope(c)
	if err != nil {
		return err
	}
	filter := c.Query("filter")
	if !slices.Contains([]string{"", "new_and_my_open", "watching", "spam", "deleted"}, filter) {
		return fw.Invalid("filter", "invalid_value", "It should be one of these values: new_and_my_open,watching,spam,deleted")
	}
	rows, err := changed(c, "ticket", workspace, func(r *record) bool {
		requester := c.A.State.People[r.Number("requester_id")]
		email, kind, id := c.Query("email"), c.Query("type"), c.Query("requester_id")
		return r.Deleted == (filter == "deleted") && (r.Deleted || r.Spam == (filter == "spam")) && filter != "watching" &&
			(filter != "new_and_my_open" || r.Number("status") == StatusOpen) && (kind == "" || kind == r.Text("type")) &&
			(id == "" || id == number(r.Number("requester_id"))) && (email == "" || requester != nil && requester.Email == email)
	})
	if err != nil {
		return err
	}
	out, err := fw.Rows(c, rows, func(r *record) any { return view(c, r, workspace != 0) })
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, object{"tickets": out})
}

// changed are the records of a workspace that changed after updated_since, or were made in the last 30 days.
func changed(c *call, kind string, workspace int64, also func(*record) bool) ([]*record, error) {
	since := time.Time{}
	if text := c.Query("updated_since"); text != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, fw.Invalid("updated_since", "invalid_value", "It should be in the ISO 8601 format")
		}
	}
	var rows []*record
	for _, r := range c.A.State.Sorted(kind) {
		fresh := r.Updated.After(since)
		if since.IsZero() {
			fresh = r.Created.After(c.Now.Add(-recent))
		}
		if (workspace == 0 || workspace == r.Workspace) && fresh && also(r) {
			rows = append(rows, r)
		}
	}
	if c.Query("order_type") != "asc" {
		slices.Reverse(rows)
	}
	return rows, nil
}

// place puts a new record into the workspace the body names.
func place(c *call, kind string, p *fw.Problems) *record {
	workspace := WorkspaceIT
	if v, ok := c.In["workspace_id"]; ok {
		n, isNumber := v.(float64)
		if workspace = int64(n); !isNumber || !slices.Contains(both, workspace) {
			p.Add("workspace_id", "invalid_value", "There is no workspace matching the given workspace_id")
		}
	}
	return c.NewRecord(kind, workspace)
}

// team refuses a group of another workspace.
func team(c *call, r *record, p *fw.Problems) {
	for _, g := range c.A.State.Groups {
		if g.ID == r.Number("group_id") && g.Workspace != r.Workspace {
			p.Add("group_id", "invalid_value", "The group is of another workspace")
		}
	}
}

func createTicket(c *call) error { return create(c, 0) }

func createChild(c *call) error {
	parent, err := c.Live("ticket")
	if err != nil {
		return err
	}
	return create(c, parent.ID)
}

func create(c *call, parent int64) error {
	if err := c.Limit("create", func(l Limits) int { return l.Create }); err != nil {
		return err
	}
	var p fw.Problems
	next := place(c, "ticket", &p)
	next.Parent = parent
	for key, v := range map[string]float64{"status": StatusOpen, "priority": 1, "urgency": 1, "impact": 1, "source": 2} {
		next.Values[key] = v
	}
	next.Values["type"] = "Incident"
	c.Fill(next, &p, "workspace_id")
	if next.Text("type") != "Incident" {
		p.Add("type", "invalid_value", "Support for only type 'incident' as of now")
	}
	if len(p) == 0 {
		c.Requester(next, &p, true)
	}
	if next.Values["requested_for_id"] == nil && next.Values["requester_id"] != nil {
		next.Values["requested_for_id"] = next.Values["requester_id"]
	}
	if err := finish(c, nil, next, &p); err != nil {
		return err
	}
	return c.Answer(http.StatusCreated, object{"ticket": view(c, next, true)})
}

// finish looks at a ticket as a whole, and keeps it with the files of the call.
func finish(c *call, old, next *record, p *fw.Problems) error {
	action := "updated"
	if old == nil {
		action = "created"
	}
	for _, key := range []string{"due_by", "fr_due_by"} {
		if text, ok := c.In[key].(string); ok {
			if at, err := time.Parse(time.RFC3339, text); err == nil && !at.After(c.Now) {
				p.Add(key, "invalid_value", "It should be in the future")
			}
		}
	}
	if on, _ := c.A.State.Extra["matrix"].(bool); on {
		next.Values["priority"] = float64(min(4, next.Number("urgency")+next.Number("impact")-1))
	}
	team(c, next, p)
	c.Check(old, next, p)
	if err := p.Err(); err != nil {
		return err
	}
	if err := c.Weigh(next); err != nil {
		return err
	}
	files, err := c.KeepUploads()
	if err != nil {
		return err
	}
	next.Files = append(next.Files, files...)
	if c.In["due_by"] != nil {
		next.Settles = time.Time{}
	}
	c.Keep(old, next, action)
	return nil
}

func updateTicket(c *call) error {
	if err := c.Limit("update", func(l Limits) int { return l.Update }); err != nil {
		return err
	}
	r, err := c.Live("ticket")
	if err != nil {
		return err
	}
	var p fw.Problems
	next := r.Clone()
	if r.Text("type") == serviceRequest {
		for _, key := range []string{"subject", "description", "type"} {
			if c.In[key] != nil {
				p.Add(key, "inaccessible_field", "It cannot be updated for a service request")
			}
		}
	}
	if _, ok := c.In["workspace_id"]; ok {
		p.Add("workspace_id", "invalid_field", "Unexpected/invalid field in request")
	}
	c.Fill(next, &p, "workspace_id")
	if kind := next.Text("type"); kind != r.Text("type") {
		p.Add("type", "invalid_value", "Support for only type 'incident' as of now")
	}
	if len(p) == 0 {
		c.Requester(next, &p, false)
	}
	if err := finish(c, r, next, &p); err != nil {
		return err
	}
	return c.Answer(http.StatusOK, object{"ticket": view(c, next, true)})
}

// trash deletes or restores a record.
func trash(kind string, deleted bool) func(*call) error {
	return func(c *call) error {
		r, err := c.Record(kind)
		if err != nil {
			return err
		}
		if deleted && r.Spam {
			return fw.Trashed()
		}
		return c.Trash(r, deleted)
	}
}

// move takes a record to another workspace: custom fields that are not there, and the group, are lost.
func move(kind string) func(*call) error {
	return func(c *call) error {
		r, err := c.Live(kind)
		if err != nil {
			return err
		}
		n, _ := c.In["workspace_id"].(float64)
		if !slices.Contains(both, int64(n)) {
			return fw.Invalid("workspace_id", "invalid_value", "There is no workspace matching the given workspace_id")
		}
		next := r.Clone()
		next.Workspace = int64(n)
		delete(next.Values, "group_id")
		for name := range next.Custom {
			if fw.Lookup(c.A.Fields(kind, next.Workspace), name, true) == nil {
				delete(next.Custom, name)
			}
		}
		c.Keep(r, next, "moved")
		return c.Answer(http.StatusOK, object{kind: shape(c, next, true)})
	}
}

// shape is the view of a record's kind.
func shape(c *call, r *record, all bool) object {
	if r.Kind == "ticket" {
		return view(c, r, all)
	}
	return objectView(c, r, all)
}

// listActivities tells what happened, in prose, the newest first.
func listActivities(c *call) error {
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	out := []any{}
	for _, act := range slices.Backward(r.Activities) {
		name := "System"
		if one := c.A.State.People[act.By]; one != nil {
			name = one.Name
		}
		out = append(out, object{"actor": object{"id": act.By, "name": name}, "content": act.Text, "sub_contents": []any{}, "created_at": fw.Stamp(act.At)})
	}
	return c.Answer(http.StatusOK, object{"activities": out})
}
