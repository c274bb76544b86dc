package jira

import (
	"fmt"
	"os"
	"path/filepath"
)

// files keeps the content of attachments: in memory, or one file each in a folder beside the snapshot,
// so that a large attachment does not weigh on every later change. The site's lock guards it.
type files struct {
	dir    string
	memory map[string][]byte
}

// newFiles uses the folder named after the snapshot; without a snapshot it keeps all in memory.
func newFiles(snapshot string) *files {
	f := &files{memory: map[string][]byte{}}
	if snapshot != "" {
		f.dir = snapshot + ".files"
	}
	return f
}

// put stores content; where it fails nothing is stored.
func (f *files) put(id string, content []byte) error {
	if f.dir == "" {
		f.memory[id] = content
		return nil
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("make the emulator's folder of attachments: %w", err)
	}
	if err := os.WriteFile(filepath.Join(f.dir, id), content, 0o600); err != nil {
		return fmt.Errorf("keep an attachment: %w", err)
	}
	return nil
}

// get is the content of an attachment the site has.
func (f *files) get(id string) ([]byte, error) {
	if f.dir == "" {
		return f.memory[id], nil
	}
	content, err := os.ReadFile(filepath.Join(f.dir, id))
	if err != nil {
		return nil, fmt.Errorf("read an attachment's content: %w", err)
	}
	return content, nil
}

// drop forgets content; one that stays behind on disk is never shown again.
func (f *files) drop(id string) {
	delete(f.memory, id)
	if f.dir != "" {
		_ = os.Remove(filepath.Join(f.dir, id))
	}
}
