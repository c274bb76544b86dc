package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

// ok stops the test at an error nobody expects.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	cases := []struct {
		reason string
		dsn    string
		key    []byte
		want   string
	}{
		{"an address of no known kind may hold a password anywhere, so it is not quoted", "host=db password=hunter2", nil, "must be postgres://"},
		{"a URL that cannot be parsed is not quoted either", "postgres://duplex:hunter2%zz@db/duplex", nil, "percent-encoded"},
		{"a server that is not there is named, less the password", "postgres://duplex:hunter2@127.0.0.1:1/duplex?sslmode=disable", nil, "postgres://duplex@127.0.0.1:1/duplex"},
		{"a password in the query is left out too", "postgres://duplex@127.0.0.1:1/duplex?sslmode=disable&password=hunter2", nil, "127.0.0.1:1"},
		{"a file needs a path", "sqlite:", nil, "lacks the path"},
		{"a folder that does not exist is the admin's to create", "sqlite:" + filepath.Join(dir, "none", "duplex.db"), nil, "create it first"},
		{"a short key would be a weak one", "sqlite::memory:", []byte("hunter2"), "exactly 32"},
	}
	for _, c := range cases {
		s, err := store.Open(t.Context(), c.dsn, store.Options{SealKey: c.key})
		if err == nil {
			s.Close()
			t.Errorf("%s: it opened", c.reason)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q does not say %q", c.reason, err, c.want)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the password is in %q", c.reason, err)
		}
	}
}

func TestOpenInMemory(t *testing.T) {
	for _, dsn := range []string{":memory:", "sqlite::memory:"} {
		s := storetest.OpenAt(t, dsn, store.Options{})
		ok(t, s.PutCursor(t.Context(), "sweep", "1"))
		if got, err := s.Cursor(t.Context(), "sweep"); err != nil || got != "1" {
			t.Errorf("%s: cursor %q, %v", dsn, got, err)
		}
		claim(t, s, pairOf("c", "1", "2"))
	}
}

// Several processes start at once, and one starts again later: the schema is made exactly once.
func TestOpenTogetherAndAgain(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			dsn := storetest.DSN(t, dialect)
			stores := make([]*store.Store, 4)
			var wg sync.WaitGroup
			for i := range stores {
				wg.Go(func() {
					var err error
					if stores[i], err = store.Open(context.Background(), dsn, store.Options{}); err != nil {
						t.Errorf("opening together: %v", err)
					}
				})
			}
			wg.Wait()
			if t.Failed() {
				return
			}
			ok(t, stores[0].PutCursor(t.Context(), "sweep", "7"))
			for _, s := range stores {
				if got, err := s.Cursor(t.Context(), "sweep"); err != nil || got != "7" {
					t.Errorf("another process sees cursor %q, %v", got, err)
				}
				ok(t, s.Close())
			}
			again := storetest.OpenAt(t, dsn, store.Options{})
			ok(t, again.Ping(t.Context()))
			if got, err := again.Cursor(t.Context(), "sweep"); err != nil || got != "7" {
				t.Errorf("after opening again: cursor %q, %v", got, err)
			}
			if again.Dialect() != dialect {
				t.Errorf("dialect %q", again.Dialect())
			}
		})
	}
}

func TestOpenRefusesASchemaOfALaterProgram(t *testing.T) {
	for dialect, driver := range map[string]string{store.SQLite: "sqlite", store.Postgres: "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			dsn := storetest.DSN(t, dialect)
			storetest.OpenAt(t, dsn, store.Options{})
			db, err := sql.Open(driver, strings.TrimPrefix(dsn, "sqlite:"))
			ok(t, err)
			defer db.Close()
			_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)`)
			ok(t, err)
			s, err := store.Open(t.Context(), dsn, store.Options{})
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "start the newer program") {
				t.Errorf("opening it: %v", err)
			}
		})
	}
}

func TestSQLitePathWithOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% off? #1 ü.db")
	s := storetest.OpenAt(t, "sqlite:"+path, store.Options{})
	ok(t, s.PutCursor(t.Context(), "sweep", "1"))
	info, err := os.Stat(path)
	ok(t, err)
	if info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("the file has rights %v and %d bytes; want it used and readable by its owner only", info.Mode().Perm(), info.Size())
	}
}

// Whatever is missing, the caller tells it the same way.
func TestMissingIsErrNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, system := s.System(ctx, "x")
		_, active := s.Connection(ctx, "x", 0)
		_, version := s.Connection(ctx, "x", 3)
		_, pair := s.Pair(ctx, "x")
		_, observation := s.Observation(ctx, "x")
		_, plan := s.Plan(ctx, "x")
		_, intent := s.IntentByMark(ctx, "x")
		_, cursor := s.Cursor(ctx, "x")
		for what, err := range map[string]error{
			"System": system, "Connection active": active, "Connection version": version, "Pair": pair,
			"Observation": observation, "Plan": plan, "IntentByMark": intent, "Cursor": cursor,
			"ActivateConnection": s.ActivateConnection(ctx, "x", 1),
			"AddPairSide":        s.AddPairSide(ctx, "x", core.B, core.Ref{System: "jira", ID: "1"}),
			"SavePair":           s.SavePair(ctx, core.Pair{ID: "x"}),
			"SaveStep":           s.SaveStep(ctx, store.Step{Pair: core.Pair{ID: "x"}}),
			"UnlinkPair":         s.UnlinkPair(ctx, "x"),
			"RelinkPair":         s.RelinkPair(ctx, "x"),
			"SettleIntent":       s.SettleIntent(ctx, "x", "1", "", ""),
			"MarkDelivery":       s.MarkDelivery(ctx, 1, core.DeliveryIgnored, ""),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s of something missing: %v", what, err)
			}
		}
	})
}

func TestCancelledContextWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := s.ClaimPair(ctx, pairOf("c", "1", "2")); !errors.Is(err, context.Canceled) {
			t.Errorf("claim under a cancelled context: %v", err)
		}
		if _, err := s.Pair(t.Context(), "pair:c:support:1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a pair is left behind: %v", err)
		}
	})
}

// Content is unreadable in the file, its side files included; ids and hashes are not content.
func TestSealedContentIsNotInTheFile(t *testing.T) {
	const secret = "Quokka-4711 is out of stock"
	key := bytes.Repeat([]byte{7}, 32)
	for _, c := range []struct {
		reason string
		key    []byte
		found  bool
	}{
		{"with a key nothing of the content is on disk", key, false},
		{"without a key it is: so the search above can find it", nil, true},
	} {
		dir := t.TempDir()
		dsn := "sqlite:" + filepath.Join(dir, "duplex.db")
		s := storetest.OpenAt(t, dsn, store.Options{SealKey: c.key})
		ctx := t.Context()
		p := pairOf("c", "1", "2")
		p.Parked = map[string]core.Parked{"r": {Problem: core.Problem{Class: core.ProblemConflict, Value: secret}}}
		claim(t, s, p)
		o := core.Observation{Ref: p.Sides[0].Ref, Fields: map[string]core.Value{"subject": core.String(secret)}}
		hash, err := s.PutObservation(ctx, p.ID, o)
		ok(t, err)
		ok(t, s.PutPlan(ctx, core.Plan{ID: "plan", Pair: p.ID, Decisions: []core.Decision{{Rule: "r", Value: core.String(secret)}}}))
		if c.key != nil {
			ok(t, s.SaveCredential(ctx, "jira", "refresh", secret))
			if got, err := s.LoadCredential(ctx, "jira", "refresh"); err != nil || got != secret {
				t.Errorf("credential %q, %v", got, err)
			}
		}
		got, err := s.Observation(ctx, hash)
		ok(t, err)
		plan, err := s.Plan(ctx, "plan")
		ok(t, err)
		pair, err := s.Pair(ctx, p.ID)
		ok(t, err)
		if got.Field("subject").Source() != secret || plan.Decisions[0].Value.Source() != secret || pair.Parked["r"].Problem.Value != secret {
			t.Errorf("%s: the content does not come back", c.reason)
		}
		if found := onDisk(t, dir, secret); found != c.found {
			t.Errorf("%s: found %v", c.reason, found)
		}
		if !onDisk(t, dir, hash) {
			t.Errorf("%s: the hash is not on disk, so this test looks in the wrong place", c.reason)
		}
	}
}

func onDisk(t *testing.T, dir, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	ok(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		ok(t, err)
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

func TestKeysAreToldApart(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			ctx, dsn := t.Context(), storetest.DSN(t, dialect)
			plain := storetest.OpenAt(t, dsn, store.Options{})
			sealed := storetest.OpenAt(t, dsn, store.Options{SealKey: bytes.Repeat([]byte{1}, 32)})
			other := storetest.OpenAt(t, dsn, store.Options{SealKey: bytes.Repeat([]byte{2}, 32)})

			before, err := plain.PutObservation(ctx, "p", core.Observation{Revision: "before"})
			ok(t, err)
			after, err := sealed.PutObservation(ctx, "p", core.Observation{Revision: "after"})
			ok(t, err)
			ok(t, sealed.SaveCredential(ctx, "jira", "token", "s3cret"))

			if o, err := sealed.Observation(ctx, before); err != nil || o.Revision != "before" {
				t.Errorf("content written before a key was set stays readable: %v", err)
			}
			if _, err := plain.Observation(ctx, after); !errors.Is(err, store.ErrNoSealKey) {
				t.Errorf("sealed content without a key: %v", err)
			}
			if _, err := other.Observation(ctx, after); err == nil || !strings.Contains(err.Error(), "sealed with key") {
				t.Errorf("sealed content with another key: %v", err)
			}
			if _, err := plain.LoadCredential(ctx, "jira", "token"); !errors.Is(err, store.ErrNoSealKey) {
				t.Errorf("a credential without a key: %v", err)
			}
			if err := plain.SaveCredential(ctx, "jira", "token", "s3cret"); !errors.Is(err, store.ErrNoSealKey) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("saving a credential without a key: %v", err)
			}
			if _, err := other.LoadCredential(ctx, "jira", "token"); err == nil || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("a credential with another key: %v", err)
			}
			if _, err := sealed.LoadCredential(ctx, "jira", "nothing"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a credential that is not there: %v", err)
			}
		})
	}
}

// zoned is a time with a zone and nanoseconds, and what the store makes of it.
func zoned() (in, out time.Time) {
	in = time.Date(2026, 3, 29, 2, 30, 0, 123456789, time.FixedZone("", 5*3600+45*60))
	return in, time.Date(2026, 3, 28, 20, 45, 0, 123456000, time.UTC)
}

func same(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want exactly %v", what, got, want)
	}
}
