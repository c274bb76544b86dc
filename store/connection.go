package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"

	"duplex/core"
)

// connectionRow is a row of connections.
type connectionRow struct {
	Name      string
	Version   int
	Source    []byte
	FileName  string `db:"file_name"`
	Files     jsonText[map[string]string]
	Active    bool
	AppliedAt stamp  `db:"applied_at"`
	AppliedBy string `db:"applied_by"`
	Draft     bool
	BasedOn   int `db:"based_on"`
	Before    int `db:"before_it"`
}

func (r connectionRow) connection() core.ConnectionVersion {
	return core.ConnectionVersion{Name: r.Name, Version: r.Version, Source: r.Source, FileName: r.FileName, Files: r.Files.V,
		Active: r.Active, AppliedAt: r.AppliedAt.Time, AppliedBy: r.AppliedBy,
		Draft: r.Draft, BasedOn: r.BasedOn, Before: r.Before}
}

const selectConnections = `SELECT name, version, source, file_name, files, active, applied_at, applied_by, draft, based_on, before_it FROM connections`

// PutConnection stores a connection file as the next version, numbered by the store, and makes it the active one.
// The same bytes and tables as the active version change nothing: that version is returned and changed is false. A zero
// AppliedAt means now.
func (s *Store) PutConnection(ctx context.Context, v core.ConnectionVersion) (stored core.ConnectionVersion, changed bool, err error) {
	if v.Name == "" {
		return stored, false, errors.New("a connection file without a name cannot be stored")
	}
	err = s.tx(ctx, func(q queryer) error {
		active, err := connection(ctx, q, v.Name, 0)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if changed = active.Version == 0 || !bytes.Equal(active.Source, v.Source) || !maps.Equal(active.Files, v.Files); !changed {
			stored = active
			return nil
		}
		stored = v
		stored.Active, stored.Draft, stored.BasedOn, stored.Before = true, false, active.Version, active.Version
		if _, err := exec(ctx, q, `UPDATE connections SET active = FALSE WHERE name = ? AND active`, v.Name); err != nil {
			return err
		}
		return s.insertConnection(ctx, q, &stored)
	})
	if err != nil {
		return core.ConnectionVersion{}, false, fmt.Errorf("store the connection %q: %w", v.Name, err)
	}
	return stored, changed, nil
}

// insertConnection stores a version under the next number.
func (s *Store) insertConnection(ctx context.Context, q queryer, v *core.ConnectionVersion) error {
	var newest int
	if err := get(ctx, q, &newest, `SELECT COALESCE(MAX(version), 0) FROM connections WHERE name = ?`, v.Name); err != nil {
		return err
	}
	v.Version, v.AppliedAt = newest+1, s.timeOr(v.AppliedAt)
	n, err := exec(ctx, q, `INSERT INTO connections (name, version, source, file_name, files, active, applied_at, applied_by, draft, based_on, before_it)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, v.Name, v.Version, blob(v.Source), v.FileName, jsonText[map[string]string]{v.Files},
		v.Active, stamped(v.AppliedAt), v.AppliedBy, v.Draft, v.BasedOn, v.Before)
	if err == nil && n == 0 {
		return errAgain
	}
	return err
}

// Connections lists the active version of every connection, by name.
func (s *Store) Connections(ctx context.Context) ([]core.ConnectionVersion, error) {
	var rows []connectionRow
	if err := list(ctx, s.read, &rows, selectConnections+` WHERE active ORDER BY name`); err != nil {
		return nil, fmt.Errorf("list the connections: %w", err)
	}
	return mapped(rows, connectionRow.connection), nil
}

// Connection is one version of a connection; version 0 is the active one.
func (s *Store) Connection(ctx context.Context, name string, version int) (core.ConnectionVersion, error) {
	v, err := connection(ctx, s.read, name, version)
	if err != nil {
		return v, fmt.Errorf("connection %q, version %s: %w", name, versionName(version), err)
	}
	return v, nil
}

func connection(ctx context.Context, q queryer, name string, version int) (core.ConnectionVersion, error) {
	w := where{}
	w.add(`name = ?`, name)
	if version == 0 {
		w.add(`active`)
	} else {
		w.add(`version = ?`, version)
	}
	var r connectionRow
	if err := get(ctx, q, &r, selectConnections+w.String(), w.args...); err != nil {
		return core.ConnectionVersion{}, err
	}
	return r.connection(), nil
}

// ConnectionVersions lists all versions of a connection, newest first. An unknown connection has none.
func (s *Store) ConnectionVersions(ctx context.Context, name string) ([]core.ConnectionVersion, error) {
	var rows []connectionRow
	if err := list(ctx, s.read, &rows, selectConnections+` WHERE name = ? ORDER BY version DESC`, name); err != nil {
		return nil, fmt.Errorf("list the versions of connection %q: %w", name, err)
	}
	return mapped(rows, connectionRow.connection), nil
}

func versionName(version int) string {
	if version == 0 {
		return "active"
	}
	return fmt.Sprint(version)
}
