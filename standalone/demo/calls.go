package demo

import (
	"context"
	"fmt"
	"strings"
)

// settle waits until the sync has come to rest.
func (c *checker) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.Quiet(ctx)
}

// countCalls holds the remote calls of one edit to a limit, and its writes to one.
func (c *checker) countCalls(ctx context.Context, limit int) error {
	calls, err := c.OwnCalls(ctx)
	if err != nil {
		return err
	}
	var all, writes []string
	for _, call := range calls {
		all = append(all, call.Operation)
		if call.Method != "GET" {
			writes = append(writes, call.Operation)
		}
	}
	if len(all) > limit || len(writes) != 1 {
		return fmt.Errorf("%d calls, %d writes: %s", len(all), len(writes), strings.Join(all, ", "))
	}
	fmt.Fprintf(c.out, "      %d calls: %s\n", len(all), strings.Join(all, ", "))
	return nil
}
