package gateway

import (
	"context"

	"duplex/core"
	"duplex/store"
)

// follow lets pairs follow a version of their connection that has just been put in force: all of them, or those with
// something parked under another version, which the new one may mend. It returns the run that does it, "" where there is
// nothing to be done.
func (g *Gateway) follow(ctx context.Context, connection string, version int, all bool, by string) (string, error) {
	run := core.Run{Kind: core.RunFollow, Connection: connection, By: by}
	if !all {
		parked, err := g.o.Store.Pairs(ctx, store.PairFilter{Connection: connection, Status: string(core.PairProblem), Limit: 1})
		if err != nil || len(parked) == 0 {
			return "", err
		}
		run.Params = core.RunParams{Status: string(core.PairProblem), ParkedUnless: version}
	}
	begun, err := g.beginRun(ctx, run, nil)
	return begun.ID, err
}
