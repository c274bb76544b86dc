package store

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// address is a parsed dsn.
type address struct {
	dialect string
	dsn     string // for Postgres
	path    string // for SQLite; "" is a store in memory
	shown   string // the dsn less secrets, for errors
}

func parseDSN(dsn string) (address, error) {
	switch {
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		u, err := url.Parse(dsn)
		if err != nil {
			// The error of url.Parse quotes its input, password included.
			var ue *url.Error
			if errors.As(err, &ue) {
				err = errors.New("it is no valid URL; special characters in the password must be percent-encoded")
			}
			return address{}, fmt.Errorf("the store's address starts with postgres:// but cannot be read: %w", err)
		}
		return address{dialect: Postgres, dsn: dsn, shown: redacted(u)}, nil
	case dsn == ":memory:", dsn == "sqlite::memory:":
		return address{dialect: SQLite, shown: "sqlite::memory:"}, nil
	case strings.HasPrefix(dsn, "sqlite:"):
		path := strings.TrimPrefix(dsn, "sqlite:")
		if path == "" {
			return address{}, errors.New("the store's address sqlite: lacks the path of a file, as in sqlite:duplex.db")
		}
		return address{dialect: SQLite, path: path, shown: dsn}, nil
	}
	return address{}, errors.New("the store's address must be postgres://user:password@host/database or sqlite:PATH")
}

func redacted(u *url.URL) string {
	c := *u
	if c.User != nil {
		c.User = url.User(c.User.Username())
	}
	q := c.Query()
	for name := range q {
		if strings.Contains(strings.ToLower(name), "password") {
			q.Del(name)
		}
	}
	c.RawQuery = q.Encode()
	return c.String()
}

// connect returns the pool that writes and the pool that reads, which may be the same.
func (a address) connect() (write, read *sqlx.DB, err error) {
	if a.dialect == Postgres {
		c, err := pq.NewConnector(a.dsn)
		if err != nil {
			return nil, nil, err
		}
		db := sqlx.NewDb(sqlOpen(c), "postgres")
		db.SetMaxOpenConns(16)
		db.SetMaxIdleConns(8)
		db.SetConnMaxIdleTime(5 * time.Minute)
		return db, db, nil
	}
	if a.path == "" {
		db, err := sqliteDB("file::memory:?" + writing.Encode())
		if err != nil {
			return nil, nil, err
		}
		return db, db, nil
	}
	if err := private(a.path); err != nil {
		return nil, nil, err
	}
	name, err := filepath.Abs(a.path)
	if err != nil {
		return nil, nil, err
	}
	file := "file://" + (&url.URL{Path: filepath.ToSlash(name)}).EscapedPath()
	if write, err = sqliteDB(file + "?" + writing.Encode()); err != nil {
		return nil, nil, err
	}
	if read, err = sqlx.Open("sqlite", file+"?"+reading.Encode()); err != nil {
		return write, nil, err
	}
	read.SetMaxOpenConns(8)
	read.SetMaxIdleConns(8)
	return write, read, nil
}

// The pragmas of a connection. The log is written through to the disk at every commit (synchronous full), because a
// forgotten intent could make an item twice. A writer takes its lock when it begins, so that it waits instead of
// failing half-way.
var (
	writing = url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(15000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	reading = url.Values{"_pragma": {"busy_timeout(15000)", "query_only(1)"}}
)

// sqliteDB is a pool of exactly one connection.
func sqliteDB(dsn string) (*sqlx.DB, error) {
	db, err := sqlx.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	db.SetConnMaxLifetime(0)
	db.SetConnMaxIdleTime(0)
	return db, nil
}

// private creates the file, if missing, readable by its owner only. SQLite gives its side files the same rights.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the folder %s does not exist: create it first", filepath.Dir(path))
	}
	if err != nil {
		return err
	}
	return f.Close()
}
