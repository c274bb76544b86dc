package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// sealer encrypts content with AES-256-GCM under a random nonce. What the content is about (its table and key) is
// authenticated with it, so that a sealed value moved to another row does not open.
type sealer struct {
	id   string // tells keys apart, reveals nothing of the key
	aead cipher.AEAD
}

// newSealer returns nil for no key: content is then written as it is.
func newSealer(key []byte) (*sealer, error) {
	if len(key) == 0 {
		return nil, nil
	}
	if len(key) != 32 {
		return nil, fmt.Errorf("the seal key has %d bytes, it must have exactly 32", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("duplex seal key id\x00"), key...))
	return &sealer{id: hex.EncodeToString(sum[:8]), aead: aead}, nil
}

// close returns what to store of the content and the id of the key that sealed it, "" when none did.
func (s *sealer) close(plain []byte, about string) (body []byte, keyID string) {
	if s == nil {
		return plain, ""
	}
	return s.aead.Seal(nil, nil, plain, []byte(about)), s.id
}

// open gives back the content.
func (s *sealer) open(body []byte, keyID, about string) ([]byte, error) {
	switch {
	case keyID == "":
		return body, nil
	case s == nil:
		return nil, fmt.Errorf("the content is sealed with key %s: %w", keyID, ErrNoSealKey)
	case s.id != keyID:
		return nil, fmt.Errorf("the content is sealed with key %s, the key that is set is %s: set the key it was sealed with", keyID, s.id)
	}
	plain, err := s.aead.Open(nil, nil, body, []byte(about))
	if err != nil {
		return nil, errors.New("the sealed content was changed or moved outside of duplex: restore the store from a backup")
	}
	return plain, nil
}
