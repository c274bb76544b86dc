package zendesk

import (
	"strconv"
	"time"
)

// commentAuthor is who the comment of this change will be by; nil where there is no comment.
func (ch *change) commentAuthor() *user {
	in, ok := ch.in["comment"].(map[string]any)
	if !ok {
		return nil
	}
	if id, _ := number(in["author_id"]); id != 0 {
		return ch.e.st.Users[id]
	}
	if ch.create {
		return ch.e.st.Users[ch.next.SubmitterID]
	}
	return ch.actor
}

// compose prepares the comment, if the change has one. Files are taken from their upload tokens
// only when the change is kept.
func (ch *change) compose() {
	in, ok := ch.in["comment"].(map[string]any)
	if !ok {
		return
	}
	author := ch.commentAuthor()
	if author == nil {
		ch.problems.add("comment", "Comment: the author is not a user of this account")
		return
	}
	html, body := text(in["html_body"]), text(in["body"])
	uploads := uploadTokens(in["uploads"])
	if html == "" && body == "" && len(uploads) == 0 {
		if ch.create {
			ch.problems.add("comment", "Description: cannot be blank")
		}
		return
	}
	for _, token := range uploads {
		if up := ch.e.st.Uploads[token]; up == nil || ch.now.After(up.Expires) {
			ch.problems.add("uploads", "Upload: the token is unknown or older than 60 minutes")
		}
	}
	if len(ch.next.Comments) >= 5000 {
		ch.problems.add("comment", "Comment: a ticket cannot have more than 5000 comments")
	}
	public := true
	if len(ch.next.Comments) > 0 {
		public = ch.next.Comments[0].Public
	}
	if v, ok := in["public"].(bool); ok {
		public = v
	}
	w := fromBody(body, author.staff(), ch.fill)
	if html != "" {
		w = fromHTML(html, ch.fill)
	}
	ch.uploads = uploads
	ch.comment = &comment{AuthorID: author.ID, Public: public, Body: w.plain, HTML: w.html,
		Created: ch.now.Truncate(time.Second), Channel: ch.channel}
}

func uploadTokens(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, t := range v {
			out = append(out, text(t))
		}
		return out
	}
	return nil
}

// fill is what a placeholder stands for; unknown ones stand for nothing.
func (ch *change) fill(name string) string {
	n := ch.next
	person := func(id int64) string {
		if u := ch.e.st.Users[id]; u != nil {
			return u.Name
		}
		return ""
	}
	switch name {
	case "ticket.id":
		return strconv.FormatInt(n.ID, 10)
	case "ticket.title":
		return n.Subject
	case "ticket.status":
		return n.Status
	case "ticket.external_id":
		return n.ExternalID
	case "ticket.requester.name":
		return person(n.RequesterID)
	case "ticket.assignee.name":
		return person(n.AssigneeID)
	case "current_user.name":
		return ch.actor.Name
	}
	return ""
}
