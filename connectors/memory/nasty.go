package memory

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"duplex/connectors"
)

// Op names an operation in call counts and scripted faults.
type Op string

// The operations.
const (
	OpDescribe      Op = "describe"
	OpGet           Op = "get"
	OpGetMany       Op = "get.many"
	OpCreate        Op = "create"
	OpUpdate        Op = "update"
	OpDelete        Op = "delete"
	OpChanges       Op = "changes"
	OpFind          Op = "find"
	OpAddComment    Op = "comment.add"
	OpEditComment   Op = "comment.edit"
	OpDeleteComment Op = "comment.delete"
	OpNarrowComment Op = "comment.narrow"
	OpRedactComment Op = "comment.redact"
	OpFindComment   Op = "comment.find"
	OpAddWorklog    Op = "worklog.add"
	OpEditWorklog   Op = "worklog.edit"
	OpDeleteWorklog Op = "worklog.delete"
	OpFindWorklog   Op = "worklog.find"
	OpOpen          Op = "attachment.open"
	OpAttach        Op = "attachment.add"
	OpDetach        Op = "attachment.delete"
	OpFindFile      Op = "attachment.find"
	OpResolveUser   Op = "user.resolve"
	OpSelf          Op = "self"
	OpEnsureWebhook Op = "webhook.ensure"
)

func (op Op) writes() bool {
	switch op {
	case OpCreate, OpUpdate, OpDelete, OpAddComment, OpEditComment, OpDeleteComment, OpNarrowComment, OpRedactComment, OpAttach, OpDetach,
		OpAddWorklog, OpEditWorklog, OpDeleteWorklog:
		return true
	}
	return false
}

// Nasty makes calls fail at random, reproducibly for one order of calls. The percentages are 0 to 100.
type Nasty struct {
	Seed            uint64
	FailBefore      float64       // nothing happened, the caller cannot know
	FailAfterCommit float64       // writes only: it happened, the caller cannot know
	Busy            float64       // refused with a wait of BusyAfter
	BusyAfter       time.Duration // default one second
	Stale           float64       // updates with a revision only: refused as stale although nothing changed
	FindLag         time.Duration // how long a new item stays invisible to Find, by the system's clock
}

// SetNasty replaces the nastiness; the zero Nasty calms the system. Scripted faults stay.
func (s *System) SetNasty(n Nasty) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.BusyAfter == 0 {
		n.BusyAfter = time.Second
	}
	s.nasty = n
	s.rand = rand.New(rand.NewPCG(n.Seed, 0xd0b1e))
}

// When says on which side of the commit a scripted fault strikes.
type When string

// The moments of a scripted fault.
const (
	Before      When = "before"       // nothing happens
	AfterCommit When = "after-commit" // everything happens, the answer is lost
)

type scriptedFault struct {
	op   Op
	when When
	err  error
}

// FailNext makes the next call of op that has no fault yet fail as a lost connection does. Several queue up.
func (s *System) FailNext(op Op, when When) {
	s.FailNextWith(op, when, &connectors.BusyError{Text: "the connection was lost"})
}

// FailNextWith is FailNext with an error of one's own.
func (s *System) FailNextWith(op Op, when When, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripted = append(s.scripted, scriptedFault{op: op, when: when, err: err})
}

// OnCall calls f at the start of every connector call, without any lock: the place for a person's edit in between.
// With an update that the system does not guard itself, f runs again between its read and its write.
func (s *System) OnCall(f func(op Op, id string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onCall = f
}

// Calls counts the connector calls so far by operation, failed ones included.
func (s *System) Calls() map[Op]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[Op]int, len(s.calls))
	for op, n := range s.calls {
		out[op] = n
	}
	return out
}

// ResetCalls starts counting again.
func (s *System) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = map[Op]int{}
}

// call runs one connector operation under the lock: counted, and disturbed as the script and the nastiness say.
func (s *System) call(ctx context.Context, op Op, id string, do func() error) error {
	attempt := func(err error) error { return fmt.Errorf("%s: %s: %w", s.name, op, err) }
	if err := ctx.Err(); err != nil {
		return attempt(err)
	}
	s.between(op, id)
	s.mu.Lock()
	defer s.unlock()
	s.calls[op]++
	before, after := s.fate(op)
	if before != nil {
		return attempt(before)
	}
	if err := do(); err != nil {
		return attempt(err)
	}
	if after != nil {
		return attempt(after)
	}
	return nil
}

// between lets the OnCall function run without the lock.
func (s *System) between(op Op, id string) {
	s.mu.Lock()
	f := s.onCall
	s.mu.Unlock()
	if f != nil {
		f(op, id)
	}
}

// fate decides what goes wrong with this call. The caller holds the lock.
func (s *System) fate(op Op) (before, after error) {
	for i, f := range s.scripted {
		if f.op == op {
			s.scripted = append(s.scripted[:i:i], s.scripted[i+1:]...)
			if f.when == AfterCommit {
				return nil, f.err
			}
			return f.err, nil
		}
	}
	lost := &connectors.BusyError{Text: "the connection was lost"}
	switch {
	case s.strikes(s.nasty.FailBefore):
		return lost, nil
	case s.strikes(s.nasty.Busy):
		return &connectors.BusyError{After: s.nasty.BusyAfter, Text: "too many requests"}, nil
	case op.writes() && s.strikes(s.nasty.FailAfterCommit):
		return nil, lost
	}
	return nil, nil
}

func (s *System) strikes(percent float64) bool {
	return percent > 0 && s.rand.Float64()*100 < percent
}
