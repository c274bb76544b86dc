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
		Mark: markOf(is.body()), OwnItem: is.User != nil && fmt.Sprint(is.User.ID) == self.ID(), Complete: want.Comments && want.Attachments,
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

// fields are the issue's fields that want asks for.
func (c *Connector) fields(ctx context.Context, at place, is issue, want connectors.Want) (map[string]core.Value, error) {
	all := map[string]core.Value{
		"title": core.String(is.Title), "body": shown(is.body()), "status": core.Option(is.status(), is.status()),
		"labels": core.Strings(is.labels()...), "creator": c.person(is.User), "created_at": core.DateTime(is.CreatedAt.UTC()),
		"updated_at": core.DateTime(is.UpdatedAt.UTC()), "closed_at": core.Empty(core.KindDateTime), "number": core.Int(int64(is.Number)),
		"repository": core.String(at.repo.name), "locked": core.Bool(is.Locked), "assignee": core.Empty(core.KindUser),
		"milestone": core.Empty(core.KindOption), "type": core.Empty(core.KindOption), "parent": core.Empty(core.KindReference),
	}
	var people []core.Value
	for _, a := range is.Assignees {
		people = append(people, c.person(&a))
	}
	all["assignees"] = core.Set(people...)
	if len(people) > 0 {
		all["assignee"] = people[0]
	}
	if is.ClosedAt != nil {
		all["closed_at"] = core.DateTime(is.ClosedAt.UTC())
	}
	if is.Milestone != nil {
		all["milestone"] = core.Option(fmt.Sprint(is.Milestone.Number), is.Milestone.Title)
	}
	if is.Type != nil && is.Type.ID != 0 {
		all["type"] = core.Option(fmt.Sprint(is.Type.ID), is.Type.Name)
	}
	if is.ParentURL != nil && *is.ParentURL != "" && wanted(want, "parent") {
		v, err := c.parentOf(ctx, *is.ParentURL)
		if err != nil {
			return nil, err
		}
		all["parent"] = v
	}
	if slices.Contains(want.Fields, "sub_issues") {
		v, err := c.subIssues(ctx, at)
		if err != nil {
			return nil, err
		}
		all["sub_issues"] = v
	}
	if err := c.customOf(ctx, at.repo, is, want, all); err != nil {
		return nil, err
	}
	if err := c.attributes(ctx, is, want, all); err != nil {
		return nil, err
	}
	for name := range all {
		if !wanted(want, name) {
			delete(all, name)
		}
	}
	return all, nil
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
