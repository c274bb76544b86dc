package activities

import (
	"context"

	"duplex/core"
)

// runKind is how runs of one kind work: list the items page by page, act on each, and where the act hands an item over to
// its pair, wait for the pair's answer.
type runKind struct {
	// list gives the page of items after the position; nil: the items came with the run. It may be called again for the
	// same position.
	list func(ctx context.Context, a *Activities, r *running, cursor string) (runPage, error)
	// calls is the system that list calls, "" for none; nil: none.
	calls func(r *running) string
	// act decides about one waiting item. With a hint the item is handed over to its pair, which answers; else act leaves the
	// answer in it. It may be called again for the same item. An error of a class that parks fails the item; every other
	// one the step, which is tried again or waits for a person.
	act func(ctx context.Context, a *Activities, r *running, it *core.RunItem, read [2]RunReading) (*core.Hint, error)
	// reads: the items of both sides, Item of side A and Other of side B, are read before act.
	reads bool
	// whole: reading takes comments and files too and keeps the observation.
	whole   bool
	urgency core.Urgency
}

// runPage is one page of a listing.
type runPage struct {
	items []core.RunItem
	next  string
	last  bool
}

// runKinds is the one table of kinds.
var runKinds = map[core.RunKind]runKind{
	core.RunBackfill: {list: listBackfill, calls: backfillSystem, act: actBackfill, urgency: core.Backfill},
	core.RunLink:     {act: actLink, reads: true, urgency: core.Backfill},
	core.RunReplay:   {list: listPairs, act: actReplay, urgency: core.Replay},
	core.RunPreview:  {list: listPairs, act: actPreview, reads: true, whole: true, urgency: core.Replay},
	core.RunFollow:   {list: listPairs, act: actReplay, urgency: core.Sweep},
	core.RunVerify:   {list: listVerify, act: actVerify, reads: true, whole: true, urgency: core.Replay},
}

// chunk is how many items one step acts on.
func (k runKind) chunk() int {
	if k.reads {
		return 20
	}
	return 200
}

// hintsPerDelivery keeps one delivery's hand-over short, so that several go on at once.
const hintsPerDelivery = 20

// hints gathers what a step hands over into deliveries. Their ids follow from the run and its items, so that a step that is
// made twice records them once.
type hints struct {
	run  *running
	open map[string]*core.Delivery // by system
	full []core.Delivery
}

func newHints(r *running) *hints { return &hints{run: r, open: map[string]*core.Delivery{}} }

func (h *hints) add(n int64, hint core.Hint) {
	hint.Connection, hint.Run, hint.Urgency = h.run.Connection, h.run.ID, h.run.kind.urgency
	d := h.open[hint.Ref.System]
	if d == nil {
		d = &core.Delivery{System: hint.Ref.System, ID: core.MadeByRun.ID(h.run.ID, n)}
		h.open[hint.Ref.System] = d
	}
	d.Hints = append(d.Hints, hint)
	if len(d.Hints) == hintsPerDelivery {
		h.full = append(h.full, *d)
		delete(h.open, hint.Ref.System)
	}
}

func (h *hints) deliveries() []core.Delivery {
	all := h.full
	for _, system := range sorted(h.open) {
		all = append(all, *h.open[system])
	}
	return all
}
