package activities

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// backfillPage is how many items are asked for at once; a system may give fewer.
const backfillPage = 500

func backfillSystem(r *running) string {
	side, _ := r.mapping.Side(r.Params.Side)
	return r.mapping.Connection.Sides[side].System
}

// listBackfill lists the items of a side: those named, those a search finds, or everything that changed since a time.
func listBackfill(ctx context.Context, a *Activities, r *running, cursor string) (runPage, error) {
	at, ok := r.mapping.Side(r.Params.Side)
	if !ok {
		return runPage{}, fmt.Errorf("the connection has no side %q any more: %w", r.Params.Side, connectors.ErrUnsupported)
	}
	side := r.mapping.Connection.Sides[at]
	c, err := a.Systems.Connector(ctx, side.System)
	if err != nil {
		return runPage{}, err
	}
	if len(r.Params.Items) > 0 {
		return listNamed(ctx, c, r, at, cursor)
	}
	t := connectors.ItemType{Type: side.Type, Scope: side.Scope}
	var page connectors.Page
	if r.Params.Query != "" {
		searcher, ok := connectors.As[connectors.Searcher](c)
		if !ok {
			return runPage{}, fmt.Errorf("%s cannot be searched by a query: use --since or --items: %w", side.System, connectors.ErrUnsupported)
		}
		page, err = searcher.Search(ctx, t, r.Params.Query, connectors.Cursor(cursor))
		if connectors.Class(err) == "invalid" { // its words may repeat the query
			err = fmt.Errorf("%s cannot read the query: try it there first: %w", side.System, connectors.ErrUnsupported)
		}
	} else {
		page, err = c.Changes(ctx, t, changesFrom(c, r.Params.Since, cursor), backfillPage)
	}
	if err != nil {
		return runPage{}, err
	}
	out := runPage{next: string(page.Next), last: !page.More}
	for _, ch := range page.Items {
		if ch.Deleted || !r.Params.Since.IsZero() && ch.UpdatedAt.Before(r.Params.Since) {
			continue
		}
		out.items = append(out.items, backfillItem(side, ch.Ref, ch.Revision))
	}
	return out, nil
}

// changesFrom is where a listing goes on: at first where the system says that the time is, if it can say that.
func changesFrom(c connectors.Connector, since time.Time, cursor string) connectors.Cursor {
	if s, ok := connectors.As[connectors.Starter](c); ok && cursor == "" && !since.IsZero() {
		return s.CursorAt(since)
	}
	return connectors.Cursor(cursor)
}

func backfillItem(side core.ConnectionSide, ref core.Ref, revision string) core.RunItem {
	name := ref.Key
	if name == "" {
		name = ref.ID
	}
	return core.RunItem{Name: side.Name + " " + name, System: side.System, Item: ref.ID, Revision: revision}
}

// namedPage is how many named items are looked up in one step.
const namedPage = 20

// listNamed looks up the items that were named by id or key: a hint needs the id that never changes.
func listNamed(ctx context.Context, c connectors.Connector, r *running, at core.Side, cursor string) (runPage, error) {
	side := r.mapping.Connection.Sides[at]
	from, _ := strconv.Atoi(cursor)
	to := min(from+namedPage, len(r.Params.Items))
	out := runPage{next: strconv.Itoa(to), last: to == len(r.Params.Items)}
	for _, name := range r.Params.Items[from:to] {
		o, err := c.Get(ctx, name, connectors.Want{Type: connectors.ItemType{Type: side.Type, Scope: side.Scope}, Fields: []string{}})
		switch {
		case gone(err):
			out.items = append(out.items, core.RunItem{Name: side.Name + " " + name, System: side.System, State: core.ItemFailed,
				Reason: side.System + " has no such item that duplex's account can see"})
		case err != nil:
			return runPage{}, err
		default:
			out.items = append(out.items, backfillItem(side, o.Ref, ""))
		}
	}
	return out, nil
}

// actBackfill hands an item to its pair, or to the pair it may begin.
func actBackfill(_ context.Context, _ *Activities, r *running, it *core.RunItem, _ [2]RunReading) (*core.Hint, error) {
	if r.Params.DryRun {
		it.State, it.Reason = core.ItemDone, "it would be looked at"
		return nil, nil
	}
	at, _ := r.mapping.Side(r.Params.Side)
	return &core.Hint{Ref: core.Ref{System: it.System, Type: r.mapping.Connection.Sides[at].Type, ID: it.Item}, Kind: core.HintChanged, Revision: it.Revision}, nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
