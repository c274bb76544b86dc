package servicenow

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"duplex/emulators/harness"
)

// Options: the zero value is a fresh instance in memory without rate rules, as the vendor ships it.
type Options struct {
	BaseURL string // what links in answers start with; may be set later with SetBaseURL
	Clock   harness.Clock
	Seed    uint64
	// File keeps the state over restarts: read at the start, replaced before every answer to a change.
	// Attachment contents lie beside it in a folder of the same name.
	File   string
	Limits Limits
	// TokenLife is how long OAuth access tokens live; 0 is the vendor's 30 minutes.
	TokenLife time.Duration
	// WebhookTimeout is how long an outbound call waits for its answer; 0: 10 s. WebhookRetryWait is there for
	// the likeness of all emulators: the vendor's outbound calls are never tried again.
	WebhookTimeout, WebhookRetryWait time.Duration
	// WebhookClient makes the outbound calls; nil is a client of its own.
	WebhookClient *http.Client
}

// Emulator is one instance. Safe for concurrent use.
type Emulator struct {
	opts    Options
	skew    *harness.Skew
	sender  *harness.Sender
	server  *harness.Server
	mux     *http.ServeMux
	windows harness.Windows

	mu     sync.Mutex // guards everything below; vendor calls run one at a time
	base   string
	limits Limits
	play   mischief
	st     *state
	schema map[string]*table // built from the dictionary; nil where it changed
	files  map[string][]byte // attachment contents where there is no File
	held   []pushEvent       // outbound calls that wait
}

// mischief is what the control API asked for. It is not kept over restarts.
type mischief struct {
	hibernating    bool
	lists, creates int // how many are cancelled
	rule           customRule
	members        bool
	hold           bool
}

// New starts an instance. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	if opts.TokenLife == 0 {
		opts.TokenLife = 30 * time.Minute
	}
	if opts.WebhookTimeout == 0 {
		opts.WebhookTimeout = 10 * time.Second
	}
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: opts.BaseURL, limits: opts.Limits,
		files: map[string][]byte{}, st: &state{}}
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
		e.st = newState(e.now())
	}
	// Ids of outbound calls are drawn after the snapshot is written: none comes twice over a kill.
	e.st.NextID += 1_000_000
	e.sender = harness.NewSender(harness.SenderOptions{Seed: opts.Seed, Clock: e.skew.Now,
		Timeout: opts.WebhookTimeout, Client: opts.WebhookClient})
	e.mux = http.NewServeMux()
	e.routes()
	e.server = harness.New(harness.Options{
		Name: "servicenow", Seed: opts.Seed, Skew: e.skew,
		Vendor: http.HandlerFunc(e.serveVendor), Operation: e.operation,
		Throttled: throttled, Maintenance: maintenance, Webhooks: e.sender,
		Reset: e.reset, Target: e.registerTarget, Controls: e.controls(),
	})
	return e, nil
}

// Handler serves everything: vendor API and control API.
func (e *Emulator) Handler() http.Handler { return e.server }

// Harness gives tests in the same process faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.server }

// Webhooks gives tests in the same process the sender of outbound calls.
func (e *Emulator) Webhooks() *harness.Sender { return e.sender }

// Close stops the outbound calls.
func (e *Emulator) Close() { e.sender.Close() }

// SetBaseURL changes what links in answers start with, e.g. once a listener's port is known.
func (e *Emulator) SetBaseURL(base string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base = strings.TrimSuffix(base, "/")
}

// reset goes back to a fresh instance: records, tokens, targets and mischief are gone.
func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st = newState(e.now())
	e.schema, e.limits, e.play, e.held = nil, e.opts.Limits, mischief{}, nil
	e.files = map[string][]byte{}
	e.windows.Reset()
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

// now is the emulator's time, cut to the vendor's resolution of one second.
func (e *Emulator) now() time.Time { return e.skew.Now().Truncate(time.Second) }
