package harness

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// keptCalls bounds how many calls are remembered one by one; the counts go on for ever.
const keptCalls = 10_000

// Call is one vendor API call as it was answered.
type Call struct {
	Seq       int       `json:"seq"`
	Time      time.Time `json:"time"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Operation string    `json:"operation"`
	// Status is 0 where the connection was closed without an answer.
	Status int    `json:"status"`
	Fault  string `json:"fault"`
	Actor  string `json:"actor"`
}

// Calls is what was counted since the start or the last reset.
type Calls struct {
	Total       int            `json:"total"`
	ByOperation map[string]int `json:"by_operation"`
	Calls       []Call         `json:"calls"`
}

type calls struct {
	mu    sync.Mutex
	seq   int
	total int
	byOp  map[string]int
	ring  []Call
}

func (c *calls) add(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	call.Seq = c.seq
	c.total++
	if c.byOp == nil {
		c.byOp = map[string]int{}
	}
	c.byOp[call.Operation]++
	c.ring = append(c.ring, call)
	if len(c.ring) > 2*keptCalls { // now and then, not with every call
		c.ring = append([]Call(nil), c.kept()...)
	}
}

// kept are the calls that are remembered. The caller holds the lock.
func (c *calls) kept() []Call { return c.ring[max(0, len(c.ring)-keptCalls):] }

// since returns the counts and the remembered calls with a higher sequence number.
func (c *calls) since(seq int) Calls {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := Calls{Total: c.total, ByOperation: map[string]int{}, Calls: []Call{}}
	for op, n := range c.byOp {
		out.ByOperation[op] = n
	}
	kept := c.kept()
	first, _ := slices.BinarySearchFunc(kept, seq+1, func(call Call, seq int) int { return cmp.Compare(call.Seq, seq) })
	out.Calls = append(out.Calls, kept[first:]...)
	return out
}

// reset forgets everything but the sequence, so that a reader's ?since= stays valid.
func (c *calls) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total, c.byOp, c.ring = 0, nil, nil
}

// note is where the vendor handler leaves what the harness cannot know by itself.
type note struct{ actor, operation string }

type noteKey struct{}

func withNote(req *http.Request) (*http.Request, *note) {
	n := &note{}
	return req.WithContext(context.WithValue(req.Context(), noteKey{}, n)), n
}

// SetActor records who makes the call (an e-mail or account id). Outside a Server it does nothing.
func SetActor(req *http.Request, actor string) {
	if n, ok := req.Context().Value(noteKey{}).(*note); ok {
		n.actor = actor
	}
}

// SetOperation records the call's path template, such as "GET /api/v2/tickets/{ticket_id}", where
// Options.Operation cannot tell it. Outside a Server it does nothing.
func SetOperation(req *http.Request, operation string) {
	if n, ok := req.Context().Value(noteKey{}).(*note); ok {
		n.operation = operation
	}
}
