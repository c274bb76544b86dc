package activities

import (
	"context"
	"fmt"
	"sync"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
)

// Mappings compiles connection versions and keeps them: a compiled mapping never changes.
type Mappings struct {
	Store interface {
		Connection(ctx context.Context, name string, version int) (core.ConnectionVersion, error)
	}
	Systems Systems

	mu       sync.Mutex
	compiled map[string]*mapping.Mapping
}

// Active is the mapping of the connection's active version. The systems' descriptions are asked for at the first use of
// a version, so the error may be of any connector class.
func (m *Mappings) Active(ctx context.Context, connection string) (*mapping.Mapping, error) {
	v, err := m.Store.Connection(ctx, connection, 0)
	if err != nil {
		return nil, fmt.Errorf("connection %s: %w", connection, err)
	}
	key := fmt.Sprintf("%s@%d", v.Name, v.Version)
	m.mu.Lock()
	got := m.compiled[key]
	m.mu.Unlock()
	if got != nil {
		return got, nil
	}
	got, err = m.compile(ctx, v)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.compiled == nil {
		m.compiled = map[string]*mapping.Mapping{}
	}
	m.compiled[key] = got
	return got, nil
}

func (m *Mappings) compile(ctx context.Context, v core.ConnectionVersion) (*mapping.Mapping, error) {
	env, failed := Environment(ctx, m.Systems, v.Files)
	env.Applied = true
	got, diags := mapping.Compile(v.FileName, v.Source, env)
	if *failed != nil {
		return nil, *failed
	}
	if err := diags.Err(); err != nil {
		return nil, fmt.Errorf("connection %s version %d: %w", v.Name, v.Version, err)
	}
	got.Connection.Version = v.Version
	return got, nil
}

// Environment is what a mapping is compiled in: the systems' kinds, descriptions and the files that came with it. The
// first error of a system is left in the returned place, because a mapping must not be compiled half-blind when a
// system is only out of reach for a moment.
func Environment(ctx context.Context, systems Systems, files map[string]string) (mapping.Env, *error) {
	var failed error
	keep := func(err error) {
		if failed == nil {
			failed = err
		}
	}
	kinds, err := systems.Kinds(ctx)
	if err != nil {
		keep(err)
	}
	return mapping.Env{
		Systems: kinds,
		Describe: func(system, typ string, scope map[string]string) (*mapping.Description, bool) {
			c, err := systems.Connector(ctx, system)
			if err != nil {
				keep(err)
				return nil, false
			}
			d, err := c.Describe(ctx, connectors.ItemType{Type: typ, Scope: scope})
			if err != nil {
				keep(err)
				return nil, false
			}
			return Described(d, c.Facts().RichText), true
		},
		Formats: func(system string) string {
			c, err := systems.Connector(ctx, system)
			if err != nil {
				keep(err)
				return "plain"
			}
			return c.Facts().RichText
		},
		Traits: func(system string) (mapping.Traits, bool) {
			c, err := systems.Connector(ctx, system)
			if err != nil {
				keep(err)
				_, works := connectors.As[connectors.Worklogger](c)
				return mapping.Traits{Worklogs: works}, false
			}
			return traits(c), true
		},
		Read: func(path string) ([]byte, error) {
			b, ok := files[path]
			if !ok {
				return nil, fmt.Errorf("%s did not come with the connection: apply it again from its folder", path)
			}
			return []byte(b), nil
		},
	}, &failed
}

// Described turns a connector's description into the one mappings are checked against. The format is that of its rich text.
func Described(d connectors.Description, format string) *mapping.Description {
	out := &mapping.Description{}
	for _, f := range d.Fields {
		g := mapping.Field{Name: f.Name, Kind: f.Kind, Of: f.Of, ReadOnly: f.ReadOnly, Required: f.Required, OnCreate: f.OnCreate,
			Options: f.Options}
		if f.Kind == core.KindText {
			g.Format = format
		}
		out.Fields = append(out.Fields, g)
	}
	return out
}

// traits are what mappings are checked against of what a connector can do.
func traits(c connectors.Connector) mapping.Traits {
	_, detach := connectors.As[connectors.AttachmentDeleter](c)
	return mapping.Traits{Restricts: c.Facts().Restricts, DeletesFiles: detach, Impersonates: c.Facts().Impersonates}
}
