package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"duplex/core"
	"duplex/core/erasure"
)

// ErasureRequest asks to erase one item, or a person a page of pairs at a time. Of a person it is asked twice over all
// pairs: first, with Look, to learn by what else the person is known, then to erase.
type ErasureRequest struct {
	Item   string   `json:"item,omitempty"`   // SYSTEM:ID, or SYSTEM:KEY
	Person []string `json:"person,omitempty"` // e-mail addresses and SYSTEM:USERID
	DryRun bool     `json:"dry_run,omitempty"`
	Look   bool     `json:"look,omitempty"`
	// Known is what an earlier page has learnt of the person; After the pair it ended at.
	Known erasure.Person `json:"known,omitzero"`
	After string         `json:"after,omitempty"`
}

// ErasureStep is what one page came to.
type ErasureStep struct {
	erasure.Report
	Known  erasure.Person `json:"known,omitzero"`
	Learnt bool           `json:"learnt,omitempty"` // while looking: something new, so that looking again is worth it
	Next   string         `json:"next,omitempty"`   // After of the next page; "": this was the last
}

const erasurePage = 50 // pairs

func (g *Gateway) erase(r *http.Request) (any, error) {
	var req ErasureRequest
	if err := read(r, &req); err != nil {
		return nil, err
	}
	switch {
	case (req.Item == "") == (len(req.Person) == 0):
		return nil, refuse(classRequest, "item", "name either an item or a person")
	case req.Item != "":
		return g.eraseItem(r, req)
	}
	p, ok := erasure.Named(req.Person...)
	if !ok {
		return nil, refuse(classInvalid, "person", "a person is named by an e-mail address or by SYSTEM:USERID")
	}
	if len(req.Known.Emails)+len(req.Known.Users) > 0 {
		p = req.Known
	}
	var step ErasureStep
	var err error
	if req.Look {
		step.Next, step.Learnt, err = g.o.Store.LearnPerson(r.Context(), &p, req.After, erasurePage)
	} else {
		step.Report, step.Next, err = g.o.Store.ErasePerson(r.Context(), p, req.After, erasurePage, req.DryRun)
	}
	if err != nil {
		return nil, err
	}
	step.Known = p
	if req.Look || req.DryRun {
		return step, nil
	}
	for _, id := range step.Again {
		if err := g.readAgain(r.Context(), id); err != nil {
			return nil, err
		}
	}
	if len(step.Rows) > 0 {
		g.o.Log.Info("a person was erased from some pairs", "by", by(r), "rows", len(step.Rows))
	}
	return step, nil
}

func (g *Gateway) eraseItem(r *http.Request, req ErasureRequest) (any, error) {
	system, id, ok := strings.Cut(req.Item, ":")
	if !ok || system == "" || id == "" {
		return nil, refuse(classInvalid, "item", "an item is named by SYSTEM:ID")
	}
	report, err := g.o.Store.EraseItem(r.Context(), system, id, req.DryRun)
	if err != nil {
		return nil, err
	}
	if len(report.Linked) > 0 && !req.DryRun {
		return nil, refuse(classConflict, req.Item, fmt.Sprintf("the item is kept in step by %s, which needs its content and would read it again: unlink that first",
			strings.Join(report.Linked, " and ")))
	}
	if len(report.Rows) > 0 && !req.DryRun {
		g.o.Log.Info("an item was erased", "system", system, "by", by(r))
	}
	return ErasureStep{Report: report}, nil
}

// readAgain makes a pair read both its items afresh: it is told as by a webhook, through the deliveries.
func (g *Gateway) readAgain(ctx context.Context, id string) error {
	p, err := g.o.Store.Pair(ctx, id)
	if err != nil {
		return err
	}
	d := core.Delivery{System: p.Sides[p.Origin].Ref.System, ID: core.MadeByErasure.ID(id, g.o.Now().UnixNano())}
	for _, s := range p.Sides {
		if !s.Ref.IsZero() {
			d.Hints = append(d.Hints, core.Hint{Ref: s.Ref, Kind: core.HintComments, Connection: p.Connection, Urgency: core.Replay})
		}
	}
	stored, fresh, err := g.o.Store.RecordDelivery(ctx, d)
	if err == nil && fresh {
		g.arrived(ctx, stored)
	}
	return err
}
