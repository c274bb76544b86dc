package gateway

import (
	"context"
	"errors"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// late is a system that answers who the account is only when it is told to.
type late struct {
	connectors.Connector
	answer chan error
}

func (s *late) Self(ctx context.Context) (core.Value, error) {
	select {
	case err := <-s.answer:
		return core.Person("u-sync", "", ""), err
	case <-ctx.Done():
		return core.Value{}, ctx.Err()
	}
}

// TestTheAccountIsLearnedBehindAWebhook: a webhook does not wait long for a slow system, and the ones behind it profit from
// the answer all the same.
func TestTheAccountIsLearnedBehindAWebhook(t *testing.T) {
	c := &late{answer: make(chan error)}
	a := &accounts{now: time.Now}
	if got := a.of(t.Context(), "left", c); got != "" {
		t.Fatalf("the account is %q before the system has answered", got)
	}
	c.answer <- nil
	for deadline := time.Now().Add(10 * time.Second); a.of(t.Context(), "left", c) != "u-sync"; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the answer that came later is not used")
		}
	}
	changed := &late{answer: make(chan error, 1)}
	changed.answer <- errors.New("busy")
	if got := a.of(t.Context(), "left", changed); got != "" {
		t.Errorf("the account of a changed file is %q before the system has answered", got)
	}
}
