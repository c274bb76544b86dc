package servicenow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// account is what is known of the account duplex acts as.
type account struct {
	person   core.Value
	timeZone string
	format   string // of dates, "" for the instance's own
	active   bool
}

// Self is the account of auth.username. The instance does not tell a client who it is.
func (c *Connector) Self(ctx context.Context) (core.Value, error) {
	a, err := c.account(ctx)
	return a.person, err
}

func (c *Connector) account(ctx context.Context) (account, error) {
	if a, ok := c.self.Get(""); ok {
		return a, nil
	}
	l, err := c.list(ctx, "sys_user", "user_name="+literal(c.username), []string{"sys_id", "user_name", "email", "name", "time_zone", "date_format", "active"}, 0, 2)
	if err != nil {
		return account{}, fmt.Errorf("%s: reading the own account: %w", c.name, err)
	}
	i := slices.IndexFunc(l.rows, func(r record) bool { return r["user_name"].Value == c.username })
	if i < 0 {
		return account{}, fmt.Errorf("%s: reading the own account: there is no user auth.username names, or the account may not read sys_user: %w", c.name, connectors.ErrDenied)
	}
	r := l.rows[i]
	a := account{personOf(r), r["time_zone"].Value, r["date_format"].Value, r["active"].Value != "false"}
	c.self.Put("", a)
	return a, nil
}

func personOf(r record) core.Value {
	return core.Person(r.id(), r["email"].Value, cmp.Or(r["name"].Value, r["user_name"].Value))
}

// person is the user of that id, as far as known.
func (c *Connector) person(id, shown string) core.Value {
	if p, ok := c.people.Get(id); ok && p.ID() != "" {
		return p
	}
	return core.Person(id, "", shown)
}

// personNamed is the user of that user name, which is all that a record tells of who wrote it.
func (c *Connector) personNamed(userName string) core.Value {
	if userName == "" {
		return core.Absent()
	}
	if p, ok := c.people.Get("@" + userName); ok {
		return p
	}
	return core.Person("", "", userName)
}

// learn looks up the people that records name and that are not known, in one call for fifty of them.
func (c *Connector) learn(ctx context.Context, s *schema, rows []record) error {
	var ids, names []string
	for _, r := range rows {
		for _, col := range s.columns {
			switch v := r[col.name].Value; {
			case col.kind == core.KindUser:
				ids = append(ids, v)
			case col.kind == core.KindSet && col.of == core.KindUser:
				ids = append(ids, strings.Split(v, ",")...)
			}
		}
		names = append(names, r["sys_created_by"].Value, r["sys_updated_by"].Value)
	}
	return c.learnPeople(ctx, ids, names)
}

// learnPeople remembers the people of those ids and user names. Who is not found is remembered as somebody of whom nothing is known.
func (c *Connector) learnPeople(ctx context.Context, ids, userNames []string) error {
	missing := func(list []string, prefix string) []string {
		return slices.DeleteFunc(unique(list), func(k string) bool {
			_, ok := c.people.Get(prefix + k)
			return ok || strings.ContainsAny(k, ",^")
		})
	}
	ids, userNames = missing(ids, ""), missing(userNames, "@")
	ids = slices.DeleteFunc(ids, func(id string) bool { return !sysID(id) }) // lists may hold addresses
	for part, list := range map[string][]string{"sys_id": ids, "user_name": userNames} {
		for chunk := range slices.Chunk(list, 50) {
			l, err := c.list(ctx, "sys_user", part+in(chunk), []string{"sys_id", "user_name", "email", "name"}, 0, len(chunk)+1)
			switch {
			case unavailable(err): // people are shown by what the record says of them
			case err != nil:
				return fmt.Errorf("%s: reading people: %w", c.name, err)
			}
			for _, r := range l.rows {
				c.people.Put(r.id(), personOf(r))
				c.people.Put("@"+r["user_name"].Value, personOf(r))
			}
			for _, k := range chunk {
				key := map[string]string{"sys_id": "", "user_name": "@"}[part] + k
				if _, ok := c.people.Get(key); !ok {
					c.people.Put(key, core.Person(map[bool]string{true: k}[part == "sys_id"], "", map[bool]string{true: k}[part == "user_name"]))
				}
			}
		}
	}
	return nil
}

// ResolveUser finds the one active user with that e-mail address.
func (c *Connector) ResolveUser(ctx context.Context, _ connectors.ItemType, person core.Value) (core.Value, error) {
	email := strings.TrimSpace(person.Email())
	return c.lookUp(ctx, "email", email, func(r record) bool { return strings.EqualFold(r["email"].Value, email) })
}

// ResolveUserByName finds the one active user with exactly that name.
func (c *Connector) ResolveUserByName(ctx context.Context, _ connectors.ItemType, name string) (core.Value, error) {
	return c.lookUp(ctx, "name", name, func(r record) bool { return r["name"].Value == name })
}

// lookUp is the one user who is meant. A page is enough: where there are more, the column is hidden, and the instance left the condition out.
func (c *Connector) lookUp(ctx context.Context, column, value string, meant func(record) bool) (core.Value, error) {
	nobody := fmt.Errorf("%s: no single active user has that %s: %w", c.name, column, connectors.ErrNotFound)
	if strings.TrimSpace(value) == "" || !askable(value) {
		return core.Value{}, nobody
	}
	key := column + " " + value
	if p, ok := c.known(key); ok {
		if p.IsAbsent() {
			return core.Value{}, nobody
		}
		return p, nil
	}
	l, err := c.list(ctx, "sys_user", column+"="+literal(value)+"^active=true^ORDERBYsys_id", []string{"sys_id", "user_name", "email", "name"}, 0, c.page)
	if err != nil {
		return core.Value{}, fmt.Errorf("%s: looking for a user: %w", c.name, err)
	}
	found := core.Absent()
	rows := slices.DeleteFunc(l.rows, func(r record) bool { return !meant(r) })
	if len(rows) == 1 {
		found = personOf(rows[0])
		c.people.Put(rows[0].id(), found)
	}
	c.emails.Put(key, found)
	if found.IsAbsent() {
		return core.Value{}, nobody
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

// askable tells whether a value means itself in a query: the instance runs what begins with javascript: as a script.
func askable(value string) bool {
	return !strings.HasPrefix(strings.ToLower(strings.TrimSpace(value)), "javascript:")
}

// settle gives users and options of references that came by e-mail or name their ids, or says why there is none.
func (c *Connector) settle(ctx context.Context, col column, v core.Value) (core.Value, string, error) {
	switch {
	case v.IsAbsent() || v.IsEmpty():
		return v, "", nil
	case col.kind == core.KindUser && v.Kind() == core.KindUser:
		return c.settleUser(ctx, v)
	case col.kind == core.KindSet && col.of == core.KindUser && v.Kind() == core.KindSet:
		var items []core.Value
		for _, e := range v.Items() {
			u, why, err := c.settleUser(ctx, e)
			if why != "" || err != nil {
				return v, why, err
			}
			items = append(items, u)
		}
		return core.Set(items...), "", nil
	case col.kind == core.KindOption && col.typ == "reference" && v.Kind() == core.KindOption && !sysID(v.ID()):
		return c.settleOption(ctx, col, v)
	}
	return v, "", nil
}

func (c *Connector) settleUser(ctx context.Context, v core.Value) (core.Value, string, error) {
	if sysID(v.ID()) || v.ID() != "" && v.Email() == "" { // a list of people may hold a bare address
		return v, "", nil
	}
	u, err := c.ResolveUser(ctx, connectors.ItemType{}, v)
	if errors.Is(err, connectors.ErrNotFound) {
		return v, "no single active user of this instance has that e-mail", nil
	}
	return u, "", err
}

// settleOption finds the one record of the referenced table that people call so.
func (c *Connector) settleOption(ctx context.Context, col column, v core.Value) (core.Value, string, error) {
	name := cmp.Or(v.Name(), v.ID())
	if !askable(name) {
		return v, "there is no record of that name", nil
	}
	key := "table " + col.ref + " " + name
	if o, ok := c.known(key); ok && !o.IsAbsent() {
		return o, "", nil
	}
	l, err := c.list(ctx, col.ref, "name="+literal(name)+"^ORDERBYsys_id", []string{"sys_id", "name"}, 0, c.page)
	if err != nil {
		return v, "", fmt.Errorf("%s: looking for a record of %s by its name: %w", c.name, col.ref, err)
	}
	if l.hides("name") != "" {
		return v, fmt.Sprintf("the records of %s have no column name that the account can read; give the sys_id of one", col.ref), nil
	}
	rows := slices.DeleteFunc(l.rows, func(r record) bool { return r["name"].Value != name })
	if len(rows) != 1 {
		return v, fmt.Sprintf("there are %d records called %q in %s", len(rows), name, col.ref), nil
	}
	o := core.Option(rows[0].id(), name)
	c.emails.Put(key, o)
	return o, "", nil
}
