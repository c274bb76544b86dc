package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// LoadJSON reads a snapshot into v. A file that is not there is no error: found is false.
func LoadJSON(path string, v any) (found bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the emulator's snapshot: %w", err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return false, fmt.Errorf("the emulator's snapshot %s is damaged: %w", path, err)
	}
	return true, nil
}

// SaveJSON replaces the file by v in one step: a process killed at any moment leaves the old or
// the new snapshot, never half of one. It does not wait for the disk: a power cut is not emulated.
func SaveJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the emulator's snapshot: %w", err)
	}
	tmp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return fmt.Errorf("write the emulator's snapshot: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("replace the emulator's snapshot: %w", err)
	}
	return nil
}
