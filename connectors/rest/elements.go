package rest

import (
	"context"
	"slices"
	"time"

	"duplex/connectors"
)

// elements are what an item has many of, as the answer shows them: in the item that was just read, or in a list of their own.
func (c *Connector) elements(ctx context.Context, r raw, what string, items *Expr, own *Request) ([]any, error) {
	if own != nil {
		return c.all(ctx, own, r.vars)
	}
	list, ok, err := items.list(r.see())
	if err == nil && !ok {
		err = connectors.Busy("reading "+what, "the answer has no list where the manifest says", 0)
	}
	return list, err
}

// inOrder reads each element, and puts them oldest first.
func inOrder[E any](list []any, read func(x any) (E, error), created func(E) time.Time) ([]E, error) {
	out := make([]E, 0, len(list))
	for _, x := range list {
		e, err := read(x)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b E) int { return created(a).Compare(created(b)) })
	return out, nil
}
