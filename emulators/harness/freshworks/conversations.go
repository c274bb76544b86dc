package freshworks

import (
	"net/http"
	"slices"
)

// flag reads a truth of the body; a form writes it as text.
func (c *Call) flag(key string, def bool, p *Problems) bool {
	v, ok := c.In[key]
	if !ok || v == nil {
		return def
	}
	if s, ok := v.(string); ok && c.Form {
		v = typed(Check, s)
	}
	b, ok := v.(bool)
	if !ok {
		mismatch(p, key, "Boolean")
	}
	return b
}

func (c *Call) words(key string, p *Problems) []string {
	v, ok := c.In[key]
	if !ok || v == nil {
		return nil
	}
	list, _ := acceptWords(key, v, p).([]any)
	var out []string
	for _, w := range list {
		out = append(out, w.(string))
	}
	return out
}

func (c *Call) only(p *Problems, keys ...string) {
	for key := range c.In {
		if !slices.Contains(keys, key) {
			p.Add(key, "invalid_field", "Unexpected/invalid field in request")
		}
	}
}

// speak reads what replies and notes have in common.
func (c *Call) speak(p *Problems) *Conversation {
	conv := &Conversation{ID: c.A.State.ID(), By: c.By.ID, Created: c.Now, Updated: c.Now}
	body, ok := c.In["body"].(string)
	switch {
	case c.In["body"] == nil || ok && Plain(body) == "" && len(c.Uploads) == 0:
		p.Add("body", "missing_field", "It should be present and not blank")
	case !ok:
		mismatch(p, "body", "String")
	}
	conv.HTML = c.A.Vendor.Rewrite(body)
	if v := c.In["user_id"]; v != nil {
		f := &Field{Key: "user_id", Shape: Someone}
		if n, ok := c.accept(f, v, p).(float64); ok {
			conv.By = int64(n)
		}
	}
	return conv
}

// Note adds a note: private unless the body says otherwise.
func (c *Call) Note(r *Record) (*Conversation, error) {
	var p Problems
	c.only(&p, "body", "private", "incoming", "notify_emails", "user_id", "structured_body")
	conv := c.speak(&p)
	conv.Source, conv.Private, conv.Incoming = 2, c.flag("private", true, &p), c.flag("incoming", false, &p)
	conv.To = c.words("notify_emails", &p)
	if err := c.keepConversation(r, conv, p); err != nil {
		return nil, err
	}
	if len(conv.To) > 0 {
		c.mail(r, "notify", conv.To)
	}
	if !conv.Private && !conv.Incoming && c.A.opts.PublicNoteMails {
		c.mail(r, "note", c.requesterMail(r))
	}
	return conv, nil
}

// Reply adds a reply, and mails it to the requester.
func (c *Call) Reply(r *Record) (*Conversation, error) {
	var p Problems
	c.only(&p, "body", "from_email", "user_id", "cc_emails", "bcc_emails", "structured_body")
	conv := c.speak(&p)
	conv.From, _ = c.In["from_email"].(string)
	conv.To, conv.CC = c.requesterMail(r), c.words("cc_emails", &p)
	if err := c.keepConversation(r, conv, p); err != nil {
		return nil, err
	}
	c.mail(r, "reply", append(slices.Clone(conv.To), conv.CC...))
	return conv, nil
}

func (c *Call) keepConversation(r *Record, conv *Conversation, p Problems) error {
	if err := p.Err(); err != nil {
		return err
	}
	if err := c.Weigh(r); err != nil {
		return err
	}
	var err error
	if conv.Files, err = c.KeepUploads(); err != nil {
		return err
	}
	next := r.Clone()
	next.Conversations = append(next.Conversations, conv)
	text := "added a private note"
	if conv.Source == 0 {
		text = "sent a reply"
	} else if !conv.Private {
		text = "added a public note"
	}
	next.Activities = append(next.Activities, Activity{At: c.Now, By: c.By.ID, Text: text, Changes: map[string]any{"note": Object{"id": conv.ID, "type": conv.Source}}})
	if c.A.Vendor.NotesMove {
		next.Updated = c.Now
	}
	c.Put(next)
	action := "note"
	if conv.Source == 0 {
		action = "reply"
	}
	c.events = append(c.events, event{kind: r.Kind, id: r.ID, by: c.By.ID, action: action, private: conv.Private})
	return nil
}

func (c *Call) requesterMail(r *Record) []string {
	if one := c.A.State.People[r.Number("requester_id")]; one != nil && one.Email != "" {
		return []string{one.Email}
	}
	return nil
}

// mail notes a mail that left the house.
func (c *Call) mail(r *Record, why string, to []string) {
	c.A.State.Mails = append(c.A.State.Mails, Mail{At: c.Now, Record: r.ID, Why: why, To: to, By: c.By.ID})
	c.Dirty()
}

// OutboundMail notes the mail that a ticket written to a customer is.
func (c *Call) OutboundMail(r *Record) { c.mail(r, "outbound", c.requesterMail(r)) }

// Mails are the mails that went to people outside since the start or the last reset.
func (a *Account) Mails() []Mail {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.State.Mails)
}

// Conversation finds a reply or note of a record of a kind, whatever record it is.
func (c *Call) Conversation(kind string) (*Record, *Conversation, error) {
	for _, r := range c.A.State.Records[kind] {
		for _, conv := range r.Conversations {
			if conv.ID == c.ID("id") {
				if r.Deleted || r.Spam {
					return nil, nil, Trashed()
				}
				return r, conv, nil
			}
		}
	}
	return nil, nil, NotFound()
}

// EditNote replaces the text of a note; replies stay as they were mailed. The record's times do not move.
func (c *Call) EditNote(r *Record, conv *Conversation) (*Conversation, error) {
	if conv.Source != 2 {
		return nil, Invalid("body", "inconsistent_state", "Only notes can be edited")
	}
	var p Problems
	c.only(&p, "body", "structured_body", "notify_emails")
	told := c.speak(&p)
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
	edited := *conv
	edited.HTML, edited.Updated, edited.Edited, edited.EditedBy = told.HTML, c.Now, c.Now, c.By.ID
	edited.Files = append(slices.Clone(conv.Files), files...)
	c.replace(r, conv.ID, &edited)
	c.events = append(c.events, event{kind: r.Kind, id: r.ID, by: c.By.ID, action: "note_edited", private: conv.Private})
	return &edited, nil
}

// DropConversation deletes a reply or note. The record's times do not move.
func (c *Call) DropConversation(r *Record, conv *Conversation) error {
	c.replace(r, conv.ID, nil)
	return c.Answer(http.StatusNoContent, nil)
}

func (c *Call) replace(r *Record, conv int64, by *Conversation) {
	next := r.Clone()
	i := slices.IndexFunc(next.Conversations, func(one *Conversation) bool { return one.ID == conv })
	if by == nil {
		next.Conversations = slices.Delete(next.Conversations, i, i+1)
	} else {
		next.Conversations[i] = by
	}
	c.Put(next)
}

// ConversationView shows a reply or note of a ticket.
func (c *Call) ConversationView(r *Record, conv *Conversation) Object {
	return Object{"id": conv.ID, "ticket_id": r.ID, "user_id": conv.By, "body": conv.HTML, "body_text": Plain(conv.HTML),
		"incoming": conv.Incoming, "private": conv.Private, "source": conv.Source, "support_email": nil, "from_email": OrNull(conv.From),
		"to_emails": List(conv.To), "cc_emails": List(conv.CC), "bcc_emails": []any{}, "attachments": c.FileViews(conv.Files),
		"created_at": Stamp(conv.Created), "updated_at": Stamp(conv.Updated)}
}
