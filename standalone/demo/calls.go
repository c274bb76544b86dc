package demo

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// syncCalls lists the calls that the sync's own account made at an emulated system since the last reset.
func (c *checker) syncCalls(ctx context.Context, base string) ([]any, error) {
	var out object
	err := person(base, "", "").call(ctx, "GET", "/_control/calls", nil, &out)
	var own []any
	for _, call := range asList(out["calls"]) {
		if strings.Contains(text(call, "actor"), "sync@acme.example") {
			own = append(own, call)
		}
	}
	return own, err
}

func (c *checker) resetCalls(ctx context.Context) error {
	for _, base := range []string{c.ZendeskURL, c.JiraURL} {
		if err := person(base, "", "").call(ctx, "DELETE", "/_control/calls", nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until the sync has made no call for three seconds: longer than its own echoes are held back.
func (c *checker) settle(ctx context.Context) error {
	began, quiet, last := time.Now(), time.Now(), -1
	for time.Since(quiet) < 3*time.Second {
		n := 0
		for _, base := range []string{c.ZendeskURL, c.JiraURL} {
			calls, err := c.syncCalls(ctx, base)
			if err != nil {
				return err
			}
			n += len(calls)
		}
		if n != last {
			last, quiet = n, time.Now()
		}
		if time.Since(began) > patience {
			return fmt.Errorf("the sync goes on calling: %d calls", n)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil
}

// countCalls holds the remote calls of one edit to a limit, and its writes to one.
func (c *checker) countCalls(ctx context.Context, limit int) error {
	var all, writes []string
	for _, base := range []string{c.ZendeskURL, c.JiraURL} {
		calls, err := c.syncCalls(ctx, base)
		if err != nil {
			return err
		}
		for _, call := range calls {
			all = append(all, text(call, "operation"))
			if text(call, "method") != "GET" {
				writes = append(writes, text(call, "operation"))
			}
		}
	}
	if len(all) > limit || len(writes) != 1 {
		return fmt.Errorf("%d calls, %d writes: %s", len(all), len(writes), strings.Join(all, ", "))
	}
	fmt.Fprintf(c.out, "      %d calls: %s\n", len(all), strings.Join(all, ", "))
	return nil
}
