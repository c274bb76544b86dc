package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The files of a data directory.
const (
	storeFile = "duplex.db"
	tokenFile = "admin-token"
	sealFile  = "seal-key"
	engineDir = "temporal"
)

// AdminToken is the admin API's token, made at the first start and kept readable by its owner only.
func AdminToken(dir string) (string, error) {
	return kept(filepath.Join(dir, tokenFile), func() string { return rand.Text() + rand.Text() })
}

// sealKey seals content in the store and rotated credentials.
func sealKey(dir string) ([]byte, error) {
	text, err := kept(filepath.Join(dir, sealFile), func() string {
		b := make([]byte, 32)
		rand.Read(b)
		return hex.EncodeToString(b)
	})
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s does not hold 64 hexadecimal digits: restore it from a backup; what was sealed with it cannot be read without it", filepath.Join(dir, sealFile))
	}
	return key, nil
}

// kept reads a secret from its file, or makes it. Two processes that start at once end up with the same one.
func kept(path string, make func() string) (string, error) {
	for {
		b, err := os.ReadFile(path)
		if err == nil && len(strings.TrimSpace(string(b))) > 0 {
			return strings.TrimSpace(string(b)), nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		fresh := fmt.Sprintf("%s.%s", path, rand.Text())
		if err := os.WriteFile(fresh, []byte(make()+"\n"), 0o600); err != nil {
			return "", err
		}
		err = os.Link(fresh, path) // fails when another process was first
		os.Remove(fresh)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
}
