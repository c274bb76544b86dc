package zendesk

import (
	"context"
	"encoding/json"
	"errors"
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

// profile is what the vendor shows of a user or an organization, as far as attributes show it.
type profile struct {
	values map[string]json.RawMessage // the vendor's own properties
	custom map[string]json.RawMessage // by the key of the custom field
}

func (p *profile) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &p.values); err != nil {
		return err
	}
	for _, name := range []string{"user_fields", "organization_fields"} {
		if err := json.Unmarshal(p.values[name], &p.custom); len(p.values[name]) > 0 && err != nil {
			return err
		}
	}
	return nil
}

// The vendor's own properties that are shown as attributes (vendor pages "Users", "Organizations").
var (
	ofPerson = []custom{
		{name: "email", title: "e-mail", kind: core.KindString}, {name: "name", title: "name", kind: core.KindString},
		{name: "phone", title: "phone", kind: core.KindString}, {name: "time_zone", title: "time zone", kind: core.KindString},
		{name: "locale", title: "language", kind: core.KindString}, {name: "external_id", title: "external ID", kind: core.KindString},
		{name: "notes", title: "notes", kind: core.KindString}, {name: "details", title: "details", kind: core.KindString},
	}
	ofOrganization = []custom{
		{name: "name", title: "name", kind: core.KindString}, {name: "external_id", title: "external ID", kind: core.KindString},
		{name: "notes", title: "notes", kind: core.KindString}, {name: "details", title: "details", kind: core.KindString},
	}
	withPerson = []string{"requester", "assignee"}
)

// attributes are the read-only fields with dotted names, with the custom fields that the account's administrators have given
// to users and organizations.
type attributes struct{ person, organization []custom }

// attributes reads the definitions, or takes what was read in the last minutes.
func (c *Connector) attributes(ctx context.Context) (attributes, error) {
	if a, ok := c.extras.Get(""); ok {
		return a, nil
	}
	a := attributes{person: ofPerson, organization: ofOrganization}
	for path, list := range map[string]*[]custom{"user_fields": &a.person, "organization_fields": &a.organization} {
		own, err := c.customOf(ctx, path)
		if err != nil {
			return a, err
		}
		*list = append(append([]custom(nil), *list...), own...)
	}
	c.extras.Put("", a)
	return a, nil
}

// customOf lists the active custom fields of users or organizations by their keys (vendor pages "User Fields", "Organization
// Fields"). An account that may not see the definitions has none that could be read.
func (c *Connector) customOf(ctx context.Context, what string) ([]custom, error) {
	type definition struct {
		Key, Type, Title string
		Active           bool
		Options          []struct{ Name, Value string } `json:"custom_field_options"`
	}
	var out []custom
	err := pages(ctx, c, "/api/v2/"+what, what, pageSize("100"), func(page []definition) bool {
		for _, d := range page {
			kind, ok := customKinds[d.Type]
			if d.Type == "dropdown" {
				kind, ok = core.KindOption, true
			}
			if !ok || !d.Active {
				continue
			}
			f := custom{name: d.Key, title: d.Title, kind: kind, typ: d.Type}
			for _, o := range d.Options {
				f.options = append(f.options, core.Option(o.Value, o.Name))
			}
			out = append(out, f)
		}
		return false
	})
	if errors.Is(err, connectors.ErrDenied) || errors.Is(err, connectors.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: reading the definitions of %s: %w", c.name, what, err)
	}
	return out, nil
}

// fields describes the attributes.
func (a attributes) fields() []connectors.Field {
	var out []connectors.Field
	add := func(of string, list []custom) {
		for _, f := range list {
			field := connectors.Field{Name: of + "." + f.name, Label: of + ": " + f.title, Kind: f.kind, Options: f.options, ReadOnly: true}
			if f.kind == core.KindSet {
				field.Of = core.KindOption
			}
			out = append(out, field)
		}
	}
	for _, of := range withPerson {
		add(of, a.person)
	}
	add("organization", a.organization)
	return out
}

// attributesOf are the attributes that a read names. What they are read from was read together with the ticket, or is
// believed for some minutes: of many tickets of one requester the first alone costs a call.
func (c *Connector) attributesOf(ctx context.Context, t ticket, want connectors.Want, into map[string]core.Value) error {
	for _, name := range want.Fields {
		of, what, dotted := strings.Cut(name, ".")
		if _, taken := into[name]; !dotted || taken {
			continue
		}
		var id *int64
		switch of {
		case "requester":
			id = t.RequesterID
		case "assignee":
			id = t.AssigneeID
		case "organization":
			id = t.OrganizationID
		default:
			continue
		}
		defined, err := c.attributes(ctx)
		if err != nil {
			return err
		}
		list, read := defined.person, c.profileOf
		if of == "organization" {
			list, read = defined.organization, c.organizationOf
		}
		for _, f := range list {
			if f.name != what {
				continue
			}
			into[name] = core.Empty(f.kind)
			if id == nil || *id == 0 {
				break
			}
			p, err := read(ctx, *id)
			if err != nil {
				return err
			}
			if into[name] = f.shown(p); into[name].IsAbsent() {
				delete(into, name)
			}
		}
	}
	return nil
}

// shown is an attribute's value; absent where the vendor does not show it.
func (f custom) shown(p profile) core.Value {
	raw, ok := p.values[f.name]
	if f.typ != "" {
		raw, ok = p.custom[f.name]
	}
	if !ok {
		return core.Absent()
	}
	return f.read(raw)
}

// profileOf is the user of that id.
func (c *Connector) profileOf(ctx context.Context, id int64) (profile, error) {
	if p, ok := c.profiles.Get(id); ok {
		return p, nil
	}
	if err := c.readUsers(ctx, []int64{id}); err != nil {
		return profile{}, err
	}
	p, _ := c.profiles.Get(id)
	return p, nil
}

// organizationOf is the organization of that id.
func (c *Connector) organizationOf(ctx context.Context, id int64) (profile, error) {
	if p, ok := c.orgProfiles.Get(id); ok {
		return p, nil
	}
	if _, err := c.readOrganization(ctx, id); err != nil {
		return profile{}, err
	}
	p, _ := c.orgProfiles.Get(id)
	return p, nil
}

// learnOrganizations reads, by the hundred, the organizations that tickets name, where the read shows something of them.
func (c *Connector) learnOrganizations(ctx context.Context, tickets []ticket, want connectors.Want) error {
	if !wanted(want, "organization") && !slices.ContainsFunc(want.Fields, func(f string) bool { return strings.HasPrefix(f, "organization.") }) {
		return nil
	}
	var unknown []int64
	for _, t := range tickets {
		if t.OrganizationID == nil || *t.OrganizationID == 0 || slices.Contains(unknown, *t.OrganizationID) {
			continue
		}
		if _, ok := c.orgProfiles.Get(*t.OrganizationID); !ok {
			unknown = append(unknown, *t.OrganizationID)
		}
	}
	for chunk := range slices.Chunk(unknown, 100) {
		var answer struct{ Organizations []profile }
		q := url.Values{"ids": {joined(chunk)}}
		if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/organizations/show_many", nil, &answer, httpx.Query(q)); err != nil {
			return fmt.Errorf("%s: reading %d organizations: %w", c.name, len(chunk), err)
		}
		for _, id := range chunk {
			c.keepOrganization(id, profile{})
		}
		for _, p := range answer.Organizations {
			var id int64
			if json.Unmarshal(p.values["id"], &id) == nil {
				c.keepOrganization(id, p)
			}
		}
	}
	return nil
}

func joined(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ",")
}

func (c *Connector) keepOrganization(id int64, p profile) core.Value {
	var name string
	_ = json.Unmarshal(p.values["name"], &name) // one that is gone has none
	o := core.Option(strconv.FormatInt(id, 10), name)
	c.orgs.Put(id, o)
	c.orgProfiles.Put(id, p)
	return o
}

// readOrganization reads an organization; of one that is gone the name is empty.
func (c *Connector) readOrganization(ctx context.Context, id int64) (core.Value, error) {
	var answer struct{ Organization profile }
	_, err := c.http.JSON(ctx, http.MethodGet, fmt.Sprintf("/api/v2/organizations/%d", id), nil, &answer)
	if err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return core.Value{}, fmt.Errorf("%s: reading an organization: %w", c.name, err)
	}
	return c.keepOrganization(id, answer.Organization), nil
}

// readUsers reads users by the hundred and remembers them. One that is gone is known by its id.
func (c *Connector) readUsers(ctx context.Context, ids []int64) error {
	var answer struct{ Users []json.RawMessage }
	q := url.Values{"ids": {joined(ids)}}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/users/show_many", nil, &answer, httpx.Query(q)); err != nil {
		return fmt.Errorf("%s: reading %d users: %w", c.name, len(ids), err)
	}
	for _, id := range ids {
		c.users.Put(id, core.Person(strconv.FormatInt(id, 10), "", ""))
		c.profiles.Put(id, profile{})
	}
	for _, raw := range answer.Users {
		var u user
		var p profile
		if json.Unmarshal(raw, &u) != nil || json.Unmarshal(raw, &p) != nil || u.ID == nil {
			continue
		}
		c.users.Put(*u.ID, u.value())
		c.profiles.Put(*u.ID, p)
	}
	return nil
}
