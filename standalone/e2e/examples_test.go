package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"duplex/gateway"
	"duplex/internal/config"
	"duplex/standalone/rig"
)

// TestExamples takes every folder of examples/ as an admin would: the files are put in force as they are, with the environment
// they ask for, and people work on both sides.
func TestExamples(t *testing.T) {
	folders, err := filepath.Glob("../../examples/*/connection.yaml")
	if err != nil {
		t.Fatal(err)
	}
	played := map[string]func(*testing.T, *world){"support-escalation": playEscalation, "msp-and-client": playProvider, "sales-to-development": playSales}
	for _, f := range folders {
		name := filepath.Base(filepath.Dir(f))
		t.Run(name, func(t *testing.T) {
			play, ok := played[name]
			if !ok {
				t.Fatal("nobody plays this example: add a scene")
			}
			w := exampleWorld(t, filepath.Dir(f))
			t.Cleanup(w.showDecisions)
			play(t, w)
		})
	}
	if len(folders) != len(played) {
		t.Errorf("%d examples, %d scenes", len(folders), len(played))
	}
}

// exampleWorld runs duplex with the files of a folder. Their references are named after the system's role: X_URL, X_TOKEN and
// X_WEBHOOK_SECRET.
func exampleWorld(t *testing.T, folder string) *world {
	t.Helper()
	files, err := config.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, dir: t.TempDir(), watch: newWatch(), stopEngine: func() {}}
	w.systems()
	targets := map[rig.Control]string{}
	for _, s := range files.Systems {
		c, token := w.zendesk, "zd-token-sync"
		if s.System.Kind == "jira" {
			c, token = w.jira, "sync-api-token"
		}
		role := strings.TrimSuffix(strings.TrimPrefix(s.System.BaseURL, "${env:"), "_URL}")
		t.Setenv(role+"_URL", string(c))
		t.Setenv(role+"_TOKEN", token)
		t.Setenv(role+"_WEBHOOK_SECRET", webhookSecret)
		targets[c] = s.System.Name
	}
	w.boot("", targets)
	for _, s := range files.Systems {
		w.put("systems", s.System.Name, s.Source)
	}
	for _, c := range files.Connections {
		req := gateway.ApplyRequest{FileName: "connection.yaml", Source: string(c.Source), Files: named(t, c)}
		w.must(w.admin.Call(w.ctx(), "PUT", "/api/v1/connections/"+c.Name, req, nil))
	}
	return w
}

// showDecisions tells, where the test failed, what was decided for each pair.
func (w *world) showDecisions() {
	if !w.t.Failed() {
		return
	}
	pairs, err := w.store.PairsAfter(w.ctx(), "", "", "", "", 10)
	for _, p := range pairs {
		w.t.Logf("%s is %s, parked: %v", p.ID, p.Status, p.Parked)
		plans, _ := w.store.Plans(w.ctx(), p.ID, 20)
		for _, plan := range plans {
			for _, d := range plan.Decisions {
				w.t.Logf("  %s %s %s to %d: %s", plan.At.Format("15:04:05"), d.Rule, d.Action, d.To, d.Reason)
			}
		}
	}
	if err != nil {
		w.t.Log(err)
	}
}

// named reads the files that the folder's connection may name.
func named(t *testing.T, c config.ConnectionFile) map[string]string {
	t.Helper()
	all := map[string]string{}
	beside, err := filepath.Glob(filepath.Join(filepath.Dir(c.Path), "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range beside {
		b, err := c.Read(filepath.Base(f))
		if err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(f); strings.Contains(string(c.Source), name) {
			all[name] = string(b)
		}
	}
	return all
}

// issue waits for an issue of the project with that summary, as the site itself knows it and not its search.
func (w *world) issue(project, summary string) (id string) {
	w.t.Helper()
	w.eventually("an issue "+summary, func() error {
		all, err := w.grace.Issues(w.ctx(), project)
		for _, i := range all {
			if rig.Text(i, "fields", "summary") == summary {
				id = rig.Text(i, "id")
				return nil
			}
		}
		return fmt.Errorf("%d issues, none of them it: %w", len(all), err)
	})
	return id
}

func (w *world) ticket(subject string) (id string) {
	w.t.Helper()
	w.eventually("a ticket "+subject, func() error {
		all, err := w.ada.Tickets(w.ctx())
		for _, x := range all {
			if rig.Text(x, "subject") == subject {
				id = rig.Text(x, "id")
				return nil
			}
		}
		return fmt.Errorf("%d tickets, none of them it: %w", len(all), err)
	})
	return id
}

// onIssue waits until a field of an issue shows a text; path leads to it.
func (w *world) onIssue(id, want string, path ...any) {
	w.t.Helper()
	w.eventually("on the issue", func() error {
		f, err := w.grace.Issue(w.ctx(), id)
		return shows(f, want, err, path)
	})
}

func (w *world) onTicket(id, want string, path ...any) {
	w.t.Helper()
	w.eventually("on the ticket", func() error {
		f, err := w.ada.Ticket(w.ctx(), id)
		return shows(f, want, err, path)
	})
}

func shows(o object, want string, err error, path []any) error {
	if got := rig.Text(o, path...); err == nil && got != want {
		return fmt.Errorf("%s is %q, want %q", fmt.Sprint(path...), got, want)
	}
	return err
}

// has waits until a list of texts holds all of some and none of others.
func (w *world) has(what string, list func() ([]any, error), want, not []string) {
	w.t.Helper()
	w.eventually(what, func() error {
		all, err := list()
		var texts []string
		for _, x := range all {
			texts = append(texts, textOf(x))
		}
		for _, s := range want {
			if !slices.Contains(texts, s) {
				return fmt.Errorf("%v lacks %q (%w)", texts, s, err)
			}
		}
		for _, s := range not {
			if slices.Contains(texts, s) {
				return fmt.Errorf("%v holds %q", texts, s)
			}
		}
		return err
	})
}

func textOf(x any) string {
	if s, ok := x.(string); ok {
		return s
	}
	return rig.Text(x, "name")
}

func (w *world) tags(ticket string) func() ([]any, error) {
	return func() ([]any, error) { t, err := w.ada.Ticket(w.ctx(), ticket); return rig.List(t["tags"]), err }
}

func (w *world) labels(issue string) func() ([]any, error) {
	return func() ([]any, error) { f, err := w.grace.Issue(w.ctx(), issue); return rig.List(f["labels"]), err }
}

// said tells whether a comment with the words is there, and whether the public sees it.
func (w *world) said(ticket, words string) (there, public bool) {
	w.t.Helper()
	all, err := w.ada.TicketComments(w.ctx(), ticket)
	w.must(err)
	for _, c := range all {
		if strings.Contains(rig.Text(c, "body"), words) {
			return true, rig.Text(c, "public") == "true"
		}
	}
	return false, false
}

func (w *world) remarked(issue, words string) (comment any, there bool) {
	w.t.Helper()
	all, err := w.grace.IssueComments(w.ctx(), issue)
	w.must(err)
	for _, c := range all {
		if strings.Contains(rig.Plain(c.(object)["body"]), words) {
			return c, true
		}
	}
	return nil, false
}

func (w *world) eventuallySaid(ticket, words string, public bool) {
	w.t.Helper()
	w.eventually("a comment on the ticket: "+words, func() error {
		if there, open := w.said(ticket, words); !there || open != public {
			return fmt.Errorf("there %v, public %v", there, open)
		}
		return nil
	})
}

func (w *world) eventuallyRemarked(issue, words string) {
	w.t.Helper()
	w.eventually("a comment on the issue: "+words, func() error {
		if _, there := w.remarked(issue, words); !there {
			return fmt.Errorf("it is not there")
		}
		return nil
	})
}

func playEscalation(t *testing.T, w *world) {
	ticket, err := w.ada.NewTicket(w.ctx(), object{"subject": "the app is slow", "priority": "high", "tags": []any{"bug", "slow"},
		"comment": object{"body": "since monday", "public": true}})
	w.must(err)
	issue := w.issue("ENG", "the app is slow")
	w.onIssue(issue, "High", "priority", "name")
	w.has("labels", w.labels(issue), []string{"bug", "slow"}, nil)
	w.must(w.grace.MoveIssue(w.ctx(), issue, "In Progress"))
	w.onTicket(ticket, "pending", "status")
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"comment": object{"body": "ask Ann first", "public": false}}))
	w.eventuallyRemarked(issue, "ask Ann first")
	_, err = w.grace.CommentOnIssue(w.ctx(), issue, "found the index", "")
	w.must(err)
	w.eventuallySaid(ticket, "found the index", false)
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"status": "solved"}))
	w.onIssue(issue, "Done", "status", "name")
	w.must(w.ada.AttachToTicket(w.ctx(), ticket, "trace.txt", []byte("at line 1")))
	w.eventually("the file", func() error {
		f, err := w.grace.Issue(w.ctx(), issue)
		if n := len(rig.List(f["attachment"])); err == nil && n != 1 {
			return fmt.Errorf("%d files", n)
		}
		return err
	})
}

func playProvider(t *testing.T, w *world) {
	issue, err := w.grace.NewIssue(w.ctx(), object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Incident"}, "summary": "mail is down",
		"priority": object{"name": "Highest"}, "labels": []any{"msp", "area-mail", "secret"}, "customfield_10043": object{"value": "Critical"}, "customfield_10044": "2026-11-01T08:00:00.000+0000"})
	w.must(err)
	ticket := w.ticket("mail is down")
	w.onTicket(ticket, "urgent", "priority")
	w.onTicket(ticket, "incident", "type")
	w.has("tags", w.tags(ticket), []string{"globex", "answer-in-1h", "area-mail"}, []string{"secret", "msp"})

	w.settle() // what is set in the instant of its creation is taken for the system's own default

	// The provider works, asks the client, and from then on the client moves it on.
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"status": "open"}))
	w.onIssue(issue, "In Progress", "status", "name")
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"status": "pending", "comment": object{"body": "which server?", "public": true}}))
	w.eventuallyRemarked(issue, "which server?")
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"comment": object{"body": "this client never answers", "public": false}}))
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"tags": []any{"globex", "answer-in-1h", "area-mail", "on-call"}}))

	// Both rename it; the client wins, and the provider finds what was lost.
	w.settle()
	w.deliver("pause")
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"subject": "mail is down (exchange)"}))
	w.must(w.grace.EditIssue(w.ctx(), issue, object{"summary": "mail is down in Berlin"}))
	w.deliver("normal")
	w.onTicket(ticket, "mail is down in Berlin", "subject")
	w.onIssue(issue, "mail is down in Berlin", "summary")
	w.eventuallySaid(ticket, "mail is down (exchange)", false)

	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"status": "solved"}))
	w.onIssue(issue, "Done", "status", "name")
	w.settle()
	if _, leaked := w.remarked(issue, "never answers"); leaked {
		t.Error("what the provider's people say among themselves reached the client")
	}
	if _, crossed := w.remarked(issue, "exchange)"); crossed {
		t.Error("the value that lost was posted on the other side")
	}
	w.has("tags", w.tags(ticket), []string{"on-call", "globex"}, nil)
	w.has("labels", w.labels(issue), []string{"msp", "secret"}, []string{"on-call", "globex"})
}

func playSales(t *testing.T, w *world) {
	ticket, err := w.ada.NewTicket(w.ctx(), object{"subject": "export as PDF", "priority": "urgent", "tags": []any{"feature-request"},
		"comment": object{"body": "they print everything", "public": true}, "custom_fields": []any{object{"id": 90005, "value": 1200}}})
	w.must(err)
	issue := w.issue("ENG", "export as PDF")
	w.onIssue(issue, "High", "priority", "name")
	w.onIssue(issue, "Story", "issuetype", "name")
	w.has("labels", w.labels(issue), []string{"from-sales", "reach-large"}, nil)
	w.must(w.grace.EditIssue(w.ctx(), issue, object{"summary": "PDF export", "duedate": "2027-02-01", "labels": []any{"from-sales", "reach-large", "q1"}}))
	w.onTicket(ticket, "PDF export", "subject")
	w.must(w.grace.MoveIssue(w.ctx(), issue, "In Progress"))
	w.onTicket(ticket, "hold", "status")
	w.must(w.ada.EditTicket(w.ctx(), ticket, object{"priority": "low"}))
	_, err = w.grace.CommentOnIssue(w.ctx(), issue, "what a mess", "")
	w.must(err)
	w.eventuallySaid(ticket, "what a mess", false)
	w.settle()
	w.onIssue(issue, "High", "priority", "name")
	w.has("labels", w.labels(issue), []string{"from-sales", "reach-large", "q1"}, nil)
}
