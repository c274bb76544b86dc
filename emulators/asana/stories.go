package asana

import (
	"net/http"
	"time"
)

// mergeWithin is how far apart two changes of the same kind by the same person may be to be shown as one story. The
// vendor says only that stories are merged for display.
const mergeWithin = time.Minute

func (c *call) storyView(s *story) object {
	kind := "system"
	if s.Comment {
		kind = "comment"
	}
	out := object{"gid": s.GID, "resource_type": "story", "resource_subtype": s.Subtype, "type": kind, "created_at": stamp(s.Created),
		"created_by": c.e.userRef(s.User), "text": s.Text, "source": s.Source, "is_edited": s.Edited, "is_pinned": s.Pinned,
		"is_editable": s.Comment && s.User == c.grant.user, "hearted": false, "hearts": []any{}, "num_hearts": 0, "liked": false, "likes": []any{}, "num_likes": 0,
		"previews": []any{}, "target": c.taskRef(s.Task)}
	if s.Comment {
		out["html_text"] = s.HTML
		out["text"] = plainOf(s.HTML)
	} else {
		out["html_text"] = richOf(s.Text)
	}
	for name, v := range s.Extra {
		out[name] = v
	}
	return out
}

// story writes a system story; one of the same key by the same person shortly before is merged into it.
func (c *call) story(t *task, subtype, key, text string, extra object) {
	s := &story{GID: c.e.st.id(), Task: t.GID, User: c.grant.user, Subtype: subtype, Text: text, Source: c.source, Created: c.now, Extra: extra, Key: key}
	if key != "" {
		for gid, old := range c.e.st.Stories {
			if old.Task == t.GID && old.Key == key && old.User == s.User && c.now.Sub(old.Created) < mergeWithin {
				for name, v := range old.Extra {
					if len(name) > 4 && name[:4] == "old_" {
						s.Extra[name] = v
					}
				}
				delete(c.e.st.Stories, gid)
			}
		}
	}
	c.e.st.Stories[s.GID] = s
	c.emit(event{Action: "added", Resource: thing{s.GID, "story", subtype}, Parent: t.thing(), Scope: c.e.scope(t)})
}

func (c *call) listStories() error {
	t, err := c.task(c.req.PathValue("task_gid"))
	if err != nil {
		return err
	}
	var rows []row
	for _, s := range c.e.st.Stories {
		if s.Task == t.GID {
			rows = append(rows, row{s.GID, func() object { return c.storyView(s) }})
		}
	}
	return c.list(rows)
}

// commentText reads the one text a comment has.
func (c *call) commentText() (string, error) {
	if err := c.only("text", "html_text", "is_pinned", "sticker_name"); err != nil {
		return "", err
	}
	plain, isPlain, err := c.text("text")
	if err != nil {
		return "", err
	}
	html, isHTML, err := c.text("html_text")
	if err != nil {
		return "", err
	}
	switch {
	case isPlain && isHTML:
		return "", bad("text: Specify one of text and html_text, not both")
	case isHTML:
		return c.rich("html_text", html, true)
	case plain == "":
		return "", bad("text: Missing input")
	}
	return richOf(plain), nil
}

func (c *call) postStory() error {
	t, err := c.task(c.req.PathValue("task_gid"))
	if err != nil {
		return err
	}
	html, err := c.commentText()
	if err != nil {
		return err
	}
	pinned, _, _ := c.boolean("is_pinned")
	s := &story{GID: c.e.st.id(), Task: t.GID, User: c.grant.user, Subtype: "comment_added", HTML: html, Source: c.source, Comment: true,
		Created: c.now, Pinned: pinned}
	c.e.st.Stories[s.GID] = s
	c.emit(event{Action: "added", Resource: thing{s.GID, "story", s.Subtype}, Parent: t.thing(), Scope: c.e.scope(t)})
	c.follow(t, c.grant.user)
	c.touch(t)
	return c.one(http.StatusCreated, c.storyView(s))
}

// storyOf finds a story of a task that the caller sees.
func (c *call) storyOf() (*story, *task, error) {
	gid := c.req.PathValue("story_gid")
	s := c.e.st.Stories[gid]
	if s == nil {
		return nil, nil, notFound("story", gid)
	}
	t, err := c.task(s.Task)
	return s, t, err
}

func (c *call) getStory() error {
	s, _, err := c.storyOf()
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, c.storyView(s))
}

// putStory changes the text of an own comment. A story has no time of change: an edit shows as is_edited
// and as an event only, and the task does not count as modified, nor where a comment is deleted.
func (c *call) putStory() error {
	s, t, err := c.storyOf()
	if err != nil {
		return err
	}
	if !s.Comment || s.User != c.grant.user {
		return forbidden("story: You may only edit your own comments")
	}
	pinned, onlyPinned, err := c.boolean("is_pinned")
	if err != nil {
		return err
	}
	if onlyPinned {
		s.Pinned = pinned
	}
	if !onlyPinned || len(c.data) > 1 {
		html, err := c.commentText()
		if err != nil {
			return err
		}
		s.HTML, s.Edited = html, true
	}
	c.emit(event{Action: "changed", Resource: thing{s.GID, "story", s.Subtype}, Change: &change{"text", "changed", nil}, Scope: c.e.scope(t)})
	return c.one(http.StatusOK, c.storyView(s))
}

func (c *call) deleteStory() error {
	s, t, err := c.storyOf()
	if err != nil {
		return err
	}
	if !s.Comment || s.User != c.grant.user {
		return forbidden("story: You may only delete your own comments")
	}
	delete(c.e.st.Stories, s.GID)
	c.emit(event{Action: "deleted", Resource: thing{s.GID, "story", s.Subtype}, Scope: c.e.scope(t)})
	return c.nothing()
}
