package gate_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/gate"
	"duplex/store"
	"duplex/store/storetest"
)

// vendor is a system that notes when calls begin.
type vendor struct {
	*httptest.Server
	mu      sync.Mutex
	begun   []time.Time
	answers func(n int, w http.ResponseWriter, r *http.Request)
}

func newVendor(t *testing.T, answers func(n int, w http.ResponseWriter, r *http.Request)) *vendor {
	v := &vendor{answers: answers}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		v.begun = append(v.begun, time.Now())
		n := len(v.begun)
		answers := v.answers
		v.mu.Unlock()
		if answers != nil {
			answers(n, w, r)
		}
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) calls() []time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.begun)
}

func (v *vendor) answer(f func(n int, w http.ResponseWriter, r *http.Request)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answers = f
}

// process is a keeper as a process of its own would have one, and its client.
type process struct {
	*gate.Keeper
	client *http.Client
	alerts atomic.Int64
	store  *store.Store
}

type alerts struct {
	slog.Handler
	n *atomic.Int64
}

func (a alerts) Handle(_ context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "gate ") {
		a.n.Add(1)
	}
	return nil
}
func (a alerts) Enabled(context.Context, slog.Level) bool { return true }

func newProcess(t *testing.T, dsn string, sys core.System, identify func(context.Context, string) error) *process {
	p := &process{store: storetest.OpenAt(t, dsn, store.Options{})}
	p.Keeper = gate.New(gate.Options{Store: p.store, Identify: identify, Log: slog.New(alerts{slog.DiscardHandler, &p.alerts})})
	p.Use(sys, 1, 0)
	p.client = p.Client(sys.Name, nil)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return p
}

func (p *process) call(ctx context.Context, method, url, body string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, nil
}

func systemAt(url string, rate float64) core.System {
	return core.System{Name: "desk", Kind: "memory", BaseURL: url, Limits: core.Limits{RequestsPerSecond: rate, Concurrency: 8}}
}

func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, within)
		}
	}
}

// TestPain14RateLimitsOneBudgetForTheFleet: two processes that have all the work in the world together never make more
// calls in any second than the admin allows.
func TestPain14RateLimitsOneBudgetForTheFleet(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		for _, rate := range []int{15, 80} {
			t.Run(fmt.Sprintf("%s/%d", dialect, rate), func(t *testing.T) {
				v, dsn := newVendor(t, nil), storetest.DSN(t, dialect)
				ps := []*process{newProcess(t, dsn, systemAt(v.URL, float64(rate)), nil), newProcess(t, dsn, systemAt(v.URL, float64(rate)), nil)}
				ctx, cancel := context.WithTimeout(gate.Patient(t.Context()), 4*time.Second)
				defer cancel()
				var wg sync.WaitGroup
				for _, p := range ps {
					for range 8 {
						wg.Go(func() {
							for ctx.Err() == nil {
								_, _ = p.call(ctx, "GET", v.URL, "")
							}
						})
					}
				}
				wg.Wait()
				calls := v.calls()
				most, first := 0, 0
				for i, at := range calls {
					for at.Sub(calls[first]) >= time.Second {
						first++
					}
					most = max(most, i-first+1)
				}
				if most > rate {
					t.Errorf("%d calls in one second, the budget is %d", most, rate)
				}
				if len(calls) < rate {
					t.Fatalf("%d calls in four seconds, the budget is %d in one", len(calls), rate)
				}
				if took := calls[len(calls)-1].Sub(calls[0]).Seconds(); float64(len(calls)) < 0.6*float64(rate)*took {
					t.Errorf("%d calls in %.1f s: most of a budget of %d a second was left unused", len(calls), took, rate)
				}
			})
		}
	}
}

// TestClosingReachesTheFleet: when one process learns that a system wants a pause, the other one stops within two
// seconds, and people are told once.
func TestClosingReachesTheFleet(t *testing.T) {
	for _, dialect := range storetest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			v, dsn := newVendor(t, nil), storetest.DSN(t, dialect)
			a, b := newProcess(t, dsn, systemAt(v.URL, 50), nil), newProcess(t, dsn, systemAt(v.URL, 50), nil)
			ctx, cancel := context.WithCancel(gate.Patient(t.Context()))
			var wg sync.WaitGroup
			defer func() { cancel(); wg.Wait() }()
			for range 4 {
				wg.Go(func() {
					for ctx.Err() == nil {
						_, _ = b.call(ctx, "GET", v.URL, "")
					}
				})
			}
			eventually(t, 5*time.Second, "the other process makes calls", func() bool { return len(v.calls()) > 20 })
			if _, err := a.CloseUntil(ctx, "desk", time.Now().Add(time.Hour), "test", "ada"); err != nil {
				t.Fatal(err)
			}
			closed := time.Now()
			time.Sleep(3 * time.Second) // what is shown is that nothing happens
			last := v.calls()[len(v.calls())-1]
			if late := last.Sub(closed); late > 2*time.Second {
				t.Errorf("the other process made a call %v after the gate was closed, want none after 2 s", late)
			}
			if n := a.alerts.Load() + b.alerts.Load(); n != 1 {
				t.Errorf("people were told %d times that the gate closed, want once", n)
			}
			if _, err := a.OpenNow(ctx, "desk", "ada"); err != nil {
				t.Fatal(err)
			}
			before := len(v.calls())
			eventually(t, 3*time.Second, "the other process goes on", func() bool { return len(v.calls()) > before+5 })
		})
	}
}

// TestPain14RateLimitsNoCallInsideAPause: with 30 % of calls refused with Retry-After, no call begins inside such a pause, and
// every call is answered in the end without its caller noticing.
func TestPain14RateLimitsNoCallInsideAPause(t *testing.T) {
	const pause = 300 * time.Millisecond
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 3))
	var mu sync.Mutex
	var ends time.Time
	inside, refused := 0, 0
	v := newVendor(t, func(_ int, w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if time.Now().Before(ends) {
			inside++
		}
		if body, _ := io.ReadAll(req.Body); string(body) != "content" {
			t.Errorf("the body is %q, want it whole at every attempt", body)
		}
		if r.Float64() < 0.3 {
			refused++
			w.Header().Set("Retry-After", fmt.Sprint(pause.Seconds()))
			w.WriteHeader(http.StatusTooManyRequests)
			ends = time.Now().Add(pause)
		}
	})
	p := newProcess(t, storetest.Empty(t, store.SQLite), systemAt(v.URL, 200), nil)
	var wg sync.WaitGroup
	work := make(chan int, 60)
	for i := range 60 {
		work <- i
	}
	close(work)
	var gaveUp atomic.Int64
	for range 8 {
		wg.Go(func() {
			for range work {
				if status, err := p.call(gate.Patient(t.Context()), "POST", v.URL, "content"); err != nil || status != 200 {
					gaveUp.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if refused < 5 {
		t.Errorf("seed %d: only %d calls were refused: the test shows nothing", seed, refused)
	}
	// Calls that were on the wire when a pause was announced, the first times, before fewer are made at once.
	if inside > 7 {
		t.Errorf("seed %d: %d calls began inside a pause, of %d with %d pauses", seed, inside, len(v.calls()), refused)
	}
	if n := gaveUp.Load(); n > 6 {
		t.Errorf("seed %d: %d of 60 callers noticed", seed, n)
	}
	t.Logf("%d calls, %d refused, %d on the wire when a pause began, %d callers noticed", len(v.calls()), refused, inside, gaveUp.Load())
}

// TestAFaultIsNotSentAgain: a write behind a fault may have been carried out, also when the fault asks for a pause. Its caller
// has to look before it writes again.
func TestAFaultIsNotSentAgain(t *testing.T) {
	v := newVendor(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0.1")
		w.WriteHeader(http.StatusGatewayTimeout)
	})
	p := newProcess(t, storetest.Empty(t, store.SQLite), systemAt(v.URL, 0), nil)
	if status, err := p.call(gate.Patient(t.Context()), "POST", v.URL, "content"); status != http.StatusGatewayTimeout || err != nil {
		t.Errorf("status %d, %v; want the fault itself", status, err)
	}
	if n := len(v.calls()); n != 1 {
		t.Errorf("the write was sent %d times, want once", n)
	}
}

func TestALongPauseIsToldToTheCaller(t *testing.T) {
	v := newVendor(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(429)
	})
	p := newProcess(t, storetest.Empty(t, store.SQLite), systemAt(v.URL, 0), nil)
	if status, err := p.call(gate.Patient(t.Context()), "GET", v.URL, ""); status != 429 || err != nil {
		t.Fatalf("status %d, %v; want the refusal itself", status, err)
	}
	began := time.Now()
	_, err := p.call(gate.Patient(t.Context()), "GET", v.URL+"/secret?q=content", "")
	var busy *connectors.BusyError
	if !errors.As(err, &busy) || busy.After != 30*time.Second || !strings.Contains(busy.Text, "until 2") {
		t.Fatalf("got %v, want busy: back to the queue for half a minute, with the time for people", err)
	}
	if time.Since(began) > time.Second || len(v.calls()) != 1 {
		t.Errorf("the second call took %v and the vendor saw %d calls; want an answer at once and no call", time.Since(began), len(v.calls()))
	}
	if strings.Contains(busy.Error(), "content") {
		t.Errorf("the error repeats the address: %v", busy)
	}
	if wait, why := p.Closed(t.Context(), "desk"); wait != 30*time.Second || !strings.Contains(why, "desk") {
		t.Errorf("closed for %v (%s), want it told", wait, why)
	}
}

// TestOneCallGoesFirst: after a pause one call of the fleet tries, and opens the gate for all or keeps it closed.
func TestOneCallGoesFirst(t *testing.T) {
	refuse := func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0.5")
		w.WriteHeader(503)
	}
	v, dsn := newVendor(t, refuse), storetest.Empty(t, store.SQLite)
	ps := []*process{newProcess(t, dsn, systemAt(v.URL, 20), nil), newProcess(t, dsn, systemAt(v.URL, 20), nil)}
	_, _ = ps[0].call(gate.Patient(t.Context()), "GET", v.URL, "")
	eventually(t, 3*time.Second, "both see the gate closed", func() bool {
		g, err := ps[1].store.Gate(t.Context(), "desk")
		return err == nil && g.State == core.GateMaintenance
	})
	ctx, cancel := context.WithCancel(gate.Patient(t.Context()))
	var wg sync.WaitGroup
	var ok atomic.Int64
	for _, p := range ps {
		for range 4 {
			wg.Go(func() {
				for ctx.Err() == nil {
					if status, err := p.call(ctx, "GET", v.URL, ""); err == nil && status == 200 {
						ok.Add(1)
						return
					}
				}
			})
		}
	}
	eventually(t, 8*time.Second, "it was tried a few times", func() bool { return len(v.calls()) >= 4 })
	calls := v.calls()
	for i := 2; i < len(calls); i++ {
		if gap := calls[i].Sub(calls[i-1]); gap < 450*time.Millisecond {
			t.Errorf("calls %d and %d began %v apart: more than one tried a closed gate", i, i+1, gap)
		}
	}
	v.answer(nil)
	eventually(t, 5*time.Second, "everybody gets through", func() bool { return ok.Load() == 8 })
	cancel()
	wg.Wait()
	if g, err := ps[0].store.Gate(t.Context(), "desk"); err != nil || g.State != core.GateOpen {
		t.Errorf("the gate is %+v, %v; want it open", g, err)
	}
}

func TestOtherHostsAreNotHeld(t *testing.T) {
	files := newVendor(t, nil)
	v := newVendor(t, nil)
	p := newProcess(t, storetest.Empty(t, store.SQLite), systemAt(v.URL, 10), nil)
	if _, err := p.CloseUntil(t.Context(), "desk", time.Time{}, "", "ada"); err != nil {
		t.Fatal(err)
	}
	if status, err := p.call(t.Context(), "GET", files.URL, ""); err != nil || status != 200 {
		t.Errorf("a file elsewhere: %d, %v; want it, the system's budget and gate are not its own", status, err)
	}
	if _, err := p.call(t.Context(), "GET", v.URL, ""); connectors.Class(err) != "busy" {
		t.Errorf("the system itself: %v, want busy", err)
	}
}
