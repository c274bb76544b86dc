package jira

import (
	"net/http"
	"slices"
)

// renderComment adds to a comment what expand asks for.
func (c *call) renderComment(i *issue, cm *comment, expand []string) object {
	out := c.view().comment(i, cm)
	if slices.Contains(expand, "renderedBody") {
		out["renderedBody"] = c.view().html(cm.Body)
	}
	if slices.Contains(expand, "properties") && !c.v2 { // Data Center's document knows renderedBody only
		out["properties"] = renderProperties(cm.Properties)
	}
	return out
}

func (c *call) getComments() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var seen []*comment
	for _, cm := range i.Comments {
		if c.user.mayRead(cm) {
			seen = append(seen, cm)
		}
	}
	switch c.query.Get("orderBy") {
	case "-created":
		slices.Reverse(seen)
	case "", "created", "+created":
	default:
		return reply{}, fail(http.StatusBadRequest, "Ordering by the field '%s' is not supported.", c.query.Get("orderBy"))
	}
	page, startAt, maxResults := window(c, seen, 100, 100)
	out := []object{}
	for _, cm := range page {
		out = append(out, c.renderComment(i, cm, list(c.query["expand"]...)))
	}
	return ok(object{"startAt": startAt, "maxResults": maxResults, "total": len(seen), "comments": out})
}

func (c *call) postComment() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	if err := c.decode(&object{}, false); err != nil {
		return reply{}, err
	}
	cm, err := c.comment(i, rawDoc(c.body))
	if err != nil {
		return reply{}, err
	}
	return created(c.renderComment(i, cm, list(c.query["expand"]...)))
}

// oneComment finds the comment of the path among those the caller may read.
func (c *call) oneComment() (*issue, *comment, error) {
	i, err := c.issue()
	if err != nil {
		return nil, nil, err
	}
	cm := i.comment(c.vars["id"])
	if cm == nil || !c.user.mayRead(cm) {
		return nil, nil, noComment(c.vars["id"])
	}
	return i, cm, nil
}

func (c *call) getComment() (reply, error) {
	i, cm, err := c.oneComment()
	if err != nil {
		return reply{}, err
	}
	return ok(c.renderComment(i, cm, list(c.query["expand"]...)))
}

func (c *call) putComment() (reply, error) {
	i, cm, err := c.oneComment()
	if err != nil {
		return reply{}, err
	}
	if err := c.editComment(i, cm, rawDoc(c.body)); err != nil {
		return reply{}, err
	}
	return ok(c.renderComment(i, i.comment(cm.ID), list(c.query["expand"]...)))
}

func (c *call) dropComment() (reply, error) {
	i, cm, err := c.oneComment()
	if err != nil {
		return reply{}, err
	}
	c.deleteComment(i, cm)
	return noContent()
}

func (c *call) listComments() (reply, error) {
	var in struct {
		IDs []int64 `json:"ids"`
	}
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	if len(in.IDs) == 0 || len(in.IDs) > 1000 {
		return reply{}, fail(http.StatusBadRequest, "Give between 1 and 1000 comment ids.")
	}
	out := []object{}
	for _, i := range c.state.sorted() {
		for _, cm := range i.Comments {
			if slices.Contains(in.IDs, number(cm.ID)) && c.user.mayRead(cm) {
				out = append(out, c.renderComment(i, cm, list(c.query["expand"]...)))
			}
		}
	}
	return ok(pageBean(c, out, 1000, 1000))
}
