package github

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// Get reads an issue, with its comments where want asks for them and it has any. What the vendor says has not changed costs nothing.
func (c *Connector) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	at, is, err := c.issueAt(ctx, id)
	if err != nil {
		return core.Observation{}, err
	}
	return c.observe(ctx, id, at, is, want)
}

// observe is an issue as the engine sees it, under the id it was asked for by.
func (c *Connector) observe(ctx context.Context, id string, at place, is issue, want connectors.Want) (core.Observation, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return core.Observation{}, err
	}
	ref := c.ref(at.repo, is.Number, is.HTMLURL)
	ref.ID = id
	o := core.Observation{
		Ref: ref, Revision: is.revision(), CreatedAt: is.CreatedAt.UTC(), UpdatedAt: is.UpdatedAt.UTC(), CreatedBy: c.person(is.User),
		OwnItem: is.User != nil && fmt.Sprint(is.User.ID) == self.ID(), Complete: want.Comments && want.Attachments,
	}
	if o.OwnItem {
		o.Mark = markOf(is.body())
	}
	if o.Fields, err = c.fields(ctx, at, is, want); err != nil {
		return o, err
	}
	texts := []string{is.body()}
	if want.Comments && is.Comments > 0 {
		list, err := c.comments(ctx, at)
		if err != nil {
			return o, err
		}
		for _, m := range list {
			o.Comments = append(o.Comments, c.comment(at.repo, m, self))
			texts = append(texts, m.Body)
		}
	}
	if want.Comments || wanted(want, "body") {
		o.People, err = c.people(ctx, texts)
	}
	return o, err
}

// wanted reports whether the read asks for that field.
func wanted(want connectors.Want, field string) bool {
	return want.Fields == nil || slices.Contains(want.Fields, field)
}

// people are those whom the texts mention, by their logins, with the address where they publish it.
func (c *Connector) people(ctx context.Context, texts []string) ([]core.Value, error) {
	var out []core.Value
	seen := map[string]bool{}
	for _, text := range texts {
		for _, login := range mentioned(text) {
			if key := strings.ToLower(login); !seen[key] && len(seen) < 20 {
				seen[key] = true
				p, err := c.profile(ctx, login)
				if err != nil {
					return nil, err
				}
				if p.ID != 0 {
					out = append(out, core.Person(login, p.Email, p.Login))
				}
			}
		}
	}
	return out, nil
}
