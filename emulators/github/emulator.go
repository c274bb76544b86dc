package github

import (
	"net/http"
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
	File string
	// Limits that are 0 are the vendor's; negative ones do not hold.
	Limits Limits
	// Enterprise plays an Enterprise Server: the API is below /api/v3 only, no limit holds that is not set,
	// and webhooks name their host.
	Enterprise bool
	// TokenLife is how long installation tokens live; 0 is one hour.
	TokenLife time.Duration
	// WebhookTimeout is how long a receiver may take; 0 is 10 s, on an Enterprise Server 30 s.
	WebhookTimeout time.Duration
	// WebhookRetryWait is there because every emulator has it; this vendor never tries a webhook again.
	WebhookRetryWait time.Duration
	// WebhookClient makes the webhook calls; nil is a client of its own.
	WebhookClient *http.Client
}

// Emulator is one organization with its repositories and people. Safe for concurrent use.
type Emulator struct {
	opts   Options
	skew   *harness.Skew
	sender *harness.Sender
	server *harness.Server
	routes []route
	prefix string // of every API path

	mu         sync.Mutex // guards everything below; vendor calls run one at a time
	base       string
	limits     Limits
	lag        time.Duration
	incomplete bool
	budgets    map[string]*budget
	lastWrite  map[string]time.Time
	refused    int
	st         *state
	index      searchIndex
}

// New starts an account. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: strings.TrimSuffix(opts.BaseURL, "/"), st: &state{}}
	if opts.Enterprise {
		e.prefix = "/api/v3"
	}
	if e.opts.TokenLife == 0 {
		e.opts.TokenLife = time.Hour
	}
	timeout := opts.WebhookTimeout
	switch {
	case timeout == 0 && opts.Enterprise:
		timeout = 30 * time.Second
	case timeout == 0:
		timeout = 10 * time.Second
	}
	e.forget()
	found := false
	if opts.File != "" {
		var err error
		if found, err = harness.LoadJSON(opts.File, e.st); err != nil {
			return nil, err
		}
	}
	if !found {
		e.st = newState()
	}
	// Ids of webhook deliveries are drawn after the snapshot is written: none comes twice over a kill.
	e.st.NextID += 1_000_000
	e.index.rebuild(e.st)
	e.sender = harness.NewSender(harness.SenderOptions{Seed: opts.Seed, Clock: e.skew.Now, Timeout: timeout, Client: opts.WebhookClient})
	e.route()
	e.server = harness.New(harness.Options{
		Name: "github", Seed: opts.Seed, Skew: e.skew,
		Vendor: http.HandlerFunc(e.serveVendor), Operation: e.operation,
		Throttled: e.throttled, Maintenance: maintenance, Webhooks: e.sender,
		Reset: e.reset, IndexLag: e.setIndexLag, Target: e.registerTarget, Controls: e.controls(),
	})
	return e, nil
}

// Handler serves the vendor's API and the control API.
func (e *Emulator) Handler() http.Handler { return e.server }

// Harness gives tests in the same process faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.server }

// Webhooks gives tests in the same process the sender.
func (e *Emulator) Webhooks() *harness.Sender { return e.sender }

// Close stops the webhooks.
func (e *Emulator) Close() { e.sender.Close() }

// SetBaseURL changes what links in answers start with, e.g. once a listener's port is known. Without the API's path.
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

// forget is what is not in the snapshot: limits, what was used of them, and the search that is incomplete.
func (e *Emulator) forget() {
	e.limits = e.opts.Limits.orVendor(e.opts.Enterprise)
	e.budgets, e.lastWrite, e.refused, e.incomplete = map[string]*budget{}, map[string]time.Time{}, 0, false
}

// reset goes back to a fresh account; webhooks and installation tokens are gone too.
func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st = newState()
	e.forget()
	e.index.rebuild(e.st)
	_ = e.save()
}

// save writes the snapshot. The caller holds the lock.
func (e *Emulator) save() error {
	if e.opts.File == "" {
		return nil
	}
	return harness.SaveJSON(e.opts.File, e.st)
}

// api is what the addresses of the API start with.
func (e *Emulator) api() string { return e.base + e.prefix }
