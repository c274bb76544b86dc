package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/internal/config"
	"duplex/internal/gate"
	"duplex/store"
)

// refreshAfter is how old the list of systems may be: a changed system file is in use everywhere this much later.
const refreshAfter = 2 * time.Second

// Systems builds connectors from the system files in the store and keeps them until the file changes.
type Systems struct {
	Store interface {
		Systems(ctx context.Context) ([]core.SystemVersion, error)
		SaveCredential(ctx context.Context, system, name, secret string) error
		LoadCredential(ctx context.Context, system, name string) (string, error)
	}
	Env  func(string) (string, bool) // for ${env:…}; nil: the process environment
	HTTP *http.Client                // nil: the connectors' own
	// Gates hold calls back while a system is not to be called and keep to its budget; nil: nothing does.
	Gates *gate.Keeper
	Now   func() time.Time // nil: time.Now

	mu      sync.Mutex
	read    time.Time
	entries map[string]*system
}

// system is one configured system. A file that cannot be used keeps its error, so that only its own calls fail.
type system struct {
	version   int
	file      core.System
	secret    string // of its webhooks
	connector connectors.Connector
	err       error
}

// Connector is the connector of a system. The error says what the admin has to mend.
func (s *Systems) Connector(ctx context.Context, name string) (connectors.Connector, error) {
	entries, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	e, ok := entries[name]
	if !ok {
		return nil, fmt.Errorf("there is no system %q: apply its file first: %w", name, connectors.ErrNotFound)
	}
	return e.connector, e.err
}

// WebhookSecret is the secret that a system's file names for its webhooks, "" where it names none.
func (s *Systems) WebhookSecret(ctx context.Context, name string) (string, error) {
	entries, err := s.current(ctx)
	if err != nil {
		return "", err
	}
	if e := entries[name]; e != nil {
		return e.secret, e.err
	}
	return "", fmt.Errorf("there is no system %q: apply its file first: %w", name, connectors.ErrNotFound)
}

// Kinds are the kinds of all systems by name.
func (s *Systems) Kinds(ctx context.Context) (map[string]string, error) {
	entries, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{}
	for name, e := range entries {
		kinds[name] = e.file.Kind
	}
	return kinds, nil
}

// Refresh makes the next use read the systems anew, so that a file that was just applied counts at once.
func (s *Systems) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read = time.Time{}
}

// Limits are the budgets by system: the admin's, or the connector's where the admin has set none.
func (s *Systems) Limits(ctx context.Context) (map[string]core.Limits, error) {
	entries, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	limits := map[string]core.Limits{}
	for name, e := range entries {
		limits[name] = e.file.Limits
		if l := e.file.Limits; l.RequestsPerSecond <= 0 && e.connector != nil {
			l.RequestsPerSecond = e.connector.Facts().Rate
			limits[name] = l
		}
	}
	return limits, nil
}

func (s *Systems) current(ctx context.Context) (map[string]*system, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries != nil && s.now().Sub(s.read) < refreshAfter {
		return s.entries, nil
	}
	versions, err := s.Store.Systems(ctx)
	if err != nil {
		if s.entries != nil {
			return s.entries, nil // a store that is away for a moment does not take the systems with it
		}
		return nil, err
	}
	next := map[string]*system{}
	for _, v := range versions {
		if old := s.entries[v.Name]; old != nil && old.version == v.Version && old.err == nil {
			next[v.Name] = old
			continue
		}
		next[v.Name] = s.build(v)
	}
	for name := range s.entries {
		if next[name] == nil && s.Gates != nil {
			s.Gates.Forget(name)
		}
	}
	s.entries, s.read = next, s.now()
	return next, nil
}

func (s *Systems) build(v core.SystemVersion) *system {
	e := &system{version: v.Version}
	var diags mapping.Diagnostics
	if e.file, diags = config.Stored(v); diags.Err() != nil {
		e.err = fmt.Errorf("the file of system %s cannot be used: %w", v.Name, diags.Err())
		return e
	}
	kind, err := connectors.Lookup(e.file.Kind)
	if err != nil {
		e.err = err
		return e
	}
	env := s.Env
	if env == nil {
		env = os.LookupEnv
	}
	resolved, err := config.Resolve(e.file, env, os.ReadFile)
	if err != nil {
		e.err = fmt.Errorf("%w: %w", err, connectors.ErrDenied)
		return e
	}
	client := s.HTTP
	if s.Gates != nil {
		client = s.Gates.Client(v.Name, s.HTTP)
	}
	e.secret = resolved.Webhook["secret"]
	e.connector, e.err = kind.New(connectors.Config{System: resolved, HTTP: client, Now: s.now,
		Save: func(name, secret string) error {
			return s.Store.SaveCredential(context.Background(), v.Name, name, secret)
		},
		Load: func(name string) (string, error) { return s.load(v.Name, name) }})
	if s.Gates != nil && e.err == nil {
		s.Gates.Use(resolved, v.Version, e.connector.Facts().Rate)
	}
	return e
}

// load is a kept credential, "" when there is none.
func (s *Systems) load(system, name string) (string, error) {
	secret, err := s.Store.LoadCredential(context.Background(), system, name)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrNoSealKey) {
		return "", nil
	}
	return secret, err
}

func (s *Systems) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
