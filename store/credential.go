package store

import (
	"context"
	"fmt"
)

// SaveCredential stores a secret of a system under a name, always sealed. Without a seal key it is ErrNoSealKey and
// nothing is stored.
func (s *Store) SaveCredential(ctx context.Context, system, name, secret string) error {
	err := ErrNoSealKey
	if s.seal != nil {
		body, keyID := s.seal.close([]byte(secret), aboutCredential(system, name))
		_, err = exec(ctx, s.write, `INSERT INTO credentials (system, name, body, key_id, saved_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (system, name) DO UPDATE SET body = excluded.body, key_id = excluded.key_id, saved_at = excluded.saved_at`,
			system, name, body, keyID, stamped(s.now()))
	}
	if err != nil {
		return fmt.Errorf("store the credential %q of system %q: %w", name, system, err)
	}
	return nil
}

// LoadCredential gives back the secret. Without a seal key it is ErrNoSealKey.
func (s *Store) LoadCredential(ctx context.Context, system, name string) (string, error) {
	err := ErrNoSealKey
	var secret []byte
	if s.seal != nil {
		var r sealedRow
		if err = get(ctx, s.read, &r, `SELECT body, key_id FROM credentials WHERE system = ? AND name = ?`, system, name); err == nil {
			secret, err = s.seal.open(r.Body, r.KeyID, aboutCredential(system, name))
		}
	}
	if err != nil {
		return "", fmt.Errorf("the credential %q of system %q: %w", name, system, err)
	}
	return string(secret), nil
}

func aboutCredential(system, name string) string { return "credential\x00" + system + "\x00" + name }
