package jira

import (
	"net/http"
	"strconv"
)

func (c *call) getRemoteLinks() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	v, out := c.view(), []object{}
	global, filtered := c.query.Get("globalId"), c.query.Has("globalId")
	for _, l := range i.RemoteLinks {
		if !filtered {
			out = append(out, v.remoteLink(i, l))
		} else if l.GlobalID == global {
			return ok(v.remoteLink(i, l))
		}
	}
	if filtered {
		return reply{}, noRemoteLink()
	}
	return ok(out)
}

func noRemoteLink() error {
	return fail(http.StatusNotFound, "The remote issue link does not exist.")
}

func (c *call) postRemoteLink() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var in remoteLinkInput
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	l, isNew := c.linkRemote(i, in)
	out := object{"id": l.ID, "self": c.view().self("/issue/" + i.Key + "/remotelink/" + strconv.FormatInt(l.ID, 10))}
	if isNew {
		return created(out)
	}
	return ok(out)
}

func (c *call) oneRemoteLink() (*issue, *remoteLink, error) {
	i, err := c.issue()
	if err != nil {
		return nil, nil, err
	}
	for _, l := range i.RemoteLinks {
		if byID, named := c.vars["linkId"]; named && l.ID == number(byID) || !named && l.GlobalID == c.query.Get("globalId") {
			return i, l, nil
		}
	}
	return nil, nil, noRemoteLink()
}

func (c *call) getRemoteLink() (reply, error) {
	i, l, err := c.oneRemoteLink()
	if err != nil {
		return reply{}, err
	}
	return ok(c.view().remoteLink(i, l))
}

func (c *call) putRemoteLink() (reply, error) {
	i, l, err := c.oneRemoteLink()
	if err != nil {
		return reply{}, err
	}
	var in remoteLinkInput
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	l.GlobalID, l.Relationship, l.Application, l.Object = in.GlobalID, in.Relationship, in.Application, in.Object
	c.touch(i)
	return noContent()
}

func (c *call) deleteRemoteLink() (reply, error) {
	i, l, err := c.oneRemoteLink()
	if err != nil {
		return reply{}, err
	}
	c.unlinkRemote(i, l)
	return noContent()
}

func (c *call) postIssueLink() (reply, error) {
	type end struct{ ID, Key string }
	var in struct {
		Type         struct{ ID, Name string }
		InwardIssue  end
		OutwardIssue end
		Comment      rawDoc
	}
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	t := findLinkType(in.Type.ID, in.Type.Name)
	if t == nil {
		return reply{}, fail(http.StatusNotFound, "No issue link type with name '%s' found.", in.Type.Name)
	}
	find := func(e end) *issue {
		if e.ID != "" {
			return c.state.find(e.ID)
		}
		return c.state.find(e.Key)
	}
	inward, outward := find(in.InwardIssue), find(in.OutwardIssue)
	if inward == nil || outward == nil {
		return reply{}, noIssue()
	}
	if len(in.Comment) > 0 {
		if _, err := c.readComment(in.Comment, outward); err != nil {
			return reply{}, err
		}
	}
	c.link(t, inward, outward)
	if len(in.Comment) > 0 {
		if _, err := c.comment(outward, in.Comment); err != nil {
			return reply{}, err
		}
	}
	return reply{status: http.StatusCreated}, nil
}

func (c *call) oneLink() (*issueLink, error) {
	for _, l := range c.state.Links {
		if l.ID == c.vars["linkId"] {
			return l, nil
		}
	}
	return nil, fail(http.StatusNotFound, "No issue link with id '%s' exists.", c.vars["linkId"])
}

func (c *call) getIssueLink() (reply, error) {
	l, err := c.oneLink()
	if err != nil {
		return reply{}, err
	}
	v := c.view()
	return ok(object{"id": l.ID, "self": v.self("/issueLink/" + l.ID), "type": v.linkType(findLinkType(l.TypeID, "")),
		"inwardIssue": v.stub(c.state.Issues[l.InwardID]), "outwardIssue": v.stub(c.state.Issues[l.OutwardID])})
}

func (c *call) deleteIssueLink() (reply, error) {
	l, err := c.oneLink()
	if err != nil {
		return reply{}, err
	}
	c.unlink(l)
	return noContent()
}

func (c *call) getLinkTypes() (reply, error) {
	out := []object{}
	for _, t := range linkTypes {
		out = append(out, c.view().linkType(t))
	}
	return ok(object{"issueLinkTypes": out})
}
