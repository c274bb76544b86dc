package asana

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
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

// missFor is how long it is believed that somebody is not there: people are invited at any time.
const missFor = time.Minute

// person finds somebody by gid or e-mail, among those the account sees ("Get a user").
func (c *Connector) person(ctx context.Context, who, workspace string) (core.Value, error) {
	nobody := fmt.Errorf("%s: such a user: %w", c.system, connectors.ErrNotFound)
	if who == "" || who == "me" {
		return core.Absent(), nobody
	}
	if known, ok := c.people.Get(who); ok && !known.IsAbsent() {
		return known, nil
	}
	if _, missed := c.people.Younger(who, missFor); missed {
		return core.Absent(), nobody
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

// mentions looks up whom the texts of an observation name by their gid, so that they can be matched by e-mail. Whoever is gone keeps the name
// that the text shows.
func (c *Connector) mentions(ctx context.Context, o *core.Observation) error {
	var gids []string
	look := func(v core.Value) {
		if v.Kind() != core.KindText {
			return
		}
		for _, r := range richtext.References(richtext.Asana, v.Source()) {
			if r.Kind == richtext.Mention && isGID(r.ID) && !slices.Contains(gids, r.ID) {
				gids = append(gids, r.ID)
			}
		}
	}
	for _, v := range o.Fields {
		look(v)
	}
	for _, m := range o.Comments {
		look(m.Body)
	}
	slices.Sort(gids)
	for _, gid := range gids {
		who, err := c.person(ctx, gid, "")
		switch {
		case err == nil:
			o.People = append(o.People, who)
		case !errors.Is(err, connectors.ErrNotFound):
			return err
		}
	}
	return nil
}
