package ports

import (
	"net"
	"testing"
)

func TestHeldPortsAreDistinctAndBelowWhatSystemsGive(t *testing.T) {
	seen := map[int]bool{}
	for range 50 {
		l, err := Hold()
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		if seen[port] || port < lowest || port >= lowest+count {
			t.Errorf("port %d", port)
		}
		seen[port] = true
	}
}
