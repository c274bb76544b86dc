package zendesk

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
	// ExportDelay is how much of the newest time incremental exports hide. 0 is the vendor's 60 s;
	// negative hides nothing.
	ExportDelay time.Duration
	// TokenLife is how long OAuth access tokens live; 0 is 30 minutes.
	TokenLife time.Duration
	// RequiredToSolve are custom field ids that have to be filled to solve a ticket.
	RequiredToSolve []int64
	// WebhookTimeout (0: 12 s) and WebhookRetryWait (0: 1 s times the attempt) scale the sender.
	WebhookTimeout, WebhookRetryWait time.Duration
	// WebhookClient makes the webhook calls; nil is a client of its own.
	WebhookClient *http.Client
}

// Emulator is one Zendesk account. Safe for concurrent use.
type Emulator struct {
	opts    Options
	skew    *harness.Skew
	sender  *harness.Sender
	server  *harness.Server
	mux     *http.ServeMux
	windows harness.Windows

	mu      sync.Mutex // guards everything below; vendor calls run one at a time
	base    string
	limits  Limits
	lag     time.Duration
	trigger *trigger
	st      *state
	index   searchIndex
	files   map[int64][]byte // attachment contents where there is no File
}

// New starts an account. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	if opts.ExportDelay == 0 {
		opts.ExportDelay = time.Minute
	}
	if opts.TokenLife == 0 {
		opts.TokenLife = 30 * time.Minute
	}
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: opts.BaseURL,
		limits: opts.Limits.orVendor(), files: map[int64][]byte{}, st: &state{}}
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
	// Ids of webhook deliveries are drawn after the snapshot is written: none comes twice over a kill.
	e.st.NextID += 1_000_000
	e.index.rebuild(e.st)
	e.sender = harness.NewSender(harness.SenderOptions{Seed: opts.Seed, Clock: e.skew.Now,
		Timeout: opts.WebhookTimeout, Client: opts.WebhookClient, Retry: retryPolicy(opts.WebhookRetryWait)})
	e.mux = http.NewServeMux()
	e.routes()
	e.server = harness.New(harness.Options{
		Name: "zendesk", Seed: opts.Seed, Skew: e.skew,
		Vendor: http.HandlerFunc(e.serveVendor), Pages: e.pages(), Operation: e.operation,
		Throttled: throttled, Maintenance: maintenance, Webhooks: e.sender,
		Reset: e.reset, IndexLag: e.setIndexLag, Target: e.registerTarget, Controls: e.controls(),
	})
	return e, nil
}

// Handler serves everything: vendor API, control API and pages.
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

// reset goes back to a fresh account with the same registered webhooks and tokens gone too.
func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.st = newState()
	e.trigger, e.limits = nil, e.opts.Limits.orVendor()
	e.files = map[int64][]byte{}
	e.index.rebuild(e.st)
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

// now is the emulator's time. Stored times are cut to the vendor's resolution of one second.
func (e *Emulator) now() time.Time { return e.skew.Now() }
