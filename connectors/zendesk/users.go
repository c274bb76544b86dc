package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

type user struct {
	ID    *int64
	Name  string
	Email *string
}

func (u user) value() core.Value {
	email := ""
	if u.Email != nil {
		email = *u.Email
	}
	return core.Person(strconv.FormatInt(*u.ID, 10), email, u.Name)
}

// Self is the account the credential belongs to. It is read once.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if !self.IsAbsent() {
		return self, nil
	}
	var answer struct{ User user }
	_, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/users/me", nil, &answer)
	if err == nil && (answer.User.ID == nil || *answer.User.ID == 0) {
		err = fmt.Errorf("the vendor takes duplex for an anonymous visitor: %w", connectors.ErrDenied)
	}
	if err != nil {
		return core.Value{}, fmt.Errorf("%s: reading the own account: %w", c.name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.self = answer.User.value()
	return c.self, nil
}

// person is the user of that id as far as known, empty for none.
func (c *Connector) person(id *int64) core.Value {
	if id == nil || *id == 0 {
		return core.Empty(core.KindUser)
	}
	if p, ok := c.users.Get(*id); ok {
		return p
	}
	return core.Person(strconv.FormatInt(*id, 10), "", "")
}

// learnPeople looks up the users that tickets and comments name and that are not known, a hundred at a time.
func (c *Connector) learnPeople(ctx context.Context, tickets []ticket, comments []comment) error {
	var unknown []int64
	add := func(id *int64) {
		if id == nil || *id <= 0 || slices.Contains(unknown, *id) {
			return
		}
		if _, ok := c.users.Get(*id); !ok {
			unknown = append(unknown, *id)
		}
	}
	for _, t := range tickets {
		add(t.RequesterID)
		add(t.SubmitterID)
		add(t.AssigneeID)
	}
	for _, m := range comments {
		add(&m.AuthorID)
	}
	for chunk := range slices.Chunk(unknown, 100) {
		if err := c.readUsers(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// ResolveUser finds the one user whose primary e-mail is the person's. The vendor's user search may miss somebody who
// was added within the last minutes.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	email := strings.ToLower(strings.TrimSpace(person.Email()))
	if email == "" || strings.ContainsAny(email, " \"\\") {
		return core.Value{}, fmt.Errorf("%s: a user without a usable e-mail: %w", c.name, connectors.ErrNotFound)
	}
	found, ok := c.known(email)
	if !ok {
		var err error
		if found, err = c.searchUser(ctx, `email:"`+email+`"`, func(u user) bool { return u.Email != nil && strings.EqualFold(*u.Email, email) }); err != nil {
			return core.Value{}, fmt.Errorf("%s: looking for a user: %w", c.name, err)
		}
		c.emails.Put(email, found)
	}
	if found.IsAbsent() {
		return core.Value{}, fmt.Errorf("%s: no single user has that e-mail: %w", c.name, connectors.ErrNotFound)
	}
	return found, nil
}

// known is what a search found not long ago: a miss is believed for a minute, a hit for ten.
func (c *Connector) known(key string) (core.Value, bool) {
	if v, ok := c.emails.Get(key); ok && !v.IsAbsent() {
		return v, true
	}
	return c.emails.Younger(key, cached/10)
}

// ResolveUserByName finds the one user with exactly that name, as late as ResolveUser does.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	if strings.TrimSpace(name) == "" || strings.ContainsAny(name, "\"\\") {
		return core.Value{}, fmt.Errorf("%s: a user without a usable name: %w", c.name, connectors.ErrNotFound)
	}
	key := "name " + name // no e-mail address holds a space
	found, ok := c.known(key)
	if !ok {
		var err error
		found, err = c.searchUser(ctx, `"`+name+`"`, func(u user) bool { return u.Name == name })
		if err != nil {
			return core.Value{}, fmt.Errorf("%s: looking for a user: %w", c.name, err)
		}
		c.emails.Put(key, found)
	}
	if found.IsAbsent() {
		return core.Value{}, fmt.Errorf("%s: no single user has that name: %w", c.name, connectors.ErrNotFound)
	}
	return found, nil
}

// searchUser is the one user that a search finds and that is meant, absent for none or several.
func (c *Connector) searchUser(ctx context.Context, query string, meant func(user) bool) (core.Value, error) {
	var answer struct{ Users []user }
	q := url.Values{"query": {query}}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/users/search", nil, &answer, httpx.Query(q)); err != nil {
		return core.Value{}, err
	}
	found := core.Absent()
	for _, u := range answer.Users {
		if u.ID == nil || !meant(u) {
			continue
		}
		if !found.IsAbsent() {
			return core.Absent(), nil
		}
		found = u.value()
	}
	return found, nil
}
