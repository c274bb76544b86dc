package activities_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/store"
	"duplex/store/storetest"
)

// compile makes a mapping of a file against the memory systems.
func (d *desk) compile(file string, version int) *mapping.Mapping {
	d.t.Helper()
	env, failed := activities.Environment(d.t.Context(), d, nil)
	m, diags := mapping.Compile("draft.yaml", []byte(file), env)
	if *failed != nil || diags.Err() != nil {
		d.t.Fatal(*failed, diags)
	}
	m.Connection.Version = version
	return m
}

// trial is a test run of a file, "" for the one in force, and holds that neither a system nor the store was written to.
func (d *desk) trial(file, against string, req core.TrialRequest, change ...func(*activities.Trial)) (items []core.TrialItem, sum core.TrialSummary, said []string, err error) {
	d.t.Helper()
	active, err := d.act.Mappings.Active(d.t.Context(), "desk")
	d.must(err)
	run := &activities.Trial{Store: d.store, Now: d.act.Now, Mapping: active, Version: "version 1", Missing: func(err error) bool { return errors.Is(err, store.ErrNotFound) }}
	if file != "" {
		run.Mapping, run.Version = d.compile(file, 2), "draft.yaml"
	}
	if against != "" {
		run.Against, run.AgainstVersion = d.compile(against, 1), "version 1"
	}
	for side, s := range d.sys {
		run.Readers[side] = activities.ReadOnly(s.Connector())
	}
	for _, f := range change {
		f(run)
	}
	before, calls := storetest.Dump(d.t, d.dsn), [2]map[memory.Op]int{d.sys[0].Calls(), d.sys[1].Calls()}
	err = run.Run(d.t.Context(), req, func(e core.TrialEvent) error {
		switch {
		case e.Item != nil:
			items = append(items, *e.Item)
		case e.Done != nil:
			sum = *e.Done
		case e.Said != "":
			said = append(said, e.Said)
		}
		return nil
	})
	if after := storetest.Dump(d.t, d.dsn); after != before {
		d.t.Errorf("the test run wrote to the store:\n%s\nwas\n%s", after, before)
	}
	for side, s := range d.sys {
		for op, n := range s.Calls() {
			switch op {
			case memory.OpGet, memory.OpGetMany, memory.OpChanges, memory.OpResolveUser, memory.OpDescribe, memory.OpSelf:
			default:
				if n != calls[side][op] {
					d.t.Errorf("the test run called %s of %s", op, s.Name())
				}
			}
		}
	}
	return items, sum, said, err
}

// words is what a test run tells of an item, in a line.
func words(item core.TrialItem) string {
	out := []string{string(item.Outcome), item.Text, item.Creates}
	for _, f := range item.Fields {
		out = append(out, fmt.Sprintf("%s %s %v>%v +%v -%v lost=%v unlike=%v", f.Rule, f.Action, f.To, f.New, f.Add, f.Remove, f.Losses, f.Unlike))
		if f.Problem != nil {
			out = append(out, f.Problem.Text)
		}
		if f.Conflict {
			out = append(out, fmt.Sprintf("conflict %s wins, %v loses", f.Winner, f.Loser))
		}
	}
	for _, e := range item.Entries {
		out = append(out, fmt.Sprintf("%s %s to %s by %s %s%s", e.Action, e.Kind, e.To, e.Author, e.Body.Source(), e.Name))
	}
	return strings.Join(out, "; ")
}

// TestTrial: each thing a sync would do is told, with the values, and is not done.
func TestTrial(t *testing.T) {
	for _, c := range []struct {
		reason string
		file   string // tried instead of the one in force
		play   func(d *desk)
		want   []string
		not    []string
		parks  bool
	}{
		{"nothing to do is counted and not shown", "", func(d *desk) {}, nil, nil, false},
		{"an edit: old, new and why", "", func(d *desk) { d.edit(core.A, map[string]core.Value{"title": core.String("new")}) },
			[]string{"writes", "title~title write engineering>new"}, []string{"priority"}, false},
		{"set elements that come and go", "", func(d *desk) { d.edit(core.B, map[string]core.Value{"labels": core.Strings("cold")}) },
			[]string{"labels~labels merge support>[cold] +[cold] -[hot]"}, nil, false},
		{"a conflict, who wins and what is kept", "", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("left")})
			d.edit(core.B, map[string]core.Value{"title": core.String("right")})
		}, []string{"title~title write support>right", "conflict engineering wins, left loses"}, nil, false},
		{"a person whom nobody knows there parks the field", "", func(d *desk) {
			d.edit(core.A, map[string]core.Value{"assignee": core.Person("u-new", "", "")})
		}, []string{"parked", "assignee~assignee park", "nobody in right"}, nil, true},
		{"a person whom nobody knows there, and who may stay away", strings.Replace(deskFile, "users: [email]", "users: [email], unknown: keep", 1), func(d *desk) {
			d.edit(core.A, map[string]core.Value{"assignee": core.Person("u-new", "", "")})
		}, []string{"nothing", "assignee~assignee keep engineering>(not shown)"}, nil, false},
		{"a person who is found by name alone", strings.Replace(deskFile, "users: [email]", "users: [email, name]", 1), func(d *desk) {
			d.edit(core.A, map[string]core.Value{"assignee": core.Person("u-named", "", "")})
		}, []string{"writes", "assignee~assignee write engineering>Ada Lovelace"}, nil, false},
		{"further fields that go with a value", strings.Replace(deskFile, "comments:", "  - {support: status, engineering: status, also: {engineering: {estimate: 'value == \"done\" ? 0.0 : null'}}}\ncomments:", 1), func(d *desk) {
			d.edit(core.A, map[string]core.Value{"status": core.Option("", "done")})
		}, []string{"status~status write engineering>done", "status~status write engineering>0"}, nil, false},
		{"comments and files that would go", "", func(d *desk) {
			_, err := d.sys[core.A].CommentAs("u-ada", d.refs[core.A].ID, "look here", core.Internal)
			d.must(err)
			_, err = d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "a.txt", "text/plain", []byte("12345"), core.Public)
			d.must(err)
		}, []string{"add comment to engineering by Ada", "look here", "add attachment to engineering", "a.txt"}, nil, false},
		{"an item that was deleted", "", func(d *desk) { d.must(d.sys[core.B].DeleteAs("u-ada", d.refs[core.B].ID)) },
			[]string{"gone; the item in engineering was deleted or is out of sight"}, nil, false},
		{"a draft under which resting sides do not mean the same", strings.Replace(deskFile, "{support: priority, engineering: priority}", "{support: priority, engineering: priority, values: {low: high, high: low}}", 1),
			func(d *desk) {
				d.edit(core.A, map[string]core.Value{"priority": core.Option("", "high")})
				d.sync()
			}, []string{"nothing", "priority~priority none engineering>low", "unlike=true"}, nil, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, deskFile, func(side core.Side, o *memory.Options) {
				if side == core.A {
					o.Users = append(memory.DefaultUsers(), core.Person("u-new", "new@acme.example", "Neu"), core.Person("u-named", "ada@home.example", "Ada Lovelace"))
				}
			})
			d.open(nil)
			d.sync()
			c.play(d)
			items, sum, _, err := d.trial(c.file, "", core.TrialRequest{Sample: 5})
			d.must(err)
			got := ""
			for _, it := range items {
				got += words(it) + "\n"
			}
			for _, part := range c.want {
				if !strings.Contains(got, part) {
					t.Errorf("%q lacks %q", got, part)
				}
			}
			for _, part := range c.not {
				if strings.Contains(got, part) {
					t.Errorf("%q tells of %q", got, part)
				}
			}
			if c.want == nil && got != "" || sum.Items != 1 || sum.Fails() != c.parks {
				t.Errorf("%q, %+v", got, sum)
			}
		})
	}
}

// TestTrialOfItemsInNoPair: which items would enter the sync and what their twins would be, with what goes along.
func TestTrialOfItemsInNoPair(t *testing.T) {
	file := strings.Replace(deskFile, "start: 'true'", `start: 'item.priority == "high"'`, 1)
	d := newDesk(t, file)
	for i := range 3 {
		f := map[string]core.Value{"title": core.String(fmt.Sprint("t", i)), "priority": core.Option("", []string{"high", "low", "high"}[i])}
		ref, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: f})
		d.must(err)
		_, err = d.sys[core.A].CommentAs("u-ada", ref.ID, "hello", core.Internal)
		d.must(err)
	}
	items, sum, _, err := d.trial("", "", core.TrialRequest{Sample: 10})
	d.must(err)
	if len(items) != 2 || sum.Outcomes[core.TrialCreates] != 2 || sum.Refusals["the start condition of support does not hold"] != 1 {
		t.Fatalf("%d items, %+v", len(items), sum)
	}
	if got := words(items[0]); !strings.Contains(got, "creates; ; engineering; title~title write engineering>t2") || !strings.Contains(got, "add comment to engineering") {
		t.Errorf("told %q", got)
	}
	items, _, _, err = d.trial("", "", core.TrialRequest{Items: []string{"support=" + items[0].Sides[0].Ref.ID, "nowhere"}})
	d.must(err)
	if len(items) != 2 || items[0].Outcome != core.TrialCreates || items[1].Outcome != core.TrialFailed {
		t.Errorf("by name: %+v", items)
	}
}

// TestTrialAgainstAnotherVersion: only what the two would not do alike is told.
func TestTrialAgainstAnotherVersion(t *testing.T) {
	d := newDesk(t, deskFile)
	for i := range 3 {
		d.seen, d.refs, d.pair = [2]string{}, [2]core.Ref{}, ""
		d.open(map[string]core.Value{"title": core.String(fmt.Sprint("t", i))})
		d.sync()
	}
	d.edit(core.A, map[string]core.Value{"title": core.String("other"), "description": core.Text("plain", "new")})
	draft := strings.Replace(deskFile, "  - {support: description, engineering: description}\n", "", 1)
	items, sum, _, err := d.trial(draft, deskFile, core.TrialRequest{Sample: 10})
	d.must(err)
	if len(items) != 1 || sum.Items != 3 || sum.Differ != 1 || items[0].Before == nil {
		t.Fatalf("%d items, %+v", len(items), sum)
	}
	if now, before := words(items[0]), words(*items[0].Before); strings.Contains(now, "description") || !strings.Contains(before, "description~description write") {
		t.Errorf("now %q, before %q", now, before)
	}
	for _, f := range items[0].Before.Fields {
		if f.Differs != (f.Rule == "description~description") {
			t.Errorf("%s: differs is %v", f.Rule, f.Differs)
		}
	}
	if _, sum, _, err = d.trial(deskFile, deskFile, core.TrialRequest{Sample: 10}); err != nil || sum.Differ != 0 {
		t.Errorf("the same file twice: %+v, %v", sum, err)
	}
}

// TestTrialOfWhatWasRecorded: what a plan did then is told beside what would be done now, and no system is called.
func TestTrialOfWhatWasRecorded(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	d.edit(core.A, map[string]core.Value{"title": core.String("new"), "priority": core.Option("", "high")})
	d.sync()
	d.edit(core.A, map[string]core.Value{"title": core.String("not seen")})
	calls := func() string { return fmt.Sprint(d.sys[0].Calls(), d.sys[1].Calls()) }
	draft := strings.Replace(deskFile, "{support: priority, engineering: priority}", "{support: priority, engineering: priority, values: {high: low, low: high}}", 1)
	m := d.compile(draft, 2)
	before := calls()
	try := func(with *mapping.Mapping, newest bool) ([]core.TrialItem, core.TrialSummary) {
		items, sum, _, err := d.trial("", "", core.TrialRequest{Recorded: true, Newest: newest}, func(run *activities.Trial) {
			if run.Against = nil; newest {
				run.Against = run.Mapping
			}
			run.Mapping = with
		})
		d.must(err)
		return items, sum
	}
	active, err := d.act.Mappings.Active(t.Context(), "desk")
	d.must(err)
	if items, sum := try(active, false); len(items) != 0 || sum.Items != 1 || sum.Outcomes[core.TrialWrites] != 1 {
		t.Errorf("the version in force does what it did: %+v, %+v", items, sum)
	}
	items, sum := try(m, false)
	if sum.Differ != 1 || len(items) != 1 || !strings.Contains(words(items[0]), "priority~priority write engineering>low") ||
		!strings.Contains(words(*items[0].Before), "priority~priority write engineering>high") {
		t.Errorf("then and now: %+v, %+v", sum, items)
	}
	if items, sum = try(m, true); sum.Differ != 1 || !strings.Contains(words(items[0]), "unlike=true") {
		t.Errorf("the newest under both: %+v, %+v", sum, items)
	}
	if after := calls(); after != before {
		t.Errorf("systems were called: %s, before %s", after, before)
	}
}

// TestTrialReadsInFewCalls: many pairs are read by the hundred; what rests is completed from what was last seen, and what is
// read alone has a bound unless the caller lifts it.
func TestTrialReadsInFewCalls(t *testing.T) {
	d := newDesk(t, deskFile)
	for i := range 130 {
		f := map[string]core.Value{"title": core.String(fmt.Sprint("t", i))}
		_, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: f})
		d.must(err)
	}
	for _, c := range []struct {
		whole bool
		alone int
		left  int
	}{{false, 100, 30}, {true, 130, 0}} {
		d.sys[core.A].ResetCalls()
		_, sum, _, err := d.trial("", "", core.TrialRequest{Sample: 200, Whole: c.whole})
		d.must(err)
		if got := d.sys[core.A].Calls(); got[memory.OpGetMany] != 2 || got[memory.OpGet] != c.alone || sum.NotWhole != c.left || sum.Items != 130 {
			t.Errorf("whole %v: %v, %+v", c.whole, got, sum)
		}
	}
}

// TestTrialWaits: a closed gate and a busy system are said, and waiting has an end.
func TestTrialWaits(t *testing.T) {
	d := newDesk(t, deskFile)
	d.open(nil)
	d.sync()
	d.sys[core.A].FailNextWith(memory.OpChanges, memory.Before, &connectors.BusyError{After: time.Millisecond, Text: "too many requests"})
	items, _, said, err := d.trial("", "", core.TrialRequest{Sample: 1, All: true})
	if err != nil || len(items) != 1 || len(said) != 1 || !strings.Contains(said[0], "too many requests") {
		t.Errorf("%d items, said %q, %v", len(items), said, err)
	}
	_, _, said, err = d.trial("", "", core.TrialRequest{Sample: 1}, func(run *activities.Trial) { run.Gates = shut{} })
	if err == nil || connectors.Class(err) != "busy" || len(said) != 0 {
		t.Errorf("a gate that is closed for an hour: said %q, %v", said, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	run := activities.Trial{Store: d.store, Now: d.act.Now, Mapping: d.compile(deskFile, 1), Readers: [2]*activities.Reader{activities.ReadOnly(d.sys[0].Connector()), activities.ReadOnly(d.sys[1].Connector())}}
	if err := run.Run(ctx, core.TrialRequest{Sample: 1}, func(core.TrialEvent) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a run whose caller went away: %v", err)
	}
}

type shut struct{}

func (shut) Closed(context.Context, string) (time.Duration, string) {
	return time.Hour, "in maintenance"
}
func (shut) Denied(context.Context, string, bool) (time.Duration, string) { return 0, "" }
func (shut) Opened(context.Context, string) time.Time                     { return time.Time{} }

// TestTrialHoldsNothingThatWrites: neither the view of the store nor that of a system has a method that writes.
func TestTrialHoldsNothingThatWrites(t *testing.T) {
	store, reader := reflect.TypeFor[activities.TrialStore](), reflect.TypeFor[*activities.Reader]()
	for _, typ := range []reflect.Type{store, reader} {
		for i := range typ.NumMethod() {
			name := typ.Method(i).Name
			for _, writes := range []string{"Put", "Save", "Add", "Set", "Create", "Update", "Delete", "Edit", "Begin", "Settle", "Claim", "Link", "Unlink", "Merge", "Mark",
				"Record", "Attach", "Answer", "HandOver", "Retain", "Ensure"} {
				if strings.HasPrefix(name, writes) && name != "Links" {
					t.Errorf("%v has the method %s", typ, name)
				}
			}
		}
	}
	for _, writes := range []reflect.Type{reflect.TypeFor[connectors.Connector](), reflect.TypeFor[connectors.Commenter](), reflect.TypeFor[connectors.Attacher](),
		reflect.TypeFor[connectors.Deleter](), reflect.TypeFor[connectors.CommentEditor](), reflect.TypeFor[connectors.WebhookRegistrar]()} {
		if reader.Implements(writes) {
			t.Errorf("a reader is a %v", writes)
		}
	}
}
