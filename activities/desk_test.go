package activities_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/store"
	"duplex/store/storetest"
)

const deskFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'true'}
  engineering: {system: right, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
  - {support: description, engineering: description}
  - {support: priority, engineering: priority}
  - {support: assignee, engineering: assignee, users: [email]}
  - {support: labels, engineering: labels, as: set}
comments: {flow: both, private: keep, deletes: true}
attachments: {flow: both, max_size: 10B}
`

// desk is two memory systems, a store and the activities of one pair, called as the workflow calls them.
type desk struct {
	t     *testing.T
	act   *activities.Activities
	store *store.Store
	dsn   string
	sys   [2]*memory.System
	now   time.Time
	pair  string
	seen  [2]string
	refs  [2]core.Ref
	// as narrows what a side's connector can do; nil: everything.
	as [2]func(*memory.Connector) connectors.Connector
}

func newDesk(t *testing.T, file string, shape ...func(side core.Side, o *memory.Options)) *desk {
	t.Helper()
	dsn := storetest.Empty(t, store.SQLite)
	d := &desk{t: t, dsn: dsn, store: storetest.OpenAt(t, dsn, store.Options{}), now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	for i, name := range []string{"left", "right"} {
		o := memory.Options{Name: name, Clock: clock}
		for _, f := range shape {
			f(core.Side(i), &o)
		}
		d.sys[i] = memory.New(o)
	}
	if _, _, err := d.store.PutConnection(t.Context(), core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: []byte(file)}); err != nil {
		t.Fatal(err)
	}
	d.act = &activities.Activities{Store: d.store, Systems: d, Now: clock, Log: slog.New(slog.DiscardHandler),
		Mappings: &activities.Mappings{Store: d.store, Systems: d}}
	return d
}

func (d *desk) Connector(_ context.Context, name string) (connectors.Connector, error) {
	for side, s := range d.sys {
		if s.Name() == name && d.as[side] != nil {
			return d.as[side](s.Connector()), nil
		}
		if s.Name() == name {
			return s.Connector(), nil
		}
	}
	return nil, connectors.ErrNotFound
}

func (d *desk) Kinds(context.Context) (map[string]string, error) {
	return map[string]string{"left": "memory", "right": "memory"}, nil
}

// open makes an item on the left and lets it enter the sync; its twin is not made yet.
func (d *desk) open(more map[string]core.Value) {
	d.t.Helper()
	f := map[string]core.Value{"title": core.String("t"), "labels": core.Strings("hot")}
	for k, v := range more {
		f[k] = v
	}
	ref, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: f})
	d.must(err)
	d.pair = core.PairID("desk", "support", ref.ID)
	r := d.fetch(core.A, core.Ref{System: "left", ID: ref.ID}, true)
	if r.Refused != "" || r.BelongsTo != "" {
		d.t.Fatalf("not taken: %+v", r)
	}
}

func (d *desk) fetch(side core.Side, ref core.Ref, first bool) activities.FetchResult {
	d.t.Helper()
	r, err := d.act.Fetch(d.t.Context(), activities.FetchInput{Pair: d.pair, Connection: "desk", Side: side, Ref: ref, Seen: d.seen[side], Full: true, First: first})
	d.must(err)
	if r.Hash != "" {
		d.seen[side], d.refs[side] = r.Hash, r.Ref
	}
	return r
}

func (d *desk) plan() activities.TransformResult {
	d.t.Helper()
	r, err := d.act.Transform(d.t.Context(), activities.TransformInput{Pair: d.pair, Seen: d.seen})
	d.must(err)
	return r
}

func (d *desk) apply(t activities.TransformResult) (activities.ApplyResult, error) {
	r, err := d.act.Apply(d.t.Context(), activities.ApplyInput{Pair: d.pair, Plan: t.Plan, To: t.To})
	if err == nil && !r.Stale && !r.Gone {
		d.seen[t.To], d.refs[t.To] = r.Seen, r.Ref
	}
	return r, err
}

// sync reads both sides and writes until nothing is left to write, trying a failed write again as the engine does.
func (d *desk) sync() {
	d.t.Helper()
	for range 10 {
		for _, side := range core.Sides {
			if !d.refs[side].IsZero() {
				d.fetch(side, d.refs[side], false)
			}
		}
		t := d.plan()
		if !t.Write {
			return
		}
		_, err := d.apply(t)
		for tries := 0; err != nil && tries < 5; tries++ {
			d.now = d.now.Add(time.Minute)
			_, err = d.apply(t)
		}
		d.must(err)
	}
	d.t.Fatal("not quiet after ten rounds")
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) item(side core.Side) core.Observation {
	d.t.Helper()
	o, ok := d.sys[side].Item(d.refs[side].ID)
	if !ok {
		d.t.Fatalf("no item on side %d", side)
	}
	return o
}

func (d *desk) row() core.Pair {
	d.t.Helper()
	p, err := d.store.Pair(d.t.Context(), d.pair)
	d.must(err)
	return p
}

// edit lets a person change fields a second later.
func (d *desk) edit(side core.Side, fields map[string]core.Value) {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	d.must(d.sys[side].EditAs("u-grace", d.refs[side].ID, fields))
}

// title holds the title of both sides.
func (d *desk) title(want string) {
	d.t.Helper()
	for _, side := range core.Sides {
		o := d.item(side)
		if got := o.Field("title").Source(); got != want {
			d.t.Errorf("title on side %d is %q, want %q", side, got, want)
		}
	}
}
