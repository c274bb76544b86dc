package workflows_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"duplex/core"
)

// judge holds what must be true when the storm is over and both sides were read once more.
func (s *storm) judge() {
	s.t.Helper()
	twin := s.twin()
	ends := [2]*core.Observation{s.left(s.item.ID), twin}
	pair := s.pair(s.item.ID)
	assigneeParked := false
	for rule, p := range pair.Parked {
		if strings.Contains(rule, "assignee") && p.Problem.Class == core.ProblemConflict {
			assigneeParked = true
			continue
		}
		s.t.Errorf("parked: %s: %s: %s", rule, p.Problem.Class, p.Problem.Text)
	}
	for _, f := range []string{"title", "description", "priority", "assignee", "labels"} {
		a, b := ends[0].Field(f), ends[1].Field(f)
		if !core.Equal(a, b) && strings.TrimSpace(a.String()) != strings.TrimSpace(b.String()) && !(f == "assignee" && assigneeParked) {
			s.t.Errorf("%s is %q on the left and %q on the right", f, a, b)
		}
	}
	plans, err := s.store.Plans(context.Background(), pair.ID, 1000)
	s.must(err)
	for _, f := range []string{"title", "description"} {
		s.heard(f, ends, plans)
	}
	for name, l := range s.labels {
		if !l.there && l.added != l.removed {
			continue // removed from where the sync had put it: while the answer to that write is lost, it looks never written
		}
		for _, o := range ends {
			if got := o.Field("labels").Has(core.String(name)); got != l.there {
				s.t.Errorf("label %s in %s: %v, people left it %v", name, o.Ref.System, got, l.there)
			}
		}
	}
	s.judgeComments(ends)
	s.judgeFiles(ends)
}

// heard holds that the last edit of a field stands, or is kept in a plan as the loser of a conflict. Values are never
// used twice, so a value tells whose edit it is.
func (s *storm) heard(f string, ends [2]*core.Observation, plans []core.Plan) {
	var last edit
	for _, side := range core.Sides {
		if e := s.last[side][f]; e.at.Truncate(time.Millisecond).After(last.at.Truncate(time.Millisecond)) {
			last = e
		}
	}
	for _, side := range core.Sides { // of two edits in the same moment either may stand
		if e := s.last[side][f]; e.value == strings.TrimSpace(ends[0].Field(f).String()) &&
			e.at.Truncate(time.Millisecond).Equal(last.at.Truncate(time.Millisecond)) {
			return
		}
	}
	if last.value == "" {
		return
	}
	for _, p := range plans {
		for _, d := range p.Decisions {
			if d.Conflict && strings.TrimSpace(d.Loser.String()) == last.value {
				return
			}
		}
	}
	s.t.Errorf("lost edit: %s was last set to %q and is %q, and no plan keeps the loser", f, last.value, ends[0].Field(f))
}

// tell adds what was decided to the log of a scenario that failed.
func (s *storm) tell() {
	plans, _ := s.store.Plans(context.Background(), core.PairID(connection, "support", s.item.ID), 1000)
	outcomes, _ := s.store.Outcomes(context.Background(), core.PairID(connection, "support", s.item.ID), 1000)
	for _, o := range outcomes {
		s.log = append(s.log, fmt.Sprintf("outcome %s: %s %s in %s %v: %s", o.Ended.Sub(s.begun), o.Act, o.Result, o.Side, o.Fields, o.Detail))
	}
	for i := len(plans) - 1; i >= 0; i-- {
		for _, d := range plans[i].Decisions {
			if d.Action != core.ActionNone {
				s.log = append(s.log, fmt.Sprintf("plan %s: %s %s %v %q %v, loser %q: %s", plans[i].At.Sub(s.begun), d.Fields[0], d.Action, d.To, d.Value, d.Sets, d.Loser, d.Reason))
			}
		}
		for _, e := range plans[i].Entries {
			s.log = append(s.log, fmt.Sprintf("plan %s: %s %s to %v of %s: %s", plans[i].At.Sub(s.begun), e.Action, e.Kind, e.To, e.Source, e.Reason))
		}
	}
}

func (s *storm) judgeComments(ends [2]*core.Observation) {
	expected := [2]int{}
	for _, c := range s.comments {
		other := ends[c.side.Other()]
		if !c.deleted {
			expected[c.side]++
		}
		var copies []core.Comment
		for _, o := range other.Comments {
			if strings.Contains(o.Body.Source(), c.text) {
				copies = append(copies, o)
			}
			if strings.Contains(o.Body.Source(), c.text) && o.Visibility.WiderThan(core.Visibility{Audience: c.audience}) {
				s.t.Errorf("comment %s of audience %d is %s in %s", c.text, c.audience, o.Visibility, other.Ref.System)
			}
		}
		least, most := 1, 1
		switch {
		case c.audience == core.Restricted:
			least, most = 0, 0
		case c.deleted && s.deletes:
			least, most = 0, 0
		case c.deleted: // it may have been copied before, also in an earlier wording
			least = 0
		}
		if n := len(copies); n < least || n > most {
			s.t.Errorf("comment %s of side %d: %d copies, want %d to %d", c.text, c.side, n, least, most)
		}
	}
	for _, side := range core.Sides {
		byPeople, own := 0, 0
		for _, c := range ends[side].Comments {
			if c.Own {
				own++
			} else {
				byPeople++
			}
		}
		if byPeople != expected[side] {
			s.t.Errorf("%d comments by people in %s, want %d", byPeople, ends[side].Ref.System, expected[side])
		}
		if most := s.copiesAtMost(side.Other()); own > most {
			s.t.Errorf("%d copies in %s, at most %d comments to copy", own, ends[side].Ref.System, most)
		}
	}
}

// copiesAtMost is how many comments of a side may have a copy.
func (s *storm) copiesAtMost(from core.Side) int {
	n := 0
	for _, c := range s.comments {
		if c.side == from && c.audience != core.Restricted && !(c.deleted && s.deletes) {
			n++
		}
	}
	return n
}

func (s *storm) judgeFiles(ends [2]*core.Observation) {
	for _, f := range s.files {
		other := ends[f.side.Other()]
		copies := 0
		for _, a := range other.Attachments {
			if string(s.sys[f.side.Other()].Content(other.Ref.ID, a.ID)) != f.content {
				continue
			}
			copies++
			if a.Visibility.WiderThan(core.Visibility{Audience: f.audience}) {
				s.t.Errorf("%s of audience %d is %s in %s", f.content, f.audience, a.Visibility, other.Ref.System)
			}
		}
		want := 1
		if f.audience == core.Restricted {
			want = 0
		}
		if copies != want {
			s.t.Errorf("%s of side %d: %d copies, want %d", f.content, f.side, copies, want)
		}
	}
}
