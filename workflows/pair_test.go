package workflows_test

import (
	"strings"
	"testing"
	"time"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

func fields(kv ...any) map[string]core.Value {
	m := map[string]core.Value{}
	for i := 0; i < len(kv); i += 2 {
		m[kv[i].(string)] = kv[i+1].(core.Value)
	}
	return m
}

func TestTriggerCreatesTheTwin(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	var twin *core.Observation
	w.at(time.Minute, func() { twin = w.twin() })
	w.run(item, 2*time.Minute)
	for name, want := range fields("title", core.String("printer on fire"), "priority", core.Option("", "high"),
		"labels", core.Strings("hot"), "description", core.Text("plain", "it burns")) {
		if got := twin.Field(name); !core.Equal(got, want) {
			t.Errorf("%s of the twin is %v, want %v", name, got, want)
		}
	}
}

func TestItemOutOfScopeLeavesNoPair(t *testing.T) {
	w := newWorld(t, mappingFile)
	ref, err := w.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: fields("title", core.String("calm"), "priority", core.Option("", "low"))})
	if err != nil {
		t.Fatal(err)
	}
	a := w.run(ref, time.Hour)
	if !strings.Contains(a.Text, "not in the sync") {
		t.Errorf("answer %q", a.Text)
	}
	if n := len(w.sys[core.B].Items()); n != 0 {
		t.Errorf("%d items on the right, want none", n)
	}
	if pairs, err := w.store.PairsOf(t.Context(), "left", ref.ID); err != nil || len(pairs) != 0 {
		t.Errorf("pairs %v, error %v; want none", pairs, err)
	}
}

// TestEditsBothWays covers edits of each side, different fields at the same moment, and that echoes cost nothing.
func TestEditsBothWays(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	var before, after [2]map[memory.Op]int
	w.at(time.Minute, func() {
		for i := range w.sys {
			before[i] = w.sys[i].Calls()
		}
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("printer still on fire"))))
	})
	w.at(2*time.Minute, func() {
		for i := range w.sys {
			after[i] = w.sys[i].Calls()
		}
		if got := w.twin().Field("title"); got.Source() != "printer still on fire" {
			t.Errorf("title of the twin is %v", got)
		}
		w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields("priority", core.Option("", "low"))))
	})
	w.at(3*time.Minute, func() {
		if got := w.left(item.ID).Field("priority"); got.Name() != "low" {
			t.Errorf("priority on the left is %v", got)
		}
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("A"))))
		w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields("assignee", core.Person("u-linus", "", ""))))
	})
	w.at(4*time.Minute, func() {
		if got := w.twin().Field("title"); got.Source() != "A" {
			t.Errorf("title of the twin is %v", got)
		}
		if got := w.left(item.ID).Field("assignee"); got.Email() != "linus@acme.example" {
			t.Errorf("assignee on the left is %v", got)
		}
	})
	w.run(item, 5*time.Minute)
	if n := after[0][memory.OpGet] - before[0][memory.OpGet]; n != 1 {
		t.Errorf("%d reads of the source for one edit, want 1", n)
	}
	if n := after[1][memory.OpGet] - before[1][memory.OpGet]; n != 0 {
		t.Errorf("%d reads of the target for one edit and its echo, want 0", n)
	}
	if n := after[1][memory.OpUpdate] - before[1][memory.OpUpdate]; n != 1 {
		t.Errorf("%d writes for one edit, want 1", n)
	}
}

func TestConflictPolicies(t *testing.T) {
	for _, c := range []struct {
		field       string
		left, right core.Value
		want        [2]string
		reason      string
	}{
		{"title", core.String("L"), core.String("R"), [2]string{"R", "R"}, "latest: the right edit came second"},
		{"priority", core.Option("", "low"), core.Option("", "normal"), [2]string{"low", "low"}, "the policy names support"},
		{"assignee", core.Person("u-ada", "", ""), core.Person("u-grace", "", ""), [2]string{"Ada Lovelace", "Grace Hopper"}, "park leaves both"},
	} {
		t.Run(c.field, func(t *testing.T) {
			w := newWorld(t, mappingFile)
			item := w.ticket()
			w.at(time.Minute, func() {
				w.quiet.Store(true)
				w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields(c.field, c.left)))
			})
			w.at(2*time.Minute, func() {
				w.quiet.Store(false)
				w.must(w.sys[core.B].EditAs("u-grace", w.twin().Ref.ID, fields(c.field, c.right)))
				w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged})
			})
			var pair core.Pair
			w.at(3*time.Minute, func() {
				for i, o := range []*core.Observation{w.left(item.ID), w.twin()} {
					if got := o.Field(c.field).String(); got != c.want[i] {
						t.Errorf("%s: %s on side %d is %q, want %q", c.reason, c.field, i, got, c.want[i])
					}
				}
				pair = w.pair(item.ID)
			})
			w.run(item, 5*time.Minute)
			if parked := len(pair.Parked) > 0; parked != (c.field == "assignee") {
				t.Errorf("%s: parked %v", c.reason, pair.Parked)
			}
		})
	}
}

func TestCommentsAndFilesTravelOnce(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() {
		w.comment(core.A, "u-ada", item.ID, "for everybody", core.Public)
		w.comment(core.A, "u-ada", item.ID, "between us", core.Internal)
		if _, err := w.sys[core.A].AttachAs("u-ada", item.ID, "log.txt", "text/plain", []byte("42"), core.Internal); err != nil {
			t.Error(err)
		}
	})
	w.at(2*time.Minute, func() { w.comment(core.B, "u-grace", w.twin().Ref.ID, "on it", core.Internal) })
	w.at(3*time.Minute, func() {
		twin, left := w.twin(), w.left(item.ID)
		if len(twin.Comments) != 3 || len(left.Comments) != 3 {
			t.Fatalf("%d and %d comments, want 3 on both sides", len(left.Comments), len(twin.Comments))
		}
		for _, o := range []*core.Observation{twin, left} {
			for _, c := range o.Comments {
				secret := strings.Contains(c.Body.Source(), "between us") || strings.Contains(c.Body.Source(), "on it")
				if secret && c.Visibility.Audience == core.Public {
					t.Errorf("an internal comment is public in %s", o.Ref.System)
				}
			}
		}
		if got := twin.Comments[0].Body.Source(); got != "Ada Lovelace (left):\n\nfor everybody" {
			t.Errorf("copied comment reads %q", got)
		}
		if len(twin.Attachments) != 1 || string(w.sys[core.B].Content(twin.Ref.ID, twin.Attachments[0].ID)) != "42" {
			t.Errorf("the file did not arrive: %v", twin.Attachments)
		}
	})
	w.run(item, 5*time.Minute)
}

// TestCreateHappensOnce loses the answer of every kind of write, and the process's memory of it.
func TestCreateHappensOnce(t *testing.T) {
	for _, op := range []memory.Op{memory.OpCreate, memory.OpAddComment, memory.OpAttach, memory.OpUpdate} {
		t.Run(string(op), func(t *testing.T) {
			w := newWorld(t, mappingFile)
			item := w.ticket()
			w.sys[core.B].FailNext(op, memory.AfterCommit)
			w.at(time.Minute, func() {
				w.comment(core.A, "u-ada", item.ID, "hello", core.Internal)
				if _, err := w.sys[core.A].AttachAs("u-ada", item.ID, "a.txt", "text/plain", []byte("1"), core.Internal); err != nil {
					t.Error(err)
				}
				w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("new"))))
			})
			w.at(10*time.Minute, func() {
				twin := w.twin()
				if len(twin.Comments) != 1 || len(twin.Attachments) != 1 || twin.Field("title").Source() != "new" {
					t.Errorf("twin has %d comments, %d files, title %v; want 1, 1, new", len(twin.Comments), len(twin.Attachments), twin.Field("title"))
				}
				if l := w.left(item.ID); len(l.Comments) != 1 || len(l.Attachments) != 1 {
					t.Errorf("left has %d comments and %d files, want its own only", len(l.Comments), len(l.Attachments))
				}
			})
			w.run(item, 11*time.Minute)
		})
	}
}

func TestBurstOfHintsIsOneOrTwoSyncs(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	var reads int
	w.at(time.Minute, func() {
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("burst"))))
		reads = w.sys[core.A].Calls()[memory.OpGet]
	})
	for i := range 10 {
		w.at(time.Minute+time.Duration(i*10)*time.Millisecond, func() {
			w.env.SignalWorkflow(workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintComments})
		})
	}
	w.at(2*time.Minute, func() {
		if n := w.sys[core.A].Calls()[memory.OpGet] - reads; n < 1 || n > 2 {
			t.Errorf("ten hints within 100 ms made %d reads, want one or two", n)
		}
	})
	w.run(item, 3*time.Minute)
}

func TestPausedPairRemembersAndResumes(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() { w.update(workflows.PauseUpdate, workflows.OperatorRequest{By: "ann"}) })
	w.at(2*time.Minute, func() {
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("while paused"))))
	})
	w.at(3*time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != "printer on fire" {
			t.Errorf("a paused pair wrote %q", got)
		}
		if p := w.pair(item.ID); p.Status != core.PairPaused {
			t.Errorf("the row says %s", p.Status)
		}
		w.update(workflows.ResumeUpdate, workflows.OperatorRequest{By: "ann"})
	})
	w.at(4*time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != "while paused" {
			t.Errorf("after resuming the twin's title is %q", got)
		}
	})
	w.run(item, 5*time.Minute)
}

func TestDeletedItemLeavesANoteAndUnlinks(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() { w.must(w.sys[core.B].DeleteAs("u-grace", w.twin().Ref.ID)) })
	a := w.run(item, time.Hour)
	if !strings.Contains(a.Text, "a note was left") {
		t.Errorf("answer %q", a.Text)
	}
	left := w.left(item.ID)
	if len(left.Comments) != 1 || left.Comments[0].Visibility.Audience == core.Public {
		t.Errorf("comments on the left: %v, want one internal note", left.Comments)
	}
	if pair := w.pairByID(core.PairID(connection, "support", item.ID)); pair.Status != core.PairUnlinked {
		t.Errorf("status %s", pair.Status)
	}
}

// TestDeniedParksThePairAndRecovers: nobody hammers a system that refuses the account, and the next event tries again.
func TestDeniedParksThePairAndRecovers(t *testing.T) {
	w := newWorld(t, mappingFile)
	item := w.ticket()
	w.at(time.Minute, func() {
		w.sys[core.A].FailNextWith(memory.OpGet, memory.Before, errDenied)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("x"))))
	})
	w.at(time.Minute+10*time.Second, func() {
		p := w.pair(item.ID)
		if p.Status != core.PairProblem || p.Parked["pair"].Problem.Class != core.ProblemDenied {
			t.Errorf("status %s, parked %v; want a denied pair", p.Status, p.Parked)
		}
	})
	w.at(10*time.Minute, func() {
		if got := w.twin().Field("title").Source(); got != "x" {
			t.Errorf("title %q after the right was restored", got)
		}
		if p := w.pair(item.ID); p.Status != core.PairInSync {
			t.Errorf("status %s, parked %v", p.Status, p.Parked)
		}
	})
	w.run(item, 11*time.Minute)
}
