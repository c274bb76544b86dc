package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"

	"duplex/core"
)

// systemRow is a row of systems.
type systemRow struct {
	Name      string
	Version   int
	Source    []byte
	FileName  string `db:"file_name"`
	Files     jsonText[map[string]string]
	AppliedAt stamp `db:"applied_at"`
}

func (r systemRow) system() core.SystemVersion {
	return core.SystemVersion{Name: r.Name, Source: r.Source, FileName: r.FileName, Files: r.Files.V, Version: r.Version, AppliedAt: r.AppliedAt.Time}
}

// newestSystems selects the newest version of each system.
const newestSystems = `SELECT name, version, source, file_name, files, applied_at FROM systems s
	WHERE version = (SELECT MAX(version) FROM systems m WHERE m.name = s.name)`

// PutSystem stores a system file as the next version, numbered by the store. The same bytes and files as the newest version
// change nothing: that version is returned and changed is false. A zero AppliedAt means now.
func (s *Store) PutSystem(ctx context.Context, v core.SystemVersion) (stored core.SystemVersion, changed bool, err error) {
	if v.Name == "" {
		return stored, false, errors.New("a system file without a name cannot be stored")
	}
	err = s.tx(ctx, func(q queryer) error {
		newest, err := system(ctx, q, v.Name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if changed = !bytes.Equal(newest.Source, v.Source) || !maps.Equal(newest.Files, v.Files) || newest.Version == 0; !changed {
			stored = newest
			return nil
		}
		stored = v
		stored.Version, stored.AppliedAt = newest.Version+1, s.timeOr(v.AppliedAt)
		n, err := exec(ctx, q, `INSERT INTO systems (name, version, source, file_name, files, applied_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, v.Name, stored.Version, blob(v.Source), v.FileName, jsonText[map[string]string]{v.Files}, stamped(stored.AppliedAt))
		if err == nil && n == 0 {
			return errAgain
		}
		return err
	})
	if err != nil {
		return core.SystemVersion{}, false, fmt.Errorf("store the system %q: %w", v.Name, err)
	}
	return stored, changed, nil
}

// Systems lists the newest version of every system, by name.
func (s *Store) Systems(ctx context.Context) ([]core.SystemVersion, error) {
	var rows []systemRow
	if err := list(ctx, s.read, &rows, newestSystems+` ORDER BY name`); err != nil {
		return nil, fmt.Errorf("list the systems: %w", err)
	}
	return mapped(rows, systemRow.system), nil
}

// System is the newest version of one system.
func (s *Store) System(ctx context.Context, name string) (core.SystemVersion, error) {
	v, err := system(ctx, s.read, name)
	if err != nil {
		return v, fmt.Errorf("system %q: %w", name, err)
	}
	return v, nil
}

func system(ctx context.Context, q queryer, name string) (core.SystemVersion, error) {
	var r systemRow
	if err := get(ctx, q, &r, newestSystems+` AND name = ?`, name); err != nil {
		return core.SystemVersion{}, err
	}
	return r.system(), nil
}

// blob keeps an empty value apart from NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func mapped[R, T any](rows []R, to func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = to(r)
	}
	return out
}
