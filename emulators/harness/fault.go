package harness

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The kinds of Fault.
const (
	// KindLatency waits Delay, then serves the request as usual.
	KindLatency = "latency"
	// KindStatus answers Status without running the vendor handler.
	KindStatus = "status"
	// KindThrottle answers the vendor's 429 with Retry-After.
	KindThrottle = "throttle"
	// KindTimeout holds the request for Delay without running the handler, then closes the connection.
	KindTimeout = "timeout"
	// KindDrop runs the handler to its end, so the change is kept, then closes the connection unanswered.
	KindDrop = "drop"
	// KindMaintenance answers the vendor's 503 with Retry-After.
	KindMaintenance = "maintenance"
	// KindRevoked serves the request as if it carried no credentials: the vendor's own 401.
	KindRevoked = "revoked"
)

// Fault is one rule. The first rule that matches a vendor call is applied; the rest are not asked.
type Fault struct {
	ID      string  `json:"id"`
	Kind    string  `json:"kind"`
	Method  string  `json:"method,omitempty"`  // "" is any
	Path    string  `json:"path,omitempty"`    // regular expression on the URL path; "" is any
	Account string  `json:"account,omitempty"` // e-mail address in the request's Basic authentication; "" is any request
	Spare   string  `json:"spare,omitempty"`   // calls with this in the header X-Emulator-Hand are never hit; "" spares none
	Percent float64 `json:"percent,omitempty"` // 0 is 100; drawn from the seeded source
	Times   int     `json:"times,omitempty"`   // how many requests it hits; 0 is until removed
	After   int     `json:"after,omitempty"`   // how many matching requests pass first
	Status  int     `json:"status,omitempty"`  // for status; 0 is 500
	Delay   string  `json:"delay,omitempty"`   // for latency and timeout, a Go duration
	// RetryAfter, in seconds, is what throttle and maintenance tell the client.
	RetryAfter int `json:"retry_after,omitempty"`
}

// HandHeader is where a caller may say whose hand it is, in its own words, so that faults can spare it whatever way it signs in. No vendor
// reads it.
const HandHeader = "X-Emulator-Hand"

// rule is a Fault made ready, with what it has done so far.
type rule struct {
	Fault
	path   *regexp.Regexp
	delay  time.Duration
	passed int
	hit    int
}

func compile(f Fault) (*rule, error) {
	switch f.Kind {
	case KindLatency, KindStatus, KindThrottle, KindTimeout, KindDrop, KindMaintenance, KindRevoked:
	default:
		return nil, fmt.Errorf("fault kind %q is not one of latency, status, throttle, timeout, drop, maintenance, revoked", f.Kind)
	}
	if f.Percent < 0 || f.Percent > 100 {
		return nil, fmt.Errorf("fault percent %v is not between 0 and 100", f.Percent)
	}
	r := &rule{Fault: f}
	var err error
	if r.path, err = regexp.Compile(f.Path); err != nil {
		return nil, fmt.Errorf("fault path is not a regular expression: %w", err)
	}
	if f.Delay != "" {
		if r.delay, err = time.ParseDuration(f.Delay); err != nil {
			return nil, fmt.Errorf("fault delay is not a duration such as 250ms: %w", err)
		}
	}
	return r, nil
}

// faults is the ordered list of rules and the seeded source their percentages are drawn from.
type faults struct {
	mu    sync.Mutex
	rules []*rule
	next  int
	rand  *rand.Rand
}

func newFaults(seed uint64) *faults {
	return &faults{rand: rand.New(rand.NewPCG(seed, 0xfa017))}
}

func (fs *faults) add(f Fault) (Fault, error) {
	r, err := compile(f)
	if err != nil {
		return Fault{}, err
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if r.ID == "" {
		fs.next++
		r.ID = "fault-" + strconv.Itoa(fs.next)
	}
	fs.rules = append(fs.rules, r)
	return r.Fault, nil
}

func (fs *faults) list() []Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := make([]Fault, 0, len(fs.rules))
	for _, r := range fs.rules {
		out = append(out, r.Fault)
	}
	return out
}

// remove drops the rule with that id, or all of them for "". It says whether there was one.
func (fs *faults) remove(id string) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if id == "" {
		fs.rules = nil
		return true
	}
	for i, r := range fs.rules {
		if r.ID == id {
			fs.rules = append(fs.rules[:i:i], fs.rules[i+1:]...)
			return true
		}
	}
	return false
}

// pick returns the rule to apply to this request, or nil, and counts it.
func (fs *faults) pick(req *http.Request) *rule {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, r := range fs.rules {
		if r.Method != "" && r.Method != req.Method || !r.path.MatchString(req.URL.Path) || !madeBy(req, r.Account) ||
			r.Spare != "" && req.Header.Get(HandHeader) == r.Spare {
			continue
		}
		if r.Times > 0 && r.hit >= r.Times {
			continue
		}
		if r.passed < r.After {
			r.passed++
			continue
		}
		if r.Percent > 0 && fs.rand.Float64()*100 >= r.Percent {
			continue
		}
		r.hit++
		return r
	}
	return nil
}

// madeBy reports whether the request signs in as the account. The vendors write more behind the address: "/token".
func madeBy(req *http.Request, account string) bool {
	if account == "" {
		return true
	}
	user, _, _ := req.BasicAuth()
	user, _, _ = strings.Cut(user, "/")
	return strings.EqualFold(user, account)
}
