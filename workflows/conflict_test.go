package workflows_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// forgetful is a system that keeps when each field was changed and shows it only when asked, as Zendesk does.
type forgetful struct {
	*memory.Connector
	asked *atomic.Int64
}

func (f forgetful) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	o, err := f.Connector.Get(ctx, id, want)
	o.Changed, o.Ours = nil, nil
	return o, err
}

func (f forgetful) History(ctx context.Context, id string) (map[string]time.Time, []string, error) {
	f.asked.Add(1)
	o, err := f.Connector.Get(ctx, id, connectors.Want{})
	return o.Changed, o.Ours, err
}

func TestTheLaterEditOfTheFieldWins(t *testing.T) {
	w := newWorld(t, mappingFile)
	var asked atomic.Int64 // both sides are read at once
	w.wraps = func(c *memory.Connector) connectors.Connector { return forgetful{c, &asked} }
	item := w.ticket()
	left := func(kv ...any) { w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields(kv...))) }
	right := func(kv ...any) { w.must(w.sys[core.B].EditAs("u-ada", w.twin().Ref.ID, fields(kv...))) }
	w.at(time.Minute, func() {
		w.quiet.Store(true)
		left("title", core.String("earlier"))
	})
	w.at(time.Minute+time.Second, func() { right("title", core.String("later")) })
	w.at(time.Minute+2*time.Second, func() { // the item is the newer one, the field is not
		left("estimate", core.Int(3))
		w.quiet.Store(false)
		w.hint(core.A, core.Hint{Kind: core.HintChanged})
		w.hint(core.B, core.Hint{Kind: core.HintChanged})
	})
	w.run(item, 3*time.Minute)
	for side, o := range map[string]*core.Observation{"left": w.left(item.ID), "right": w.twin()} {
		if got := o.Field("title").Source(); got != "later" {
			t.Errorf("title on the %s is %q: the edit of another field decided", side, got)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("histories were read %d times, want once on each side", n)
	}
}
