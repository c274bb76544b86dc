package memory

import (
	"context"
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// DefaultSelf is the account connectors act as unless Options say otherwise.
func DefaultSelf() core.Value { return core.Person("u-sync", "sync@acme.example", "duplex sync") }

// DefaultUsers are the people of a system unless Options say otherwise.
func DefaultUsers() []core.Value {
	return []core.Value{
		core.Person("u-ada", "ada@acme.example", "Ada Lovelace"),
		core.Person("u-grace", "grace@acme.example", "Grace Hopper"),
		core.Person("u-linus", "linus@acme.example", "Linus Pauling"),
		core.Person("u-triage", "triage@acme.example", "Triage Desk"),
	}
}

// ResolveUser finds the one user with the person's e-mail.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	var found []core.Value
	err := c.sys.call(ctx, OpResolveUser, "", func() error {
		for _, u := range append([]core.Value{c.sys.self}, c.sys.users...) {
			if person.Email() != "" && strings.EqualFold(u.Email(), person.Email()) {
				found = append(found, u)
			}
		}
		if len(found) != 1 {
			return fmt.Errorf("%d users have that e-mail: %w", len(found), connectors.ErrNotFound)
		}
		return nil
	})
	if err != nil {
		return core.Value{}, err
	}
	return found[0], nil
}

// ResolveUserByName finds the one user with exactly that name.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	var found []core.Value
	err := c.sys.call(ctx, OpResolveUser, "", func() error {
		for _, u := range append([]core.Value{c.sys.self}, c.sys.users...) {
			if name != "" && u.Name() == name {
				found = append(found, u)
			}
		}
		if len(found) != 1 {
			return fmt.Errorf("%d users have that name: %w", len(found), connectors.ErrNotFound)
		}
		return nil
	})
	if err != nil {
		return core.Value{}, err
	}
	return found[0], nil
}

// Self is the account duplex acts as.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	err := c.sys.call(ctx, OpSelf, "", func() error { return nil })
	if err != nil {
		return core.Value{}, err
	}
	return c.sys.self, nil
}
