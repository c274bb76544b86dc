package jira

import (
	"context"
	"fmt"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// miss is how long an e-mail address that nobody has is remembered.
const miss = time.Minute

// meet learns the account duplex acts as from the header that answers carry, and reports whether there was one.
func (c *Connector) meet(account string) bool {
	if account == "" || account == "anonymous" {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.self = account
	return true
}

// selfID is the account's id; it costs a call only when no answer has named it yet.
func (c *Connector) selfID(ctx context.Context) (string, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if self != "" {
		return self, nil
	}
	v, err := c.Self(ctx)
	return v.ID(), err
}

// Self is the account duplex acts as ("Get current user").
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	var u user
	if err := c.get(ctx, c.api+"/myself", nil, &u); err != nil {
		return core.Absent(), err
	}
	if !c.meet(u.AccountID) {
		return core.Absent(), fmt.Errorf("%s: %w: the answer names no account", c.system, connectors.ErrDenied)
	}
	return u.value(), nil
}

// ResolveUser finds the active account with that e-mail address ("Find users"). The vendor matches by prefix, and an
// address that is hidden only when it is given in full; so one account without a visible address is taken as the one.
// An account without the right to browse users finds nobody.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	email := strings.ToLower(strings.TrimSpace(person.Email()))
	nobody := fmt.Errorf("%s: find user by e-mail: %w", c.system, connectors.ErrNotFound)
	if email == "" {
		return core.Absent(), nobody
	}
	if v, ok := c.people.Get(email); ok && !v.IsAbsent() {
		return v, nil
	}
	if _, ok := c.people.Younger(email, miss); ok {
		return core.Absent(), nobody
	}
	var found []user
	if err := c.get(ctx, c.api+"/user/search", c.on.usersBy(email, "50"), &found); err != nil {
		return core.Absent(), err
	}
	v := match(found, email)
	c.people.Put(email, v)
	if v.IsAbsent() {
		return v, nobody
	}
	return v, nil
}

// ResolveUserByName finds the active account with exactly that display name ("Find users"). The vendor matches by prefix, so a
// name that more than a page of accounts begin with may be missed.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	nobody := fmt.Errorf("%s: find user by name: %w", c.system, connectors.ErrNotFound)
	if strings.TrimSpace(name) == "" {
		return core.Absent(), nobody
	}
	key := "name " + name // no e-mail address holds a space
	if v, ok := c.people.Get(key); ok && !v.IsAbsent() {
		return v, nil
	}
	if _, ok := c.people.Younger(key, miss); ok {
		return core.Absent(), nobody
	}
	var found []user
	if err := c.get(ctx, c.api+"/user/search", c.on.usersBy(name, "200"), &found); err != nil {
		return core.Absent(), err
	}
	v := matchName(found, name)
	c.people.Put(key, v)
	if v.IsAbsent() {
		return v, nobody
	}
	return v, nil
}

// matchName picks the one active account of a person with exactly that name, absent when there is none or more than one. It is pure.
func matchName(found []user, name string) core.Value {
	one := core.Absent()
	for _, u := range found {
		if u.AccountID == "" || u.AccountType == "app" || (u.Active != nil && !*u.Active) || u.DisplayName != name {
			continue
		}
		if !one.IsAbsent() {
			return core.Absent()
		}
		one = u.value()
	}
	return one
}

// match picks the one account with that address, absent when there is none or more than one. It is pure.
func match(found []user, email string) core.Value {
	var exact, hidden []user
	for _, u := range found {
		switch {
		case u.AccountID == "" || u.AccountType == "app" || (u.Active != nil && !*u.Active):
		case strings.EqualFold(u.EmailAddress, email):
			exact = append(exact, u)
		case u.EmailAddress == "":
			hidden = append(hidden, u)
		}
	}
	switch {
	case len(exact) == 1:
		return exact[0].value()
	case len(exact) == 0 && len(hidden) == 1:
		return core.Person(hidden[0].AccountID, email, hidden[0].DisplayName)
	}
	return core.Absent()
}
