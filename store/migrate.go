package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date. Processes that start together do not get into each other's way. A schema
// that is newer than this program is refused, so that an old program cannot spoil it.
func migrate(ctx context.Context, dialect string, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations/"+dialect)
	if err != nil {
		return err
	}
	d := goose.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if dialect == Postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120)) // seconds between tries, tries
		if err != nil {
			return err
		}
		d = goose.DialectPostgres
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d, db, files, opts...)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	// Postgres has a lock for this. In SQLite a process fails on what another one did before it, and finds that
	// done when it looks again.
	attempts := 1
	if dialect == SQLite {
		attempts += 1 + len(sources)
	}
	for ; attempts > 0; attempts-- {
		if _, err = p.Up(ctx); err == nil {
			break
		}
	}
	known := sources[len(sources)-1].Version
	if at, verr := p.GetDBVersion(ctx); verr == nil && at > known {
		return fmt.Errorf("its schema is version %d and this program knows %d: start the newer program", at, known)
	}
	if err != nil {
		return fmt.Errorf("bring the schema up to date: %w", err)
	}
	return nil
}
