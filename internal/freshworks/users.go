package freshworks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// profile is a person as far as it is read.
type profile struct {
	value         core.Value
	phone, mobile string
}

// attributes of the requester, each with how it is read.
var attributes = map[string]func(profile) string{
	"requester.email":  func(p profile) string { return p.value.Email() },
	"requester.name":   func(p profile) string { return p.value.Name() },
	"requester.phone":  func(p profile) string { return p.phone },
	"requester.mobile": func(p profile) string { return p.mobile },
}

// agentProfile reads an agent: in Freshdesk the name and mail are below contact.
func agentProfile(r record) profile {
	id := r.text("id")
	inner := r
	if r.shows("contact") {
		inner = r.object("contact")
	}
	return profile{value: core.Person(id, inner.text("email"), fullName(inner)), phone: inner.first("phone", "work_phone_number"),
		mobile: inner.first("mobile", "mobile_phone_number")}
}

func (c *Connector) contactProfile(r record) profile {
	return profile{value: core.Person(r.text("id"), r.text(c.p.ContactMail), fullName(r)), phone: r.first("phone", "work_phone_number"),
		mobile: r.first("mobile", "mobile_phone_number")}
}

func fullName(r record) string {
	if name := r.text("name"); name != "" {
		return name
	}
	return strings.TrimSpace(r.text("first_name") + " " + r.text("last_name"))
}

// Self is the account the key belongs to. It is read once.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if !self.IsAbsent() {
		return self, nil
	}
	var err error
	if c.p.SelfPath != "" {
		var r record
		if err = c.call(ctx, http.MethodGet, c.p.SelfPath, "agent", nil, &r); err == nil {
			self = agentProfile(r).value
		}
	} else {
		var found []profile
		if found, err = c.byMail(ctx, c.mail, true); err == nil && len(found) == 1 {
			self = found[0].value
		}
	}
	if err == nil && (self.IsAbsent() || self.ID() == "") {
		err = fmt.Errorf("no agent has the e-mail address of auth.email: %w", connectors.ErrDenied)
	}
	if err != nil {
		return core.Value{}, fmt.Errorf("%s: reading the own account: %w", c.name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.self = self
	return self, nil
}

// person is whoever has that id: looked for among agents first where one is likelier there. Somebody who may not be seen is an id alone.
func (c *Connector) person(ctx context.Context, id int64, agentFirst bool) (profile, error) {
	if p, ok := c.people.Get(id); ok {
		return p, nil
	}
	read := func(path, name string, make func(record) profile) (profile, bool, error) {
		var r record
		err := c.call(ctx, http.MethodGet, fmt.Sprintf("/api/v2/%s/%d", path, id), name, nil, &r)
		if errors.Is(err, connectors.ErrNotFound) || forbidden(err) {
			return profile{}, false, nil
		}
		return make(r), err == nil, err
	}
	p, ok, err := profile{}, false, error(nil)
	for _, agents := range []bool{agentFirst, !agentFirst} {
		if agents {
			p, ok, err = read("agents", "agent", agentProfile)
		} else {
			p, ok, err = read(c.p.Contacts, c.p.ContactOne, c.contactProfile)
		}
		if err != nil {
			return profile{}, fmt.Errorf("%s: reading a person: %w", c.name, err)
		}
		if ok {
			break
		}
	}
	if !ok {
		p = profile{value: core.Person(strconv.FormatInt(id, 10), "", "")}
	}
	c.people.Put(id, p)
	return p, nil
}

// byMail lists the agents, or the contacts, with exactly that address.
func (c *Connector) byMail(ctx context.Context, email string, agents bool) ([]profile, error) {
	path, name := "/api/v2/"+c.p.Contacts, c.p.ContactMany
	if agents {
		path, name = "/api/v2/agents", "agents"
	}
	var out []profile
	err := each(ctx, c, path, name, url.Values{"email": {email}}, func(r record) bool {
		p := c.contactProfile(r)
		if agents {
			p = agentProfile(r)
		}
		if strings.EqualFold(p.value.Email(), email) {
			out = append(out, p)
		}
		return false
	})
	return out, err
}

// ResolveUser finds the one agent, else the one contact, whose e-mail address is the person's.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	return c.resolve(ctx, person.Email(), true, true)
}

// resolve finds somebody by e-mail. A miss is believed for a minute, a hit for ten.
func (c *Connector) resolve(ctx context.Context, email string, agents, contacts bool) (core.Value, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" || strings.ContainsAny(email, " \"'\\") || !strings.Contains(email, "@") {
		return core.Value{}, fmt.Errorf("%s: a user without a usable e-mail: %w", c.name, connectors.ErrNotFound)
	}
	key := fmt.Sprint(email, agents, contacts)
	found, ok := c.emails.Get(key)
	if !ok || found.IsAbsent() {
		found, ok = c.emails.Younger(key, cached/10)
	}
	if !ok {
		for _, kind := range []bool{true, false} {
			if kind && !agents || !kind && !contacts {
				continue
			}
			list, err := c.byMail(ctx, email, kind)
			if forbidden(err) && contacts && kind {
				continue // agents are for administrators
			}
			if err != nil {
				return core.Value{}, fmt.Errorf("%s: looking for a user: %w", c.name, err)
			}
			if len(list) == 1 {
				found = list[0].value
			}
			if len(list) > 0 {
				break
			}
		}
		c.emails.Put(key, found)
	}
	if found.IsAbsent() {
		return core.Value{}, fmt.Errorf("%s: no single user has that e-mail: %w", c.name, connectors.ErrNotFound)
	}
	return found, nil
}

// ResolveUserByName finds the one agent with exactly that name. Contacts are too many to be listed.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	all, ok := c.agents.Get("")
	if !ok {
		err := each(ctx, c, "/api/v2/agents", "agents", url.Values{}, func(r record) bool {
			all = append(all, agentProfile(r))
			return false
		})
		if forbidden(err) {
			err = fmt.Errorf("agents are not shown to the account, only to administrators: %w", connectors.ErrNotFound)
		}
		if err != nil {
			return core.Value{}, fmt.Errorf("%s: looking for a user: %w", c.name, err)
		}
		c.agents.Put("", all)
	}
	var found []core.Value
	for _, p := range all {
		if name != "" && p.value.Name() == name {
			found = append(found, p.value)
		}
	}
	if len(found) != 1 {
		return core.Value{}, fmt.Errorf("%s: no single agent has that name: %w", c.name, connectors.ErrNotFound)
	}
	return found[0], nil
}

// forbidden tells that the account is known and lacks a right.
func forbidden(err error) bool {
	return errors.Is(err, connectors.ErrDenied) && !errors.Is(err, connectors.ErrUnauthenticated)
}
