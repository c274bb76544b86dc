package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/store"
)

// connections knows the sides of the active connections. A stored version never changes, so each is compiled once. No
// system is asked for it: what a side is called, where it is and whether it starts pairs stands in the file.
type connections struct {
	store *store.Store
	log   *slog.Logger

	mu       sync.Mutex
	compiled map[string]compiled
}

type compiled struct {
	version int
	mapping *mapping.Mapping // nil: the stored file cannot be used
	err     error
}

// active lists the active connections that can be used, by name.
func (c *connections) active(ctx context.Context) ([]core.Connection, error) {
	versions, err := c.store.Connections(ctx)
	if err != nil {
		return nil, err
	}
	var out []core.Connection
	for _, v := range versions {
		if got := c.compile(v); got.mapping != nil {
			conn := got.mapping.Connection
			conn.Version = v.Version
			out = append(out, conn)
		}
	}
	return out, nil
}

// compile is the mapping of a stored version, made without asking its systems.
func (c *connections) compile(v core.ConnectionVersion) compiled {
	c.mu.Lock()
	defer c.mu.Unlock()
	if got, ok := c.compiled[v.Name]; ok && got.version == v.Version {
		return got
	}
	m, diags := mapping.Compile(v.FileName, v.Source, mapping.Env{Read: filesOf(v)})
	got := compiled{version: v.Version, mapping: m, err: diags.Err()}
	if got.err != nil {
		got.mapping = nil
		c.log.Error("a connection cannot be used: apply its file again", "connection", v.Name, "version", v.Version, "error", got.err)
	}
	if c.compiled == nil {
		c.compiled = map[string]compiled{}
	}
	c.compiled[v.Name] = got
	return got
}

// inForce is the mapping of a connection that is in force, and its version.
func (g *Gateway) inForce(ctx context.Context, name string) (*mapping.Mapping, int, error) {
	v, err := g.o.Store.Connection(ctx, name, 0)
	if err != nil {
		return nil, 0, missing(err, "connection", name)
	}
	got := g.connections.compile(v)
	if got.mapping == nil {
		return nil, 0, refuse(classConflict, name, "the connection cannot be used: apply its file again")
	}
	return got.mapping, v.Version, nil
}

// filesOf reads the tables that were stored with the version.
func filesOf(v core.ConnectionVersion) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		b, ok := v.Files[path]
		if !ok {
			return nil, fmt.Errorf("%s did not come with the connection: apply it again from its folder", path)
		}
		return []byte(b), nil
	}
}
