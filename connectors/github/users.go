package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// profile is what an account shows of itself; one that is not there has no id.
type profile struct {
	ID                          int64
	Login, Name, Email, Company string
	Type                        string
}

// profile reads an account by its login; what it does not publish is empty. It is believed for ten minutes.
func (c *Connector) profile(ctx context.Context, login string) (profile, error) {
	key := strings.ToLower(login)
	if p, ok := c.profiles.Get(key); ok {
		return p, nil
	}
	var p profile
	_, err := c.read(ctx, "/users/"+url.PathEscape(login), nil, &p)
	if err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return p, fmt.Errorf("%s: reading an account: %w", c.name, err)
	}
	c.profiles.Put(key, p)
	if p.ID != 0 {
		c.users.Put(p.ID, p.Login)
	}
	return p, nil
}

// addressed is a user with the e-mail address they publish, by which the other side may know them. Issues do not show it: it costs a call, whose
// answer is believed for ten minutes.
func (c *Connector) addressed(ctx context.Context, a *account) (core.Value, error) {
	v := c.person(a)
	if a.ID == 0 || a.Login == "" || a.Type == "Bot" {
		return v, nil
	}
	p, err := c.profile(ctx, a.Login)
	if err != nil || p.ID != a.ID { // the login is somebody else's by now
		return v, err
	}
	return core.Person(v.ID(), p.Email, v.Name()), nil
}

// Self is the account the credential belongs to: of an App its bot. It is read once.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if !self.IsAbsent() {
		return self, nil
	}
	return c.freshSelf(ctx)
}

// freshSelf asks who the account is: its login may have changed.
func (c *Connector) freshSelf(ctx context.Context) (core.Value, error) {
	var me account
	var err error
	if c.app == nil {
		_, err = c.read(ctx, "/user", nil, &me)
	} else {
		var its struct{ Slug string }
		if _, err = c.app.client.JSON(ctx, http.MethodGet, "/app", nil, &its); err == nil {
			_, err = c.read(ctx, "/users/"+url.PathEscape(botLogin(its.Slug)), nil, &me)
		}
	}
	if err == nil && me.ID == 0 {
		err = connectors.Busy("the own account", "the answer names nobody", 0)
	}
	if err != nil {
		return core.Value{}, fmt.Errorf("%s: reading the own account: %w", c.name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.self = core.Person(fmt.Sprint(me.ID), "", me.Login)
	return c.self, nil
}

// ResolveUser finds the one person who publishes that e-mail address. Most people hide theirs: they are not found.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	email := strings.ToLower(strings.TrimSpace(person.Email()))
	if email == "" || strings.ContainsAny(email, " \"\\") || !strings.Contains(email, "@") {
		return core.Value{}, fmt.Errorf("%s: a user without a usable e-mail: %w", c.name, connectors.ErrNotFound)
	}
	found, ok := c.emails.Get(email)
	if !ok || found.IsAbsent() {
		if found, ok = c.emails.Younger(email, cached/10); !ok {
			var err error
			if found, err = c.searchUser(ctx, email); err != nil {
				return core.Value{}, fmt.Errorf("%s: looking for a user: %w", c.name, err)
			}
			c.emails.Put(email, found)
		}
	}
	if found.IsAbsent() {
		return core.Value{}, fmt.Errorf("%s: nobody publishes that e-mail, or several do: %w", c.name, connectors.ErrNotFound)
	}
	return found, nil
}

// searchUser asks the search of users, which knows public addresses only and finds parts of them too: each hit is looked at.
func (c *Connector) searchUser(ctx context.Context, email string) (core.Value, error) {
	var answer struct {
		Incomplete bool `json:"incomplete_results"`
		Items      []account
	}
	if _, err := c.read(ctx, "/search/users", url.Values{"q": {email + " in:email"}, "per_page": {"10"}}, &answer); err != nil {
		return core.Value{}, err
	}
	found := core.Absent()
	for _, a := range answer.Items {
		c.profiles.Forget(strings.ToLower(a.Login))
		p, err := c.profile(ctx, a.Login)
		if err != nil {
			return core.Value{}, err
		}
		if !strings.EqualFold(p.Email, email) {
			continue
		}
		if !found.IsAbsent() {
			return core.Absent(), nil
		}
		found = core.Person(fmt.Sprint(p.ID), p.Email, p.Login)
	}
	if found.IsAbsent() && answer.Incomplete {
		return found, connectors.Busy("the search of users", "its answer is not complete", 0)
	}
	return found, nil
}

// ResolveUserByName finds the account with exactly that login, which is what GitHub shows everywhere.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	none := fmt.Errorf("%s: no account has that login: %w", c.name, connectors.ErrNotFound)
	if name == "" || strings.ContainsAny(name, " /?#%") {
		return core.Value{}, none
	}
	p, err := c.profile(ctx, name)
	if err != nil {
		return core.Value{}, err
	}
	if p.ID == 0 || p.Login != name || p.Type == "Organization" {
		return core.Value{}, none
	}
	return core.Person(fmt.Sprint(p.ID), p.Email, p.Login), nil
}

// login is what a person is called by whoever assigns them in a repository: they are known by id, login or address and can be assigned there; else why not.
func (c *Connector) login(ctx context.Context, repo *repository, v core.Value) (login, why string, err error) {
	if v.Kind() != core.KindUser {
		return "", fmt.Sprintf("it takes a user, not a %s", v.Kind()), nil
	}
	id, isID := number(v.ID())
	switch {
	case isID:
		if login, err = c.loginOf(ctx, repo, id); err != nil {
			return "", "", err
		}
	case v.ID() == "" && v.Email() != "":
		found, err := c.ResolveUser(ctx, connectors.ItemType{}, v)
		if err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return "", "", err
		}
		login = found.Name()
	case v.ID() != "": // a table names people by their logins
		login = v.ID()
	default:
		login = v.Name()
	}
	if login == "" || strings.ContainsAny(login, " /?#%") {
		return "", "nobody who can be assigned in " + repo.name + " is that person", nil
	}
	_, err = c.read(ctx, repo.path("assignees", url.PathEscape(login)), nil, nil)
	if errors.Is(err, connectors.ErrNotFound) {
		return "", login + " cannot be assigned in " + repo.name + ": give the person access to the repository", nil
	}
	return login, "", err
}

// loginOf is the login of an account now. A login that was learned a while ago may have changed: it is asked for again.
func (c *Connector) loginOf(ctx context.Context, repo *repository, id int64) (string, error) {
	if login, ok := c.users.Younger(id, cached); ok {
		return login, nil
	}
	found := ""
	err := pages(ctx, c, repo.path("assignees"), nil, func(page []account) bool {
		for _, a := range page {
			c.users.Put(a.ID, a.Login)
			if a.ID == id {
				found = a.Login
			}
		}
		return found != ""
	})
	return found, hiddenList(err, repo)
}
