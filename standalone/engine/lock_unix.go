//go:build unix

package engine

import (
	"fmt"
	"os"
	"syscall"
)

// lock keeps file locked until unlock is called or the process ends, however it ends.
// It fails when another engine holds it.
func lock(file string) (unlock func(), err error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another engine is running on this data directory (lock %s): end it, or choose another directory: %w", file, err)
	}
	return func() { f.Close() }, nil
}
