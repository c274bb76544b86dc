package github

import (
	"context"
	"fmt"
	"net/url"

	"duplex/connectors"
	"duplex/core"
)

// standard are the fields of every issue.
func standard(types, milestones []core.Value) []connectors.Field {
	var states []core.Value
	for _, s := range statuses {
		states = append(states, core.Option(s, s))
	}
	return []connectors.Field{
		{Name: "title", Label: "Title", Kind: core.KindString, Required: true, OnCreate: true, MaxLen: 256},
		{Name: "body", Label: "Description", Kind: core.KindText, OnCreate: true, MaxLen: maxText},
		{Name: "status", Label: "State with its reason", Kind: core.KindOption, Options: states, OnCreate: true},
		{Name: "labels", Label: "Labels", Kind: core.KindSet, Of: core.KindString, OnCreate: true},
		{Name: "assignees", Label: "Assignees", Kind: core.KindSet, Of: core.KindUser, OnCreate: true},
		{Name: "assignee", Label: "Assignee, when there is one", Kind: core.KindUser, OnCreate: true},
		{Name: "milestone", Label: "Milestone", Kind: core.KindOption, Options: milestones, OnCreate: true},
		{Name: "type", Label: "Type", Kind: core.KindOption, Options: types, OnCreate: true},
		{Name: "parent", Label: "Parent issue", Kind: core.KindReference, OnCreate: true},
		{Name: "sub_issues", Label: "Sub-issues", Kind: core.KindSet, Of: core.KindReference, ReadOnly: true},
		{Name: "creator", Label: "Author", Kind: core.KindUser, ReadOnly: true},
		{Name: "number", Label: "Number", Kind: core.KindNumber, ReadOnly: true},
		{Name: "repository", Label: "Repository", Kind: core.KindString, ReadOnly: true},
		{Name: "locked", Label: "Locked", Kind: core.KindBool, ReadOnly: true},
		{Name: "created_at", Label: "Created", Kind: core.KindDateTime, ReadOnly: true},
		{Name: "updated_at", Label: "Updated", Kind: core.KindDateTime, ReadOnly: true},
		{Name: "closed_at", Label: "Closed", Kind: core.KindDateTime, ReadOnly: true},
	}
}

// Describe lists the fields of issues in the scope's repository.
func (c *Connector) Describe(ctx context.Context, t connectors.ItemType) (connectors.Description, error) {
	d := connectors.Description{Type: t}
	if err := c.checkType(t.Type); err != nil {
		return d, err
	}
	repo, err := c.scoped(ctx, t.Scope)
	if err != nil {
		return d, err
	}
	types, err := c.typesOf(ctx, repo)
	if err != nil {
		return d, err
	}
	milestones, err := c.milestonesOf(ctx, repo, false)
	if err != nil {
		return d, err
	}
	custom, err := c.definitions(ctx, repo)
	if err != nil {
		return d, err
	}
	d.Fields = standard(typeOptions(types), milestoneOptions(milestones))
	for _, f := range custom {
		d.Fields = append(d.Fields, f.describe())
	}
	d.Fields = append(d.Fields, attributeFields()...)
	return d, nil
}

// typesOf are the issue types that can be given in a repository: none where its owner is a person.
func (c *Connector) typesOf(ctx context.Context, repo *repository) ([]issueType, error) {
	if ts, ok := c.types.Get(repo.ID); ok {
		return ts, nil
	}
	var ts []issueType
	if _, err := c.read(ctx, repo.path("issue-types"), nil, &ts); err != nil && !absent(err) {
		return nil, fmt.Errorf("%s: reading the issue types: %w", c.name, err)
	}
	c.types.Put(repo.ID, ts)
	return ts, nil
}

func typeOptions(ts []issueType) []core.Value {
	var out []core.Value
	for _, t := range ts {
		if t.Enabled == nil || *t.Enabled {
			out = append(out, core.Option(fmt.Sprint(t.ID), t.Name))
		}
	}
	return out
}

// milestonesOf are all milestones of a repository, open and closed.
func (c *Connector) milestonesOf(ctx context.Context, repo *repository, fresh bool) ([]milestone, error) {
	if ms, ok := c.milestones.Get(repo.ID); ok && !fresh {
		return ms, nil
	}
	var ms []milestone
	err := pages(ctx, c, repo.path("milestones"), url.Values{"state": {"all"}}, func(page []milestone) bool {
		ms = append(ms, page...)
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("%s: reading the milestones: %w", c.name, hiddenList(err, repo))
	}
	c.milestones.Put(repo.ID, ms)
	return ms, nil
}

func milestoneOptions(ms []milestone) []core.Value {
	var out []core.Value
	for _, m := range ms {
		out = append(out, core.Option(fmt.Sprint(m.Number), m.Title))
	}
	return out
}
