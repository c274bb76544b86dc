package freshworks

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
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
	// Contents of attachments lie beside it in a folder of the same name.
	File string
	// Limits that are 0 are the vendor's for its smallest paid plan; negative ones do not hold.
	Limits Limits
	// NeededToClose are names of custom fields that have to be filled to resolve or close a ticket.
	NeededToClose []string
	// PublicNoteMails makes a public note mail the requester, as an account's notification settings may.
	PublicNoteMails bool
	// FileBytes is how much the files of one ticket may weigh together; 0 is the vendor's limit.
	FileBytes int64
	// WebhookTimeout (0: 12 s) and WebhookRetryWait scale the sender. A wait of 0 is the vendor's, which is minutes; any other
	// is multiplied by the attempt.
	WebhookTimeout, WebhookRetryWait time.Duration
	// WebhookClient makes the webhook calls; nil is a client of its own.
	WebhookClient *http.Client
}

// Vendor is what differs between the desks.
type Vendor struct {
	Name   string
	Kinds  []Kind
	People []Person
	Groups []Group
	Limits Limits
	// FirstID is what ids of everything but records follow, FirstNumber what the numbers of records follow.
	FirstID, FirstNumber int64
	FileBytes            int64
	NotesMove            bool // a new note or reply moves the record's updated_at
	LinksRel             bool // links get rel="noreferrer"
	Root                 string
	Retries              []time.Duration // the waits after failed webhook calls; none gives up at once
	UnknownKey           string          // code of the 401 for credentials that are no API key
	Headers              func(http.Header)
}

// Account is one account of a desk. Safe for concurrent use.
type Account struct {
	Vendor  Vendor
	opts    Options
	skew    *harness.Skew
	sender  *harness.Sender
	server  *harness.Server
	mux     *http.ServeMux
	windows harness.Windows

	mu     sync.Mutex // guards everything below; vendor calls run one at a time
	base   string
	limits Limits
	lag    time.Duration
	index  index
	files  map[int64][]byte // contents where there is no File
	needed Needed

	State *State
	// Fresh is called on a state that was not read from a file, to add what a vendor has more.
	Fresh func(*State)
}

// Needed says which fields a form asks for, by name.
type Needed struct {
	Always  []string `json:"agents"`
	ToClose []string `json:"closure"`
}

// New makes an account that serves nothing yet: Handle adds operations, Start opens it.
func New(v Vendor, opts Options) *Account {
	a := &Account{Vendor: v, opts: opts, skew: harness.NewSkew(opts.Clock), base: strings.TrimSuffix(opts.BaseURL, "/"), limits: opts.Limits.over(v.Limits),
		files: map[int64][]byte{}, mux: http.NewServeMux(), needed: Needed{ToClose: opts.NeededToClose}}
	if opts.FileBytes != 0 {
		a.Vendor.FileBytes = opts.FileBytes
	}
	return a
}

// Start reads the snapshot, or makes a fresh state, and opens the account. It fails where Options.File exists but cannot be read.
func (a *Account) Start(controls map[string]http.HandlerFunc, target func(url, secret string) error) error {
	a.State = &State{}
	found := false
	if a.opts.File != "" {
		if err := os.MkdirAll(a.fileDir(), 0o700); err != nil {
			return err
		}
		var err error
		if found, err = harness.LoadJSON(a.opts.File, a.State); err != nil {
			return err
		}
	}
	if !found {
		a.fresh()
	}
	// Ids of deliveries are drawn after the snapshot is written: none comes twice over a kill.
	a.State.NextID += 1_000_000
	a.index.rebuild(a.State)
	a.sender = harness.NewSender(harness.SenderOptions{Seed: a.opts.Seed, Clock: a.skew.Now, Timeout: a.opts.WebhookTimeout,
		Client: a.opts.WebhookClient, Retry: a.retry})
	a.Handle("GET "+filesPath+"{id}/original/{name}", Anyone, (*Call).content)
	a.Handle("/", Anyone, func(*Call) error { return NotFound() })
	all := a.controls()
	for pattern, h := range controls {
		all[pattern] = h
	}
	a.server = harness.New(harness.Options{Name: a.Vendor.Name, Seed: a.opts.Seed, Skew: a.skew, Vendor: a.mux, Operation: a.operation,
		Throttled: throttled, Maintenance: maintenance, Webhooks: a.sender, Reset: a.reset,
		IndexLag: func(d time.Duration) { a.Locked(func() { a.lag = d }) }, Target: target, Controls: all})
	return nil
}

// Handler serves everything: vendor API, files and control API.
func (a *Account) Handler() http.Handler { return a.server }

// Harness gives tests in the same process faults and counts.
func (a *Account) Harness() *harness.Server { return a.server }

// Webhooks gives tests in the same process the sender.
func (a *Account) Webhooks() *harness.Sender { return a.sender }

// Close stops the webhooks.
func (a *Account) Close() { a.sender.Close() }

// SetBaseURL changes what links in answers start with, e.g. once a listener's port is known.
func (a *Account) SetBaseURL(base string) {
	a.Locked(func() { a.base = strings.TrimSuffix(base, "/") })
}

// Locked runs f while no call runs.
func (a *Account) Locked(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
}

// Now is the account's time, cut to the whole seconds the vendors keep.
func (a *Account) Now() time.Time { return a.skew.Now().Truncate(time.Second) }

func (a *Account) fresh() {
	a.State = newState(a.Vendor, accountBorn)
	if a.Fresh != nil {
		a.Fresh(a.State)
	}
}

// reset goes back to a fresh account; registered rules are gone too.
func (a *Account) reset() {
	a.Locked(func() {
		a.fresh()
		a.needed = Needed{ToClose: a.opts.NeededToClose}
		a.files = map[int64][]byte{}
		a.index.rebuild(a.State)
		a.windows.Reset()
		_ = a.Save()
	})
}

// Save writes the snapshot. The caller holds the lock.
func (a *Account) Save() error {
	if a.opts.File == "" {
		return nil
	}
	return harness.SaveJSON(a.opts.File, a.State)
}

func (a *Account) fileDir() string {
	return strings.TrimSuffix(a.opts.File, filepath.Ext(a.opts.File)) + ".files"
}

func (a *Account) operation(req *http.Request) string {
	_, pattern := a.mux.Handler(req)
	if pattern == "/" {
		return ""
	}
	if begin, ok := strings.CutSuffix(pattern, "{part}"); ok {
		return begin + req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:]
	}
	return pattern
}

// Secret makes a word that is the same in every run with the same seed and history.
func (a *Account) Secret(kind string) string {
	sum := sha256.Sum256([]byte(kind + "/" + strconv.FormatUint(a.opts.Seed, 10) + "/" + strconv.FormatInt(a.State.ID(), 10)))
	return hex.EncodeToString(sum[:20])
}

// accountBorn is long before anything a test does.
var accountBorn = time.Date(2024, 1, 15, 9, 0, 0, 0, time.UTC)
