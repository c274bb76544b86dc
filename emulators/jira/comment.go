package jira

import (
	"encoding/json"
	"net/http"
	"slices"
)

// internalKey is the property that makes a comment of a service project internal.
const internalKey = "sd.public.comment"

type commentInput struct {
	Body       rawDoc      `json:"body"`
	Visibility *visibility `json:"visibility"`
	Properties []property  `json:"properties"`
}

// readComment checks a new comment of an issue, nil for one that is yet to be created; nothing is
// stored yet and it has no id.
func (s *session) readComment(raw rawDoc, i *issue) (*comment, error) {
	var in commentInput
	if len(raw) == 0 || json.Unmarshal(raw, &in) != nil {
		return nil, badField("comment", "Comment body is not valid!")
	}
	body, err := s.readBody(in.Body, i, nil)
	if err != nil {
		return nil, err
	}
	if err := s.checkVisibility(in.Visibility); err != nil {
		return nil, err
	}
	c := &comment{Body: body, Visibility: in.Visibility, Properties: map[string]rawDoc{}}
	for _, p := range in.Properties {
		if err := checkProperty(p.Key, p.Value); err != nil {
			return nil, err
		}
		c.Properties[p.Key] = p.Value
	}
	return c, nil
}

// readBody checks a text of an issue that replaces another, nil for none.
func (s *session) readBody(raw rawDoc, i *issue, before *node) (*node, error) {
	if s.v2 {
		doc, refused := readWiki(raw)
		switch {
		case refused != "":
			return nil, badField("comment", "%s", refused)
		case doc == nil:
			return nil, badField("comment", "Comment body can not be empty!")
		}
		return doc, nil
	}
	if len(raw) == 0 || raw[0] != '{' {
		return nil, badField("comment", "Comment body is not valid!")
	}
	doc, err := parseADF(raw)
	if err != nil {
		return nil, badDocument(err)
	}
	if tooLongDoc(doc, len(raw), s.opts.CountDocumentJSON) {
		return nil, badField("comment", tooLong)
	}
	if err := checkMedia(doc, i, before); err != nil {
		return nil, err
	}
	doc = rewriteADF(doc)
	if doc == nil {
		return nil, badField("comment", "Comment body can not be empty!")
	}
	return doc, nil
}

// attachComment stores a checked comment on an issue. Whoever calls it tells the world.
func (s *session) attachComment(i *issue, c *comment) {
	c.ID, c.AuthorID, c.UpdaterID = s.state.nextID(), s.user.AccountID, s.user.AccountID
	c.Created, c.Updated = s.now, s.now
	i.Comments = append(i.Comments, c)
	s.touch(i)
}

// comment adds a comment and sends its event.
func (s *session) comment(i *issue, raw rawDoc) (*comment, error) {
	c, err := s.readComment(raw, i)
	if err != nil {
		return nil, err
	}
	s.attachComment(i, c)
	s.emitComment("comment_created", i, c)
	return c, nil
}

// editComment replaces the body, and the visibility and properties where the input has them.
// Properties that are given replace all: an internal flag that is not among them is gone.
func (s *session) editComment(i *issue, c *comment, raw rawDoc) error {
	var in commentInput
	if json.Unmarshal(raw, &in) != nil {
		return badField("comment", "Comment body is not valid!")
	}
	body, err := s.readBody(in.Body, i, c.Body)
	if err != nil {
		return err
	}
	if err := s.checkVisibility(in.Visibility); err != nil {
		return err
	}
	for _, p := range in.Properties {
		if err := checkProperty(p.Key, p.Value); err != nil {
			return err
		}
	}
	// The stored comment is replaced, not changed: the search index may hold the old one.
	next := *c
	if in.Visibility != nil {
		next.Visibility = in.Visibility
	}
	if in.Properties != nil {
		next.Properties = map[string]rawDoc{}
		for _, p := range in.Properties {
			next.Properties[p.Key] = p.Value
		}
	}
	next.Body, next.Updated, next.UpdaterID = body, s.now, s.user.AccountID
	i.Comments = slices.Clone(i.Comments)
	i.Comments[slices.Index(i.Comments, c)] = &next
	s.touch(i)
	s.emitComment("comment_updated", i, &next)
	return nil
}

func (s *session) deleteComment(i *issue, c *comment) {
	at := slices.Index(i.Comments, c)
	i.Comments = slices.Delete(slices.Clone(i.Comments), at, at+1)
	s.touch(i)
	s.emitComment("comment_deleted", i, c)
}

// mayRead tells whether a restricted comment is shown to a person.
func (u *User) mayRead(c *comment) bool { return u.maySee(c.Visibility) }

// maySee tells whether a person is in the role or group something is for; nobody (a webhook) sees all.
func (u *User) maySee(v *visibility) bool {
	if v == nil || u == nil {
		return true
	}
	if v.Type == "role" {
		return slices.Contains(u.Roles, v.Value)
	}
	return slices.Contains(u.Groups, v.Value)
}

// public tells whether customers of a service project see the comment. In any other project the
// internal flag means nothing.
func (c *comment) public(p *project) bool {
	if !p.ServiceDesk {
		return true
	}
	var flag struct {
		Internal bool `json:"internal"`
	}
	_ = json.Unmarshal(c.Properties[internalKey], &flag)
	return !flag.Internal
}

func noComment(id string) error {
	return fail(http.StatusNotFound, "Can not find a comment for the id: %s.", id)
}
