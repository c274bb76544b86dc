// Package engine runs a Temporal server inside the calling process, on SQLite and 127.0.0.1.
//
// It is for one machine: the standalone program, demos and tests. Everything listens on the
// loopback address without authentication, so whoever can reach that address may do anything.
// Larger installations run Temporal as its own cluster and do not use this package.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.temporal.io/api/enums/v1"
)

const (
	startLimit = 60 * time.Second // what Start allows when the context has no deadline
	stopLimit  = 20 * time.Second // what Stop waits for the server before it gives up
)

// Options say where an engine keeps its data and where it listens.
type Options struct {
	// Dir is the data directory. It is created when missing; the SQLite file temporal.db and a
	// lock file are in it. Empty keeps everything in memory, lost when the process ends.
	Dir string
	// FrontendPort is the gRPC port for clients and workers. 0 takes a free one.
	FrontendPort int
	// UIPort is the port of the Temporal web UI. 0 takes a free one, -1 runs no UI.
	UIPort int
	// Namespace is created when missing, keeping closed workflows for 30 days. Default "duplex".
	Namespace string
	// SearchAttributes are registered on the namespace, also when it exists already. Attributes
	// that are there and not named here stay.
	SearchAttributes map[string]enums.IndexedValueType
	// Log receives the server's warnings and errors. Nil drops them.
	Log *slog.Logger
	// DynamicConfig overrides the server's dynamic configuration, by the server's own key names.
	DynamicConfig map[string]any
}

// Engine is a running Temporal server. Get one from Start.
type Engine struct {
	address   string
	uiURL     string
	namespace string
	stop      func()
}

// Start runs a Temporal server and returns when its frontend answers, the namespace and its
// search attributes are usable, and the UI serves pages.
//
// ctx limits the start only; a running engine ends by Stop. One engine at a time may use a
// directory: a second Start on it fails, in this process or another. A directory whose last
// engine was killed is taken up where its last commit left it.
//
// After an error nothing of the engine is meant to be used. The server library cannot undo a
// start that failed half-way, so a process should end rather than try again on the same Dir.
func Start(ctx context.Context, o Options) (*Engine, error) {
	o.Namespace = cmp.Or(o.Namespace, "duplex")
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()

	var undo undoStack
	e, err := start(ctx, o, &undo)
	if err != nil {
		undo.run()
		return nil, fmt.Errorf("start the embedded Temporal server: %w", err)
	}
	e.stop = sync.OnceFunc(undo.run)
	return e, nil
}

func start(ctx context.Context, o Options, undo *undoStack) (*Engine, error) {
	if o.Dir != "" {
		dir, err := filepath.Abs(o.Dir)
		if err != nil {
			return nil, err
		}
		o.Dir = dir
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("create the data directory: %w", err)
		}
		unlock, err := lock(filepath.Join(o.Dir, "engine.lock"))
		if err != nil {
			return nil, err
		}
		undo.push(unlock)
	}
	p, err := reservePorts(o.FrontendPort, o.UIPort)
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(o.Dir, o.Namespace, o.SearchAttributes)
	if err != nil {
		return nil, err
	}
	stop, err := startServer(ctx, p, db, o)
	if err != nil {
		return nil, err
	}
	undo.push(stop)

	e := &Engine{address: hostPort(p.frontend), namespace: o.Namespace}
	if err := makeReady(ctx, e.address, o.Namespace, o.SearchAttributes); err != nil {
		return nil, err
	}
	if p.ui > 0 {
		url, stop, err := startUI(ctx, p.ui, e.address, o.Namespace)
		if err != nil {
			return nil, err
		}
		undo.push(stop)
		e.uiURL = url
	}
	return e, nil
}

// Address is the host:port of the frontend, for client.Options.HostPort.
func (e *Engine) Address() string { return e.address }

// UIURL is the root of the web UI without a trailing slash, or "" when there is none.
func (e *Engine) UIURL() string { return e.uiURL }

// Namespace is the namespace the engine made sure exists.
func (e *Engine) Namespace() string { return e.namespace }

// Stop ends the UI and the server, waiting at most 20 seconds. Workers and clients of the
// engine should be stopped before. Running workflows stay in Dir and continue after the next
// Start. Calling it again does nothing.
func (e *Engine) Stop() { e.stop() }

// undoStack holds what ends the parts started so far, run in reverse order.
type undoStack []func()

func (u *undoStack) push(f func()) { *u = append(*u, f) }

func (u *undoStack) run() {
	for i := len(*u) - 1; i >= 0; i-- {
		(*u)[i]()
	}
}

var errTimeout = errors.New("it did not answer in time")
