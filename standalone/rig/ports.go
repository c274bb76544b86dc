package rig

import (
	"fmt"
	"net"

	"duplex/standalone/ports"
)

// Address is where something listens on a port of this machine, and nowhere else.
func Address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// FreePorts finds ports that nobody listens on.
func FreePorts(n int) ([]int, error) {
	found, wanted := make([]int, n), make([]*int, n)
	for i := range found {
		wanted[i] = &found[i]
	}
	return found, take(wanted...)
}

// take checks that ports are free, and finds one for each that is 0.
func take(wanted ...*int) error {
	for _, port := range wanted {
		var l net.Listener
		var err error
		if *port == 0 {
			l, err = ports.Hold()
		} else {
			l, err = net.Listen("tcp", Address(*port))
		}
		if err != nil {
			return fmt.Errorf("port %d is needed and taken: stop what listens there (%w)", *port, err)
		}
		defer l.Close() // all are held until the last is found, so that no two are the same
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return nil
}
