package jira

import (
	"context"
	"net/url"
)

// isDesk reports whether an issue is in a service project, where customers read public comments.
func isDesk(is issue) bool {
	var p struct {
		Type string `json:"projectTypeKey"`
	}
	return is.decode("project", &p) == nil && p.Type == "service_desk"
}

// noteDesk remembers what an issue that was just read says of its project.
func (c *Connector) noteDesk(is issue) {
	if _, shown := is.Fields["project"]; shown {
		c.desks.Put(is.ID, isDesk(is))
	}
}

// desk reports whether an issue is in a service project. What is remembered may be old by minutes: it may only name
// what is read, or choose among ways that are all narrow enough.
func (c *Connector) desk(ctx context.Context, issueID string) (bool, error) {
	if d, ok := c.desks.Get(issueID); ok {
		return d, nil
	}
	return c.deskNow(ctx, issueID)
}

// deskNow asks.
func (c *Connector) deskNow(ctx context.Context, issueID string) (bool, error) {
	var is issue
	if err := c.get(ctx, c.issuePath(issueID), url.Values{"fields": {"project"}}, &is); err != nil {
		return false, err
	}
	c.noteDesk(is)
	return isDesk(is), nil
}
