// Package ports finds ports for servers that open their listeners later, or again after they were killed.
package ports

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// The range lies below the ports that systems give to connections and to listeners on port 0 (32768 and up on Linux, 49152 and up
// elsewhere): nothing takes a port of it by chance between the moment it is found and the moment it is used.
const (
	lowest = 20000
	count  = 12000
	tries  = 200
)

// Hold listens on a free port of the range on this machine's loopback. The caller closes the listener when its server is to take over. On
// Linux no other call finds the port until this process ends, in whatever process it is made.
func Hold() (net.Listener, error) {
	var err error
	for range tries {
		var l net.Listener
		port := lowest + rand.IntN(count)
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err != nil {
			continue
		}
		if claim(port) {
			return l, nil
		}
		l.Close()
		err = fmt.Errorf("port %d is kept for another process", port)
	}
	return nil, fmt.Errorf("no port between %d and %d is free: %w", lowest, lowest+count, err)
}
