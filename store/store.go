package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// The dialects.
const (
	Postgres = "postgres"
	SQLite   = "sqlite"
)

// Options are what Open needs besides the address.
type Options struct {
	// SealKey is 32 bytes for AES-256-GCM, or nil. With a key, content is written sealed; rows written before stay
	// readable. Without one, content is written as it is and sealed rows cannot be read.
	SealKey []byte
	// Now is the clock for times the caller leaves zero. Nil means time.Now.
	Now func() time.Time
}

// Store is an open store. The zero Store is not usable: Open makes one.
type Store struct {
	dialect string
	read    *sqlx.DB
	write   *sqlx.DB // SQLite: the only connection that writes; Postgres: the same pool as read
	seal    *sealer  // nil when content is written as it is
	now     func() time.Time
}

// Open connects to the store and brings its schema up to date.
//
// The dsn is "postgres://user:password@host:port/database?sslmode=…" or "sqlite:PATH" with the path of a file that
// is created when missing, readable by its owner only. "sqlite::memory:" is a store that ends with the process.
// Several processes may open the same store at the same moment. Errors name the dsn less its password.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	seal, err := newSealer(o.SealKey)
	if err != nil {
		return nil, err
	}
	a, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: a.dialect, seal: seal, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.open(ctx, a); err != nil {
		s.Close()
		return nil, fmt.Errorf("open the store %s: %w", a.shown, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, a address) (err error) {
	if s.write, s.read, err = a.connect(); err != nil {
		return err
	}
	if err := s.first(ctx, s.write); err != nil {
		return err
	}
	if err := migrate(ctx, s.dialect, s.write.DB); err != nil {
		return err
	}
	return s.first(ctx, s.read)
}

// first makes the first connection of a pool. Of several processes that open a new SQLite file at the same moment one turns its log
// on, and the others fail at once, whatever their busy timeout: they try again.
func (s *Store) first(ctx context.Context, db *sqlx.DB) error {
	for end := time.Now().Add(15 * time.Second); ; {
		err := db.PingContext(ctx)
		if err == nil || s.dialect != SQLite || !locked(err) || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Close ends all connections. The store is not usable afterwards.
func (s *Store) Close() error {
	var errs []error
	if s.read != nil && s.read != s.write {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.Close())
	}
	return errors.Join(errs...)
}

// Ping reports whether the store answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Dialect is Postgres or SQLite.
func (s *Store) Dialect() string { return s.dialect }

// timeOr is t, or the store's clock when t is zero, as the store keeps it.
func (s *Store) timeOr(t time.Time) time.Time {
	if t.IsZero() {
		t = s.now()
	}
	return micros(t)
}
