package e2e

import (
	"context"
	"fmt"
	"strings"
)

// subject is one item that a person reported, and its twin.
type subject struct {
	*world
	*track
	fromIssue bool
	ticket    string // ids, "" until known
	issue     string
	point     *point
}

// profile is what people see of a pair: how many of everything.
type profile struct {
	tickets, issues    int
	notes, remarks     int // comments, a ticket's description being the first
	copied             [2]int
	ticketFiles, files int
}

// newSubject is a subject nobody has reported yet.
func (w *world) newSubject(n int, fromIssue bool, p *point) *subject {
	token := fmt.Sprintf("pz%04d", n)
	if fromIssue {
		token = fmt.Sprintf("pj%04d", n)
	}
	t := &track{token: token}
	w.watch.know(t, token)
	return &subject{world: w, track: t, fromIssue: fromIssue, point: p}
}

// report makes the item that is to get a twin.
func (s *subject) report(ctx context.Context) (err error) {
	if s.fromIssue {
		s.issue, err = s.grace.newIssue(ctx, object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Task"},
			"summary": s.token + " broken", "description": document("it does not work"), "labels": []any{"escalate"}})
		s.watch.know(s.track, "issue/"+s.issue)
		return err
	}
	s.ticket, err = s.ada.newTicket(ctx, object{"subject": s.token + " broken", "priority": "high", "tags": []any{"bug"},
		"comment": object{"body": "it does not work", "public": true}})
	s.watch.know(s.track, "tickets/"+s.ticket)
	return err
}

func (s *subject) comment(ctx context.Context) error {
	if s.fromIssue {
		return s.grace.remark(ctx, s.issue, s.token+" remark")
	}
	return s.ada.editTicket(ctx, s.ticket, object{"comment": object{"body": s.token + " remark", "public": true}})
}

func (s *subject) attach(ctx context.Context) error {
	if s.fromIssue {
		return s.grace.attachToIssue(ctx, s.issue, s.token+".txt")
	}
	return s.ada.attachToTicket(ctx, s.ticket, s.token+".txt", "see the file")
}

// lists are all items of both systems by the token in their subject.
type lists struct {
	tickets map[string][]string
	issues  map[string][]string
}

func (w *world) lists(ctx context.Context) (lists, error) {
	l := lists{map[string][]string{}, map[string][]string{}}
	tickets, err := w.ada.tickets(ctx)
	if err != nil {
		return l, err
	}
	for _, t := range tickets {
		k := tokenForm.FindString(t.Subject)
		l.tickets[k] = append(l.tickets[k], t.ID.String())
	}
	issues, err := w.grace.issues(ctx)
	for _, i := range issues {
		k := tokenForm.FindString(i.Fields.Summary)
		l.issues[k] = append(l.issues[k], i.ID)
	}
	return l, err
}

// look counts everything about the subject.
func (s *subject) look(ctx context.Context, l lists) (profile, error) {
	p := profile{tickets: len(l.tickets[s.token]), issues: len(l.issues[s.token])}
	if p.tickets != 1 || p.issues != 1 {
		return p, fmt.Errorf("%s: %d tickets and %d issues, want one of each", s.token, p.tickets, p.issues)
	}
	s.ticket, s.issue = l.tickets[s.token][0], l.issues[s.token][0]
	notes, err := s.ada.notes(ctx, s.ticket)
	if err != nil {
		return p, err
	}
	p.notes = len(notes)
	for _, n := range notes {
		p.copied[0] += strings.Count(n.Body, s.token+" remark")
		p.ticketFiles += len(n.Attachments)
	}
	remarks, err := s.grace.remarks(ctx, s.issue)
	if err != nil {
		return p, err
	}
	p.remarks = len(remarks)
	for _, r := range remarks {
		p.copied[1] += strings.Count(r, s.token+" remark")
	}
	i, err := s.grace.issue(ctx, s.issue)
	p.files = len(i.Fields.Attachment)
	return p, err
}
