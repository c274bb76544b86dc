package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"

	"duplex/core"
)

// OvertakenError tells that a draft was made from a version that is no longer the one in force: putting it in force would undo what
// came since.
type OvertakenError struct {
	Version, BasedOn, InForce int
}

func (e *OvertakenError) Error() string {
	return fmt.Sprintf("version %d was made from version %d, and version %d is in force now", e.Version, e.BasedOn, e.InForce)
}

// DraftConnection stores a connection file as the next version without putting it in force. The same bytes and tables as the version
// in force, or as the newest version when that is a draft of it, change nothing: that version is returned and changed is false.
func (s *Store) DraftConnection(ctx context.Context, v core.ConnectionVersion) (stored core.ConnectionVersion, changed bool, err error) {
	if v.Name == "" {
		return stored, false, errors.New("a connection file without a name cannot be stored")
	}
	err = s.tx(ctx, func(q queryer) error {
		active, err := connection(ctx, q, v.Name, 0)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		newest, err := newestConnection(ctx, q, v.Name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		for _, old := range []core.ConnectionVersion{active, newest} {
			same := old.Version > 0 && bytes.Equal(old.Source, v.Source) && maps.Equal(old.Files, v.Files)
			if same && (old.Active || old.Draft && old.BasedOn == active.Version) {
				stored, changed = old, false
				return nil
			}
		}
		stored, changed = v, true
		stored.Active, stored.Draft, stored.BasedOn, stored.Before = false, true, active.Version, 0
		return s.insertConnection(ctx, q, &stored)
	})
	if err != nil {
		return core.ConnectionVersion{}, false, fmt.Errorf("store a draft of the connection %q: %w", v.Name, err)
	}
	return stored, changed, nil
}

func newestConnection(ctx context.Context, q queryer, name string) (core.ConnectionVersion, error) {
	var r connectionRow
	if err := get(ctx, q, &r, selectConnections+` WHERE name = ? ORDER BY version DESC LIMIT 1`, name); err != nil {
		return core.ConnectionVersion{}, err
	}
	return r.connection(), nil
}

// PublishConnection puts a draft in force; 0 is the newest version, when that is a draft. A draft that was made from another version
// than the one in force is an OvertakenError unless forced. It returns the version and the one it took the place of.
func (s *Store) PublishConnection(ctx context.Context, name string, version int, force bool) (is, was int, err error) {
	err = s.tx(ctx, func(q queryer) error {
		active, err := connection(ctx, q, name, 0)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		var v core.ConnectionVersion
		if version == 0 {
			v, err = newestConnection(ctx, q, name)
			if err == nil && !v.Draft {
				err = ErrNotFound
			}
		} else {
			v, err = connection(ctx, q, name, version)
		}
		if err != nil {
			return err
		}
		is, was = v.Version, active.Version
		switch {
		case v.Active:
			return nil
		case !force && v.Draft && v.BasedOn != active.Version:
			return &OvertakenError{Version: v.Version, BasedOn: v.BasedOn, InForce: active.Version}
		}
		return putInForce(ctx, q, name, v.Version, active.Version)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("publish connection %q, version %d: %w", name, version, err)
	}
	return is, was, nil
}

// RollbackConnection puts the version in force whose place the one in force took. Done again it goes back further. Where there is none
// it is ErrNotFound and nothing changes.
func (s *Store) RollbackConnection(ctx context.Context, name string) (is, was int, err error) {
	err = s.tx(ctx, func(q queryer) error {
		active, err := connection(ctx, q, name, 0)
		if err != nil {
			return err
		}
		v, err := connection(ctx, q, name, active.Before)
		if err != nil || active.Before == 0 {
			return ErrNotFound
		}
		is, was = v.Version, active.Version
		return putInForce(ctx, q, name, v.Version, v.Before)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("roll back connection %q: %w", name, err)
	}
	return is, was, nil
}

// ActivateConnection makes a stored version the active one; every other version of the connection rests. A version
// that does not exist is ErrNotFound and the active one stays.
func (s *Store) ActivateConnection(ctx context.Context, name string, version int) error {
	err := s.tx(ctx, func(q queryer) error {
		active, err := connection(ctx, q, name, 0)
		switch {
		case errors.Is(err, ErrNotFound): // its first version may be a draft
		case err != nil:
			return err
		case active.Version == version:
			return nil
		}
		return putInForce(ctx, q, name, version, active.Version)
	})
	if err != nil {
		return fmt.Errorf("activate connection %q, version %d: %w", name, version, err)
	}
	return nil
}

// putInForce makes a version the active one and remembers whose place it took.
func putInForce(ctx context.Context, q queryer, name string, version, before int) error {
	if _, err := exec(ctx, q, `UPDATE connections SET active = FALSE WHERE name = ? AND active AND version <> ?`, name, version); err != nil {
		return err
	}
	err := must(ctx, q, `UPDATE connections SET active = TRUE, draft = FALSE, before_it = ? WHERE name = ? AND version = ?`, before, name, version)
	if duplicate(err) {
		return errAgain
	}
	return err
}
