package jira

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"duplex/emulators/harness"
)

// Options describe one emulated site. The zero value is a working site in memory.
type Options struct {
	BaseURL string        // how clients reach it; SetBaseURL may fill it in later
	Clock   harness.Clock // nil: the machine's clock
	Seed    uint64        // for faults and webhook modes drawn by chance
	File    string        // snapshot file: read at start, written before each change is answered; "" keeps nothing

	// DataCenter gives the same site the front of Jira Data Center: API version 2, see datacenter.go.
	DataCenter bool

	IndexLag time.Duration // how long search runs behind the issues
	Limits   Limits        // zero: the vendor's published limits
	// CountDocumentJSON measures the limit of 32,767 characters on a document's JSON, not its text.
	CountDocumentJSON bool
	// UploadLimit is the largest attachment in bytes; 0 is 100 MiB.
	UploadLimit int
	// RetryWait is the shortest wait before a failed webhook is tried again; the longest is three
	// times that. 0 is the vendor's 5 minutes.
	RetryWait time.Duration
	// WebhookTimeout bounds one webhook call; 0 is the vendor's 20 seconds.
	WebhookTimeout time.Duration
}

// The credentials of every emulated site beside the users' API tokens; see the package documentation.
const (
	OAuthClientID     = "duplex-oauth-client"
	OAuthClientSecret = "duplex-oauth-secret"
	CloudID           = "00000000-0000-4000-8000-000000000001"
)

// Emulator is one emulated Jira Cloud site. Safe for concurrent use.
type Emulator struct {
	opts    Options
	skew    *harness.Skew
	sender  *harness.Sender
	server  *harness.Server
	limiter *limiter
	routes  []*route

	mu    sync.Mutex
	base  string
	state *state
	index *index
	files *files
}

// New starts a site, with the content of Options.File where that exists. The error says that the
// snapshot cannot be read. Close ends it.
func New(opts Options) (*Emulator, error) {
	e := &Emulator{opts: opts, skew: harness.NewSkew(opts.Clock), base: strings.TrimRight(opts.BaseURL, "/"), state: newState(), files: newFiles(opts.File)}
	if opts.File != "" {
		if _, err := harness.LoadJSON(opts.File, e.state); err != nil {
			return nil, err
		}
	}
	e.index = newIndex(e.state, opts.IndexLag)
	e.limiter = newLimiter(opts.Limits)
	e.sender = newSender(opts, e.skew)
	e.routes = e.table()
	if opts.DataCenter {
		e.routes = e.dataCenterTable()
	}
	e.server = harness.New(harness.Options{
		Name: "jira", Seed: opts.Seed, Skew: e.skew, Webhooks: e.sender,
		Vendor: http.HandlerFunc(e.serve), Pages: e.pages(), Operation: e.operation,
		Throttled:   func(w http.ResponseWriter, r *http.Request, after int) { e.throttled(w, "jira-burst-based", after) },
		Maintenance: maintenance,
		Reset:       e.reset,
		IndexLag:    e.setIndexLag,
		Target:      e.setTarget,
	})
	return e, nil
}

// Handler serves the vendor's API, the pages for people and the control API.
func (e *Emulator) Handler() http.Handler { return e.server }

// Harness gives tests direct access to faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.server }

// Webhooks gives tests direct access to the webhook sender.
func (e *Emulator) Webhooks() *harness.Sender { return e.sender }

// Close stops the webhook sender; what waits to be sent is lost, as when the process ends.
func (e *Emulator) Close() { e.sender.Close() }

// SetBaseURL says how clients reach the site: it is part of every self link.
func (e *Emulator) SetBaseURL(url string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base = strings.TrimRight(url, "/")
}

// Users lists the site's accounts with their tokens.
func (e *Emulator) Users() []User {
	var out []User
	for _, u := range users {
		out = append(out, *u)
	}
	return out
}

func (e *Emulator) uploadLimit() int {
	if e.opts.UploadLimit > 0 {
		return e.opts.UploadLimit
	}
	return uploadLimit
}

func (e *Emulator) setIndexLag(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.index.lag = d
}

// reset forgets every issue, webhook and token.
func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, i := range e.state.Issues {
		for _, a := range i.Attachments {
			e.files.drop(a.ID)
		}
	}
	e.state = newState()
	e.index = newIndex(e.state, e.opts.IndexLag)
	e.limiter.forget()
	_ = e.save()
}

func (e *Emulator) save() error {
	if e.opts.File == "" {
		return nil
	}
	return harness.SaveJSON(e.opts.File, e.state)
}

// session is one person's (or program's) act on the site. It holds the lock: one act at a time.
type session struct {
	*Emulator
	user    *User
	client  bool // signed in through OAuth
	v2      bool // what it writes is in the shape of API version 2: wiki markup, people by user name
	now     time.Time
	changed bool
	outbox  []harness.Delivery
	gone    []string // attachments whose content goes once the change is kept
}

// act runs one act. What it changed is on disk before act returns, and only then are webhooks sent.
func (e *Emulator) act(u *User, viaOAuth bool, do func(*session) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &session{Emulator: e, user: u, client: viaOAuth, now: e.skew.Now().Truncate(time.Millisecond)}
	err := do(s)
	if s.changed {
		if saveErr := e.save(); saveErr != nil {
			return fmt.Errorf("the emulator could not keep the change: %w", saveErr)
		}
	}
	for _, id := range s.gone {
		e.files.drop(id)
	}
	for _, d := range s.outbox {
		e.sender.Send(d)
	}
	return err
}

// touch marks an issue as changed now and tells the index.
func (s *session) touch(i *issue) {
	i.Updated = s.now
	s.keep(i)
}

// keep records a change that does not move the issue's updated time.
func (s *session) keep(i *issue) {
	s.changed = true
	s.index.put(i.ID, i, s.now)
}
