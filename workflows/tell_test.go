package workflows_test

import (
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
	"duplex/workflows"
)

const telling = mappingFile + "problems: {support: note}\n"

// notes are the comments of the left item that the sync wrote itself.
func (w *world) notes(item core.Ref) (own []core.Comment) {
	w.t.Helper()
	for _, c := range w.left(item.ID).Comments {
		if c.Own {
			own = append(own, c)
		}
	}
	return own
}

// TestProblemIsToldOnceAndCleared: a problem that stays is told on the item as one internal note, which is not synced, does not
// come again with every event, and goes when the problem is solved.
func TestProblemIsToldOnceAndCleared(t *testing.T) {
	w := newWorld(t, telling)
	item := w.ticket()
	w.parkAssignee(item)
	w.at(time.Minute+30*time.Second, func() {
		if n := w.notes(item); len(n) != 0 {
			t.Errorf("a problem half a minute old is told: %v", n)
		}
	})
	w.hourOfEdits(item, 3*time.Minute)
	for _, at := range []time.Duration{2*time.Minute + 30*time.Second, 63 * time.Minute} {
		w.at(at, func() {
			n := w.notes(item)
			if len(n) != 1 || n[0].Visibility.Audience != core.Internal || !strings.Contains(n[0].Body.Source(), "assignee") {
				t.Fatalf("after %v the notes are %v, want one internal one about the assignee", at, n)
			}
			if strings.Contains(n[0].Body.Source(), "grace") || strings.Contains(n[0].Body.Source(), "Grace") {
				t.Errorf("the note holds content of the other side: %q", n[0].Body.Source())
			}
			if c := w.twin().Comments; len(c) != 0 {
				t.Errorf("the note was synced: %v", c)
			}
		})
	}
	w.at(64*time.Minute, func() {
		w.update(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: w.parked(item), Side: core.A, By: "ann"})
	})
	w.at(67*time.Minute, func() {
		if n := w.notes(item); len(n) != 0 {
			t.Errorf("after the problem was solved the item still says %q", n[0].Body.Source())
		}
		if n := w.sys[core.A].Calls()[memory.OpAddComment]; n != 1 {
			t.Errorf("%d notes were written, want 1", n)
		}
	})
	w.run(item, 68*time.Minute)
}

// TestProblemThatPassesLeavesNoTrace: what is over within the settle time is never told.
func TestProblemThatPassesLeavesNoTrace(t *testing.T) {
	w := newWorld(t, telling)
	item := w.ticket()
	w.at(time.Minute, func() {
		w.sys[core.B].FailNextWith(memory.OpUpdate, memory.Before, errDenied)
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("x"))))
	})
	w.at(time.Minute+20*time.Second, func() { w.update(workflows.ResyncUpdate, workflows.ResyncRequest{By: "ann"}) })
	w.at(20*time.Minute, func() {
		if n := w.sys[core.A].Calls()[memory.OpAddComment]; n != 0 {
			t.Errorf("%d notes about what had passed", n)
		}
	})
	w.run(item, 21*time.Minute)
}

// TestProblemNoteFailsClosed: a system that cannot keep a note internal gets none, and the sync goes on.
func TestProblemNoteFailsClosed(t *testing.T) {
	w := newWorld(t, telling)
	item := w.ticket()
	w.parkAssignee(item)
	w.sys[core.A].OnCall(func(op memory.Op, _ string) {
		if op == memory.OpAddComment {
			w.sys[core.A].FailNextWith(op, memory.Before, connectors.ErrUnsupported)
		}
	})
	w.at(20*time.Minute, func() {
		w.must(w.sys[core.A].EditAs("u-ada", item.ID, fields("title", core.String("goes on"))))
	})
	w.at(21*time.Minute, func() {
		if n := w.notes(item); len(n) != 0 {
			t.Errorf("notes %v", n)
		}
		if got := w.twin().Field("title").Source(); got != "goes on" {
			t.Errorf("the title is %q behind a note that cannot be written", got)
		}
	})
	w.run(item, 22*time.Minute)
}

// TestProblemInAField: the problem is in the field while it lasts, and the field is empty after it.
func TestProblemInAField(t *testing.T) {
	w := newWorld(t, strings.Replace(mappingFile, "  - {support: description, engineering: description}\n", "", 1)+"problems: {support: {field: description}}\n")
	item := w.ticket()
	w.parkAssignee(item)
	w.at(3*time.Minute, func() {
		if got := w.left(item.ID).Field("description").Source(); !strings.Contains(got, "assignee") {
			t.Errorf("the field says %q", got)
		}
		w.update(workflows.ResolveUpdate, workflows.ResolveRequest{Rule: w.parked(item), Side: core.A, By: "ann"})
	})
	w.at(6*time.Minute, func() {
		if got := w.left(item.ID).Field("description"); !got.IsEmpty() {
			t.Errorf("the field still says %q", got.Source())
		}
	})
	w.run(item, 7*time.Minute)
}

// TestPain13PrivateCommentsStayPrivate: over every flow that writes a comment, copies in both directions, edits, problem notes
// and the note about a deletion, nothing that was internal is public anywhere.
func TestPain13PrivateCommentsStayPrivate(t *testing.T) {
	w := newWorld(t, strings.Replace(telling, "problems: {support: note}", "problems: {support: note, engineering: note}\nbrakes: {hold: 0s}", 1))
	item := w.ticket()
	w.parkAssignee(item)
	var id string
	w.at(3*time.Minute, func() {
		c, err := w.sys[core.A].CommentAs("u-ada", item.ID, "secret of support", core.Internal)
		w.must(err)
		id = c.ID
		w.comment(core.B, "u-grace", w.twin().Ref.ID, "secret of engineering", core.Internal)
		w.comment(core.A, "u-ada", item.ID, "for the customer", core.Public)
	})
	w.at(4*time.Minute, func() { w.must(w.sys[core.A].EditCommentAs("u-ada", item.ID, id, "secret of support, edited")) })
	public := func() {
		t.Helper()
		for _, o := range []*core.Observation{w.left(item.ID), w.twin()} {
			for _, c := range o.Comments {
				if c.Visibility.Audience == core.Public && !strings.Contains(c.Body.Source(), "for the customer") {
					t.Errorf("public in %s: %q", o.Ref.System, c.Body.Source())
				}
			}
		}
	}
	w.at(6*time.Minute, func() {
		public()
		if l, r := len(w.left(item.ID).Comments), len(w.twin().Comments); l != 4 || r != 4 {
			t.Errorf("%d and %d comments, want three and a problem note on each side", l, r)
		}
		w.must(w.sys[core.B].DeleteAs("u-grace", w.twin().Ref.ID))
	})
	w.at(20*time.Minute, func() {
		noted := false
		for _, c := range w.left(item.ID).Comments {
			noted = noted || strings.Contains(c.Body.Source(), "was deleted")
			if c.Visibility.Audience == core.Public && !strings.Contains(c.Body.Source(), "for the customer") {
				t.Errorf("public after the deletion: %q", c.Body.Source())
			}
		}
		if !noted {
			t.Error("there is no note about the deletion")
		}
	})
	w.run(item, 21*time.Minute)
}
