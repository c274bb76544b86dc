package activities_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"duplex/activities"
	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/store"
)

// TestPain20StaleOverwriteNeverLosesAnEdit: an edit made after the plan and before the write is not overwritten unseen. What
// loses to the written policy is kept, and why shows it.
func TestPain20StaleOverwriteNeverLosesAnEdit(t *testing.T) {
	policies := map[string]struct {
		file   string
		winner string // of the title
		lost   string
	}{
		"latest: the edit in between is the later one": {deskFile, "in between", "planned"},
		"the side of the plan wins by policy":          {strings.Replace(deskFile, "conflicts: latest", "conflicts: support", 1), "planned", "in between"},
		"the side of the edit wins by policy":          {strings.Replace(deskFile, "conflicts: latest", "conflicts: engineering", 1), "in between", "planned"},
	}
	for reason, c := range policies {
		t.Run(reason, func(t *testing.T) {
			d := newDesk(t, c.file)
			d.open(nil)
			d.sync()
			d.edit(core.A, map[string]core.Value{"title": core.String("planned")})
			d.fetch(core.A, d.refs[core.A], false)
			plan := d.plan()
			d.edit(core.B, map[string]core.Value{"title": core.String("in between")})
			r, err := d.apply(plan)
			if d.must(err); !r.Stale {
				t.Fatalf("the write went through: %+v", r)
			}
			if o := d.item(core.B); o.Field("title").Source() != "in between" {
				t.Fatalf("the edit was overwritten unseen: %v", o.Field("title"))
			}
			d.sync()
			d.title(c.winner)
			a := d.why("title")
			if len(a.Lost) != 1 || a.Lost[0].Value.Source() != c.lost || a.Lost[0].Plan == "" || a.Lost[0].Reason == "" {
				t.Fatalf("why shows as lost: %+v", a.Lost)
			}
			if p, err := d.store.Plan(t.Context(), a.Lost[0].Plan); err != nil || !keeps(p, c.lost) {
				t.Errorf("plan %s does not keep it: %v", a.Lost[0].Plan, err)
			}
		})
	}
	t.Run("an edit of another field in between is carried over beside the plan's", func(t *testing.T) {
		d := newDesk(t, deskFile)
		d.open(nil)
		d.sync()
		d.edit(core.A, map[string]core.Value{"title": core.String("planned")})
		d.fetch(core.A, d.refs[core.A], false)
		plan := d.plan()
		d.edit(core.B, map[string]core.Value{"priority": core.Option("", "high")})
		if _, err := d.apply(plan); err != nil {
			t.Fatal(err)
		}
		d.sync()
		d.title("planned")
		if a := d.item(core.A); a.Field("priority").Name() != "high" {
			t.Errorf("the edit in between did not arrive: %v", a.Field("priority"))
		}
		if a := d.why("priority"); len(a.Lost) != 0 {
			t.Errorf("lost: %+v", a.Lost)
		}
	})
}

// TestPain20AnEditInTheSecondOfTheLastWriteIsSeen: where revisions are times in whole seconds, an edit in the second of the sync's own
// write leaves the revision as it is. It is neither written over unseen nor read for where it cannot be.
func TestPain20AnEditInTheSecondOfTheLastWriteIsSeen(t *testing.T) {
	seconds := func(_ core.Side, o *memory.Options) {
		o.Facts = &connectors.Facts{Revisions: true, Precondition: true, Precision: time.Second, ReportsActor: true, ServerFilter: true, RichText: "plain", Rate: 1000}
	}
	for _, tt := range []struct {
		reason string
		later  time.Duration // from the edit to the write of the other side's
		field  string
		value  core.Value
		stale  bool
		reads  int // just before the write
	}{
		{"the same field", 0, "title", core.String("in the same second"), true, 1},
		{"the same field, written over some seconds later", 4 * time.Second, "title", core.String("in the same second"), true, 1},
		{"another field is not touched by the write", 0, "priority", core.Option("", "high"), false, 1},
		{"long after, the webhook of such an edit has come, or a sweep has seen it", time.Minute, "priority", core.Option("", "high"), false, 0},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			d := newDesk(t, deskFile, seconds)
			d.open(nil)
			d.sync()
			d.must(d.sys[core.B].EditAs("u-grace", d.refs[core.B].ID, map[string]core.Value{tt.field: tt.value})) // nobody has told of it yet
			d.now = d.now.Add(tt.later)
			d.edit(core.A, map[string]core.Value{"title": core.String("planned")})
			d.fetch(core.A, d.refs[core.A], false)
			plan := d.plan()
			before := d.sys[core.B].Calls()[memory.OpGet]
			r, err := d.apply(plan)
			if d.must(err); r.Stale != tt.stale {
				t.Errorf("stale is %v, want %v", r.Stale, tt.stale)
			}
			if n := d.sys[core.B].Calls()[memory.OpGet] - before; n != tt.reads {
				t.Errorf("%d reads, want %d", n, tt.reads)
			}
			d.sync()
			if tt.field != "title" {
				d.title("planned")
				return
			}
			if lost := d.why("title").Lost; len(lost) != 1 || lost[0].Value.Source() != "in the same second" {
				t.Errorf("why shows as lost: %+v", lost)
			}
		})
	}
}

// timeless is a system that keeps no time of a field's change.
type timeless struct{ *memory.Connector }

func (s timeless) Get(ctx context.Context, id string, want connectors.Want) (core.Observation, error) {
	o, err := s.Connector.Get(ctx, id, want)
	o.Changed, o.Ours = nil, nil
	return o, err
}

// TestPain20AnEditOfATwinThatWasNotReadYetIsSeen: the twin was made and could not be read for a while. What somebody wrote in its title
// meanwhile is their edit and no part of what was agreed on.
func TestPain20AnEditOfATwinThatWasNotReadYetIsSeen(t *testing.T) {
	for _, tt := range []struct {
		reason     string
		twin       string // title of the twin that somebody set
		elsewhere  string // of the other item, "" for no edit
		here, lost string
	}{
		{"nobody edited the other item: the edit is carried over", "theirs", "", "theirs", ""},
		{"somebody did: that is a conflict, and what loses it is kept", "theirs", "later", "later", "theirs"},
		{"a title that the system cut off is no edit", "a long ti", "", "a long title", ""},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			d := newDesk(t, deskFile)
			d.as[core.B] = func(c *memory.Connector) connectors.Connector { return timeless{c} }
			d.open(map[string]core.Value{"title": core.String("a long title")})
			plan := d.plan()
			var made string
			d.sys[core.B].OnCall(func(op memory.Op, id string) {
				if op == memory.OpGet && made == "" {
					made = id
				}
			})
			d.sys[core.B].FailNext(memory.OpGet, memory.Before)
			if _, err := d.apply(plan); err == nil || made == "" {
				t.Fatalf("the twin %q was read: %v", made, err)
			}
			d.now = d.now.Add(time.Second)
			d.must(d.sys[core.B].EditAs("u-grace", made, map[string]core.Value{"title": core.String(tt.twin)}))
			if _, err := d.apply(plan); err != nil {
				t.Fatal(err)
			}
			if tt.elsewhere != "" {
				d.edit(core.A, map[string]core.Value{"title": core.String(tt.elsewhere)})
			}
			d.sync()
			d.title(tt.here)
			if lost := d.why("title").Lost; tt.lost == "" && len(lost) > 0 || tt.lost != "" && (len(lost) != 1 || lost[0].Value.Source() != tt.lost) {
				t.Errorf("why shows as lost: %+v, want %q", lost, tt.lost)
			}
		})
	}
}

// TestPain04SilentFailureIsShown: everything that stops is on the pair's row with a class, a text, since when, and what will
// try it again.
func TestPain04SilentFailureIsShown(t *testing.T) {
	refuse := func(d *desk, op memory.Op, err error) { d.sys[core.B].FailNextWith(op, memory.Before, err) }
	for _, c := range []struct {
		reason string
		rule   string // or the beginning of it
		class  core.ProblemClass
		file   string
		play   func(d *desk)
	}{
		{"both sides changed a field", "title~title", core.ProblemConflict, strings.Replace(deskFile, "latest", "park", 1), func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("left's")})
			d.edit(core.B, map[string]core.Value{"title": core.String("right's")})
			d.sync()
		}},
		{"a value has no counterpart in the table", "priority~priority", core.ProblemInvalid,
			strings.Replace(deskFile, "engineering: priority}", "engineering: priority, values: {low: low}}", 1), func(d *desk) {
				d.edit(core.A, map[string]core.Value{"priority": core.Option("high", "high")})
				d.sync()
			}},
		{"the system refuses a value", "title~title", core.ProblemInvalid, deskFile, func(d *desk) {
			d.edit(core.A, map[string]core.Value{"title": core.String("refused")})
			refuse(d, memory.OpUpdate, connectors.Invalid("write", "title", "not this"))
			d.sync()
		}},
		{"the system refuses a comment", "comment:", core.ProblemInvalid, deskFile, func(d *desk) {
			_, err := d.sys[core.A].CommentAs("u-ada", d.refs[core.A].ID, "hello", core.Public)
			d.must(err)
			refuse(d, memory.OpAddComment, connectors.Invalid("comment", "body", "no"))
			d.sync()
		}},
		{"a file is larger than allowed", "attachment:", core.ProblemTooLarge, deskFile, func(d *desk) {
			_, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "big.txt", "text/plain", []byte("more than ten bytes"), core.Public)
			d.must(err)
			d.sync()
		}},
		{"the account lost a right", "pair", core.ProblemDenied, deskFile, func(d *desk) {
			d.must(d.act.Fail(d.t.Context(), activities.FailInput{Pair: d.pair, Class: core.ProblemDenied, Text: "the account may not write"}))
		}},
		{"the twin was deleted and nothing is to be done", "pair", core.ProblemGone, deskFile + "deletes: {support: ignore, engineering: ignore}\n", func(d *desk) {
			_, err := d.act.End(d.t.Context(), activities.EndInput{Pair: d.pair, Gone: [2]bool{false, true}})
			d.must(err)
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, c.file)
			d.open(nil)
			d.sync()
			c.play(d)
			p := d.row()
			if p.Status != core.PairProblem || len(p.Parked) != 1 {
				t.Fatalf("status %s, parked %+v", p.Status, p.Parked)
			}
			for rule, k := range p.Parked {
				pr := k.Problem
				if !strings.HasPrefix(rule, c.rule) || pr.Class != c.class || pr.Text == "" || pr.Since.IsZero() || pr.Retries == "" {
					t.Errorf("%s is shown as %+v", rule, pr)
				}
				if pr.Since.Sub(d.now).Abs() > time.Hour {
					t.Errorf("since %s", pr.Since)
				}
			}
			listed, err := d.store.Pairs(t.Context(), store.PairFilter{Problem: string(c.class), Parked: true})
			if d.must(err); len(listed) != 1 {
				t.Errorf("it is not found by its class: %+v", listed)
			}
		})
	}
}
