package activities

import (
	"context"
	"time"

	"duplex/core"
)

// RetainInput asks to remove old rows of one table, from where an earlier call stopped.
type RetainInput struct {
	Table  string
	Before time.Time // zero in the first call: by the worker's retention
	After  core.RetainMark
}

// RetainResult says how far it came.
type RetainResult struct {
	Removed int64
	Before  time.Time
	Mark    core.RetainMark
	Done    bool
}

// retainFor is how long one call removes rows before it reports how far it has come.
const retainFor = 15 * time.Second

// Retain removes rows that are older than the worker's retention and not needed any more, in small transactions, until the
// table's end or for a few seconds. It is safe to repeat.
func (a *Activities) Retain(ctx context.Context, in RetainInput) (RetainResult, error) {
	defer beat(ctx)()
	r := RetainResult{Before: in.Before, Mark: in.After}
	if r.Before.IsZero() {
		keep := a.Retention.Of(in.Table)
		if keep == 0 {
			r.Done = true
			return r, nil
		}
		r.Before = a.Now().UTC().Add(-keep)
	}
	for end := time.Now().Add(retainFor); !r.Done && time.Now().Before(end); {
		n, mark, done, err := a.Store.Retain(ctx, in.Table, r.Before, r.Mark, 0)
		if err != nil {
			return r, temporalError(doing("remove old rows of "+in.Table, err))
		}
		r.Removed, r.Mark, r.Done = r.Removed+n, mark, done
	}
	if a.Observer != nil {
		a.Observer.Removed(in.Table, r.Removed)
	}
	if r.Removed > 0 {
		a.Log.Info("old rows removed", "table", in.Table, "rows", r.Removed, "before", r.Before)
	}
	return r, nil
}
