package jira

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"duplex/emulators/harness/bench"
)

func TestManyCallersAtOnceLoseNothing(t *testing.T) {
	s, r := newSite(t, Options{File: filepath.Join(t.TempDir(), "jira.json"), Limits: Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}}), bench.NewInbox(t)
	s.target(r, "hush")
	shared := s.as("ada").newIssue("Shared", nil)
	var all sync.WaitGroup
	for n, name := range []string{"ada", "grace", "linus", "triage"} {
		all.Go(func() {
			c := s.as(name)
			for k := range 5 {
				c.newIssue(fmt.Sprintf("%d-%d", n, k), nil)
				c.do("POST", "/rest/api/3/issue/"+shared+"/comment", object{"body": doc(name)}).want(201)
				c.do("PUT", "/rest/api/3/issue/"+shared, object{"update": object{"labels": []object{{"add": fmt.Sprintf("%s-%d", name, k)}}}}).want(204)
				c.do("POST", "/rest/api/3/search/jql", object{"jql": "project = ENG", "fields": []string{"*all"}}).want(200)
			}
		})
	}
	all.Wait()
	c := s.as("ada")
	if n := len(c.keys("project = ENG")); n != 21 {
		t.Errorf("%d issues, want 21", n)
	}
	got := c.issue(shared)
	if labels, _ := got.at("fields.labels").([]any); len(labels) != 20 {
		t.Errorf("%d labels, want 20", len(labels))
	}
	got.is("fields.comment.total", 20)
	seen := map[string]bool{}
	for _, d := range r.Wait(61) {
		seen[d.Header.Get("X-Atlassian-Webhook-Identifier")] = true
	}
	if len(seen) != 61 {
		t.Errorf("%d different webhooks, want 61", len(seen))
	}
}

func TestTypeChangesStayWithinTheirLevel(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", object{"assignee": object{"accountId": users[1].AccountID}})
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"issuetype": object{"name": "Sub-task"}}}).want(400)
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"issuetype": object{"name": "Task"}, "assignee": object{"accountId": nil}}}).want(204)
	c.issue(id).is("fields.issuetype.name", "Task")
	if c.issue(id).at("fields.assignee") != nil {
		t.Error("an account id of null does not unassign")
	}
}
