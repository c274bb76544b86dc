package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"duplex/core"
	"duplex/standalone/rig"
)

// paired reports an item and waits for its twin.
func (w *world) paired(n int, fromIssue bool) *subject {
	w.t.Helper()
	s := w.newSubject(n, fromIssue, nil)
	w.must(s.report(w.ctx()))
	w.eventually("the twin of "+s.token, func() error { return (&duplicates{world: w}).holds(0, []*subject{s}) })
	w.settle()
	return s
}

// id is the pair's, and its workflow's.
func (s *subject) id() string {
	if s.fromIssue {
		return core.PairID("from-issues", "engineering", s.issue)
	}
	return core.PairID("from-tickets", "support", s.ticket)
}

func (s *subject) issueSays(summary string) error {
	i, err := s.grace.Issue(s.ctx(), s.issue)
	if is := rig.Text(i, "summary"); err == nil && is != summary {
		err = fmt.Errorf("the issue's summary is %q, want %q", is, summary)
	}
	return err
}

func (s *subject) ticketSays(subject string) error {
	t, err := s.ada.Ticket(s.ctx(), s.ticket)
	if is := rig.Text(t, "subject"); err == nil && is != subject {
		err = fmt.Errorf("the ticket's subject is %q, want %q", is, subject)
	}
	return err
}

// history is everything that happened in a workflow so far.
func (w *world) history(id string) *historypb.History {
	w.t.Helper()
	h := &historypb.History{}
	for it := w.temporal.GetWorkflowHistory(w.ctx(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
		e, err := it.Next()
		w.must(err)
		h.Events = append(h.Events, e)
	}
	return h
}

// scheduled counts the activities of a type.
func scheduled(h *historypb.History, name string) (n int) {
	for _, e := range h.Events {
		if e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == name {
			n++
		}
	}
	return n
}

// counted is what the systems themselves say of the sync account's calls.
func (w *world) counted() (operations []string) {
	w.t.Helper()
	for _, c := range w.ownCalls(w.zendesk, w.jira) {
		operations = append(operations, c.Operation)
	}
	return operations
}

// TestCostOfAnEdit holds remote calls and history events per edit to a limit, the edit's own echo included.
func TestCostOfAnEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", "from-tickets") // every further connection whose trigger may be met looks at the item too
	s := w.paired(1, false)
	w.must(s.ada.EditTicket(w.ctx(), s.ticket, object{"subject": "warm"})) // what systems say of themselves is remembered
	w.eventually("the first edit", func() error { return s.issueSays("warm") })
	w.must(s.grace.EditIssue(w.ctx(), s.issue, object{"summary": "warm too"}))
	w.eventually("the first edit back", func() error { return s.ticketSays("warm too") })
	for _, c := range []struct {
		name  string
		edit  func() error
		holds func() error
		limit int
		why   string
	}{
		{"Zendesk to Jira", func() error { return s.ada.EditTicket(w.ctx(), s.ticket, object{"subject": "there"}) },
			func() error { return s.issueSays("there") }, 3, "Jira has no precondition: one read before the write"},
		{"Jira to Zendesk", func() error { return s.grace.EditIssue(w.ctx(), s.issue, object{"summary": "back"}) },
			func() error { return s.ticketSays("back") }, 2, "one read of the source, one guarded write"},
	} {
		w.settle()
		w.eventually("the ticket's last change is not of this moment, for which a write would look at it again", func() error {
			ticket, err := s.ada.Ticket(w.ctx(), s.ticket)
			if at, problem := time.Parse(time.RFC3339, rig.Text(ticket, "updated_at")); err != nil || problem != nil || time.Since(at) < 7*time.Second {
				return errors.Join(err, problem, fmt.Errorf("it was changed at %v", at))
			}
			return nil
		})
		calls, events := len(w.counted()), len(w.history(s.id()).Events)
		w.must(c.edit())
		w.eventually(c.name, c.holds)
		w.settle()
		made, added := w.counted(), len(w.history(s.id()).Events)-events
		t.Logf("%s: %d remote calls, %d history events", c.name, len(made)-calls, added)
		if n := len(made) - calls; n < 2 || n > c.limit {
			t.Errorf("%s: %d calls (%s), want at most %d: %s", c.name, n, strings.Join(made[max(0, len(made)-6):], ", "), c.limit, c.why)
		}
		if added < 5 || added > 20 {
			t.Errorf("%s: %d history events, want at most 20", c.name, added)
		}
	}
}

// TestBurst: many webhooks for one item within a moment make one sync, or two when the first came before the rest.
func TestBurst(t *testing.T) {
	w := newWorld(t, "")
	s := w.paired(1, false)
	w.must(w.jira.Webhooks(w.ctx(), "drop", 0))
	w.must(s.grace.EditIssue(w.ctx(), s.issue, object{"summary": "ten times told"}))
	fetched := scheduled(w.history(s.id()), "Fetch")
	calls := make([]int, 10)
	for i := range calls {
		calls[i] = i
	}
	began := time.Now()
	w.must(each(calls, func(i int) error { return w.webhook(s.issue, i) }))
	if took := time.Since(began); took > 100*time.Millisecond {
		t.Logf("the machine needed %v for ten webhooks", took)
	}
	w.eventually("the burst", func() error { return s.ticketSays("ten times told") })
	w.settle()
	n := scheduled(w.history(s.id()), "Fetch") - fetched
	t.Logf("10 webhooks, %d syncs", n)
	if n < 1 || n > 2 {
		t.Errorf("10 webhooks made %d syncs, want one or two", n)
	}
}

// webhook calls the gateway as Jira does when somebody edits an issue.
func (w *world) webhook(issue string, n int) error {
	body, err := json.Marshal(object{"timestamp": time.Now().UnixMilli(), "webhookEvent": "jira:issue_updated", "user": object{"accountId": "somebody"},
		"issue": object{"id": issue, "key": "ENG-1", "fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}}}})
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	mac.Write(body)
	req, err := http.NewRequestWithContext(w.ctx(), "POST", "http://"+w.base.Webhooks+"/webhooks/jira-acme", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	req.Header.Set("X-Atlassian-Webhook-Identifier", fmt.Sprintf("burst-%d", n))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the gateway answered %s", resp.Status)
	}
	return nil
}
