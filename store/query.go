package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// queryer is a pool or a transaction. Queries are written with ? and rebound for the dialect.
type queryer interface {
	sqlx.ExtContext
	Rebind(query string) string
}

func sqlOpen(c driver.Connector) *sql.DB { return sql.OpenDB(c) }

// get reads one row into dst. No row is ErrNotFound.
func get(ctx context.Context, q queryer, dst any, query string, args ...any) error {
	err := sqlx.GetContext(ctx, q, dst, q.Rebind(query), args...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// list reads all rows into the slice dst points to.
func list(ctx context.Context, q queryer, dst any, query string, args ...any) error {
	return sqlx.SelectContext(ctx, q, dst, q.Rebind(query), args...)
}

// exec runs a statement and returns how many rows it touched.
func exec(ctx context.Context, q queryer, query string, args ...any) (int64, error) {
	r, err := q.ExecContext(ctx, q.Rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// must is exec for a statement that has to touch a row: none is ErrNotFound.
func must(ctx context.Context, q queryer, query string, args ...any) error {
	n, err := exec(ctx, q, query, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

const transactionAttempts = 20

// tx runs do in one transaction: all of it is stored or nothing. It starts over while other writers get in between,
// so do must only touch the store.
func (s *Store) tx(ctx context.Context, do func(queryer) error) error {
	for attempt := 1; ; attempt++ {
		err := s.once(ctx, do)
		if err == nil || !contended(err) || attempt == transactionAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(time.Duration(attempt) * 5 * time.Millisecond)):
		}
	}
}

func (s *Store) once(ctx context.Context, do func(queryer) error) error {
	tx, err := s.write.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit this does nothing
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// where collects conditions and their arguments.
type where struct {
	conds []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

// limitOr is n, or a page of 100 when n is not positive.
func limitOr(n int) int {
	if n <= 0 {
		return 100
	}
	return n
}

// containing is the pattern for LIKE … ESCAPE '!' that finds the text anywhere.
func containing(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}

// words makes text of foreign origin storable in both dialects: valid UTF-8 without NUL.
func words(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
