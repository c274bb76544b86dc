package store

import (
	"context"
	"encoding/json"
	"fmt"

	"duplex/core"
)

// PutObservation stores what a fetch saw of an item of the pair and returns its content hash. The same content is
// stored once, whoever puts it.
func (s *Store) PutObservation(ctx context.Context, pair string, o core.Observation) (hash string, err error) {
	return s.insertObservation(ctx, s.write, pair, o)
}

func (s *Store) insertObservation(ctx context.Context, q queryer, pair string, o core.Observation) (string, error) {
	hash := o.Hash()
	plain, err := json.Marshal(o)
	if err == nil {
		body, keyID := s.seal.close(plain, aboutObservation(hash))
		_, err = exec(ctx, q, `INSERT INTO observations (hash, pair, system, item, body, key_id, stored_at)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			hash, pair, o.Ref.System, o.Ref.ID, body, keyID, stamped(s.now()))
	}
	if err != nil {
		return "", fmt.Errorf("store an observation of %s: %w", o.Ref, err)
	}
	return hash, nil
}

// Observation is the observation stored under the hash.
func (s *Store) Observation(ctx context.Context, hash string) (core.Observation, error) {
	var r sealedRow
	err := get(ctx, s.read, &r, `SELECT body, key_id FROM observations WHERE hash = ?`, hash)
	var o core.Observation
	if err == nil {
		err = s.unseal(r, aboutObservation(hash), &o)
	}
	if err != nil {
		return core.Observation{}, fmt.Errorf("observation %s: %w", hash, err)
	}
	return o, nil
}

func aboutObservation(hash string) string { return "observation\x00" + hash }

// sealedRow is a content column with the key that sealed it.
type sealedRow struct {
	Body  []byte
	KeyID string `db:"key_id"`
}

// unseal reads the JSON of a content column into v.
func (s *Store) unseal(r sealedRow, about string, v any) error {
	plain, err := s.seal.open(r.Body, r.KeyID, about)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}
