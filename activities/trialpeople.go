package activities

import (
	"context"
	"errors"
	"fmt"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// found is what looking for a person came to.
type found struct {
	person core.Value
	err    error
}

// people finds the people that a plan writes, as a write would, and leaves in the plan who they are there or what would be parked.
func (t *Trial) people(ctx context.Context, s *step, p *core.Plan) error {
	for _, to := range core.Sides {
		if t.Readers[to].people == nil {
			continue
		}
		w := &applying{step: s, plan: p, to: to, from: to.Other(), c: seeker{t: t, side: to},
			done: merge.Done{Values: map[string]core.Value{}, Failed: map[string]core.Problem{}}}
		if err := w.resolveUsers(ctx); err != nil {
			return err
		}
		for i := range p.Decisions {
			d := &p.Decisions[i]
			if v, ok := w.done.Values[d.Rule]; ok {
				d.Wrote = v
			}
			if problem, ok := w.done.Failed[d.Rule]; ok {
				d.Action, d.Problem, d.Pending = core.ActionPark, &problem, to.Other()
			}
		}
	}
	return nil
}

// seeker is a connector of which nothing but finding people is left. It remembers whom it looked for.
type seeker struct {
	connectors.Connector // nil: nothing else is called
	t                    *Trial
	side                 core.Side
}

// ResolveUser finds a person, each only once in a test run.
func (k seeker) ResolveUser(ctx context.Context, it connectors.ItemType, person core.Value) (core.Value, error) {
	return k.once(ctx, fmt.Sprint(k.side, "\x00", person.ID(), "\x00", person.Email(), "\x00", person.Name()), func() (core.Value, error) {
		return k.t.Readers[k.side].ResolveUser(ctx, it, person)
	})
}

// ResolveUserByName does the same by name.
func (k seeker) ResolveUserByName(ctx context.Context, it connectors.ItemType, name string) (core.Value, error) {
	return k.once(ctx, fmt.Sprint(k.side, "\x00name\x00", name), func() (core.Value, error) {
		return k.t.Readers[k.side].ResolveUserByName(ctx, it, name)
	})
}

func (k seeker) once(ctx context.Context, key string, look func() (core.Value, error)) (core.Value, error) {
	if known, ok := k.t.known[key]; ok {
		return known.person, known.err
	}
	var f found
	f.err = k.t.patiently(ctx, k.side, func() (err error) {
		f.person, err = look()
		return err
	})
	if f.err == nil || errors.Is(f.err, connectors.ErrNotFound) {
		k.t.known[key] = f
	}
	return f.person, f.err
}
