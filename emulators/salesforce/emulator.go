package salesforce

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"duplex/emulators/harness"
)

// Options: the zero value is a fresh organization in memory with the vendor's limits.
type Options struct {
	BaseURL string // the instance URL that tokens name; may be set later with SetBaseURL
	Clock   harness.Clock
	Seed    uint64
	// File keeps the state over restarts: read at the start, replaced before every answer to a change.
	// File contents lie beside it in a folder of the same name. Query locators do not outlive a restart.
	File string
	// Limits that are 0 are the vendor's; negative ones do not hold.
	Limits Limits
	// SessionLife is how long issued sessions live; 0 is 2 hours.
	SessionLife time.Duration
	// Certificate is the PEM certificate or public key that JWT assertions are checked with; empty refuses them all.
	Certificate []byte
	// WebhookTimeout (0: 60 s) and WebhookRetryWait (0: 1 s, doubled with each attempt up to 2 hours, for 24 hours).
	WebhookTimeout, WebhookRetryWait time.Duration
	// WebhookClient makes the webhook calls; nil is a client of its own.
	WebhookClient *http.Client
}

// Emulator is one organization. Safe for concurrent use.
type Emulator struct {
	opts    Options
	skew    *harness.Skew
	sender  *harness.Sender
	server  *harness.Server
	mux     *http.ServeMux
	schema  map[string]*object // by lower-case name
	mu      sync.Mutex         // guards everything below; vendor calls run one at a time
	base    string
	limits  Limits
	usage   harness.Windows
	refused []*refusal
	cursors map[string]*cursor
	pending map[string]*outgoing
	files   map[string][]byte // contents by version id where there is no File
	st      *state
}

// New starts an organization. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	if opts.SessionLife == 0 {
		opts.SessionLife = 2 * time.Hour
	}
	if opts.WebhookTimeout == 0 {
		opts.WebhookTimeout = time.Minute
	}
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: strings.TrimSuffix(opts.BaseURL, "/"), schema: objects(),
		limits: opts.Limits.orVendor(), cursors: map[string]*cursor{}, pending: map[string]*outgoing{}, files: map[string][]byte{}, st: &state{}}
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
		e.st = e.newState()
	}
	e.st.Numbers["message"] += 100_000 // drawn after the snapshot is written: none comes twice over a kill
	e.sender = harness.NewSender(harness.SenderOptions{Seed: opts.Seed, Clock: e.skew.Now,
		Client: e.webhookClient(), Retry: retryPolicy(opts.WebhookRetryWait)})
	e.mux = http.NewServeMux()
	e.routes()
	e.server = harness.New(harness.Options{
		Name: "salesforce", Seed: opts.Seed, Skew: e.skew, Vendor: e.mux, Operation: e.operation,
		Throttled: throttled, Maintenance: maintenance, Webhooks: e.sender,
		Reset: e.reset, Target: e.registerTarget, Controls: e.controls(),
	})
	return e, nil
}

// Handler serves the vendor's API and the control API.
func (e *Emulator) Handler() http.Handler { return e.server }

// Harness gives tests in the same process faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.server }

// Webhooks gives tests in the same process the sender of change events and outbound messages.
func (e *Emulator) Webhooks() *harness.Sender { return e.sender }

// Close stops the webhooks.
func (e *Emulator) Close() { e.sender.Close() }

// SetBaseURL changes the instance URL, e.g. once a listener's port is known.
func (e *Emulator) SetBaseURL(base string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base = strings.TrimSuffix(base, "/")
}

// reset goes back to a fresh organization: records, sessions, relays and messages are gone.
func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st = e.newState()
	e.limits, e.refused = e.opts.Limits.orVendor(), nil
	e.cursors, e.pending, e.files = map[string]*cursor{}, map[string]*outgoing{}, map[string][]byte{}
	e.usage.Reset()
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

// now is the organization's time in its resolution of one second.
func (e *Emulator) now() time.Time { return e.skew.Now().Truncate(time.Second) }

// operation is the path template that a request is counted under.
func (e *Emulator) operation(req *http.Request) string {
	_, pattern := e.mux.Handler(req)
	if pattern == "/" {
		return ""
	}
	return pattern
}
