//go:build !unix

package engine

// lock does nothing where the operating system has no flock: there, running one engine per data
// directory is up to the admin.
func lock(string) (unlock func(), err error) { return func() {}, nil }
