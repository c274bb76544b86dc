package asana

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"duplex/connectors"
	"duplex/core"
)

// Self is the account duplex acts as.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	if known, ok := c.selves.Get(""); ok {
		return known, nil
	}
	me, _, err := call[user](ctx, c, http.MethodGet, "/users/me", nil, optFields("name", "email"))
	if err != nil {
		return core.Absent(), err
	}
	if me.GID == "" {
		return core.Absent(), connectors.Busy(c.system+": read own account", "the answer names nobody", 0)
	}
	c.selves.Put("", me.value())
	return me.value(), nil
}

// person finds somebody by gid or e-mail, among those the account sees ("Get a user").
func (c *Connector) person(ctx context.Context, who, workspace string) (core.Value, error) {
	nobody := fmt.Errorf("%s: such a user: %w", c.system, connectors.ErrNotFound)
	if who == "" || who == "me" {
		return core.Absent(), nobody
	}
	if known, ok := c.people.Get(who); ok {
		if known.IsAbsent() {
			return known, nobody
		}
		return known, nil
	}
	q := optFields("name", "email")
	if workspace != "" {
		q.Set("workspace", workspace)
	}
	u, _, err := call[user](ctx, c, http.MethodGet, "/users/"+url.PathEscape(who), nil, q)
	var invalid *connectors.InvalidError
	switch {
	case errors.Is(outOfSight(err), connectors.ErrNotFound), errors.As(err, &invalid), err == nil && u.GID == "":
		c.people.Put(who, core.Absent())
		return core.Absent(), nobody
	case err != nil:
		return core.Absent(), err
	}
	c.people.Put(who, u.value())
	return u.value(), nil
}

// ResolveUser finds the user with the person's e-mail address in the workspace of the scope.
func (c *Connector) ResolveUser(ctx context.Context, t connectors.ItemType, person core.Value) (core.Value, error) {
	workspace, err := c.workspaceOf(ctx, t.Scope["project"])
	if err != nil {
		return core.Absent(), err
	}
	return c.person(ctx, person.Email(), workspace)
}

// ResolveUserByName looks through the users of the workspace: the vendor's search for people is by beginnings of words.
func (c *Connector) ResolveUserByName(ctx context.Context, t connectors.ItemType, name string) (core.Value, error) {
	workspace, err := c.workspaceOf(ctx, t.Scope["project"])
	if err != nil {
		return core.Absent(), err
	}
	all, known := c.crowds.Get(workspace)
	if !known {
		q := optFields("name", "email")
		q.Set("workspace", workspace)
		users, err := list[user](ctx, c, "/users", q)
		if err != nil {
			return core.Absent(), err
		}
		for _, u := range users {
			all = append(all, u.value())
		}
		c.crowds.Put(workspace, all)
	}
	found := core.Absent()
	for _, one := range all {
		if name == "" || one.Name() != name {
			continue
		}
		if !found.IsAbsent() {
			found = core.Absent()
			break
		}
		found = one
	}
	if found.IsAbsent() {
		return found, fmt.Errorf("%s: one user of that name: %w", c.system, connectors.ErrNotFound)
	}
	return found, nil
}
