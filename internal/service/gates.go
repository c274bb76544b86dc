package service

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/gate"
	"duplex/store"
)

// NewSystems are the systems of a store, behind their gates. One of each is made per process; Gates.Run must be running.
func NewSystems(s *store.Store, log *slog.Logger, registry prometheus.Registerer) *Systems {
	systems := &Systems{Store: s}
	systems.Gates = gate.New(gate.Options{Store: s, Identify: systems.identify, Log: log, Registry: registry})
	return systems
}

// identify asks a system who the account is, with its file and credentials as they are now and nothing remembered from
// before. When the account is fine, that connector takes the place of the one that was in use, whose credentials may be
// the old ones.
func (s *Systems) identify(ctx context.Context, name string) error {
	v, err := s.version(ctx, name)
	if err != nil {
		return err
	}
	fresh := s.build(v)
	if fresh.err != nil {
		return fresh.err
	}
	if err := ask(ctx, fresh.connector, fresh.file.Kind); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.entries[name]; old != nil && old.version <= v.Version {
		s.entries[name] = fresh
	}
	return nil
}

// version is the newest file of a system.
func (s *Systems) version(ctx context.Context, name string) (core.SystemVersion, error) {
	all, err := s.Store.Systems(ctx)
	if err != nil {
		return core.SystemVersion{}, err
	}
	for _, v := range all {
		if v.Name == name {
			return v, nil
		}
	}
	return core.SystemVersion{}, fmt.Errorf("there is no system %q: %w", name, connectors.ErrNotFound)
}

// ask makes the smallest call that wants an account.
func ask(ctx context.Context, c connectors.Connector, kind string) error {
	if who, ok := connectors.As[connectors.Identifier](c); ok {
		_, err := who.Self(ctx)
		return err
	}
	k, err := connectors.Lookup(kind)
	if err != nil || len(k.Types) == 0 {
		return fmt.Errorf("%s cannot be asked who the account is: %w", kind, connectors.ErrUnsupported)
	}
	_, err = c.Describe(ctx, connectors.ItemType{Type: k.Types[0]})
	return err
}
