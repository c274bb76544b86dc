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
