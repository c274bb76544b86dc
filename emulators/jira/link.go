package jira

import (
	"encoding/json"
	"net/http"
	"slices"
)

// link connects two issues. A link that is there already is left as it is, without an error.
func (s *session) link(t *linkType, inward, outward *issue) {
	for _, l := range s.state.Links {
		if l.TypeID == t.ID && l.InwardID == inward.ID && l.OutwardID == outward.ID {
			return
		}
	}
	l := &issueLink{ID: s.state.nextID(), TypeID: t.ID, InwardID: inward.ID, OutwardID: outward.ID}
	s.state.Links = append(s.state.Links, l)
	s.linkChanged(l, true)
	s.emitLink("issuelink_created", l)
}

// newLink is a link to be made as part of a create or an edit: from the issue to the other, or back.
type newLink struct {
	kind   *linkType
	other  *issue
	inward bool // the other is the inward end
}

// readLink reads the add verb of issuelinks: a type and the other end.
func (s *session) readLink(verb map[string]rawDoc) (newLink, error) {
	type end struct{ ID, Key string }
	var in struct {
		Type         struct{ ID, Name string }
		InwardIssue  *end
		OutwardIssue *end
	}
	raw, adds := verb["add"]
	if !adds || len(verb) != 1 {
		return newLink{}, badField("issuelinks", "Field does not support update other than 'add'")
	}
	if json.Unmarshal(raw, &in) != nil || (in.InwardIssue == nil) == (in.OutwardIssue == nil) {
		return newLink{}, badField("issuelinks", "A link needs a type and either inwardIssue or outwardIssue.")
	}
	out := newLink{kind: findLinkType(in.Type.ID, in.Type.Name), inward: in.InwardIssue != nil}
	to := in.OutwardIssue
	if out.inward {
		to = in.InwardIssue
	}
	name := to.ID
	if name == "" {
		name = to.Key
	}
	if out.other = s.state.find(name); out.other == nil {
		return newLink{}, badField("issuelinks", "Could not find issue by id or key.")
	}
	if out.kind == nil {
		return newLink{}, badField("issuelinks", "No issue link type with name '%s' found.", in.Type.Name)
	}
	return out, nil
}

func (l newLink) make(s *session, i *issue) {
	if l.inward {
		s.link(l.kind, l.other, i)
		return
	}
	s.link(l.kind, i, l.other)
}

func (s *session) unlink(l *issueLink) {
	s.dropLink(l)
	s.linkChanged(l, false)
}

// dropLink removes a link without a trace in the issues' histories.
func (s *session) dropLink(l *issueLink) {
	s.state.Links = slices.DeleteFunc(s.state.Links, func(have *issueLink) bool { return have == l })
	s.changed = true
	s.emitLink("issuelink_deleted", l)
}

// linkChanged writes both issues' histories and moves their times.
func (s *session) linkChanged(l *issueLink, added bool) {
	t := findLinkType(l.TypeID, "")
	for _, side := range []struct{ self, other, words string }{{l.InwardID, l.OutwardID, t.Outward}, {l.OutwardID, l.InwardID, t.Inward}} {
		i, other := s.state.Issues[side.self], s.state.Issues[side.other]
		if i == nil || other == nil {
			continue
		}
		words := "This issue " + side.words + " " + other.Key
		it := changeItem{Field: "Link", FieldType: "jira", FieldID: "issuelinks"}
		if added {
			it.To, it.ToString = &other.Key, &words
		} else {
			it.From, it.FromString = &other.Key, &words
		}
		s.record(i, it)
	}
}

func findLinkType(id, name string) *linkType {
	for _, t := range linkTypes {
		if id != "" && t.ID == id || id == "" && t.Name == name {
			return t
		}
	}
	return nil
}

type remoteLinkInput struct {
	GlobalID     string `json:"globalId"`
	Relationship string `json:"relationship"`
	Application  rawDoc `json:"application"`
	Object       rawDoc `json:"object"`
}

func (in remoteLinkInput) check() error {
	var object struct{ URL, Title string }
	if json.Unmarshal(in.Object, &object) != nil || object.URL == "" {
		return badField("url", "'url' is required.")
	}
	if object.Title == "" {
		return badField("title", "'title' is required.")
	}
	if len(in.GlobalID) > 255 {
		return fail(http.StatusBadRequest, "The length of globalId must be less than or equal to 255 characters.")
	}
	return nil
}

// linkRemote creates a remote link, or replaces the one with the same global id.
func (s *session) linkRemote(i *issue, in remoteLinkInput) (l *remoteLink, created bool) {
	if in.GlobalID != "" {
		for _, have := range i.RemoteLinks {
			if have.GlobalID == in.GlobalID {
				have.Relationship, have.Application, have.Object = in.Relationship, in.Application, in.Object
				s.touch(i)
				return have, false
			}
		}
	}
	l = &remoteLink{ID: number(s.state.nextID()), GlobalID: in.GlobalID, Relationship: in.Relationship, Application: in.Application, Object: in.Object}
	i.RemoteLinks = append(i.RemoteLinks, l)
	s.touch(i)
	return l, true
}

func (s *session) unlinkRemote(i *issue, l *remoteLink) {
	i.RemoteLinks = slices.DeleteFunc(slices.Clone(i.RemoteLinks), func(have *remoteLink) bool { return have == l })
	s.touch(i)
}
