package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

const selfKey = "\x00self"

// vouchedFor is how long a credential is believed to be known that a system would take for a stranger's without a word.
const vouchedFor = 10 * time.Second

// vouch makes sure that answers are those for the account. A system that shows strangers what everybody may see answers a revoked
// credential with less and not with a refusal: private comments would look deleted.
func (c *Connector) vouch(ctx context.Context) error {
	c.mu.Lock()
	fresh := !c.m.Auth.Strangers || c.m.Self == nil || c.now().Sub(c.vouched).Abs() < vouchedFor
	c.mu.Unlock()
	if fresh {
		return nil
	}
	_, err := c.readSelf(ctx)
	return err
}

// Self is the account the credential belongs to. It is read once in a while.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	if c.m.Self == nil {
		return core.Absent(), nil
	}
	if p, ok := c.people.Get(selfKey); ok {
		return p, nil
	}
	return c.readSelf(ctx)
}

func (c *Connector) readSelf(ctx context.Context) (core.Value, error) {
	v := vars{"settings": c.settings}
	a, err := c.call(ctx, c.m.Self, http.MethodGet, v, query(v, c.m.Self.Query), nil)
	if err != nil {
		return core.Value{}, c.failed("reading the own account", err)
	}
	x, err := c.m.Self.Item.eval(a.vars())
	if err != nil {
		return core.Value{}, c.failed("reading the own account", err)
	}
	p, err := c.shown(x)
	if err == nil && p.ID() == "" {
		err = fmt.Errorf("%w: the system does not tell whose the credential is", connectors.ErrDenied)
	}
	if err != nil {
		return core.Value{}, c.failed("reading the own account", err)
	}
	c.people.Put(selfKey, p)
	c.mu.Lock()
	c.vouched = c.now()
	c.mu.Unlock()
	return p, nil
}

// shown is a person as an answer shows them: an object, or an id.
func (c *Connector) shown(x any) (core.Value, error) {
	m, ok := x.(map[string]any)
	switch {
	case x == nil || x == "":
		return core.Empty(core.KindUser), nil
	case !ok:
		return core.Person(textOf(x), "", ""), nil
	}
	u := c.m.Users
	if u == nil {
		return core.Person(textOf(m["id"]), textOf(m["email"]), textOf(m["name"])), nil
	}
	v := vars{"user": x}
	id, err := u.ID.text(v)
	if err != nil {
		return core.Absent(), err
	}
	email, err := u.Email.text(v)
	if err != nil {
		return core.Absent(), err
	}
	name, err := u.Name.text(v)
	return core.Person(id, email, name), err
}

// person is somebody as an answer shows them, with the e-mail address looked up where it does not.
func (c *Connector) person(ctx context.Context, x any) (core.Value, error) {
	p, err := c.shown(x)
	if err != nil || p.IsEmpty() || p.Email() != "" || p.ID() == "" || c.m.Users == nil || c.m.Users.Get == nil {
		return p, err
	}
	if known, ok := c.people.Get(p.ID()); ok {
		return known, nil
	}
	v := vars{"settings": c.settings, "id": p.ID(), "name": p.Name()}
	a, err := c.call(ctx, c.m.Users.Get, http.MethodGet, v, query(v, c.m.Users.Get.Query), nil)
	if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated) {
		c.people.Put(p.ID(), p) // a group, or somebody the account may not look up
		return p, nil
	}
	if err != nil {
		return core.Absent(), err
	}
	got, err := c.m.Users.Get.Item.eval(a.vars())
	if err != nil {
		return core.Absent(), err
	}
	full, err := c.shown(got)
	if err != nil || full.ID() != p.ID() {
		return p, err
	}
	c.people.Put(p.ID(), full)
	return full, nil
}

// ResolveUser finds the one user with that e-mail address. A miss is believed for a minute.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	email := strings.TrimSpace(person.Email())
	if email == "" || strings.ContainsAny(email, " \t\"") {
		return core.Value{}, fmt.Errorf("%s: a user without an e-mail address: %w", c.name, connectors.ErrNotFound)
	}
	return c.resolve(ctx, c.m.Users.Find, "email", email, func(u core.Value) bool { return strings.EqualFold(u.Email(), email) })
}

// ResolveUserByName finds the one user with exactly that name.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	if strings.TrimSpace(name) == "" {
		return core.Value{}, fmt.Errorf("%s: a user without a name: %w", c.name, connectors.ErrNotFound)
	}
	return c.resolve(ctx, c.m.Users.ByName, "name", name, func(u core.Value) bool { return u.Name() == name })
}

func (c *Connector) resolve(ctx context.Context, r *Request, by, value string, is func(core.Value) bool) (core.Value, error) {
	key := by + "\x00" + value
	if by == "email" {
		key = strings.ToLower(key)
	}
	if p, ok := c.people.Get(key); ok {
		return p, nil
	}
	nobody := fmt.Errorf("%s: no single user has that %s: %w", c.name, by, connectors.ErrNotFound)
	if _, ok := c.misses.Get(key); ok {
		return core.Value{}, nobody
	}
	list, err := c.all(ctx, r, vars{"settings": c.settings, by: value})
	if err != nil {
		return core.Value{}, c.failed("looking for a user", err)
	}
	var found []core.Value
	for _, x := range list {
		p, err := c.shown(x)
		if err == nil && p.Email() == "" && by == "email" {
			p, err = c.person(ctx, x) // the list does not show addresses
		}
		if err != nil {
			return core.Value{}, c.failed("looking for a user", err)
		}
		if is(p) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		c.misses.Put(key, true)
		return core.Value{}, nobody
	}
	c.people.Put(key, found[0])
	return found[0], nil
}

func (c *Connector) settleUser(ctx context.Context, f *Field, x core.Value) (core.Value, string, error) {
	if x.Kind() == core.KindString && strings.Contains(x.Source(), "@") {
		x = core.Person("", x.Source(), "")
	}
	switch {
	case x.Kind() != core.KindUser:
		return x, "it takes a person", nil
	case x.ID() != "":
		return c.writable(ctx, f, x)
	case x.Email() == "" || c.m.Users == nil || c.m.Users.Find == nil:
		return x, "a person with an id of this system is needed", nil
	}
	p, err := c.ResolveUser(ctx, connectors.ItemType{}, x)
	if errors.Is(err, connectors.ErrNotFound) {
		return x, "no user, or more than one, has this e-mail address", nil
	}
	if err != nil {
		return x, "", err
	}
	return c.writable(ctx, f, p)
}

// writable is a person with what the field writes of people. Without it, nothing would be written, and nobody named.
func (c *Connector) writable(ctx context.Context, f *Field, p core.Value) (core.Value, string, error) {
	knows := func(p core.Value) bool {
		return f.As != "name" && f.As != "email" || f.As == "name" && p.Name() != "" || f.As == "email" && p.Email() != ""
	}
	if knows(p) {
		return p, "", nil
	}
	full, err := c.person(ctx, p.ID())
	if err != nil && !errors.Is(err, connectors.ErrUnsupported) || knows(full) {
		return full, "", err
	}
	return p, "it is written by " + f.As + ", which is not known of this person", nil
}
