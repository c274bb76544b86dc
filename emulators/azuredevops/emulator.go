package azuredevops

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"duplex/emulators/harness"
)

// Options: the zero value is a fresh Services organization in memory with the vendor's limits.
type Options struct {
	BaseURL string // scheme and host that links in answers start with; may be set later with SetBaseURL
	Clock   harness.Clock
	Seed    uint64
	// File keeps the state over restarts: read at the start, replaced before every answer to a change. Attachment
	// contents lie beside it in a folder of the same name.
	File string
	// Limits that are 0 are the vendor's; negative ones do not hold.
	Limits Limits
	// Server plays Azure DevOps Server: the highest api-version it knows, "7.1", "7.0" or "6.0". "" is Services.
	Server string
	// VirtualDirectory, on Server, lies before the collection in paths: "tfs" on older installations.
	VirtualDirectory string
	// IISBasic, on Server, has user names and passwords count instead of personal access tokens.
	IISBasic bool
	// PublicHooks refuses subscriptions that point at this machine or a private network, as Services does.
	PublicHooks bool
	// WebhookTimeout (0: 12 s) and WebhookRetryWait (0: 1 s, doubled up to a minute) scale the service hooks.
	WebhookTimeout, WebhookRetryWait time.Duration
	// WebhookClient makes the service hooks' calls; nil is a client of its own.
	WebhookClient *http.Client
}

// Emulator is one organization or collection. Safe for concurrent use.
type Emulator struct {
	opts    Options
	skew    *harness.Skew
	sender  *harness.Sender
	server  *harness.Server
	routes  []route
	windows harness.Windows

	mu      sync.Mutex // guards everything below; vendor calls run one at a time
	base    string
	limits  Limits
	lag     time.Duration
	expired map[string]bool
	races   int
	rule    *processRule
	st      *state
	files   map[string][]byte // attachment contents where there is no File
}

// New starts an organization. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: strings.TrimSuffix(opts.BaseURL, "/"),
		limits: opts.Limits.orVendor(opts.Server != ""), files: map[string][]byte{}, expired: map[string]bool{}, st: &state{}}
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
	// Numbers of notifications are drawn after the snapshot is written: none comes twice over a kill.
	e.st.NextNotification += 1_000_000
	e.sender = harness.NewSender(harness.SenderOptions{Seed: opts.Seed, Clock: e.skew.Now,
		Timeout: opts.WebhookTimeout, Client: e.hookClient(), Retry: retryPolicy(opts.WebhookRetryWait)})
	e.routes = routes()
	e.server = harness.New(harness.Options{
		Name: "azuredevops", Seed: opts.Seed, Skew: e.skew,
		Vendor: http.HandlerFunc(e.serveVendor), Operation: e.operation,
		Throttled: throttled, Maintenance: maintenance, Webhooks: e.sender,
		Reset: e.reset, IndexLag: e.setIndexLag, Target: e.registerTarget, Controls: e.controls(),
	})
	return e, nil
}

// Handler serves everything: vendor API and control API.
func (e *Emulator) Handler() http.Handler { return e.server }

// Harness gives tests in the same process faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.server }

// Webhooks gives tests in the same process the sender.
func (e *Emulator) Webhooks() *harness.Sender { return e.sender }

// Close stops the service hooks.
func (e *Emulator) Close() { e.sender.Close() }

// Root is the path all calls start with: "/acme", "/DefaultCollection" or "/tfs/DefaultCollection".
func (e *Emulator) Root() string {
	if e.opts.Server == "" {
		return "/" + organization
	}
	if e.opts.VirtualDirectory != "" {
		return "/" + e.opts.VirtualDirectory + "/" + collection
	}
	return "/" + collection
}

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

// reset goes back to a fresh organization; subscriptions are gone too.
func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := e.st.NextNotification
	e.st = newState()
	e.st.NextNotification = next
	e.rule, e.races, e.limits = nil, 0, e.opts.Limits.orVendor(e.onPremises())
	e.expired, e.files = map[string]bool{}, map[string][]byte{}
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

func (e *Emulator) onPremises() bool { return e.opts.Server != "" }

// highest is the newest api-version that is released here.
func (e *Emulator) highest() string { return cmp.Or(e.opts.Server, "7.1") }

// api is an address below the organization: api("Fabrikam-guid", "_apis", "wit").
func (e *Emulator) api(parts ...string) string {
	return e.base + e.Root() + "/" + strings.Join(parts, "/")
}
