package activities

import (
	"context"
	"errors"
	"maps"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// resolveUsers finds, on the target, the people that the plan writes. Somebody who is not there is replaced by the rule's
// default; without one the rule says what is done: the field is parked, or the present person stays. A miss never empties a field.
func (w *applying) resolveUsers(ctx context.Context) error {
	resolver, ok := connectors.As[connectors.UserResolver](w.c)
	if !ok {
		return nil
	}
	for i := range w.plan.Decisions {
		d := &w.plan.Decisions[i]
		if d.Action != core.ActionWrite || d.To != w.to || d.Value.Kind() != core.KindUser || d.Value.IsEmpty() || d.Value.ID() != "" {
			continue
		}
		found, err := w.person(ctx, resolver, d)
		field := d.Fields[w.to]
		switch {
		case err == nil:
			w.done.Values[d.Rule] = found
			w.set(field, &found)
			w.setName(d, "")
		case errors.Is(err, connectors.ErrNotFound) && d.Unknown.Keeps():
			w.done.Values[d.Rule] = core.Absent()
			w.set(field, nil)
			d.Kept = true
			w.setName(d, d.Value.Name())
			d.Reason += "; nobody there is that person, and the present one stays"
		case errors.Is(err, connectors.ErrNotFound):
			w.dropAll(d, func(f string) bool { w.set(f, nil); return true })
			w.fail(d.Rule, core.Problem{Class: core.ProblemInvalid, Field: field, Retries: "a change of the value, a new mapping version, or resync",
				Text: "nobody in " + w.pair.Sides[w.to].Ref.System + " has that person's " + soughtBy(d) + ": add the person there, a table entry, or a default; the present value stays"})
		default:
			return err
		}
	}
	return nil
}

// person is who the decision means on the target: by address, then by name where the rule says so, then the default.
func (w *applying) person(ctx context.Context, resolver connectors.UserResolver, d *core.Decision) (core.Value, error) {
	side := w.mapping.Connection.Sides[w.to]
	t := connectors.ItemType{Type: side.Type, Scope: side.Scope}
	found, err := resolver.ResolveUser(ctx, t, d.Value)
	if names, ok := connectors.As[connectors.NameResolver](w.c); ok && d.ByName && d.Value.Name() != "" && errors.Is(err, connectors.ErrNotFound) {
		found, err = names.ResolveUserByName(ctx, t, d.Value.Name())
	}
	if errors.Is(err, connectors.ErrNotFound) && !d.Fallback.IsAbsent() {
		if d.Fallback.ID() != "" {
			return d.Fallback, nil
		}
		found, err = resolver.ResolveUser(ctx, t, d.Fallback)
	}
	return found, err
}

func soughtBy(d *core.Decision) string {
	if d.ByName {
		return "e-mail address, and not one alone that name"
	}
	return "e-mail address"
}

// setName writes the name of a person who is not there into the field that the rule has for it, or empties that.
func (w *applying) setName(d *core.Decision, name string) {
	field := d.Unknown.Field
	if field == "" {
		return
	}
	described, _ := w.mapping.Field(w.to, field)
	described.Name, described.Required = field, false
	v, err := mapping.Give(name, described)
	if err != nil || alike(w.now[w.to].Field(field), v) || w.now[w.to] == nil && v.IsEmpty() {
		return
	}
	w.set(field, &v)
	d.Also = maps.Clone(d.Also)
	if d.Also == nil {
		d.Also = map[string]core.Value{}
	}
	d.Also[field] = v
}

// set changes or drops a field of what is about to be written.
func (w *applying) set(field string, v *core.Value) {
	fields := map[string]core.Value{}
	if w.plan.Create[w.to] != nil {
		fields = w.plan.Create[w.to].Fields
	} else if w.plan.Update[w.to] != nil {
		fields = w.plan.Update[w.to].Fields
	}
	if v == nil {
		delete(fields, field)
		return
	}
	fields[field] = *v
}
