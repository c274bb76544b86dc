package activities

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/merge"
)

// Reader is a system of which nothing but reading is left: the connector's other methods cannot be reached through it. It
// counts what it asks for, and is safe for use by many goroutines.
type Reader struct {
	facts    connectors.Facts
	can      merge.EntryAbilities
	get      func(context.Context, string, connectors.Want) (core.Observation, error)
	getMany  func(context.Context, []string, connectors.Want) ([]core.Observation, error) // nil: one by one
	changes  func(context.Context, connectors.ItemType, connectors.Cursor, int) (connectors.Page, error)
	cursorAt func(time.Time) connectors.Cursor // nil: the feed is read from its beginning
	find     func(context.Context, connectors.ItemType, string, string) ([]core.Ref, error)
	people   func(context.Context, connectors.ItemType, core.Value) (core.Value, error) // nil: people are written as they are
	named    func(context.Context, connectors.ItemType, string) (core.Value, error)     // nil: nobody is found by name
	calls    atomic.Int64
}

// ReadOnly takes from a connector what reads.
func ReadOnly(c connectors.Connector) *Reader {
	r := &Reader{facts: c.Facts(), can: abilities(c), get: c.Get, changes: c.Changes}
	if b, ok := connectors.As[connectors.BatchGetter](c); ok {
		r.getMany = b.GetMany
	}
	if s, ok := connectors.As[connectors.Starter](c); ok {
		r.cursorAt = s.CursorAt
	}
	if f, ok := connectors.As[connectors.FieldFinder](c); ok {
		r.find = f.FindByField
	}
	if p, ok := connectors.As[connectors.UserResolver](c); ok {
		r.people = p.ResolveUser
	}
	if p, ok := connectors.As[connectors.NameResolver](c); ok {
		r.named = p.ResolveUserByName
	}
	return r
}

// Get reads one item.
func (r *Reader) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	r.calls.Add(1)
	return r.get(ctx, id, want)
}

// GetMany reads the fields of many items in few calls. Items that are gone are left out.
func (r *Reader) GetMany(ctx context.Context, ids []string, want connectors.Want) ([]core.Observation, error) {
	r.calls.Add(1)
	return r.getMany(ctx, ids, want)
}

// Changes lists items by their changes.
func (r *Reader) Changes(ctx context.Context, t connectors.ItemType, since connectors.Cursor, limit int) (connectors.Page, error) {
	r.calls.Add(1)
	return r.changes(ctx, t, since, limit)
}

// FindByField finds items by a field's value.
func (r *Reader) FindByField(ctx context.Context, t connectors.ItemType, field, value string) ([]core.Ref, error) {
	if r.find == nil {
		return nil, fmt.Errorf("the system cannot be searched by the value of a field: match by id or key, or remove the match rule: %w", connectors.ErrUnsupported)
	}
	r.calls.Add(1)
	return r.find(ctx, t, field, value)
}

// ResolveUser finds a person.
func (r *Reader) ResolveUser(ctx context.Context, t connectors.ItemType, person core.Value) (core.Value, error) {
	r.calls.Add(1)
	return r.people(ctx, t, person)
}

// ResolveUserByName finds the one person of a name.
func (r *Reader) ResolveUserByName(ctx context.Context, t connectors.ItemType, name string) (core.Value, error) {
	if r.named == nil {
		return core.Value{}, fmt.Errorf("nobody can be found by name: %w", connectors.ErrNotFound)
	}
	r.calls.Add(1)
	return r.named(ctx, t, name)
}

// Calls is how often something was asked of the system.
func (r *Reader) Calls() int { return int(r.calls.Load()) }
