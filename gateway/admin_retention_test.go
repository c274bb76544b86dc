package gateway

import (
	"strings"
	"testing"
	"time"

	"duplex/core"
)

func TestWhatRetentionRemovedIsShownAsSuch(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Retention = core.DefaultRetention() })
	w.connect(desk)
	p := w.parked()
	if err := w.store.UnlinkPair(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	var before, after RetentionReport
	w.api("GET", "/retention", nil, &before)
	remove := map[string]int64{}
	for _, u := range before.Tables {
		remove[u.Table] = u.Removes
	}
	if remove["plans"] != 1 || remove["outcomes"] != 1 || before.Bytes <= 0 {
		t.Errorf("the report: %+v", before)
	}
	for _, table := range []string{"plans", "outcomes"} {
		if _, _, _, err := w.store.Retain(t.Context(), table, time.Now().UTC(), core.RetainMark{}, 0); err != nil {
			t.Fatal(err)
		}
	}
	if w.api("GET", "/retention", nil, &after); after.Tables[2].Table != "plans" || after.Tables[2].Removed != 1 {
		t.Errorf("the report afterwards: %+v", after)
	}
	var d PairDetail
	var h History
	if status, e := w.api("GET", escaped, nil, &d); status != 200 || len(d.Plans) != 0 {
		t.Errorf("show: %d %+v, plans %+v", status, e, d.Plans)
	}
	if status, e := w.api("GET", escaped+"/history", nil, &h); status != 200 || !strings.Contains(h.Removed, "outcomes from before") || !strings.Contains(h.Removed, "removed by retention") {
		t.Errorf("history: %d %+v, %q", status, e, h.Removed)
	}
	if status, e := w.api("GET", "/plans/plan-1", nil, nil); status != 404 || !strings.Contains(e.Text, "removed by retention") {
		t.Errorf("plan: %d %+v", status, e)
	}
}
