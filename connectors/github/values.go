package github

import (
	"context"
	"fmt"
	"slices"

	"duplex/connectors"
	"duplex/core"
)

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
		p := c.person(&a)
		if wanted(want, "assignee") || wanted(want, "assignees") {
			var err error
			if p, err = c.addressed(ctx, &a); err != nil {
				return nil, err
			}
		}
		people = append(people, p)
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
	if err := c.attributes(ctx, is, want, all); err != nil {
		return nil, err
	}
	if err := c.customOf(ctx, at.repo, is, want, all); err != nil { // last: only fields that nothing else knows cost a call
		return nil, err
	}
	for name := range all {
		if !wanted(want, name) {
			delete(all, name)
		}
	}
	return all, nil
}
