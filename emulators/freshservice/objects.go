package freshservice

import (
	"net/http"
	"slices"

	fw "duplex/emulators/harness/freshworks"
)

// Statuses of a change with a rule of their own.
const (
	ChangeApproval = 3
	ChangeRelease  = 4
)

// objectView shows a problem or a change.
func objectView(c *call, r *record, all bool) object {
	out := c.View(r, all)
	delete(out, "spam")
	out["workspace_id"] = r.Workspace
	if out["assets"] == nil {
		out["assets"] = []any{}
	}
	if r.Kind == "change" {
		out["approval_status"] = 4
		if approved(c, r) {
			out["approval_status"] = 1
		}
		out["maintenance_window"], out["blackout_window"] = nil, nil
		if out["impacted_services"] == nil {
			out["impacted_services"] = []any{}
		}
	}
	return out
}

func approved(c *call, r *record) bool {
	on, _ := c.A.State.Extra["approved/"+number(r.ID)].(bool)
	return on
}

// listRecords lists problems and changes by creation. Changes have the 30 days and updated_since of tickets; of problems all are listed,
// whatever updated_since says.
func listRecords(kind string) func(*call) error {
	return func(c *call) error {
		workspace, err := scope(c)
		if err != nil {
			return err
		}
		var rows []*record
		if kind == "change" {
			rows, err = changed(c, kind, workspace, func(r *record) bool { return !r.Deleted })
			if err != nil {
				return err
			}
		} else {
			for _, r := range slices.Backward(c.A.State.Sorted(kind)) {
				if !r.Deleted && (workspace == 0 || workspace == r.Workspace) {
					rows = append(rows, r)
				}
			}
		}
		out, err := fw.Rows(c, rows, func(r *record) any { return objectView(c, r, workspace != 0) })
		if err != nil {
			return err
		}
		return c.Answer(http.StatusOK, object{kind + "s": out})
	}
}

func getRecord(kind string) func(*call) error {
	return func(c *call) error {
		r, err := c.Record(kind)
		if err != nil {
			return err
		}
		return c.Answer(http.StatusOK, object{kind: objectView(c, r, true)})
	}
}

func createRecord(kind string) func(*call) error {
	return func(c *call) error {
		var p fw.Problems
		next := place(c, kind, &p)
		for key, v := range map[string]float64{"status": 1, "priority": 1, "impact": 1} {
			next.Values[key] = v
		}
		if kind == "change" {
			next.Values["risk"], next.Values["change_type"] = 1.0, 1.0
		} else {
			next.Values["known_error"] = false
		}
		c.Fill(next, &p, "workspace_id")
		if len(p) == 0 && next.Values["requester_id"] == nil {
			next.Values["requester_id"] = float64(c.By.ID)
		}
		if err := keep(c, nil, next, &p); err != nil {
			return err
		}
		return c.Answer(http.StatusCreated, object{kind: objectView(c, next, true)})
	}
}

func updateRecord(kind string) func(*call) error {
	return func(c *call) error {
		r, err := c.Live(kind)
		if err != nil {
			return err
		}
		var p fw.Problems
		next := r.Clone()
		c.Fill(next, &p)
		if err := keep(c, r, next, &p); err != nil {
			return err
		}
		return c.Answer(http.StatusOK, object{kind: objectView(c, next, true)})
	}
}

// keep looks at a problem or change as a whole: its group, its form, and the approval a change waits for.
func keep(c *call, old, next *record, p *fw.Problems) error {
	if next.Kind == "change" && next.Number("status") == ChangeRelease && (old == nil || old.Number("status") != ChangeRelease) && !approved(c, next) {
		p.Add("status", "inconsistent_state", "The change has to be approved first")
	}
	team(c, next, p)
	c.Check(old, next, p)
	if err := p.Err(); err != nil {
		return err
	}
	action := "updated"
	if old == nil {
		action = "created"
	}
	c.Keep(old, next, action)
	return nil
}

// noteView has no visibility: every note of a problem or change is for all who see it.
func noteView(conv *fw.Conversation) object {
	return object{"id": conv.ID, "user_id": conv.By, "body": conv.HTML, "body_text": fw.Plain(conv.HTML), "notify_emails": fw.List(conv.To),
		"created_at": fw.Stamp(conv.Created), "updated_at": fw.Stamp(conv.Updated)}
}

func listNotes(kind string) func(*call) error {
	return func(c *call) error {
		r, err := c.Record(kind)
		if err != nil {
			return err
		}
		out, err := fw.Rows(c, r.Conversations, func(conv *fw.Conversation) any { return noteView(conv) })
		if err != nil {
			return err
		}
		return c.Answer(http.StatusOK, object{"notes": out})
	}
}

func addObjectNote(kind string) func(*call) error {
	return func(c *call) error {
		r, err := c.Live(kind)
		if err != nil {
			return err
		}
		if _, ok := c.In["private"]; ok {
			return fw.Invalid("private", "invalid_field", "Unexpected/invalid field in request")
		}
		conv, err := c.Note(r)
		if err != nil {
			return err
		}
		return c.Answer(http.StatusCreated, object{"note": noteView(conv)})
	}
}

func note(c *call, kind string) (*record, *fw.Conversation, error) {
	r, err := c.Live(kind)
	if err != nil {
		return nil, nil, err
	}
	for _, conv := range r.Conversations {
		if conv.ID == c.ID("note_id") {
			return r, conv, nil
		}
	}
	return nil, nil, fw.NotFound()
}

func getNote(kind string) func(*call) error {
	return func(c *call) error {
		_, conv, err := note(c, kind)
		if err != nil {
			return err
		}
		return c.Answer(http.StatusOK, object{"note": noteView(conv)})
	}
}

func editNote(kind string) func(*call) error {
	return func(c *call) error {
		r, conv, err := note(c, kind)
		if err != nil {
			return err
		}
		edited, err := c.EditNote(r, conv)
		if err != nil {
			return err
		}
		return c.Answer(http.StatusOK, object{"note": noteView(edited)})
	}
}

func deleteNote(kind string) func(*call) error {
	return func(c *call) error {
		r, conv, err := note(c, kind)
		if err != nil {
			return err
		}
		return c.DropConversation(r, conv)
	}
}
