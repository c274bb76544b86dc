package activities_test

import (
	"strings"
	"testing"

	"duplex/activities"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/store"
)

const verifyFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'true'}
  engineering: {system: right, type: item}
conflicts: park
rules:
  - {support: title, engineering: title}
  - {support: priority, engineering: priority, flow: to-engineering}
  - {support: labels, engineering: labels, as: set}
comments: {flow: both, private: keep}
`

// verify runs a whole comparison as the batch workflow does and gives its items.
func (d *desk) verify(id string, p core.RunParams) []core.RunItem {
	d.t.Helper()
	ctx := d.t.Context()
	d.must(d.store.PutRun(ctx, core.Run{ID: id, Kind: core.RunVerify, Connection: "desk", State: core.RunRunning, Params: p}, nil))
	_, err := d.act.BeginRun(ctx, id)
	d.must(err)
	_, err = d.act.ListRun(ctx, id)
	d.must(err)
	for {
		targets, err := d.act.TakeRun(ctx, activities.RunStep{Run: id, Most: 2})
		d.must(err)
		if len(targets) == 0 {
			break
		}
		in := activities.RunJudgeInput{Run: id, Targets: targets}
		for _, side := range core.Sides {
			in.Read[side], err = d.act.ReadRun(ctx, activities.RunReadInput{Run: id, Side: side, Targets: targets})
			d.must(err)
		}
		_, err = d.act.JudgeRun(ctx, in)
		d.must(err)
	}
	items, err := d.store.RunItems(ctx, id, store.RunItemFilter{})
	d.must(err)
	return items
}

// TestVerify: every way in which two items can differ is told with its kind and fields, and nothing is written.
func TestVerify(t *testing.T) {
	for _, c := range []struct {
		reason string
		play   func(d *desk)
		state  core.RunItemState
		want   []string // parts of the reason
	}{
		{"in step", func(*desk) {}, core.ItemDone, []string{"in step"}},
		{"a webhook was lost", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("canary")})
		}, core.ItemFailed, []string{"will be written: title to engineering (only one side changed)"}},
		{"elements of a set were added", func(d *desk) {
			d.edit(core.B, map[string]core.Value{"labels": core.Strings("hot", "canary")})
		}, core.ItemFailed, []string{"will be written: labels to support (1 elements more, 0 less)"}},
		{"a comment was not carried over", func(d *desk) {
			_, err := d.sys[core.A].CommentAs("u-ada", d.refs[core.A].ID, "canary", core.Public)
			d.must(err)
		}, core.ItemFailed, []string{"will be written: add of a comment to engineering (1)"}},
		{"a conflict that no sync has seen", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("canary")})
			d.edit(core.B, map[string]core.Value{"title": core.String("canary too")})
		}, core.ItemFailed, []string{"parked: title, conflict"}},
		{"a conflict that is parked", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("canary")})
			d.edit(core.B, map[string]core.Value{"title": core.String("canary too")})
			d.sync()
		}, core.ItemFailed, []string{"parked: title, conflict since 2026-03-01"}},
		{"the target of a one-way rule was overwritten", func(d *desk) {
			d.edit(core.B, map[string]core.Value{"priority": core.Option("low", "low")})
		}, core.ItemFailed, []string{"does not flow: priority was changed in engineering"}},
		{"the mapping was changed since: nothing is to be written, and yet they differ", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"priority": core.Option("low", "low")})
			d.sync()
			file := strings.Replace(verifyFile, "flow: to-engineering}", "flow: to-engineering, values: {low: high, normal: normal, high: low}}", 1)
			_, _, err := d.store.PutConnection(d.t.Context(), core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: []byte(file)})
			d.must(err)
		}, core.ItemFailed, []string{"differs: priority is not the same on both sides"}},
		{"the twin was deleted", func(d *desk) {
			d.must(d.sys[core.B].DeleteAs("u-ada", d.refs[core.B].ID))
		}, core.ItemFailed, []string{"item missing: the item in engineering"}},
		{"several things at once", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("canary"), "labels": core.Strings("canary")})
		}, core.ItemFailed, []string{"will be written: title", "will be written: labels to engineering (1 elements more, 1 less)"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, verifyFile)
			d.open(map[string]core.Value{"priority": core.Option("high", "high")})
			d.sync()
			c.play(d)
			before := d.row()
			writes := func() (n int) {
				for _, s := range d.sys {
					for _, op := range []memory.Op{memory.OpUpdate, memory.OpCreate, memory.OpAddComment, memory.OpDelete} {
						n += s.Calls()[op]
					}
				}
				return n
			}
			wrote := writes()
			items := d.verify("run-1", core.RunParams{})
			if len(items) != 1 || items[0].State != c.state {
				t.Fatalf("items %+v", items)
			}
			for _, part := range c.want {
				if !strings.Contains(items[0].Reason, part) {
					t.Errorf("the reason is %q, want %q in it", items[0].Reason, part)
				}
			}
			if strings.Contains(items[0].Reason, "canary") {
				t.Errorf("content in the reason: %s", items[0].Reason)
			}
			if after := d.row(); writes() != wrote || after.Sides[0].Base != before.Sides[0].Base || after.Sides[1].Base != before.Sides[1].Base {
				t.Errorf("it wrote: %d calls, the pair is %+v, was %+v", writes()-wrote, after, before)
			}
			if items[0].Plan != "" {
				if p, err := d.store.Plan(t.Context(), items[0].Plan); err != nil || !p.Trial {
					t.Errorf("the plan: %+v, %v", p, err)
				}
			}
		})
	}
}

// TestVerifySampleAndFix: a sample is drawn once, and pairs that differ are handed over when that is asked for.
func TestVerifySampleAndFix(t *testing.T) {
	d := newDesk(t, verifyFile)
	for range 5 {
		d.seen, d.refs = [2]string{}, [2]core.Ref{}
		d.open(nil)
		d.sync()
	}
	if got := d.verify("sample", core.RunParams{Sample: 3}); len(got) != 3 {
		t.Errorf("%d pairs in a sample of 3", len(got))
	}
	d.edit(core.A, map[string]core.Value{"title": core.String("changed")})
	handed := 0
	for _, it := range d.verify("fix", core.RunParams{Fix: true}) {
		if it.State == core.ItemHandedOver {
			handed++
		}
	}
	ds, err := d.store.Deliveries(t.Context(), store.DeliveryFilter{State: core.DeliveryWaiting})
	d.must(err)
	if handed != 1 || len(ds) != 1 || len(ds[0].Hints) != 1 || ds[0].Hints[0].Run != "fix" || ds[0].Hints[0].Connection != "desk" {
		t.Errorf("%d handed over, deliveries %+v", handed, ds)
	}
}
