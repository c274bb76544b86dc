// Package storetest opens stores for tests: a fresh one each time, in either dialect.
//
// Postgres comes from the binaries installed on the machine, started once per test process; see Server. Where there
// are none, tests of that dialect are skipped, or fail when the environment says CI=true.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"duplex/store"
)

// Dialects are those every test of the store has to pass in.
var Dialects = []string{store.SQLite, store.Postgres}

// Each runs the test once per dialect, as subtests named after it.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, dialect := range Dialects {
		t.Run(dialect, func(t *testing.T) { test(t, Open(t, dialect)) })
	}
}

// Open is a fresh, empty store that ends with the test.
func Open(t testing.TB, dialect string) *store.Store {
	t.Helper()
	return OpenAt(t, Empty(t, dialect), store.Options{})
}

// OpenAt opens the store at dsn, which may be open already; it is closed when the test ends.
func OpenAt(t testing.TB, dsn string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// Empty is the address of a store without content, like DSN. In SQLite its tables are made already, as a copy of those of the first
// store of the process: making them takes longer than most tests.
func Empty(t testing.TB, dialect string) string {
	t.Helper()
	dsn := DSN(t, dialect)
	if dialect != store.SQLite {
		return dsn
	}
	tables, err := tables()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(strings.TrimPrefix(dsn, sqlite), tables, 0o600); err != nil {
		t.Fatal(err)
	}
	return dsn
}

// tables is the file of a SQLite store that was made and closed.
var tables = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "duplex-storetest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "duplex.db")
	s, err := store.Open(context.Background(), sqlite+path, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// sqlite is what the address of a SQLite store begins with.
const sqlite = "sqlite:"

var schemas atomic.Int64

// DSN is the address of a store that does not exist yet. It goes with the test or, in Postgres, with the process.
func DSN(t testing.TB, dialect string) string {
	t.Helper()
	if dialect == store.SQLite {
		return sqlite + filepath.Join(t.TempDir(), "duplex.db")
	}
	dsn, err := Postgres(t).CreateSchema(context.Background(), fmt.Sprintf("duplex_%d", schemas.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// shared is the server of the test process.
var shared = sync.OnceValues(func() (*Server, error) { return NewServer(context.Background()) })

// Postgres is the server all tests of the process share. A test that stops it makes its own with NewServer instead.
func Postgres(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	if errors.Is(err, ErrNoBinaries) && os.Getenv("CI") != "true" {
		t.Skipf("Postgres tests skipped: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}
