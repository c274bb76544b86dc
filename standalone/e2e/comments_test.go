package e2e

import (
	"fmt"
	"testing"

	"duplex/core"
	"duplex/gateway"
)

// TestPain12CommentsOnce: comments of two items that are linked cross once each, whatever is linked, replayed or backfilled again.
func TestPain12CommentsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", "from-tickets")
	ticket, err := w.ada.NewTicket(w.ctx(), object{"subject": "pz0001 broken", "priority": "high", "comment": object{"body": "it does not work", "public": true}})
	w.must(err)
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"comment": object{"body": "pz0001 from support", "public": true}}))
	issue, err := w.grace.NewIssue(w.ctx(), object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "pz0001 broken"})
	w.must(err)
	_, err = w.grace.CommentOnIssue(w.ctx(), issue, "pz0001 from engineering", "")
	w.must(err)
	link := gateway.RunRequest{Kind: core.RunLink, Connection: "from-tickets",
		Lines: []gateway.RunLine{{Line: 2, Items: map[string]string{"support": ticket, "engineering": issue}}}}
	runs := []gateway.RunRequest{link, link,
		{Kind: core.RunReplay, Connection: "from-tickets"},
		{Kind: core.RunFollow, Connection: "from-tickets"},
		{Kind: core.RunPreview, Connection: "from-tickets"},
		{Kind: core.RunBackfill, Connection: "from-tickets", Params: core.RunParams{Side: "support", Items: []string{ticket}}},
		{Kind: core.RunReplay, Connection: "from-tickets"}}
	for i, req := range runs {
		if run := w.done(w.begin(req).ID); run.Counts[core.ItemDone] != 1 {
			t.Errorf("%d: the %s ended %s with %v", i, req.Kind, run.State, run.Counts)
		}
		w.settle()
		notes, err := w.ada.TicketComments(w.ctx(), ticket)
		w.must(err)
		remarks, err := w.grace.IssueComments(w.ctx(), issue)
		w.must(err)
		// The ticket's description is its first comment.
		if len(notes) != 3 || len(remarks) != 2 {
			t.Errorf("%d: after the %s there are %d comments on the ticket and %d on the issue, want 3 and 2", i, req.Kind, len(notes), len(remarks))
		}
	}
	w.eventually("one pair", func() error {
		pairs, err := w.store.PairsAfter(w.ctx(), "from-tickets", "", "", "", 10)
		if err == nil && len(pairs) != 1 {
			err = fmt.Errorf("%d pairs", len(pairs))
		}
		return err
	})
}
