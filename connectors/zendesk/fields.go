package zendesk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// body is the ticket object for the fields, tags left out. Every refused field is listed before anything is sent;
// sets are fields written as changes, checked by name only.
func (c *Connector) body(ctx context.Context, fields map[string]core.Value, sets ...string) (map[string]any, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	body, refused := map[string]any{}, map[string]string{}
	var values []any
	for name, v := range fields {
		f, isCustom := s.named(name)
		var why string
		switch {
		case v.IsAbsent():
			why = "there is no value to write"
		case isCustom && f.typ == "partialcreditcard":
			why = "it cannot be written"
		case isCustom:
			var value any
			value, why = f.write(v)
			values = append(values, map[string]any{"id": f.id, "value": value})
		case name == customStatus:
			continue // below: it replaces what status puts there
		default:
			why, err = c.put(ctx, body, name, v)
		}
		if err != nil {
			return nil, err
		}
		if why != "" {
			refused[name] = why
		}
	}
	if v, ok := fields[customStatus]; ok && !v.IsAbsent() && !s.has(customStatus) {
		why, err := c.putStatus(ctx, body, fields)
		if err != nil {
			return nil, err
		}
		if why != "" {
			refused[customStatus] = why
		}
	}
	for _, name := range sets {
		if f, ok := s.named(name); name != "tags" && (!ok || f.kind != core.KindSet) {
			refused[name] = "it is no set"
		}
	}
	if why := incident(body); why != "" {
		refused["problem_id"] = why
	}
	if len(refused) > 0 {
		return nil, &connectors.InvalidError{Fields: refused}
	}
	if len(values) > 0 {
		body["custom_fields"] = values
	}
	return body, nil
}

// put writes one system field into the body, or says why it cannot.
func (c *Connector) put(ctx context.Context, body map[string]any, name string, v core.Value) (why string, err error) {
	d := connectors.Description{Fields: systemFields(nil)}
	f, ok := d.Find(name)
	switch {
	case !ok:
		return "there is no such field", nil
	case f.ReadOnly:
		return "it cannot be written", nil
	case !v.IsEmpty() && v.Kind() != f.Kind:
		return fmt.Sprintf("it takes a %s, not a %s", f.Kind, v.Kind()), nil
	}
	switch name {
	case "subject":
		body[name] = v.Source()
	case "tags":
		for _, t := range v.Items() {
			if t.Kind() != core.KindString || strings.ContainsAny(t.Source(), " \t\n") {
				return "a tag is one word", nil
			}
		}
	case "due_at":
		body[name] = nil
		if !v.IsEmpty() {
			body[name] = v.Time().UTC().Format(time.RFC3339)
		}
	case "problem_id":
		body[name] = nil
		if !v.IsEmpty() {
			id, err := number(v.ID())
			if err != nil {
				return "it takes a ticket of this account", nil
			}
			body[name] = id
		}
	case "status", "priority", "type":
		return putWord(body, f, v), nil
	default:
		return c.putID(ctx, body, name, v)
	}
	return "", nil
}

// incident makes a ticket that is given a problem an incident, in the same write: only an incident can have one (vendor page
// "Tickets"). A ticket that the same write makes something else cannot, and is told why.
func incident(body map[string]any) (why string) {
	if body["problem_id"] == nil {
		return ""
	}
	if typ, written := body["type"]; written && typ != "incident" {
		return "only an incident has a problem, and another rule makes the ticket something else"
	}
	body["type"] = "incident"
	return ""
}

func putWord(body map[string]any, f connectors.Field, v core.Value) (why string) {
	if v.IsEmpty() {
		if f.Name == "status" {
			return "a ticket always has a status"
		}
		body[f.Name] = nil
		return ""
	}
	o, why := connectors.Pick(f.Options, v)
	if why == "" {
		body[f.Name] = o.ID()
	}
	return why
}

// putID writes a field that the vendor keeps as an id.
func (c *Connector) putID(ctx context.Context, body map[string]any, name string, v core.Value) (why string, err error) {
	key := name + "_id"
	if v.IsEmpty() {
		if name == "requester" {
			return "a ticket always has a requester", nil
		}
		body[key] = nil
		return "", nil
	}
	var id int64
	switch name {
	case "group":
		groups, err := c.allGroups(ctx)
		if err != nil {
			return "", err
		}
		g, why := connectors.Pick(groups, v)
		if why != "" {
			return why, nil
		}
		id, _ = strconv.ParseInt(g.ID(), 10, 64)
	case "organization":
		if id, why, err = c.findOrganization(ctx, v); why != "" || err != nil {
			return why, err
		}
	default:
		u := v
		if u.ID() == "" {
			u, err = c.ResolveUser(ctx, connectors.ItemType{}, v)
			if errors.Is(err, connectors.ErrNotFound) {
				return "no single user of this account has that e-mail", nil
			}
			if err != nil {
				return "", err
			}
		}
		if id, err = strconv.ParseInt(u.ID(), 10, 64); err != nil {
			return "it takes a user of this account", nil
		}
	}
	body[key] = id
	return "", nil
}

// named gives the fields of a refusal the names that mappings use.
func (c *Connector) named(ctx context.Context, err error) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	s, serr := c.schema(ctx)
	if serr != nil {
		return err
	}
	for field, why := range maps.Clone(invalid.Fields) {
		for _, f := range s.fields {
			if field == customPrefix+fmt.Sprint(f.id) || field == fmt.Sprint(f.id) {
				delete(invalid.Fields, field)
				invalid.Fields[f.name] = why
			}
		}
	}
	return err
}
