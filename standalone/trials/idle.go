package trials

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"duplex/core"
	"duplex/standalone/app"
	"duplex/standalone/rig"
	"duplex/store"
)

// idle tells what pairs cost of which nobody asks anything: memory as it is after the work, memory of a worker and an engine
// that were started since, and bytes on disk.
func (s *site) idle(ctx context.Context, f *figures, pairs map[string]core.Pair) error {
	n := float64(len(pairs))
	if err := rig.Pause(ctx, 30*time.Second); err != nil { // what was read ahead or is to be collected goes
		return err
	}
	after, err := s.memory()
	if err != nil {
		return err
	}
	for part, m := range after {
		f.set("idle_"+part+"_mb", megabytes(m.Now))
	}
	bytes, err := s.storeBytes(ctx)
	if err != nil {
		return err
	}
	f.set("store_bytes_per_pair", float64(bytes)/n)
	engine, err := rig.Size(filepath.Join(s.Dir, "temporal"))
	if err != nil {
		return err
	}
	f.set("engine_bytes_per_pair", float64(engine)/n)
	for _, part := range []string{app.PartWorker, app.PartEngine} {
		if err := errors.Join(s.procs.Kill(part), s.procs.Start(s.World, part)); err != nil {
			return err
		}
	}
	if err := s.worksAgain(ctx, pairs); err != nil {
		return fmt.Errorf("after a restart: %w", err)
	}
	if err := rig.Pause(ctx, 15*time.Second); err != nil {
		return err
	}
	fresh, err := s.memory()
	if err != nil {
		return err
	}
	for _, part := range []string{app.PartWorker, app.PartEngine} {
		f.set("idle_"+part+"_mb_restarted", megabytes(fresh[part].Now))
	}
	return nil
}

// worksAgain edits one ticket and waits until its issue shows it: the engine and the worker are in service.
func (s *site) worksAgain(ctx context.Context, pairs map[string]core.Pair) error {
	const words = "after a restart"
	for ticket, p := range pairs {
		if err := s.Ada.EditTicket(ctx, ticket, rig.Object{"subject": words}); err != nil {
			return err
		}
		for {
			i, err := s.JiraAda.Issue(ctx, p.Sides[core.B].Ref.ID)
			if err != nil || rig.Text(i, "summary") == words {
				return err
			}
			if err := rig.Pause(ctx, 200*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}

// storeBytes is what the store takes on disk.
func (s *site) storeBytes(ctx context.Context) (n int64, err error) {
	if s.store.Dialect() != store.Postgres {
		files, err := filepath.Glob(filepath.Join(s.Dir, "duplex.db*"))
		for _, f := range files {
			size, e := rig.Size(f)
			n, err = n+size, errors.Join(err, e)
		}
		return n, err
	}
	db, err := sql.Open("postgres", s.StoreDSN)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(&n)
	return n, err
}
