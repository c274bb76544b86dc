package azuredevops

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// person is an identity as the identity service shows it (vendor page "Identities - Read Identities").
type person struct {
	ID         string
	Name       string `json:"providerDisplayName"`
	Custom     string `json:"customDisplayName"`
	Active     bool   `json:"isActive"`
	Container  bool   `json:"isContainer"`
	Properties map[string]struct {
		Value json.RawMessage `json:"$value"`
	}
}

func (p person) property(name string) string { return scalar(p.Properties[name].Value) }

func (p person) value() core.Value {
	email := p.property("Mail")
	if email == "" && strings.Contains(p.property("Account"), "@") {
		email = p.property("Account")
	}
	return core.Person(strings.ToLower(p.ID), email, cmp.Or(p.Custom, p.Name))
}

// Self is the account that signs in (connectionData, which the vendor's own clients use).
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if self.ID() != "" {
		return self, nil
	}
	var answer struct {
		User person `json:"authenticatedUser"`
	}
	if err := c.call(ctx, request{method: http.MethodGet, path: "/_apis/connectionData", op: "GET connectionData", version: c.version + "-preview"}, &answer); err != nil {
		return core.Value{}, fmt.Errorf("%s: asking who the account is: %w", c.name, elsewhere(err, "", noOrganization))
	}
	self = answer.User.value()
	if self.ID() == "" {
		return core.Value{}, connectors.Busy(c.name+": asking who the account is", "the answer names nobody", 0)
	}
	c.mu.Lock()
	c.self = self
	c.mu.Unlock()
	return self, nil
}

// ResolveUser finds the one active person with that e-mail address.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, who core.Value) (core.Value, error) {
	email := strings.ToLower(strings.TrimSpace(who.Email()))
	if email == "" {
		return core.Value{}, fmt.Errorf("%s: a user without an e-mail: %w", c.name, connectors.ErrNotFound)
	}
	return c.onePerson(ctx, "MailAddress", email, func(p person) bool {
		return strings.EqualFold(p.property("Mail"), email) || strings.EqualFold(p.property("Account"), email)
	})
}

// ResolveUserByName finds the one active person with exactly that display name.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	if strings.TrimSpace(name) == "" {
		return core.Value{}, fmt.Errorf("%s: a user without a name: %w", c.name, connectors.ErrNotFound)
	}
	return c.onePerson(ctx, "DisplayName", name, func(p person) bool { return cmp.Or(p.Custom, p.Name) == name || p.Name == name })
}

// onePerson looks somebody up by the identity service. A miss is believed for a minute, a hit for ten.
func (c *Connector) onePerson(ctx context.Context, by, text string, meant func(person) bool) (core.Value, error) {
	key := by + " " + text
	found, ok := c.emails.Get(key)
	if !ok || found.IsAbsent() {
		found, ok = c.emails.Younger(key, cached/10)
	}
	if !ok {
		var answer struct{ Value []person }
		q := url.Values{"searchFilter": {by}, "filterValue": {text}, "queryMembership": {"None"}}
		if err := c.callAt(ctx, c.people, request{method: http.MethodGet, path: "/_apis/identities", op: "GET identities", query: q}, &answer); err != nil {
			return core.Value{}, fmt.Errorf("%s: looking for a user: %w", c.name, elsewhere(err, "", noPeople))
		}
		found = core.Absent()
		several := false
		for _, p := range answer.Value {
			if p.ID == "" || p.Container || !p.Active || !meant(p) {
				continue
			}
			several = several || !found.IsAbsent() && !strings.EqualFold(found.ID(), p.ID)
			found = p.value()
			if account := p.property("Account"); account != "" {
				c.accounts.Put(found.ID(), qualified(p))
			}
		}
		if several {
			found = core.Absent()
		}
		c.emails.Put(key, found)
	}
	if found.IsAbsent() {
		return core.Value{}, fmt.Errorf("%s: no single user is that person: %w", c.name, connectors.ErrNotFound)
	}
	return found, nil
}

// learn remembers people whom an answer shows, and looks up those whom it shows without an address: on Server unique names are accounts of a domain.
func (c *Connector) learn(ctx context.Context, who ...identity) error {
	var unknown []string
	for _, i := range who {
		v := i.value()
		if v.Email() != "" && v.ID() != "" {
			c.faces.Put(v.ID(), v)
		} else if v.ID() != "" {
			unknown = append(unknown, v.ID())
		}
	}
	return c.lookUp(ctx, unknown)
}

// lookUp reads people by their ids, unless that was done within minutes. Nobody is absent.
func (c *Connector) lookUp(ctx context.Context, ids []string) error {
	var unknown []string
	for _, id := range ids {
		if _, known := c.faces.Get(id); !known && !slices.Contains(unknown, id) {
			unknown = append(unknown, id)
		}
	}
	for chunk := range slices.Chunk(unknown, 50) {
		var answer struct{ Value []*person }
		q := url.Values{"identityIds": {strings.Join(chunk, ",")}, "queryMembership": {"None"}}
		if err := c.callAt(ctx, c.people, request{method: http.MethodGet, path: "/_apis/identities", op: "GET identities", query: q}, &answer); err != nil {
			return fmt.Errorf("%s: looking people up: %w", c.name, elsewhere(err, "", noPeople))
		}
		for _, id := range chunk {
			c.faces.Put(id, core.Absent())
		}
		for _, p := range answer.Value {
			if p != nil && p.ID != "" {
				c.faces.Put(strings.ToLower(p.ID), p.value())
			}
		}
	}
	return nil
}

// person is an identity with its address as far as it is known.
func (c *Connector) person(i identity) core.Value {
	v := i.value()
	if seen, ok := c.faces.Get(v.ID()); ok && v.ID() != "" && v.Email() == "" {
		return core.Person(v.ID(), seen.Email(), v.Name())
	}
	return v
}

// qualified is the unique name: on Server the account with its domain.
func qualified(p person) string {
	account, domain := p.property("Account"), p.property("Domain")
	if strings.ContainsAny(account, `@\`) || domain == "" || guidForm.MatchString(domain) {
		return account
	}
	return domain + `\` + account
}
