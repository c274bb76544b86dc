package harness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The webhook modes.
const (
	ModeNormal    = "normal"    // every delivery is sent once, in order
	ModeDrop      = "drop"      // Percent of the deliveries are lost
	ModeDuplicate = "duplicate" // Percent of the deliveries are sent twice, under the same id
	ModeReorder   = "reorder"   // Percent of the deliveries are held and sent after the next one
	ModePause     = "pause"     // deliveries wait until the mode changes
)

// Delivery is one webhook call to make.
type Delivery struct {
	ID     string // the vendor's delivery id; the same on every attempt and duplicate
	URL    string
	Method string // "" is POST
	Header http.Header
	Body   []byte
	Event  string // kind of event, for the report
	Item   string // id of the item, for the report
	// Sign, if set, adds headers that depend on the moment of sending. It runs before every attempt.
	Sign func(h http.Header, body []byte, at time.Time)
}

// Retry decides what follows a failed attempt (1, 2, …). status is 0 where there was no answer.
// again false gives up.
type Retry func(attempt, status int, retryAfter time.Duration) (wait time.Duration, again bool)

// Sent is one attempt, or a delivery lost on purpose.
type Sent struct {
	Seq      int       `json:"seq"`
	Time     time.Time `json:"time"`
	ID       string    `json:"delivery"`
	URL      string    `json:"url"`
	Headers  []string  `json:"headers"` // names only
	Event    string    `json:"event"`
	Item     string    `json:"item"`
	Attempt  int       `json:"attempt"` // 0 where lost on purpose
	Status   int       `json:"status"`  // 0 where there was no answer
	Outcome  string    `json:"outcome"` // accepted, refused, unreachable, lost
	Finished bool      `json:"finished"`
}

// Report is the sender's state.
type Report struct {
	Mode    string  `json:"mode"`
	Percent float64 `json:"percent"`
	Waiting int     `json:"waiting"` // queued, held, or between attempts
	Sent    []Sent  `json:"sent"`
}

// SenderOptions: every field may be left empty.
type SenderOptions struct {
	Seed    uint64
	Clock   Clock
	Client  *http.Client  // nil: one with Timeout
	Timeout time.Duration // 0: 12 s
	Retry   Retry         // nil: never
	Hold    time.Duration // how long reorder waits for a next delivery; 0: 2 s
}

// Sender makes webhook calls one after the other from a queue in memory, in the order of Send;
// retries do not hold up the queue. What waits is lost when the process ends, as at real vendors.
// Safe for concurrent use.
type Sender struct {
	opts   SenderOptions
	ctx    context.Context
	cancel context.CancelFunc
	wake   chan struct{}
	done   sync.WaitGroup

	mu      sync.Mutex
	rand    *rand.Rand
	mode    string
	percent float64
	queue   []Delivery
	held    *Delivery
	heldAt  time.Time
	flying  int // being sent, or waiting for a retry
	era     int // grows on Reset; retries of an older era are dropped
	seq     int
	sent    []Sent
}

// NewSender starts the sending goroutine; Close ends it.
func NewSender(opts SenderOptions) *Sender {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Timeout == 0 {
		opts.Timeout = 12 * time.Second
	}
	if opts.Client == nil {
		opts.Client = &http.Client{Timeout: opts.Timeout}
	}
	if opts.Hold == 0 {
		opts.Hold = 2 * time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sender{opts: opts, ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1), mode: ModeNormal,
		rand: rand.New(rand.NewPCG(opts.Seed, 0x3eb))}
	s.done.Add(1)
	go s.run()
	return s
}

// Close stops sending and waits for the attempt under way. What waits is lost.
func (s *Sender) Close() {
	s.mu.Lock() // no retry starts between the end of the context and the wait
	s.cancel()
	s.mu.Unlock()
	s.done.Wait()
}

// Send queues a delivery; the mode at this moment decides whether it is lost, doubled or held.
func (s *Sender) Send(d Delivery) {
	s.mu.Lock()
	hit := s.percent == 0 || s.rand.Float64()*100 < s.percent
	switch {
	case s.mode == ModeDrop && hit:
		s.record(d, Sent{Outcome: "lost", Finished: true})
	case s.mode == ModeDuplicate && hit:
		s.queue = append(s.queue, d, d)
	case s.mode == ModeReorder && hit && s.held == nil:
		s.held, s.heldAt = &d, time.Now()
		time.AfterFunc(s.opts.Hold, s.releaseOld)
	default:
		s.queue = append(s.queue, d)
		s.release()
	}
	s.mu.Unlock()
	s.poke()
}

// SetMode changes how deliveries are treated from now on; percent 0 is 100. Any mode but pause
// lets waiting deliveries go.
func (s *Sender) SetMode(mode string, percent float64) error {
	if !slices.Contains([]string{ModeNormal, ModeDrop, ModeDuplicate, ModeReorder, ModePause}, mode) {
		return fmt.Errorf("webhook mode %q is not one of normal, drop, duplicate, reorder, pause", mode)
	}
	if percent < 0 || percent > 100 {
		return fmt.Errorf("percent %v is not between 0 and 100", percent)
	}
	s.mu.Lock()
	s.mode, s.percent = mode, percent
	s.release()
	s.mu.Unlock()
	s.poke()
	return nil
}

// Report tells the mode and every attempt so far, oldest first.
func (s *Sender) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Report{Mode: s.mode, Percent: s.percent, Waiting: s.waiting(), Sent: append([]Sent{}, s.kept()...)}
}

// Reset forgets what waits and what was sent, and goes back to normal.
func (s *Sender) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode, s.percent, s.queue, s.held, s.sent = ModeNormal, 0, nil, nil, nil
	s.era++
}

func (s *Sender) waiting() int {
	n := len(s.queue) + s.flying
	if s.held != nil {
		n++
	}
	return n
}

// release puts a held delivery behind what is queued. The caller holds the lock.
func (s *Sender) release() {
	if s.held != nil {
		s.queue = append(s.queue, *s.held)
		s.held = nil
	}
}

func (s *Sender) releaseOld() {
	s.mu.Lock()
	if s.held != nil && time.Since(s.heldAt) >= s.opts.Hold {
		s.release()
	}
	s.mu.Unlock()
	s.poke()
}

func (s *Sender) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Sender) run() {
	defer s.done.Done()
	for {
		d, era, ok := s.take()
		if ok {
			s.attempt(d, 1, era)
			continue
		}
		select {
		case <-s.wake:
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *Sender) take() (Delivery, int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil || s.mode == ModePause || len(s.queue) == 0 {
		return Delivery{}, 0, false
	}
	d := s.queue[0]
	s.queue = s.queue[1:]
	s.flying++
	return d, s.era, true
}
