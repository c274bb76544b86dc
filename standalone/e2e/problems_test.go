package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/core"
	"duplex/gateway"
	"duplex/standalone/rig"
)

// TestPain04SilentFailureIsToldOnTheItems: a conflict that nobody looks for in duplex is told where people work: in one internal
// note on the ticket and in a field of the issue. Events, a resync and sweeps make no second note, the note itself is
// no change that the sync carries, and both are said to be solved when they are.
func TestPain04SilentFailureIsToldOnTheItems(t *testing.T) {
	t.Parallel() // a problem is told after a minute
	w := newWorld(t, "", "from-tickets")
	file := bytes.Replace(connections["from-tickets"], []byte("conflicts: latest"), []byte("conflicts: park"), 1)
	file = bytes.Replace(file, []byte("sweep: 15m"), []byte("sweep: 5s\nbrakes: off\nproblems: {support: note, engineering: {field: Workaround}}"), 1)
	w.put("connections", "from-tickets", file)
	s := w.paired(1, false)
	rule := s.disagree("pz0001 said here", "pz0001 said there")
	for _, p := range s.problemNotes() {
		t.Errorf("a problem of this moment is told already: %v", p)
	}
	told := func(notes int, words string) func() error {
		return func() error { return errors.Join(s.noteSays(notes, words), s.fieldSays(words)) }
	}
	w.eventually("both items tell the problem", told(1, "changed on both sides"))
	w.rests()
	looks := scheduled(w.history(s.id()), "Tell")
	zendeskWrites, jiraWrites := len(w.ownWrites(w.zendesk)), len(w.ownWrites(w.jira))

	w.must(w.ada.EditTicket(w.ctx(), s.ticket, object{"priority": "urgent"}))
	w.must(s.comment(w.ctx()))
	w.eventually("an edit and a comment arrive beside the parked field", func() error {
		return errors.Join(s.remarksContain(s.token+" remark"), s.issueHas("priority", "name", "Highest"))
	})
	w.must(w.ada.EditTicket(w.ctx(), s.ticket, object{"tags": []any{"bug", "hot"}}))
	w.eventually("a label arrives", func() error { return s.issueHas("labels", 0, "bug", "hot") })
	w.must(w.admin.Call(w.ctx(), "POST", "/api/v1/pairs/"+url.PathEscape(s.id())+"/resync", nil, nil))
	w.eventually("whether the problem is told is looked at again on both sides", func() error {
		if n := scheduled(w.history(s.id()), "Tell"); n < looks+2 {
			return fmt.Errorf("%d looks, and %d before", n, looks)
		}
		return nil
	})
	w.rests()
	w.must(told(1, "changed on both sides")())
	w.must(errors.Join(s.ticketSays("pz0001 said here"), s.issueSays("pz0001 said there")))
	if own := w.ownWrites(w.zendesk)[zendeskWrites:]; len(own) != 0 {
		t.Errorf("the ticket was written to although only Ada changed something: %v", own)
	}
	// The priority, the comment and the label: one write each, or fewer together, and none for the problem that stays.
	if own := w.ownWrites(w.jira)[jiraWrites:]; len(own) > 3 {
		t.Errorf("%d writes to the issue: %v", len(own), own)
	}

	w.must(w.admin.Call(w.ctx(), "POST", "/api/v1/pairs/"+url.PathEscape(s.id())+"/resolve", gateway.ResolveRequest{Rule: rule, Winner: "support"}, nil))
	w.eventually("the issue gets the ticket's subject", func() error { return s.issueSays("pz0001 said here") })
	w.eventually("both items tell no more", func() error { return errors.Join(s.noteSays(2, "is solved"), s.fieldSays("")) })
	w.rests()
	w.must(errors.Join(s.noteSays(2, "is solved"), s.fieldSays("")))
	if notes, remarks := s.comments(); notes != 4 || remarks != 1 {
		t.Errorf("%d comments on the ticket and %d on the issue; want the description, Ada's and two notes, and the copy of Ada's", notes, remarks)
	}
	if p, err := w.store.Pair(w.ctx(), s.id()); err != nil || p.Status != core.PairInSync {
		t.Errorf("the pair is %s, %v", p.Status, err)
	}
}

// disagree lets people give both items another subject at once, and returns the rule that is parked for it.
func (s *subject) disagree(here, there string) (rule string) {
	s.t.Helper()
	s.deliver("pause")
	s.must(s.ada.EditTicket(s.ctx(), s.ticket, object{"subject": here}))
	s.must(s.grace.EditIssue(s.ctx(), s.issue, object{"summary": there}))
	s.deliver("normal")
	s.eventually("the conflict is parked", func() error {
		p, err := s.store.Pair(s.ctx(), s.id())
		for r, k := range p.Parked {
			if rule = r; k.Problem.Class == core.ProblemConflict {
				return err
			}
		}
		return errors.Join(err, fmt.Errorf("parked are %v", p.Parked))
	})
	return rule
}

// problemNotes are the comments of the ticket that tell of problems.
func (s *subject) problemNotes() (notes []any) {
	s.t.Helper()
	all, err := s.ada.TicketComments(s.ctx(), s.ticket)
	s.must(err)
	for _, n := range all {
		if strings.Contains(rig.Text(n, "plain_body"), "duplex:") {
			notes = append(notes, n)
		}
	}
	return notes
}

// noteSays holds the ticket to that many problem notes: all internal, without words of the other side, the last one with these.
func (s *subject) noteSays(n int, words string) error {
	notes := s.problemNotes()
	if len(notes) != n {
		return fmt.Errorf("%d problem notes, want %d: %v", len(notes), n, notes)
	}
	for _, note := range notes {
		if rig.At(note, "public") != false || strings.Contains(rig.Text(note, "plain_body"), "said there") {
			return fmt.Errorf("a note for everybody, or with content: %v", note)
		}
	}
	if last := rig.Text(notes[n-1], "plain_body"); !strings.Contains(last, words) {
		return fmt.Errorf("the last note says %q, want %q", last, words)
	}
	return nil
}

// fieldSays holds the issue's problem field to these words, "" to being empty.
func (s *subject) fieldSays(words string) error {
	i, err := s.grace.Issue(s.ctx(), s.issue)
	if err != nil {
		return err
	}
	is := rig.Plain(i["customfield_10035"])
	if is == "" && words != "" || is != "" && (words == "" || !strings.Contains(is, words) || !strings.Contains(is, "summary")) {
		return fmt.Errorf("the issue's problem field says %q, want %q about the summary", is, words)
	}
	return nil
}

// issueHas reports a field of the issue, or part of it, that holds none of the values.
func (s *subject) issueHas(field string, part any, values ...string) error {
	i, err := s.grace.Issue(s.ctx(), s.issue)
	if err != nil {
		return err
	}
	if list := rig.List(i, field); list != nil {
		for _, v := range values {
			if !slices.Contains(list, any(v)) {
				return fmt.Errorf("%s of the issue is %v, want %v", field, list, values)
			}
		}
		return nil
	}
	if is := rig.Text(i, field, part); !slices.Contains(values, is) {
		return fmt.Errorf("%s of the issue is %q, want %v", field, is, values)
	}
	return nil
}

func (s *subject) comments() (notes, remarks int) {
	s.t.Helper()
	n, err := s.ada.TicketComments(s.ctx(), s.ticket)
	s.must(err)
	r, err := s.grace.IssueComments(s.ctx(), s.issue)
	s.must(err)
	return len(n), len(r)
}

// ownWrites are the calls of the sync that change something in the system.
func (w *world) ownWrites(system rig.Control) []rig.Call {
	w.t.Helper()
	return slices.DeleteFunc(w.ownCalls(system), func(c rig.Call) bool {
		return c.Read() || strings.HasSuffix(c.Path, "/issue/bulkfetch") || strings.HasSuffix(c.Path, "/comment/list")
	})
}

// rests waits until the sync has written nothing for longer than two sweeps take to come round.
func (w *world) rests() {
	w.t.Helper()
	quiet, seen := time.Now(), -1
	w.eventually("the sync writes no more", func() error {
		if n := len(w.ownWrites(w.zendesk)) + len(w.ownWrites(w.jira)); n != seen {
			quiet, seen = time.Now(), n
		}
		if time.Since(quiet) < 12*time.Second {
			return fmt.Errorf("it has just written; %d writes so far", seen)
		}
		return nil
	})
}
