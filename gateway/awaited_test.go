package gateway

import (
	"net/url"
	"strings"
	"testing"

	"duplex/core"
)

// TestAPairShowsWhichTwinItWaitsFor: it is no problem, and it is not hidden.
func TestAPairShowsWhichTwinItWaitsFor(t *testing.T) {
	w := newWorld(t)
	p := w.pair("1", "2")
	if err := w.store.PutAwaited(t.Context(), p.ID, []core.Awaited{{Pair: p.ID, Side: core.A, System: "left", Item: "77", Other: "right"}}); err != nil {
		t.Fatal(err)
	}
	var detail PairDetail
	_, e := w.api("GET", "/pairs/"+url.PathEscape(p.ID), nil, &detail)
	if len(detail.Waits) != 1 || !strings.Contains(detail.Waits[0], "waits until item 77 of left has a twin in right") || len(detail.Parked) > 0 {
		t.Errorf("%+v: the pair waits for %q, parked %v", e, detail.Waits, detail.Parked)
	}
}
