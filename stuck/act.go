package stuck

import (
	"context"

	"duplex/core"
	"duplex/workflows"
)

// outcome is what one look at a pair came to.
type outcome struct {
	pair   string
	act    Act
	reason core.StuckReason
	err    error
}

// one looks at a pair, decides and acts.
func (p *pass) one(ctx context.Context, id string) outcome {
	o := outcome{pair: id, act: ActLeave}
	row, err := p.Store.PairWork(ctx, id)
	if err != nil {
		// A workflow without a row is looking at its item for the first time.
		return o
	}
	pair, err := p.Store.Pair(ctx, id)
	if err != nil {
		o.err = err
		return o
	}
	f := Facts{Row: row, Last: p.last[id], Now: p.Now().UTC(), Patience: p.Patience}
	if f.Work, o.err = p.Engine.Look(ctx, id); o.err != nil {
		return o
	}
	f.Closed = p.Closed != nil && p.Closed(ctx, pair)
	o.act, o.reason = Decide(f)
	if o.act == ActAsk {
		if f.Holds, o.err = p.Engine.Ask(ctx, id); o.err != nil {
			return o
		}
		f.Ask = true
		o.act, o.reason = Decide(f)
	}
	o.err = p.do(ctx, &o, pair, f)
	return o
}

// do carries the act out. Each can be repeated without harm: a crash between two of its steps leaves a pair that the next
// pass finds again.
func (p *pass) do(ctx context.Context, o *outcome, pair core.Pair, f Facts) error {
	switch o.act {
	case ActForget:
		return p.Store.Answered(ctx, o.pair, f.Row.HintedAt)
	case ActRemind, ActStart, ActRestart:
		if p.full() {
			o.act = ActWait
			return nil
		}
	default:
		return nil
	}
	if o.act == ActRestart {
		if err := p.Engine.Terminate(ctx, o.pair, f.Work.Run, "stuck ("+string(o.reason)+"): started again from the store"); err != nil {
			return err
		}
	}
	asks, err := p.Store.Asks(ctx, o.pair)
	if err != nil {
		return err
	}
	state, done := workflows.Rebuild(pair, asks)
	for _, side := range core.Sides { // which side the lost hint was about is not known
		if pair.Sides[side].Ref.IsZero() {
			continue
		}
		h := workflows.Hint{Side: side, Kind: core.HintComments, Urgency: core.Sweep}
		if err := p.Engine.Hint(ctx, state, h); err != nil {
			return err
		}
	}
	for _, a := range done {
		if err := p.Store.RemoveAsk(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// full reports that one pass has done the most it may do.
func (p *pass) full() bool { return p.acts.Add(1) > mostActs }

// gather keeps the books of what the looks came to. Of many errors it returns one: a store that is away fails for every
// pair alike.
func (p *pass) gather(ctx context.Context, found <-chan outcome) (err error) {
	for o := range found {
		p.beat(ctx)
		if o.err != nil {
			p.Log.Error("a pair could not be looked at; the next pass tries again", "pair", o.pair, "error", o.err)
		} else {
			o.err = p.keep(ctx, o)
		}
		if err == nil {
			err = o.err
		}
	}
	return err
}

func (p *pass) keep(ctx context.Context, o outcome) error {
	last, known := p.last[o.pair]
	if o.reason == "" {
		return nil
	}
	switch o.act {
	case ActWait:
		p.report.Stuck++
		return nil
	case ActRemind:
		p.report.Reminded++
	default:
		p.report.Restarted[o.reason]++
		if p.Restarted != nil {
			p.Restarted(o.reason)
		}
	}
	if !known || last.Reason != o.reason { // once per pair and reason
		p.Log.Warn("a pair's work had stopped", "pair", o.pair, "reason", o.reason, "done", o.act)
	}
	if !known {
		last = core.StuckPair{Pair: o.pair, FoundAt: p.report.At}
	}
	last.Reason, last.Acts, last.ActedAt = o.reason, last.Acts+1, p.Now().UTC()
	return p.Store.PutStuckPair(ctx, last)
}
