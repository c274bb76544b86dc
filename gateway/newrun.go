package gateway

import (
	"context"
	"fmt"

	"duplex/core"
)

// newRun checks what a caller asks for, so that a run that cannot work is not begun. The items it comes with are returned beside it.
func (g *Gateway) newRun(ctx context.Context, req RunRequest) (core.Run, []core.RunItem, error) {
	run := core.Run{Kind: req.Kind, Connection: req.Connection, Params: req.Params}
	v, err := g.o.Store.Connection(ctx, req.Connection, 0)
	if err != nil {
		return run, nil, missing(err, "connection", req.Connection)
	}
	got := g.connections.compile(v)
	if got.mapping == nil {
		return run, nil, refuse(classConflict, req.Connection, "the connection cannot be used: apply its file again")
	}
	check, ok := runChecks[req.Kind]
	if !ok {
		return run, nil, refuse(classRequest, "kind", fmt.Sprintf("there is no run of kind %q", req.Kind))
	}
	items, err := check(g, ctx, &run, got.mapping.Connection, req)
	return run, items, err
}

// runChecks is the one table of what is checked before a run of a kind begins. A check may also complete the run.
var runChecks = map[core.RunKind]func(g *Gateway, ctx context.Context, run *core.Run, c core.Connection, req RunRequest) ([]core.RunItem, error){
	core.RunBackfill: checkBackfill,
	core.RunVerify:   checkVerify,
}

func checkBackfill(_ *Gateway, _ context.Context, run *core.Run, c core.Connection, _ RunRequest) ([]core.RunItem, error) {
	p := run.Params
	side, err := sideNamed(c, p.Side)
	if err != nil {
		return nil, err
	}
	if !c.Sides[side].Starts {
		return nil, refuse(classConflict, p.Side, fmt.Sprintf("items of %s begin no pairs in this connection: give the side a start condition, or backfill the other side", p.Side))
	}
	given := 0
	for _, is := range []bool{!p.Since.IsZero(), p.Query != "", len(p.Items) > 0} {
		if is {
			given++
		}
	}
	if given > 1 {
		return nil, refuse(classRequest, "params", "give one of since, query and items")
	}
	return nil, nil
}

func sideNamed(c core.Connection, name string) (core.Side, error) {
	for _, side := range core.Sides {
		if c.Sides[side].Name == name {
			return side, nil
		}
	}
	return 0, refuse(classInvalid, "side", fmt.Sprintf("%q is no side of the connection: %s or %s", name, c.Sides[core.A].Name, c.Sides[core.B].Name))
}

func checkVerify(g *Gateway, ctx context.Context, run *core.Run, c core.Connection, _ RunRequest) ([]core.RunItem, error) {
	p := run.Params
	switch {
	case p.Sample < 0:
		return nil, refuse(classRequest, "sample", "a sample is a number of pairs from 1 on")
	case p.Pair == "":
		return nil, nil
	}
	pair, err := g.o.Store.Pair(ctx, p.Pair)
	switch {
	case err != nil:
		return nil, missing(err, "pair", p.Pair)
	case pair.Connection != c.Name:
		return nil, refuse(classConflict, p.Pair, "the pair is of connection "+pair.Connection)
	case pair.Status == core.PairUnlinked:
		return nil, refuse(classConflict, p.Pair, "the pair was unlinked: there is nothing to keep in step")
	}
	return nil, nil
}
