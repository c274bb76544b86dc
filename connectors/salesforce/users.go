package salesforce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// The first letters of ids (fact sheet, Users).
const (
	userPrefix  = "005"
	queuePrefix = "00G"
)

func isUnauthenticated(err error) bool { return errors.Is(err, connectors.ErrUnauthenticated) }

// Self is the account the token belongs to. It is read once.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if !self.IsAbsent() {
		return self, nil
	}
	_, id, err := c.session.account(ctx)
	if err == nil {
		err = c.learn(ctx, []string{id})
	}
	if err != nil {
		return core.Value{}, c.fail("reading the own account", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.self = c.person(id)
	return c.self, nil
}

// person is the user or queue of that id as far as known, empty for none.
func (c *Connector) person(id string) core.Value {
	if id == "" {
		return core.Empty(core.KindUser)
	}
	if p, ok := c.people.Get(long(id)); ok {
		return p
	}
	return core.Person(long(id), "", "")
}

// learn looks up users and queues that are not known.
func (c *Connector) learn(ctx context.Context, ids []string) error {
	unknown := map[string][]string{}
	for _, id := range ids {
		id = long(id)
		if _, ok := c.people.Get(id); ok || !isID(id) || slices.Contains(unknown[id[:3]], id) {
			continue
		}
		unknown[id[:3]] = append(unknown[id[:3]], id)
	}
	users, err := c.inChunks(ctx, "query User", "SELECT Id, Name, Email FROM User WHERE Id IN ", unknown[userPrefix], "")
	if err != nil {
		return c.fail("reading users", err)
	}
	queues, err := c.inChunks(ctx, "query Group", "SELECT Id, Name FROM Group WHERE Id IN ", unknown[queuePrefix], "")
	if err != nil {
		return c.fail("reading queues", err)
	}
	for _, r := range append(users, queues...) {
		c.people.Put(long(r.text("Id")), personOf(r))
	}
	return nil
}

// inSandbox is what a sandbox puts behind every address (fact sheet, Users).
const inSandbox = ".invalid"

func personOf(r record) core.Value {
	return core.Person(long(r.text("Id")), strings.TrimSuffix(r.text("Email"), inSandbox), r.text("Name"))
}

// ResolveUser finds the one active user who has the person's e-mail address.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	email := strings.ToLower(strings.TrimSpace(person.Email()))
	if !strings.Contains(email, "@") {
		return core.Value{}, fmt.Errorf("%s: a user without a usable e-mail: %w", c.name, connectors.ErrNotFound)
	}
	where := "Email IN " + literals([]string{email, email + inSandbox}) + " AND IsActive = true"
	return c.resolve(ctx, "mail "+email, "that e-mail", "SELECT Id, Name, Email FROM User WHERE "+where+" LIMIT 5", func(v core.Value) bool {
		return strings.EqualFold(v.Email(), email)
	})
}

// ResolveUserByName finds the one active user, or else the one queue, with exactly that name.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	if strings.TrimSpace(name) == "" {
		return core.Value{}, fmt.Errorf("%s: a user without a usable name: %w", c.name, connectors.ErrNotFound)
	}
	exact := func(v core.Value) bool { return v.Name() == name }
	v, err := c.resolve(ctx, "name "+name, "that name", "SELECT Id, Name, Email FROM User WHERE Name = "+literal(name)+" AND IsActive = true LIMIT 5", exact)
	if connectors.Class(err) != "not-found" {
		return v, err
	}
	return c.resolve(ctx, "queue "+name, "that name", "SELECT Id, Name FROM Group WHERE Type = 'Queue' AND Name = "+literal(name)+" LIMIT 5", exact)
}

// resolve is the one row that is meant: a hit is believed for ten minutes, a miss for one.
func (c *Connector) resolve(ctx context.Context, key, what, soql string, meant func(core.Value) bool) (core.Value, error) {
	found, ok := c.found.Get(key)
	if found.IsAbsent() {
		found, ok = c.found.Younger(key, cached/10)
	}
	if !ok {
		list, err := c.rows(ctx, "query people", soql)
		if err != nil {
			return core.Value{}, c.fail("looking for a user", err)
		}
		n := 0
		for _, r := range list {
			if v := personOf(r); meant(v) {
				found, n = v, n+1
				c.people.Put(v.ID(), v)
			}
		}
		if n != 1 {
			found = core.Absent()
		}
		c.found.Put(key, found)
	}
	if found.IsAbsent() {
		return core.Value{}, fmt.Errorf("%s: no single user has %s: %w", c.name, what, connectors.ErrNotFound)
	}
	return found, nil
}

// owner is the id of the user or queue that a value means.
func (c *Connector) owner(ctx context.Context, v core.Value) (any, error) {
	if v.Kind() != core.KindUser {
		return nil, errors.New("it takes a user")
	}
	if id := v.ID(); isID(id) && (strings.HasPrefix(id, userPrefix) || strings.HasPrefix(id, queuePrefix)) {
		return long(id), nil
	}
	found, err := c.ResolveUser(ctx, connectors.ItemType{}, v)
	if connectors.Class(err) == "not-found" && v.Email() == "" {
		found, err = c.ResolveUserByName(ctx, connectors.ItemType{}, v.Name())
	}
	if connectors.Class(err) == "not-found" {
		return nil, errors.New("no active user is this person")
	}
	if err != nil {
		return nil, err
	}
	return found.ID(), nil
}
