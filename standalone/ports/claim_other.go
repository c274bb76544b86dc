//go:build !linux

package ports

// claim promises nothing where the operating system has no names that end with their process.
func claim(int) bool { return true }
