package zendesk

import (
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// redactText blots a string out of a comment, for ever.
func (c *call) redactText() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	co, err := c.openComment(t)
	if err != nil {
		return err
	}
	in, err := c.object("")
	if err != nil {
		return err
	}
	secret := text(in["text"])
	if secret == "" {
		return badRequest("ParameterMissing", "text is missing")
	}
	if !strings.Contains(co.Body, secret) {
		return invalid("text", "Text: is not part of the comment")
	}
	blot := strings.Repeat("▇", utf8.RuneCountInString(secret))
	return c.redacted(t, co, strings.ReplaceAll(co.HTML, secret, blot))
}

var redactMark = regexp.MustCompile(`(?is)<redact>(.*?)</redact>`)

// redactHTML blots out what the given html_body marks with redact tags; closed tickets too.
func (c *call) redactHTML() error {
	in, err := c.object("")
	if err != nil {
		return err
	}
	id, _ := number(in["ticket_id"])
	t := c.e.st.Tickets[id]
	if t == nil || t.deleted() {
		return notFound()
	}
	co := t.comment(c.pathID("ticket_comment_id"))
	if co == nil {
		return notFound()
	}
	marked, given := in["html_body"].(string)
	if !given {
		marked = co.HTML
	}
	if redactMark.ReplaceAllString(redactTag.ReplaceAllString(marked, "<$1$2>"), "$1") != co.HTML {
		return invalid("html_body", "html_body: differs from the comment by more than redact tags")
	}
	blotted := redactMark.ReplaceAllStringFunc(dropMarked(marked), func(m string) string {
		return strings.Repeat("▇", utf8.RuneCountInString(redactMark.FindStringSubmatch(m)[1]))
	})
	urls, _ := in["external_attachment_urls"].([]any)
	next := *co
	for _, u := range urls {
		f := c.e.fileAt(text(u))
		if f == nil || !slices.Contains(next.Files, f.ID) {
			return invalid("external_attachment_urls", "external_attachment_urls: "+text(u)+" is not an attachment of the comment")
		}
		if _, err := c.e.blotFile(&next, f.ID); err != nil {
			return err
		}
	}
	return c.redacted(t, &next, blotted)
}

func (c *call) redacted(t *ticket, co *comment, clean string) error {
	blotted := *co
	blotted.HTML = clean
	blotted.Body = plainText(clean)
	next := c.e.replaceComment(c.author(), t, &blotted, "CommentRedactionEvent")
	c.events = c.e.commentEvent(c.user, next, &blotted, "comment_redacted")
	c.dirty = true
	return c.answer(http.StatusOK, object{"comment": c.e.commentView(&blotted, true)})
}

// redactTag is an element whose tag is marked to go: <img … redact>, <a … redact>.
var redactTag = regexp.MustCompile(`(?i)<(img|a)((?:\s[^<>]*?)?)\s+redact\s*/?>`)

// dropMarked takes marked tags out; what a link encloses stays.
func dropMarked(in string) string {
	for {
		at := redactTag.FindStringSubmatchIndex(in)
		if at == nil {
			return in
		}
		before, after := in[:at[0]], in[at[1]:]
		if strings.EqualFold(in[at[2]:at[3]], "a") {
			after = strings.Replace(after, "</a>", "", 1)
		}
		in = before + after
	}
}

// fileAt finds an attachment by its content_url.
func (e *Emulator) fileAt(url string) *attachment {
	for _, f := range e.st.Files {
		if url != "" && e.fileView(f)["content_url"] == url {
			return f
		}
	}
	return nil
}

// blotFile puts an empty redacted.txt in the place of a comment's file, for ever, also where the text
// shows it.
func (e *Emulator) blotFile(co *comment, id int64) (*attachment, error) {
	old := e.st.Files[id]
	empty, err := e.keepFile("redacted.txt", "text/plain", nil, old.Inline)
	if err != nil {
		return nil, err
	}
	co.Files = slices.Clone(co.Files)
	co.Files[slices.Index(co.Files, id)] = empty.ID
	was, is := e.fileView(old)["content_url"].(string), e.fileView(empty)["content_url"].(string)
	co.HTML = strings.ReplaceAll(co.HTML, html.EscapeString(was), html.EscapeString(is))
	delete(e.st.Files, id)
	delete(e.files, id)
	return empty, nil
}

// redactFile replaces one attachment of a comment. Vendor page "Ticket Comments", Redact Comment Attachment.
func (c *call) redactFile() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	co, err := c.openComment(t)
	if err != nil {
		return err
	}
	id := c.pathID("attachment_id")
	if c.user.Role != "admin" {
		return forbidden()
	}
	if !slices.Contains(co.Files, id) {
		return notFound()
	}
	blotted := *co
	f, err := c.e.blotFile(&blotted, id)
	if err != nil {
		return err
	}
	next := c.e.replaceComment(c.author(), t, &blotted, "AttachmentRedactionEvent")
	c.events = c.e.sequence([]webhookEvent{{"ticket.attachment_redacted_from_comment", next, c.user, c.e.now(), object{
		"attachment": object{"id": idString(id)}, "comment": object{"id": idString(co.ID)}}}})
	c.dirty = true
	return c.answer(http.StatusOK, object{"attachment": c.e.fileView(f)})
}

// showInline marks the files of a comment that its text shows as pictures.
func (e *Emulator) showInline(co *comment) {
	for _, id := range co.Files {
		f := e.st.Files[id]
		if url := html.EscapeString(e.fileView(f)["content_url"].(string)); strings.Contains(co.HTML, `src="`+url+`"`) {
			f.Inline = true
		}
	}
}

// hideAudit is makePrivate by the audit the comment came with.
func (c *call) hideAudit() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	for _, co := range t.Comments {
		if co.AuditID != c.pathID("ticket_audit_id") {
			continue
		}
		if t.Status == "closed" {
			return invalid("status", "Status: closed prevents ticket update")
		}
		if co.Public {
			c.events = c.e.hideComment(c.author(), t, co)
			c.dirty = true
		}
		return c.answer(http.StatusOK, json.RawMessage(`""`))
	}
	return notFound()
}
