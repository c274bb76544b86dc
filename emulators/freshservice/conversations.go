package freshservice

import (
	"net/http"
	"slices"
	"strings"

	fw "duplex/emulators/harness/freshworks"
)

func conversations(c *call, r *record) []any {
	out := []any{}
	for _, conv := range r.Conversations {
		out = append(out, c.ConversationView(r, conv))
	}
	return out
}

func listConversations(c *call) error {
	r, err := c.Record("ticket")
	if err != nil {
		return err
	}
	out, err := fw.Rows(c, r.Conversations, func(conv *fw.Conversation) any { return c.ConversationView(r, conv) })
	if err != nil {
		return err
	}
	return c.Answer(http.StatusOK, object{"conversations": out})
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
	return c.Answer(http.StatusCreated, object{"conversation": c.ConversationView(r, conv)})
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
	return c.Answer(http.StatusOK, object{"conversation": c.ConversationView(r, edited)})
}

func deleteConversation(c *call) error {
	r, conv, err := c.Conversation("ticket")
	if err != nil {
		return err
	}
	return c.DropConversation(r, conv)
}

func deleteTicketFile(c *call) error {
	r, err := c.Live("ticket")
	if err != nil {
		return err
	}
	if !slices.Contains(r.Files, c.ID("attachment_id")) {
		return fw.NotFound()
	}
	return c.DeleteFile(c.ID("attachment_id"))
}

func deleteConversationFile(c *call) error {
	_, conv, err := c.Conversation("ticket")
	if err != nil {
		return err
	}
	if !slices.Contains(conv.Files, c.ID("attachment_id")) {
		return fw.NotFound()
	}
	return c.DeleteFile(c.ID("attachment_id"))
}

// filterTickets looks in the index, newest first: pages of 30, days and not moments.
func filterTickets(c *call) error {
	workspace, err := scope(c)
	if err != nil {
		return err
	}
	fields := c.A.Fields("ticket", workspace)
	found, err := c.Search("ticket", func(r *record, t fw.Term) (bool, error) {
		key := map[string]string{"agent_id": "responder_id", "tag": "tags"}[t.Field]
		if slices.Contains([]string{"group_id", "priority", "status", "urgency", "impact", "requester_id", "department_id", "due_by", "fr_due_by", "type", "category"}, t.Field) {
			key = t.Field
		}
		switch {
		case t.Field == "created_at":
			return t.Matches(&fw.Field{Shape: fw.Moment}, fw.Stamp(r.Created))
		case t.Field == "updated_at":
			return t.Matches(&fw.Field{Shape: fw.Moment}, fw.Stamp(r.Updated))
		case key != "":
			return t.Matches(fw.Lookup(fields, key, false), r.Values[key])
		}
		f := fw.Lookup(fields, t.Field, true)
		if f == nil || f.Type == "custom_paragraph" || f.Type == "custom_decimal" || strings.HasPrefix(f.Type, "nested") {
			return false, fw.Invalid(t.Field, "invalid_field", "Unexpected/invalid field in request")
		}
		return t.Matches(f, r.Custom[f.Name])
	})
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(r *record) bool { return workspace != 0 && r.Workspace != workspace })
	rows, err := fw.Page(c, found, 30, lastFound)
	if err != nil {
		return err
	}
	out := []any{}
	for _, r := range rows {
		out = append(out, view(c, r, workspace != 0))
	}
	return c.Answer(http.StatusOK, object{"tickets": out, "total": len(found)})
}
