package gateway

import (
	"cmp"
	"context"
	"fmt"

	"duplex/core"
)

// newRun checks what a caller asks for, so that a run that cannot work is not begun. The items it comes with are returned beside it.
func (g *Gateway) newRun(ctx context.Context, req RunRequest) (core.Run, []core.RunItem, error) {
	run := core.Run{Kind: req.Kind, Connection: req.Connection, Params: req.Params}
	m, _, err := g.inForce(ctx, req.Connection)
	if err != nil {
		return run, nil, err
	}
	check, ok := runChecks[req.Kind]
	if !ok {
		return run, nil, refuse(classRequest, "kind", fmt.Sprintf("there is no run of kind %q", req.Kind))
	}
	items, err := check(g, ctx, &run, m.Connection, req)
	return run, items, err
}

// runChecks is the one table of what is checked before a run of a kind begins. A check may also complete the run.
var runChecks = map[core.RunKind]func(g *Gateway, ctx context.Context, run *core.Run, c core.Connection, req RunRequest) ([]core.RunItem, error){
	core.RunBackfill: checkBackfill,
	core.RunLink:     checkLinks,
	core.RunReplay:   checkReplay,
	core.RunPreview:  checkReplay,
	core.RunFollow:   checkReplay,
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

// checkReplay checks what selects pairs.
func checkReplay(g *Gateway, ctx context.Context, run *core.Run, _ core.Connection, _ RunRequest) ([]core.RunItem, error) {
	p := run.Params
	if p.Class != "" && toDo[core.ProblemClass(p.Class)] == "" {
		return nil, refuse(classInvalid, "class", fmt.Sprintf("there are no problems of class %q", p.Class))
	}
	switch core.PairStatus(p.Status) {
	case "", core.PairPending, core.PairInSync, core.PairProblem, core.PairPaused:
	default:
		return nil, refuse(classInvalid, "status", fmt.Sprintf("%q is no status of a pair that is linked: pending, in-sync, problem or paused", p.Status))
	}
	return nil, g.checkPair(ctx, run)
}

// checkPair checks the pair that a run is about, where it is about one.
func (g *Gateway) checkPair(ctx context.Context, run *core.Run) error {
	id := run.Params.Pair
	if id == "" {
		return nil
	}
	pair, err := g.o.Store.Pair(ctx, id)
	switch {
	case err != nil:
		return missing(err, "pair", id)
	case pair.Connection != run.Connection:
		return refuse(classInvalid, id, "the pair is of connection "+pair.Connection)
	case pair.Status == core.PairUnlinked:
		return refuse(classConflict, id, "the pair was unlinked: link its items again first")
	}
	return nil
}

// checkLinks makes one item of each line. Everything that is wrong is reported at once, and then nothing is begun.
func checkLinks(_ *Gateway, _ context.Context, run *core.Run, c core.Connection, req RunRequest) ([]core.RunItem, error) {
	var wrong []Diagnostic
	var items []core.RunItem
	var seen [2]map[string]int
	for _, side := range core.Sides {
		seen[side] = map[string]int{}
	}
	for i, l := range req.Lines {
		line := cmp.Or(l.Line, i+1)
		it := core.RunItem{Name: fmt.Sprintf("line %d", line), System: c.Sides[core.A].System, Item: l.Items[c.Sides[core.A].Name], Other: l.Items[c.Sides[core.B].Name]}
		for side, id := range [2]string{it.Item, it.Other} {
			name := c.Sides[side].Name
			before := seen[side][id]
			switch {
			case id == "" || len(l.Items) != 2:
				wrong = append(wrong, Diagnostic{File: req.FileName, Line: line, Text: fmt.Sprintf("one item of %s and one of %s are wanted", c.Sides[core.A].Name, c.Sides[core.B].Name)})
			case before != 0:
				wrong = append(wrong, Diagnostic{File: req.FileName, Line: line, Text: fmt.Sprintf("%s item %s is on line %d as well", name, id, before)})
			}
			seen[side][id] = line
			if id == "" || len(l.Items) != 2 {
				break
			}
		}
		items = append(items, it)
	}
	switch {
	case len(wrong) > 0:
		return nil, &refusal{Error{Class: classInvalid, Where: run.Connection, Text: fmt.Sprintf("%d lines are wrong; nothing was linked", len(wrong)), Diagnostics: wrong}}
	case len(items) == 0:
		return nil, refuse(classRequest, "lines", "there is nothing to link")
	}
	run.Listed = true
	return items, nil
}

func sideNamed(c core.Connection, name string) (core.Side, error) {
	for _, side := range core.Sides {
		if c.Sides[side].Name == name {
			return side, nil
		}
	}
	return 0, refuse(classInvalid, "side", fmt.Sprintf("%q is no side of the connection: %s or %s", name, c.Sides[core.A].Name, c.Sides[core.B].Name))
}

func checkVerify(g *Gateway, ctx context.Context, run *core.Run, _ core.Connection, _ RunRequest) ([]core.RunItem, error) {
	if run.Params.Sample < 0 {
		return nil, refuse(classRequest, "sample", "a sample is a number of pairs from 1 on")
	}
	return nil, g.checkPair(ctx, run)
}
