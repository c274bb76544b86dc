package salesforce

import "strings"

// beforePost makes of a post's text what the feed stores: HTML of the allowed tags, or plain text.
func (c *call) beforePost(old, r *record) error {
	body := "Body"
	if r.Object == "FeedComment" {
		body = "CommentBody"
		if item := c.e.st.live(r.text("FeedItemId")); item != nil {
			r.set("ParentId", item.text("ParentId"))
		}
	}
	if old == nil && r.text("Type") == "CaseCommentPost" {
		return bad("FIELD_INTEGRITY_EXCEPTION", "Type: a CaseCommentPost follows from a case comment", "Type")
	}
	if r.text(body) == "" && r.text("Type") != "ContentPost" && r.text("Type") != "LinkPost" {
		return bad("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+body+"]", body)
	}
	if r.flag("IsRichText") {
		text := sanitize(r.text(body))
		if !strings.HasPrefix(text, "<") {
			text = "<p>" + text + "</p>"
		}
		r.set(body, text)
	}
	if old != nil && r.Object == "FeedItem" {
		r.set("LastEditById", c.user.ID)
		r.set("LastEditDate", stamp(c.now))
	}
	return nil
}

// mirror keeps the post that every case comment has in the feed (Type CaseCommentPost).
func (c *call) mirror(old, r *record) {
	o := c.e.schema["feeditem"]
	visibility := "InternalUsers"
	if r.flag("IsPublished") {
		visibility = "AllUsers"
	}
	if old == nil {
		post := &record{Object: o.name, Values: row{"ParentId": r.text("ParentId"), "Type": "CaseCommentPost", "IsRichText": false, "RelatedRecordId": r.ID,
			"Visibility": visibility, "CommentCount": 0.0, "Status": "Published"}}
		post.set("Body", r.text("CommentBody"))
		c.add(o, post)
		return
	}
	for _, post := range c.e.st.where(o.name, "RelatedRecordId", r.ID) {
		next := post.clone()
		next.set("Body", r.text("CommentBody"))
		next.set("Visibility", visibility)
		c.replace(o, post, next)
	}
}

func (c *call) countReply(r *record) {
	if item := c.e.st.live(r.text("FeedItemId")); item != nil {
		next := item.clone()
		n, _ := item.Values["CommentCount"].(float64)
		next.Values["CommentCount"] = n + 1
		c.e.st.put(next)
	}
}
