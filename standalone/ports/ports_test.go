package ports

import (
	"net"
	"runtime"
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

// TestAPortThatWasFoundIsNotFoundAgain: while its server is not up yet, or down for a moment, nobody else takes it.
func TestAPortThatWasFoundIsNotFoundAgain(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("claims are made on Linux alone: only there a name can end with its process")
	}
	l, err := Hold()
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	if claim(port) {
		t.Errorf("port %d is given twice", port)
	}
}
