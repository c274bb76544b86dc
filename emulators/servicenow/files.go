package servicenow

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
)

// content reads a file's content from memory, or from beside the snapshot.
func (e *Emulator) content(id string) ([]byte, error) {
	if e.opts.File == "" {
		return e.files[id], nil
	}
	return os.ReadFile(filepath.Join(e.fileDir(), id))
}

// keepContent writes it before the snapshot names it.
func (e *Emulator) keepContent(id string, data []byte) error {
	if e.opts.File == "" {
		e.files[id] = data
		return nil
	}
	return os.WriteFile(filepath.Join(e.fileDir(), id), data, 0o600)
}

// dropFile forgets a file. Its content beside a snapshot stays until the folder is removed: the snapshot that still names it
// may be what a killed process leaves.
func (c *call) dropFile(id string) {
	delete(c.e.st.Rows["sys_attachment"], id)
	delete(c.e.files, id)
	c.dirty = true
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
