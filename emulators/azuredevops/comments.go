package azuredevops

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// addComment puts a comment on the item inside a revision in the making.
func (c *call) addComment(ch *change, v commentVersion) *comment {
	co := &comment{ID: c.e.st.NextComment, Versions: []commentVersion{v}, By: v.By, At: v.At}
	c.e.st.NextComment++
	ch.it.Comments = append(ch.it.Comments, co)
	ch.next.CommentID, ch.next.Version = co.ID, 1
	ch.next.Fields[fieldHistory] = v.Text
	ch.countComments()
	return co
}

func (ch *change) countComments() {
	n := 0.0
	for _, co := range ch.it.Comments {
		if !co.Deleted {
			n++
		}
	}
	ch.next.Fields["System.CommentCount"] = n
}

// text reads what a comment is to say, and in which format: format= is known since preview 4, and HTML where it is absent.
func (c *call) commentText() (commentVersion, error) {
	var in struct {
		Text string `json:"text"`
	}
	if err := c.decode(&in); err != nil {
		return commentVersion{}, err
	}
	v := commentVersion{Text: in.Text, Format: "html", By: c.user.mail}
	if format := strings.ToLower(c.query("format")); c.preview4() && format != "" {
		if format != "markdown" && format != "html" {
			return v, bad("VssPropertyValidationException", "The value of format is not one of markdown, html.")
		}
		v.Format = format
	}
	if v.Format == "html" {
		v.Text = sanitize(v.Text)
	}
	if strings.TrimSpace(v.Text) == "" {
		return v, bad("VssPropertyValidationException", "The text of the comment is empty.")
	}
	if len([]rune(v.Text)) > c.e.limits.LongText {
		return v, bad("WorkItemCommentTooLongException", "The text of the comment is too long.")
	}
	return v, nil
}

func (c *call) preview4() bool { return c.preview == 0 && c.version >= "7.1" || c.preview >= 4 }

func (c *call) postComment() error {
	it, err := c.item("id")
	if err != nil {
		return err
	}
	v, err := c.commentText()
	if err != nil {
		return err
	}
	ch := c.begin(it)
	v.At = tick(c.now)
	ch.text = v.Text
	co := c.addComment(ch, v)
	if _, err := ch.commit(); err != nil {
		return err
	}
	co.At, co.Versions[0].At = it.latest().At, it.latest().At
	c.happened("workitem.updated", it)
	c.happened("workitem.commented", it)
	return c.answer(c.commentView(it, co))
}

// comment finds the comment the path names; a deleted one only where the call may see it.
func (c *call) comment(deleted bool) (*item, *comment, error) {
	it, err := c.item("id")
	if err != nil {
		return nil, nil, err
	}
	id, _ := strconv.Atoi(c.params["comment"])
	co := it.comment(id)
	if co == nil || co.Deleted && !deleted {
		return nil, nil, refuse(http.StatusNotFound, "WorkItemCommentNotFoundException", "VS403306: The comment "+c.params["comment"]+" does not exist.")
	}
	return it, co, nil
}

// own refuses changes of somebody else's comment.
func (c *call) own(co *comment) error {
	if co.By == c.user.mail || c.user.admin {
		return nil
	}
	return refuse(http.StatusForbidden, "WorkItemCommentPermissionException", "VS403307: You can change your own comments only.")
}

func (c *call) patchComment() error {
	it, co, err := c.comment(false)
	if err != nil {
		return err
	}
	if err := c.own(co); err != nil {
		return err
	}
	v, err := c.commentText()
	if err != nil {
		return err
	}
	if last := co.Versions[len(co.Versions)-1]; last.Text == v.Text && last.Format == v.Format {
		return c.answer(c.commentView(it, co))
	}
	ch := c.begin(it)
	ch.next.CommentID, ch.next.Version = co.ID, len(co.Versions)+1
	ch.next.Fields[fieldHistory] = v.Text
	ch.text = v.Text
	if _, err := ch.commit(); err != nil {
		return err
	}
	v.At = it.latest().At
	co.Versions = append(co.Versions, v)
	c.happened("workitem.updated", it)
	return c.answer(c.commentView(it, co))
}

// deleteComment hides a comment. It is a revision without a text.
func (c *call) deleteComment() error {
	it, co, err := c.comment(false)
	if err != nil {
		return err
	}
	if err := c.own(co); err != nil {
		return err
	}
	co.Deleted = true
	ch := c.begin(it)
	ch.next.CommentID, ch.next.Version = co.ID, len(co.Versions)
	ch.countComments()
	if err := c.force(ch); err != nil {
		return err
	}
	co.Versions = append(co.Versions, commentVersion{Text: co.Versions[len(co.Versions)-1].Text, Format: co.Versions[len(co.Versions)-1].Format, By: c.user.mail, At: it.latest().At})
	c.happened("workitem.updated", it)
	return c.answer(nil)
}

func (c *call) getComment() error {
	it, co, err := c.comment(c.flag("includeDeleted"))
	if err != nil {
		return err
	}
	return c.answer(c.commentView(it, co))
}

// listComments gives them newest first and 20 at a time unless asked otherwise.
func (c *call) listComments() error {
	it, err := c.item("id")
	if err != nil {
		return err
	}
	top, err := c.number("$top", 20)
	if err != nil {
		return err
	}
	from, err := c.number("continuationToken", 0)
	if err != nil {
		return err
	}
	var all []*comment
	for _, co := range it.Comments {
		if (!co.Deleted || c.flag("includeDeleted")) && (c.query("ids") == "" || slices.Contains(c.words("ids"), strconv.Itoa(co.ID))) {
			all = append(all, co)
		}
	}
	ascending := strings.EqualFold(c.query("order"), "asc")
	if !ascending {
		slices.Reverse(all)
	}
	if from > 0 { // the token is the first comment of the next page
		all = slices.DeleteFunc(all, func(co *comment) bool { return ascending && co.ID < from || !ascending && co.ID > from })
	}
	page := all[:min(len(all), max(1, min(top, c.e.limits.Comments)))]
	out := []any{}
	for _, co := range page {
		out = append(out, c.commentView(it, co))
	}
	answer := object{"totalCount": int(it.latest().Fields["System.CommentCount"].(float64)), "count": len(out), "comments": out,
		"url": c.e.itemURL(it.text(fieldProject), c.params["id"], "comments")}
	if len(page) < len(all) {
		token := strconv.Itoa(all[len(page)].ID)
		query := c.values()
		query.Set("continuationToken", token)
		answer["continuationToken"], answer["nextPage"] = token, answer["url"].(string)+"?"+query.Encode()
	}
	return c.answer(answer)
}

func (c *call) listVersions() error {
	it, co, err := c.comment(true)
	if err != nil {
		return err
	}
	out := []any{}
	for i, v := range co.Versions {
		out = append(out, object{"id": co.ID, "version": i + 1, "text": v.Text, "renderedText": rendered(v), "createdBy": c.e.identityRef(co.By), "createdDate": stamp(co.At),
			"modifiedBy": c.e.identityRef(v.By), "modifiedDate": stamp(v.At), "isDeleted": co.Deleted && i == len(co.Versions)-1,
			"url": c.e.itemURL(it.text(fieldProject), c.params["id"], "comments", c.params["comment"], "versions", strconv.Itoa(i+1))})
	}
	return c.list(out)
}

var mentionForm = regexp.MustCompile(`data-vss-mention="version:[0-9.]+,([0-9a-f-]{36})|@<([0-9a-fA-F-]{36})>`)

func (c *call) commentView(it *item, co *comment) object {
	v := co.Versions[len(co.Versions)-1]
	mentions := []any{}
	for _, m := range mentionForm.FindAllStringSubmatch(v.Text, -1) {
		mentions = append(mentions, object{"artifactId": m[1] + m[2], "artifactType": "Person", "commentId": co.ID, "targetId": strings.ToLower(m[1] + m[2])})
	}
	out := object{"workItemId": it.ID, "id": co.ID, "version": len(co.Versions), "text": v.Text, "mentions": mentions,
		"createdBy": c.e.identityRef(co.By), "createdDate": stamp(co.At), "modifiedBy": c.e.identityRef(v.By), "modifiedDate": stamp(v.At),
		"url": c.e.itemURL(it.text(fieldProject), strconv.Itoa(it.ID), "comments", strconv.Itoa(co.ID))}
	if c.preview4() {
		out["format"] = v.Format
	}
	if co.Deleted {
		out["isDeleted"] = true
	}
	switch strings.ToLower(c.query("$expand")) {
	case "renderedtext", "renderedtextonly", "all":
		out["renderedText"] = rendered(v)
	}
	return out
}

// rendered is a text as HTML. Of Markdown only paragraphs are rendered.
func rendered(v commentVersion) string {
	if v.Format == "html" {
		return v.Text
	}
	out := ""
	for _, p := range strings.Split(v.Text, "\n\n") {
		out += "<p>" + html.EscapeString(p) + "</p>\n"
	}
	return out
}
