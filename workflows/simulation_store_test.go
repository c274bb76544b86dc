package workflows_test

import (
	"context"

	"duplex/core"
)

// around lets the process die before or after a write.
func (f *flaky) around(write func() error) error {
	if f.strikes() {
		return errDied
	}
	if err := write(); err != nil {
		return err
	}
	if f.strikes() {
		return errDied
	}
	return nil
}

func (f *flaky) ClaimPair(ctx context.Context, p core.Pair) (got core.Pair, created bool, err error) {
	err = f.around(func() error { got, created, err = f.Store.ClaimPair(ctx, p); return err })
	return got, created, err
}

func (f *flaky) AddPairSide(ctx context.Context, pair string, side core.Side, ref core.Ref) error {
	return f.around(func() error { return f.Store.AddPairSide(ctx, pair, side, ref) })
}

func (f *flaky) PutObservation(ctx context.Context, pair string, o core.Observation) (hash string, err error) {
	err = f.around(func() error { hash, err = f.Store.PutObservation(ctx, pair, o); return err })
	return hash, err
}

func (f *flaky) PutPlan(ctx context.Context, p core.Plan) error {
	return f.around(func() error { return f.Store.PutPlan(ctx, p) })
}

func (f *flaky) SaveStep(ctx context.Context, s core.Step) error {
	return f.around(func() error { return f.Store.SaveStep(ctx, s) })
}

func (f *flaky) PutLink(ctx context.Context, l core.Link) error {
	return f.around(func() error { return f.Store.PutLink(ctx, l) })
}

func (f *flaky) BeginIntent(ctx context.Context, i core.Intent) (got core.Intent, err error) {
	err = f.around(func() error { got, err = f.Store.BeginIntent(ctx, i); return err })
	return got, err
}

func (f *flaky) SettleIntent(ctx context.Context, mark, id, key, url string) error {
	return f.around(func() error { return f.Store.SettleIntent(ctx, mark, id, key, url) })
}
