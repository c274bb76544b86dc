package freshdesk

import (
	"net/http"
	"slices"

	fw "duplex/emulators/harness/freshworks"
)

func show(c *call, r *record, conv *fw.Conversation) object {
	out := c.ConversationView(r, conv)
	out["last_edited_at"], out["last_edited_user_id"] = fw.Stamp(conv.Edited), fw.OrNull(conv.EditedBy)
	return out
}

// conversations are all, oldest first; the description is none.
func conversations(c *call, r *record) []any {
	out := []any{}
	for _, conv := range r.Conversations {
		out = append(out, show(c, r, conv))
	}
	return out
}

func listConversations(c *call) error {
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	return listed(c, r)
}

func listArchivedConversations(c *call) error {
	r, err := archived(c)
	if err != nil {
		return err
	}
	return listed(c, r)
}

func listed(c *call, r *record) error {
	out, err := fw.Rows(c, r.Conversations, func(conv *fw.Conversation) any { return show(c, r, conv) })
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, out)
}

func addNote(c *call) error  { return say(c, c.Note) }
func addReply(c *call) error { return say(c, c.Reply) }

func say(c *call, how func(*record) (*fw.Conversation, error)) error {
	r, err := c.Live("ticket")
	if err != nil {
		return err
	}
	conv, err := how(r)
	if err != nil {
		return err
	}
	return c.Answer(http.StatusCreated, show(c, r, conv))
}

func editConversation(c *call) error {
	r, conv, err := c.Conversation("ticket")
	if err != nil {
		return err
	}
	edited, err := c.EditNote(r, conv)
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, show(c, r, edited))
}

func deleteConversation(c *call) error {
	r, conv, err := c.Conversation("ticket")
	if err != nil {
		return err
	}
	return c.DropConversation(r, conv)
}

func deleteAttachment(c *call) error {
	r, _ := c.A.FileOwner(c.ID("id"))
	if r != nil && (r.Deleted || r.Spam) {
		return fw.Trashed()
	}
	return c.DeleteFile(c.ID("id"))
}

// searchTickets looks in the index: ten pages of 30, days and not moments, no archived tickets.
func searchTickets(c *call) error {
	fields := c.A.State.Fields["ticket"]
	found, err := c.Search("ticket", func(r *record, t fw.Term) (bool, error) {
		key := map[string]string{"agent_id": "responder_id", "tag": "tags"}[t.Field]
		if slices.Contains([]string{"group_id", "priority", "status", "type", "due_by", "fr_due_by"}, t.Field) {
			key = t.Field
		}
		switch {
		case t.Field == "created_at" || t.Field == "updated_at":
			at := r.Created
			if t.Field == "updated_at" {
				at = r.Updated
			}
			return t.Matches(&fw.Field{Shape: fw.Moment}, fw.Stamp(at))
		case key != "":
			return t.Matches(fw.Lookup(fields, key, false), r.Values[key])
		case t.Field == "custom_string":
			return freshMatch(fields, r, t)
		}
		f := fw.Lookup(fields, t.Field, true)
		if f == nil || f.Fresh || f.Type == "custom_paragraph" || f.Type == "custom_decimal" || f.Type == "nested_field" {
			return false, fw.Invalid(t.Field, "invalid_field", "Unexpected/invalid field in request")
		}
		return t.Matches(f, r.Custom[f.Name])
	})
	if err != nil {
		return err
	}
	rows, err := fw.Page(c, found, 30, lastFound)
	if err != nil {
		return err
	}
	c.W.Header().Del("Link") // this list announces no next page
	out := []any{}
	for _, r := range rows {
		out = append(out, view(c, r, true))
	}
	return c.Answer(http.StatusOK, object{"total": len(found), "results": out})
}

// freshMatch compares the texts of fields that are too new to be known by name.
func freshMatch(fields []fw.Field, r *record, t fw.Term) (bool, error) {
	for _, f := range fields {
		if f.Fresh {
			if ok, err := t.Matches(&fw.Field{Shape: fw.Text}, r.Custom[f.Name]); ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}
