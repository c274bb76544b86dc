package asana

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"duplex/emulators/harness"
)

// Options: the zero value is a fresh account in memory with the vendor's limits.
type Options struct {
	BaseURL string // what links in answers start with; may be set later with SetBaseURL
	Clock   harness.Clock
	Seed    uint64
	// File keeps the state over restarts: read at the start, replaced before every answer to a change.
	// Attachment contents lie beside it in a folder of the same name.
	File string
	// Limits that are 0 are the vendor's; negative ones do not hold.
	Limits Limits
	// EventDelay is how long events stay out of the events feed; webhooks are not delayed.
	EventDelay time.Duration
	// ExternalTwice lets two tasks carry the same external gid of one app.
	ExternalTwice bool
	// WebhookTimeout (0: 10 s) and WebhookRetryWait (0: 1 s times the attempt) scale the sender.
	WebhookTimeout, WebhookRetryWait time.Duration
	// WebhookClient makes the webhook calls, handshakes included; nil is a client of its own.
	WebhookClient *http.Client
}

// Emulator is one Asana with two workspaces. Safe for concurrent use.
type Emulator struct {
	opts   Options
	skew   *harness.Skew
	sender *harness.Sender
	client *http.Client // makes handshakes
	server *harness.Server
	mux    *http.ServeMux
	load   load

	mu         sync.Mutex // guards everything below; vendor calls run one at a time
	base       string
	limits     Limits
	lag        time.Duration
	offsetsEnd time.Time // offsets given before are too old
	heard      int       // the last attempt of the sender that was looked at
	st         *state
	index      map[string][]version
	files      map[string][]byte // attachment contents where there is no File
}

// New starts an account. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	if opts.WebhookTimeout == 0 {
		opts.WebhookTimeout = 10 * time.Second
	}
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: strings.TrimSuffix(opts.BaseURL, "/"), client: opts.WebhookClient,
		limits: opts.Limits.over(vendorLimits), files: map[string][]byte{}, index: map[string][]version{}, st: &state{}}
	if e.client == nil {
		e.client = &http.Client{Timeout: opts.WebhookTimeout}
	}
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
	e.st.NextID += 1_000_000 // no gid comes twice over a kill
	for _, t := range e.st.Tasks {
		e.indexTask(t, time.Time{})
	}
	e.sender = harness.NewSender(harness.SenderOptions{Seed: opts.Seed, Clock: e.skew.Now,
		Timeout: opts.WebhookTimeout, Client: opts.WebhookClient, Retry: retryPolicy(opts.WebhookRetryWait)})
	e.mux = http.NewServeMux()
	e.routes()
	e.server = harness.New(harness.Options{
		Name: "asana", Seed: opts.Seed, Skew: e.skew, Vendor: e.mux, Operation: e.operation,
		Throttled: throttled, Maintenance: maintenance, Webhooks: e.sender,
		Reset: e.reset, IndexLag: e.setIndexLag, Target: e.registerTarget, Controls: e.controls(),
	})
	return e, nil
}

// Handler serves the vendor API and the control API.
func (e *Emulator) Handler() http.Handler { return e.server }

// Harness gives tests in the same process faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.server }

// Webhooks gives tests in the same process the sender.
func (e *Emulator) Webhooks() *harness.Sender { return e.sender }

// Close stops the webhooks.
func (e *Emulator) Close() { e.sender.Close() }

// SetBaseURL changes what links in answers start with, e.g. once a listener's port is known.
func (e *Emulator) SetBaseURL(base string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base = strings.TrimSuffix(base, "/")
}

func (e *Emulator) setIndexLag(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lag = d
}

// reset goes back to a fresh account without webhooks and issued tokens.
func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st = newState()
	e.limits, e.offsetsEnd = e.opts.Limits.over(vendorLimits), time.Time{}
	e.files, e.index = map[string][]byte{}, map[string][]version{}
	e.load.reset()
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

// operation names a request by the vendor's path template, without the version prefix of the address.
func (e *Emulator) operation(req *http.Request) string {
	_, pattern := e.mux.Handler(req)
	if pattern == "/" {
		return ""
	}
	return strings.Replace(pattern, apiPrefix, "", 1)
}

// now is the emulator's time at the vendor's resolution of one millisecond.
func (e *Emulator) now() time.Time { return e.skew.Now().Truncate(time.Millisecond) }
