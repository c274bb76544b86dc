package engine

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	free "duplex/standalone/ports"
)

const loopback = "127.0.0.1"

// ports are what the parts of an engine listen on. ui is -1 for no UI.
type ports struct {
	frontend, history, matching, worker, ui int
}

func hostPort(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

// reservePorts checks that the wanted ports are free and picks free ones for those given as 0.
// The server opens its own listeners, so the ports are released again on return; they are all
// held until the last is found, which keeps them distinct.
func reservePorts(frontend, ui int) (p ports, err error) {
	var held []net.Listener
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	take := func(name string, port int) int {
		var l net.Listener
		var listenErr error
		if port == 0 {
			l, listenErr = free.Hold()
		} else {
			l, listenErr = net.Listen("tcp", hostPort(port))
		}
		if listenErr != nil {
			err = errors.Join(err, fmt.Errorf("the %s port %d cannot be used, choose another or end the program that has it: %w", name, port, listenErr))
			return port
		}
		held = append(held, l)
		return l.Addr().(*net.TCPAddr).Port
	}
	p.frontend = take("frontend", frontend)
	p.ui = ui
	if ui >= 0 {
		p.ui = take("UI", ui)
	}
	p.history = take("history", 0)
	p.matching = take("matching", 0)
	p.worker = take("worker", 0)
	return p, err
}
