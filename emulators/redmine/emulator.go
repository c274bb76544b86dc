package redmine

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"duplex/emulators/harness"
)

// Options: the zero value is a fresh Redmine in memory.
type Options struct {
	BaseURL string // what links in answers start with; may be set later with SetBaseURL
	Clock   harness.Clock
	Seed    uint64
	// File keeps the state over restarts: read at the start, replaced before every answer to a change.
	// Attachment contents lie beside it in a folder of the same name.
	File string
	// MaxFile is the largest upload in bytes; 0 is Redmine's default of 5 MB.
	MaxFile int
}

// Emulator is one Redmine. Safe for concurrent use.
type Emulator struct {
	opts   Options
	skew   *harness.Skew
	server *harness.Server
	mux    *http.ServeMux

	mu    sync.Mutex // guards everything below; calls run one at a time
	base  string
	st    *state
	files map[string][]byte // contents where there is no File
}

// New starts a Redmine. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	if opts.MaxFile == 0 {
		opts.MaxFile = 5 << 20
	}
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: strings.TrimSuffix(opts.BaseURL, "/"), files: map[string][]byte{}, st: &state{}}
	found := false
	if opts.File != "" {
		if err := os.MkdirAll(e.fileDir(), 0o700); err != nil {
			return nil, err
		}
		var err error
		if found, err = harness.LoadJSON(opts.File, e.st); err != nil {
			return nil, err
		}
	}
	if !found {
		e.st = newState()
	}
	e.mux = http.NewServeMux()
	e.routes()
	e.server = harness.New(harness.Options{Name: "redmine", Seed: opts.Seed, Skew: e.skew, Vendor: e.mux, Operation: e.operation,
		Maintenance: maintenance, Reset: e.reset, Controls: map[string]http.HandlerFunc{"POST /admin": e.postAdmin}})
	return e, nil
}

// Handler serves the API and the control API.
func (e *Emulator) Handler() http.Handler { return e.server }

// Harness gives tests in the same process faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.server }

// Webhooks is nil: Redmine has none.
func (e *Emulator) Webhooks() *harness.Sender { return nil }

// Close ends nothing: there is nothing that runs by itself.
func (e *Emulator) Close() {}

// SetBaseURL changes what links in answers start with, e.g. once a listener's port is known.
func (e *Emulator) SetBaseURL(base string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base = strings.TrimSuffix(base, "/")
}

func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st, e.files = newState(), map[string][]byte{}
	_ = e.save()
}

// save writes the snapshot. The caller holds the lock.
func (e *Emulator) save() error {
	if e.opts.File == "" {
		return nil
	}
	return harness.SaveJSON(e.opts.File, e.st)
}

func (e *Emulator) fileDir() string {
	return strings.TrimSuffix(e.opts.File, filepath.Ext(e.opts.File)) + ".files"
}

func (e *Emulator) operation(req *http.Request) string {
	_, pattern := e.mux.Handler(req)
	if pattern == "/" {
		return ""
	}
	return pattern
}

func (e *Emulator) now() time.Time { return e.skew.Now() }
