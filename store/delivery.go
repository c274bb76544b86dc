package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"duplex/core"
)

// deliveryRow is a row of deliveries.
type deliveryRow struct {
	Seq        int64
	System     string
	ID         string
	ReceivedAt stamp `db:"received_at"`
	Hints      string
	State      string
	Reason     string
	Attempts   int
}

func (r deliveryRow) delivery() (core.Delivery, error) {
	d := core.Delivery{Seq: r.Seq, System: r.System, ID: r.ID, ReceivedAt: r.ReceivedAt.Time, State: r.State,
		Reason: r.Reason, Attempts: r.Attempts}
	if err := json.Unmarshal([]byte(r.Hints), &d.Hints); err != nil {
		return core.Delivery{}, fmt.Errorf("the hints of delivery %d: %w", r.Seq, err)
	}
	return d, nil
}

const deliveryColumns = `seq, system, id, received_at, hints, state, reason, attempts`

// RecordDelivery stores a webhook call and gives it its Seq. A call with the same system and id was recorded before:
// that one is returned, fresh is false and nothing is written. An empty state means waiting, a zero ReceivedAt now.
func (s *Store) RecordDelivery(ctx context.Context, d core.Delivery) (stored core.Delivery, fresh bool, err error) {
	if d.System == "" || d.ID == "" {
		return core.Delivery{}, false, errors.New("a delivery without a system and an id cannot be recorded")
	}
	err = s.tx(ctx, func(q queryer) (err error) {
		stored, fresh, err = s.insertDelivery(ctx, q, d)
		return err
	})
	if err != nil {
		return core.Delivery{}, false, fmt.Errorf("record delivery %q of %s: %w", d.ID, d.System, err)
	}
	return stored, fresh, nil
}

func (s *Store) insertDelivery(ctx context.Context, q queryer, d core.Delivery) (stored core.Delivery, fresh bool, err error) {
	hints, err := json.Marshal(d.Hints)
	if err != nil {
		return core.Delivery{}, false, err
	}
	if d.State == "" {
		d.State = core.DeliveryWaiting
	}
	var r deliveryRow
	err = get(ctx, q, &r, `INSERT INTO deliveries (system, id, received_at, hints, state, reason, attempts)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING `+deliveryColumns,
		d.System, d.ID, stamped(s.timeOr(d.ReceivedAt)), string(hints), d.State, words(d.Reason), d.Attempts)
	if errors.Is(err, ErrNotFound) {
		err = get(ctx, q, &r, `SELECT `+deliveryColumns+` FROM deliveries WHERE system = ? AND id = ?`, d.System, d.ID)
		if err == nil {
			stored, err = r.delivery()
		}
		return stored, false, err
	}
	if err != nil {
		return core.Delivery{}, false, err
	}
	for _, h := range d.Hints {
		_, err := exec(ctx, q, `INSERT INTO delivery_items (delivery, item) VALUES (?, ?) ON CONFLICT DO NOTHING`, r.Seq, words(h.Ref.ID))
		if err != nil {
			return core.Delivery{}, false, err
		}
	}
	stored, err = r.delivery()
	return stored, true, err
}

// MarkDelivery sets state and reason of a delivery and counts one attempt more.
func (s *Store) MarkDelivery(ctx context.Context, seq int64, state, reason string) error {
	err := must(ctx, s.write, `UPDATE deliveries SET state = ?, reason = ?, attempts = attempts + 1 WHERE seq = ?`, state, words(reason), seq)
	if err != nil {
		return fmt.Errorf("mark delivery %d as %s: %w", seq, state, err)
	}
	return nil
}

// WaitingDeliveries lists the deliveries that wait to be handed over, oldest first; 100 when limit is not positive.
func (s *Store) WaitingDeliveries(ctx context.Context, limit int) ([]core.Delivery, error) {
	return s.deliveries(ctx, ` WHERE state = ? ORDER BY seq LIMIT ?`, core.DeliveryWaiting, limitOr(limit))
}

// DeliveryFilter selects deliveries. Empty fields select everything.
type DeliveryFilter struct {
	System string
	State  string
	Item   string // id of an item a hint names
	Limit  int    // 100 when not positive
	Before int64  // Seq of the last delivery of the page before
	Calls  bool   // webhooks only, not what duplex made for itself
}

// Deliveries lists deliveries, newest first. The next page starts before the Seq of the last.
func (s *Store) Deliveries(ctx context.Context, f DeliveryFilter) ([]core.Delivery, error) {
	w := where{}
	if f.System != "" {
		w.add(`system = ?`, f.System)
	}
	if f.State != "" {
		w.add(`state = ?`, f.State)
	}
	if f.Item != "" {
		w.add(`seq IN (SELECT delivery FROM delivery_items WHERE item = ?)`, words(f.Item))
	}
	if f.Before > 0 {
		w.add(`seq < ?`, f.Before)
	}
	for _, m := range core.Makers {
		if f.Calls {
			w.add(`id NOT LIKE ?`, m.ID("%"))
		}
	}
	return s.deliveries(ctx, w.String()+` ORDER BY seq DESC LIMIT ?`, append(w.args, limitOr(f.Limit))...)
}

func (s *Store) deliveries(ctx context.Context, rest string, args ...any) ([]core.Delivery, error) {
	var rows []deliveryRow
	if err := list(ctx, s.read, &rows, `SELECT `+deliveryColumns+` FROM deliveries`+rest, args...); err != nil {
		return nil, fmt.Errorf("list the deliveries: %w", err)
	}
	out := make([]core.Delivery, 0, len(rows))
	for _, r := range rows {
		d, err := r.delivery()
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// CountDeliveries counts the deliveries by state and tells when the oldest waiting one came, zero when none waits.
func (s *Store) CountDeliveries(ctx context.Context) (counts map[string]int, oldestWaiting time.Time, err error) {
	var rows []struct {
		State  string
		N      int
		Oldest stamp
	}
	err = list(ctx, s.read, &rows, `SELECT state, COUNT(*) AS n, MIN(received_at) AS oldest FROM deliveries GROUP BY state`)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("count the deliveries: %w", err)
	}
	counts = map[string]int{}
	for _, r := range rows {
		counts[r.State] = r.N
		if r.State == core.DeliveryWaiting {
			oldestWaiting = r.Oldest.Time
		}
	}
	return counts, oldestWaiting, nil
}
