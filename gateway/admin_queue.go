package gateway

import (
	"fmt"
	"net/http"
	"strconv"

	"duplex/core"
	"duplex/store"
)

func (g *Gateway) listDeliveries(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 100, 1000)
	if err != nil {
		return nil, err
	}
	before, err := number(r, "before", 0, 1<<62)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	found, err := g.o.Store.Deliveries(r.Context(), store.DeliveryFilter{System: q.Get("system"), State: q.Get("state"), Item: q.Get("item"),
		Limit: int(limit), Before: before})
	if err != nil {
		return nil, err
	}
	out := DeliveryList{Deliveries: found}
	if found == nil {
		out.Deliveries = []core.Delivery{}
	}
	if len(found) == int(limit) {
		out.Next = found[len(found)-1].Seq
	}
	return out, nil
}

// retryDelivery hands a delivery over once more, whatever became of it before.
func (g *Gateway) retryDelivery(r *http.Request) (any, error) {
	text, err := variable(r, "seq")
	if err != nil {
		return nil, err
	}
	seq, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, refuse(classRequest, "seq", "a delivery is named by its number")
	}
	if err := g.o.Store.MarkDelivery(r.Context(), seq, core.DeliveryWaiting, "asked for again"); err != nil {
		return nil, missing(err, "delivery", text)
	}
	g.queue.forget(seq)
	return Done{Text: fmt.Sprintf("delivery %d is handed over again", seq)}, nil
}

// status is the state of the whole. Temporal being away is a state, not an error.
func (g *Gateway) status(r *http.Request) (any, error) {
	ctx := r.Context()
	out := Status{Readiness: g.readiness(ctx)}
	var err error
	if out.Deliveries, out.OldestWaiting, err = g.o.Store.CountDeliveries(ctx); err != nil {
		return nil, err
	}
	if out.Pairs, err = g.o.Store.CountPairs(ctx); err != nil {
		return nil, err
	}
	if out.Systems, err = g.systems(ctx); err != nil {
		return nil, err
	}
	if out.Connections, err = g.connectionList(ctx); err != nil {
		return nil, err
	}
	if out.Stuck, err = g.o.Store.StuckReport(ctx); err != nil {
		return nil, err
	}
	if out.Gates, err = g.gates(ctx); err != nil {
		return nil, err
	}
	if _, reason, closed := g.engine.closed(); closed {
		out.Waits = reason
	}
	return out, nil
}
