package e2e

import (
	"testing"

	"duplex/store"
	"duplex/store/storetest"
)

// TestPostgres: what holds with the store in SQLite holds with Postgres.
func TestPostgres(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.DSN(t, store.Postgres))
	if d := w.store.Dialect(); d != store.Postgres {
		t.Fatalf("the store is %s", d)
	}
	d := &duplicates{world: w}
	subjects := []*subject{w.newSubject(1, false, nil), w.newSubject(2, true, nil)}
	for i, thing := range things {
		w.must(each(subjects, func(s *subject) error { return thing.do(s, w.ctx()) }))
		w.eventually(thing.name, func() error { return d.holds(i, subjects) })
	}
	for _, s := range subjects {
		w.must(s.ada.EditTicket(w.ctx(), s.ticket, object{"subject": s.token + " there"}))
		w.eventually("an edit of the ticket", func() error { return s.issueSays(s.token + " there") })
		w.must(s.grace.EditIssue(w.ctx(), s.issue, object{"summary": s.token + " and back"}))
		w.eventually("an edit of the issue", func() error { return s.ticketSays(s.token + " and back") })
	}
	w.settle()
	w.must(d.holds(len(things)-1, subjects))
}
