package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"duplex/core"
)

// PutObservation stores what a fetch saw of an item of the pair and returns its content hash. The same content is
// stored once, whoever puts it; retention counts from the last time, and content that was erased is there again.
func (s *Store) PutObservation(ctx context.Context, pair string, o core.Observation) (hash string, err error) {
	return s.insertObservation(ctx, s.write, pair, o, false)
}

// insertObservation stores what was seen, or a merge base. What was both is a sighting.
func (s *Store) insertObservation(ctx context.Context, q queryer, pair string, o core.Observation, base bool) (string, error) {
	hash := o.Hash()
	plain, err := json.Marshal(o)
	if err == nil {
		body, keyID := s.seal.close(plain, aboutObservation(hash))
		_, err = exec(ctx, q, `INSERT INTO observations (hash, pair, system, item, body, key_id, stored_at, needed_at, base)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET base = observations.base AND excluded.base,
				body = CASE WHEN observations.erased_at IS NULL THEN observations.body ELSE excluded.body END,
				key_id = CASE WHEN observations.erased_at IS NULL THEN observations.key_id ELSE excluded.key_id END,
				needed_at = excluded.needed_at, erased_at = NULL
			WHERE observations.needed_at < excluded.needed_at OR observations.erased_at IS NOT NULL OR observations.base AND NOT excluded.base`,
			hash, pair, o.Ref.System, o.Ref.ID, body, keyID, stamped(s.now()), stamped(s.now()), base)
	}
	if err != nil {
		return "", fmt.Errorf("store an observation of %s: %w", o.Ref, err)
	}
	return hash, nil
}

// Observation is the observation stored under the hash. It is a *RemovedError when it may have been removed by
// retention, and an *ErasedError when nothing is left of it. Where only a person was erased from it, Erased is set.
func (s *Store) Observation(ctx context.Context, hash string) (core.Observation, error) {
	var r sealedRow
	err := get(ctx, s.read, &r, `SELECT body, key_id, erased_at FROM observations WHERE hash = ?`, hash)
	err = s.perhapsRemoved(ctx, err, "observations")
	var o core.Observation
	if err == nil {
		err = s.unseal(r, aboutObservation(hash), &o)
	}
	if err != nil {
		return core.Observation{}, fmt.Errorf("observation %s: %w", hash, err)
	}
	return o, nil
}

// Sightings lists what fetches saw of an item, for whichever pair, newest first; 100 when limit is not positive. Merge
// bases are not listed, nor what was erased whole.
func (s *Store) Sightings(ctx context.Context, system, item string, limit int) ([]core.Sighting, error) {
	var rows []struct {
		Hash     string
		StoredAt stamp `db:"stored_at"`
		sealedRow
	}
	err := list(ctx, s.read, &rows, `SELECT hash, stored_at, body, key_id, erased_at FROM observations
		WHERE system = ? AND item = ? AND NOT base ORDER BY stored_at DESC, hash LIMIT ?`, system, item, limitOr(limit))
	if err != nil {
		return nil, fmt.Errorf("list the observations of item %q of %s: %w", item, system, err)
	}
	out := make([]core.Sighting, 0, len(rows))
	for _, r := range rows {
		seen := core.Sighting{Hash: r.Hash, StoredAt: r.StoredAt.Time}
		err := s.unseal(r.sealedRow, aboutObservation(r.Hash), &seen.Item)
		if errors.As(err, new(*ErasedError)) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("observation %s: %w", r.Hash, err)
		}
		out = append(out, seen)
	}
	return out, nil
}

func aboutObservation(hash string) string { return "observation\x00" + hash }

// perhapsRemoved says of a missing row that retention may have removed it, if that was ever so.
func (s *Store) perhapsRemoved(ctx context.Context, err error, table string) error {
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if run, e := s.retention(ctx, table); e == nil && run.Removed > 0 {
		return &RemovedError{What: table, Before: run.Before.Time}
	}
	return err
}

// sealedRow is a content column with the key that sealed it. An empty body is one that was erased whole.
type sealedRow struct {
	Body     []byte
	KeyID    string `db:"key_id"`
	ErasedAt stamp  `db:"erased_at"`
}

// unseal reads the JSON of a content column into v. Nothing left of it is an *ErasedError.
func (s *Store) unseal(r sealedRow, about string, v any) error {
	if len(r.Body) == 0 && !r.ErasedAt.IsZero() {
		return &ErasedError{At: r.ErasedAt.Time}
	}
	plain, err := s.seal.open(r.Body, r.KeyID, about)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}
