package e2e

import (
	"context"
	"fmt"
	"strings"

	"duplex/standalone/rig"
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
		s.issue, err = s.grace.NewIssue(ctx, object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Task"},
			"summary": s.token + " broken", "description": rig.Document("it does not work"), "labels": []any{"escalate"}})
		s.watch.know(s.track, "issue/"+s.issue)
		return err
	}
	s.ticket, err = s.ada.NewTicket(ctx, object{"subject": s.token + " broken", "priority": "high", "tags": []any{"bug"},
		"comment": object{"body": "it does not work", "public": true}})
	s.watch.know(s.track, "tickets/"+s.ticket)
	return err
}

func (s *subject) comment(ctx context.Context) error {
	if s.fromIssue {
		_, err := s.grace.CommentOnIssue(ctx, s.issue, s.token+" remark", "")
		return err
	}
	return s.ada.EditTicket(ctx, s.ticket, object{"comment": object{"body": s.token + " remark", "public": true}})
}

func (s *subject) attach(ctx context.Context) error {
	content := []byte("content of " + s.token + ".txt")
	if s.fromIssue {
		return s.grace.AttachToIssue(ctx, s.issue, s.token+".txt", content)
	}
	return s.ada.AttachToTicket(ctx, s.ticket, s.token+".txt", content)
}

// lists are all items of both systems by the token in their subject.
type lists struct {
	tickets map[string][]string
	issues  map[string][]string
}

func (w *world) lists(ctx context.Context) (lists, error) {
	l := lists{map[string][]string{}, map[string][]string{}}
	tickets, err := w.ada.Tickets(ctx)
	if err != nil {
		return l, err
	}
	for _, t := range tickets {
		k := tokenForm.FindString(rig.Text(t, "subject"))
		l.tickets[k] = append(l.tickets[k], rig.Text(t, "id"))
	}
	issues, err := w.grace.Issues(ctx, "ENG")
	for _, i := range issues {
		k := tokenForm.FindString(rig.Text(i, "fields", "summary"))
		l.issues[k] = append(l.issues[k], rig.Text(i, "id"))
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
	notes, err := s.ada.TicketComments(ctx, s.ticket)
	if err != nil {
		return p, err
	}
	p.notes = len(notes)
	for _, n := range notes {
		p.copied[0] += strings.Count(rig.Text(n, "plain_body"), s.token+" remark")
		p.ticketFiles += len(rig.List(n, "attachments"))
	}
	remarks, err := s.grace.IssueComments(ctx, s.issue)
	if err != nil {
		return p, err
	}
	p.remarks = len(remarks)
	for _, r := range remarks {
		p.copied[1] += strings.Count(rig.Plain(rig.At(r, "body")), s.token+" remark")
	}
	i, err := s.grace.Issue(ctx, s.issue)
	p.files = len(rig.List(i["attachment"]))
	return p, err
}
