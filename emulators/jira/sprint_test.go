package jira

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestAnIssueMovesThroughSprints(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", object{sprintField: 2})
	path := "/rest/api/3/issue/" + id
	got := c.issue(id)
	got.is("fields."+sprintField+".0.name", "ENG Sprint 2")
	got.is("fields."+sprintField+".0.state", "active")
	got.is("fields."+sprintField+".0.boardId", 1)
	c.do("PUT", path, object{"fields": object{sprintField: 3}}).want(204)
	got = c.issue(id)
	got.is("fields."+sprintField+".0.name", "ENG Sprint 3")
	if got.at("fields."+sprintField+".1") != nil {
		t.Error("an issue is in two open sprints")
	}
	log := c.do("GET", path+"/changelog", nil)
	log.is("values.0.items.0.field", "Sprint")
	log.is("values.0.items.0.fieldId", sprintField)
	log.is("values.0.items.0.from", "2")
	log.is("values.0.items.0.toString", "ENG Sprint 3")

	c.do("PUT", path, object{"fields": object{sprintField: 2}}).want(204)
	c.do("POST", "/rest/agile/1.0/sprint/2", object{"state": "closed"}).want(200).is("state", "closed")
	c.do("PUT", path, object{"fields": object{sprintField: 4}}).want(204)
	got = c.issue(id)
	got.is("fields."+sprintField+".0.state", "closed")
	got.is("fields."+sprintField+".1.name", "ENG Sprint 4")
	s.Pass(time.Minute)
	c.do("PUT", path, object{"fields": object{sprintField: nil}}).want(204)
	got = c.issue(id)
	got.is("fields."+sprintField+".0.name", "ENG Sprint 2")
	if got.at("fields."+sprintField+".1") != nil {
		t.Error("null left the issue in its open sprint")
	}
}

func TestSprintsAreWrittenByNumber(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	for _, tc := range []struct {
		reason string
		value  any
		want   string
	}{
		{"what is read is not what is written", []object{{"id": 2}}, "must be a number"},
		{"an id in quotes", "2", "must be a number"},
		{"a name", "ENG Sprint 2", "must be a number"},
		{"a closed sprint", 1, "only active or future"},
		{"a sprint nobody knows", 99, "does not exist"},
	} {
		in := object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "x", sprintField: tc.value}
		if text := c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(400).text("errors." + sprintField); !strings.Contains(text, tc.want) {
			t.Errorf("%s: %q, want it to contain %q", tc.reason, text, tc.want)
		}
	}
	in := object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Bug"}, "summary": "x", sprintField: 2}
	c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(400).is("errors."+sprintField, notOnScreen(sprintField).(*apiError).Fields[sprintField])
}

func TestSubtasksAreInTheirParentsSprint(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", object{sprintField: 2})
	sub := c.newIssue("part", object{"issuetype": object{"name": "Sub-task"}, "parent": object{"id": id}})
	c.issue(sub).is("fields."+sprintField+".0.id", 2)
	c.do("POST", "/rest/agile/1.0/sprint/3/issue", object{"issues": []string{sub}}).want(400)
}

func TestBoardsAndSprintsAreListed(t *testing.T) {
	c := newSite(t, Options{}).as("grace")
	const agile = "/rest/agile/1.0"
	c.do("GET", agile+"/board", nil).want(200).is("total", 2)
	c.do("GET", agile+"/board?projectKeyOrId=10001", nil).want(200).is("values.0.type", "kanban")
	c.do("GET", agile+"/board?projectKeyOrId=NONE", nil).want(400)
	c.do("GET", agile+"/board/9/sprint", nil).want(404)
	c.do("GET", agile+"/board/2/sprint", nil).want(400).is("errorMessages.0", "The board does not support sprints")
	all := c.do("GET", agile+"/board/1/sprint", nil).want(200)
	all.is("values.0.state", "closed")
	all.is("values.0.originBoardId", 1)
	all.is("values.3.name", "ENG Sprint 4")
	c.do("GET", agile+"/board/1/sprint?state=active,future&maxResults=2", nil).want(200).is("isLast", false)
	c.do("GET", agile+"/sprint/99", nil).want(404)
	c.do("POST", agile+"/sprint/1", object{"name": "x"}).want(400)
	c.do("POST", agile+"/sprint/3", object{"state": "active"}).want(400) // it has no dates
	c.do("POST", agile+"/sprint/3", object{"state": "closed"}).want(400)
}

func TestJQLFindsBySprint(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", object{sprintField: 2})
	c.newIssue("y", object{sprintField: 3})
	c.newIssue("z", nil)
	for _, jql := range []string{"sprint = 2", `sprint = "ENG Sprint 2"`, "cf[10020] = 2", "sprint in openSprints()", "sprint not in futureSprints() AND sprint IS NOT EMPTY"} {
		got := c.do("POST", "/rest/api/3/search/jql", object{"jql": jql}).want(200)
		got.is("issues.0.id", id)
		if got.at("issues.1") != nil {
			t.Errorf("%s finds more than one", jql)
		}
	}
}

func TestWebhooksShowSprintsAsText(t *testing.T) {
	s := newSite(t, Options{})
	got := bench.NewInbox(t)
	s.target(got, "")
	s.as("ada").newIssue("x", object{sprintField: 2})
	call := got.Next()
	if text := call.Text("issue", "fields", sprintField, 0); !strings.Contains(text, "[id=2,rapidViewId=1,state=ACTIVE,name=ENG Sprint 2") {
		t.Errorf("the webhook has %v", call.At("issue", "fields", sprintField))
	}
}

func TestThePagePutsAnIssueIntoASprint(t *testing.T) {
	s := newSite(t, Options{})
	id := s.as("ada").newIssue("x", nil)
	browser{s, users[1].AccountID}.post("/items/"+id, url.Values{"sprint": {"3"}, "was_sprint": {""}}).want(303)
	s.as("ada").issue(id).is("fields."+sprintField+".0.id", 3)
}
