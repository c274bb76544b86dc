package jira

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func (c caller) log(id, query string, body object) answer {
	c.T.Helper()
	return c.do("POST", "/rest/api/3/issue/"+id+"/worklog"+query, body)
}

func TestWorkIsLoggedAndCounted(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", object{"timetracking": object{"originalEstimate": "1d"}})
	c.issue(id).is("fields.timetracking.remainingEstimate", "1d")
	before := c.issue(id).text("fields.updated")
	s.Pass(time.Minute)
	w := c.log(id, "", object{"started": "2026-05-01T08:00:00.000+0200", "timeSpent": "1h 30m", "comment": doc("Looked")}).want(201)
	w.is("timeSpentSeconds", 5400)
	w.is("timeSpent", "1h 30m")
	w.is("issueId", id)
	w.is("started", "2026-05-01T07:00:00.000+0100") // in the caller's zone
	w.is("author.accountId", users[1].AccountID)
	got := c.issue(id)
	if got.text("fields.updated") == before {
		t.Error("logging work did not move updated")
	}
	got.is("fields.timetracking.timeSpent", "1h 30m")
	got.is("fields.timetracking.remainingEstimateSeconds", 8*3600-5400)
	got.is("fields.timespent", 5400)
	got.is("fields.timeoriginalestimate", 8*3600)
	got.is("fields.progress.percent", 18)
	got.is("fields.workratio", 18)
	got.is("fields.worklog.total", 1)
	got.is("fields.worklog.worklogs.0.id", w.text("id"))
	log := c.do("GET", "/rest/api/3/issue/"+id+"/changelog", nil)
	log.is("values.0.items.0.field", "timeestimate")
	log.is("values.0.items.1.to", "5400")
	log.is("values.0.items.2.to", w.text("id"))

	path := "/rest/api/3/issue/" + id + "/worklog/" + w.text("id")
	c.do("PUT", path, object{"timeSpentSeconds": 3600}).want(200).is("comment.content.0.content.0.text", "Looked")
	c.issue(id).is("fields.timetracking.remainingEstimate", "7h")
	c.do("DELETE", path+"?adjustEstimate=leave", nil).want(204)
	got = c.issue(id)
	got.is("fields.timetracking.remainingEstimate", "7h")
	if got.at("fields.timespent") != nil {
		t.Error("an issue without worklogs has time spent")
	}
	c.do("GET", path, nil).want(404)
}

func TestWorkOfSubtasksIsAggregated(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("Parent", nil)
	sub := c.newIssue("Child", object{"issuetype": object{"name": "Sub-task"}, "parent": object{"id": id}})
	c.log(id, "", object{"timeSpent": "1h"}).want(201)
	c.log(sub, "", object{"timeSpent": "2h"}).want(201)
	c.issue(id).is("fields.timespent", 3600)
	c.issue(id).is("fields.aggregatetimespent", 3*3600)
}

func TestWorklogsAreRefused(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", nil)
	mine := c.log(id, "", object{"timeSpent": "1h"}).want(201).text("id")
	for _, tc := range []struct {
		reason, query string
		body          object
		at, want      string
	}{
		{"no time", "", object{"comment": doc("x")}, "errors.timeLogged", "indicate the time"},
		{"less than a minute", "", object{"timeSpentSeconds": 59}, "errors.timeLogged", "indicate the time"},
		{"a duration nobody reads", "", object{"timeSpent": "soon"}, "errors.timeLogged", "Invalid time duration"},
		{"an offset with a colon", "", object{"timeSpent": "1h", "started": "2026-05-01T08:00:00.000+02:00"}, "errorMessages.0", "Invalid request payload"},
		{"Z for the zone", "", object{"timeSpent": "1h", "started": "2026-05-01T08:00:00.000Z"}, "errorMessages.0", "Invalid request payload"},
		{"a new estimate that is not given", "?adjustEstimate=new", object{"timeSpent": "1h"}, "errors.adjustEstimate", "newEstimate"},
		{"a role nobody has", "", object{"timeSpent": "1h", "visibility": object{"type": "role", "value": "Pilots"}}, "errors.commentLevel", "not valid"},
	} {
		got := c.log(id, tc.query, tc.body).want(400)
		if text := got.text(tc.at); !strings.Contains(text, tc.want) {
			t.Errorf("%s: %s is %q, want it to contain %q", tc.reason, tc.at, text, tc.want)
		}
	}
	path := "/rest/api/3/issue/" + id + "/worklog/" + mine
	s.as("grace").do("PUT", path, object{"timeSpent": "2h"}).want(400)
	s.as("grace").do("DELETE", path, nil).want(400)
	c.issue(id).is("fields.worklog.total", 1)
}

func TestTheIssueShowsTwentyWorklogs(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", nil)
	for n := range 22 {
		s.Pass(time.Second)
		c.log(id, "", object{"timeSpent": fmt.Sprintf("%dm", n+1)}).want(201)
	}
	got := c.issue(id)
	got.is("fields.worklog.total", 22)
	got.is("fields.worklog.maxResults", 20)
	if all, _ := got.at("fields.worklog.worklogs").([]any); len(all) != 20 {
		t.Errorf("the field shows %d worklogs", len(all))
	}
	c.do("GET", "/rest/api/3/issue/"+id+"/worklog?startAt=20", nil).want(200).is("worklogs.1.timeSpent", "22m")
}

func TestRestrictedWorklogsAreHidden(t *testing.T) {
	s := newSite(t, Options{})
	id := s.as("ada").newIssue("x", nil)
	w := s.as("ada").log(id, "", object{"timeSpent": "1h", "visibility": object{"type": "group", "value": "site-admins"}}).want(201).text("id")
	s.as("grace").do("GET", "/rest/api/3/issue/"+id+"/worklog/"+w, nil).want(404)
	s.as("grace").issue(id).is("fields.worklog.total", 0)
}

func TestWorklogEventsReachAdminWebhooks(t *testing.T) {
	s := newSite(t, Options{})
	got := bench.NewInbox(t)
	s.target(got, "")
	c := s.as("ada")
	id := c.newIssue("x", nil)
	w := c.log(id, "", object{"timeSpent": "1h", "comment": doc("Looked")}).want(201).text("id")
	c.do("PUT", "/rest/api/3/issue/"+id+"/worklog/"+w, object{"timeSpent": "2h"}).want(200)
	c.do("DELETE", "/rest/api/3/issue/"+id+"/worklog/"+w, nil).want(204)
	all := got.Wait(7)
	slices.SortStableFunc(all, func(a, b bench.Message) int {
		return strings.Compare(a.Text("webhookEvent"), b.Text("webhookEvent"))
	})
	want := []string{"jira:issue_created", "jira:issue_updated", "jira:issue_updated", "jira:issue_updated", "worklog_created", "worklog_deleted", "worklog_updated"}
	for n, d := range all {
		if d.At("webhookEvent") != want[n] {
			t.Fatalf("delivery %d is %v, want %s", n, d.At("webhookEvent"), want[n])
		}
	}
	if sent := all[4]; sent.At("worklog", "issueId") != id || sent.At("worklog", "comment") != "Looked" || sent.At("worklog", "timeSpentSeconds") != 3600.0 {
		t.Errorf("worklog_created tells %s", sent.Raw)
	}
}
