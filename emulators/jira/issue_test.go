package jira

import (
	"strings"
	"testing"
	"time"
)

func TestCreateRefusesFieldByField(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("grace")
	good := object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "x"}
	cases := []struct {
		reason, field string
		value         any
		want          string // in errors.<field>
	}{
		{"the summary is compulsory", "summary", "", "must specify a summary"},
		{"no line breaks in a summary", "summary", "a\nb", "newline"},
		{"a summary ends at 255 characters", "summary", strings.Repeat("é", 256), "255"},
		{"an unknown project", "project", object{"key": "NOPE"}, "valid project"},
		{"an unknown type", "issuetype", object{"name": "Saga"}, "valid issue type"},
		{"an unknown priority", "priority", object{"name": "Urgent"}, "priority selected is invalid"},
		{"an unknown option", "customfield_10031", object{"value": "Cars"}, "'Cars' is not valid"},
		{"an unknown option id", "customfield_10031", object{"id": "1"}, "Option id '1'"},
		{"labels have no spaces", "labels", []string{"a b"}, "spaces"},
		{"labels are a list", "labels", "a", "array"},
		{"components belong to their project", "components", []object{{"name": "network"}}, "network"},
		{"people are named by account id", "assignee", object{"name": "ada"}, "accountId"},
		{"an unknown account", "assignee", object{"accountId": "none"}, "valid value"},
		{"a date has no time", "duedate", "2026-05-04T10:00:00.000+0000", "date"},
		{"a number is bare", "customfield_10016", "5", "number"},
		{"text where a document is due", "description", "plain", "Atlassian Document"},
		{"32,768 characters are one too many", "description", doc(strings.Repeat("x", 32768)), "32,767"},
		{"status is not on the screen", "status", object{"name": "Done"}, "appropriate screen"},
		{"resolution is only on transition screens", "resolution", object{"name": "Done"}, "appropriate screen"},
		{"a field nobody knows", "customfield_1", "x", "appropriate screen"},
		{"the parent must exist", "parent", object{"key": "ENG-99"}, "Could not find issue"},
	}
	for _, tc := range cases {
		t.Run(tc.reason, func(t *testing.T) {
			in := object{}
			for k, v := range good {
				in[k] = v
			}
			in[tc.field] = tc.value
			got := c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(400)
			if text := got.text("errors." + tc.field); !strings.Contains(text, tc.want) {
				t.Errorf("errors.%s is %q, want it to contain %q (%s)", tc.field, text, tc.want, got.Raw)
			}
		})
	}
	c.do("POST", "/rest/api/3/issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Sub-task"}, "summary": "x"}}).want(400).
		is("errors.parent", "Issue type is a sub-task but parent issue key or id not specified.")
	c.do("POST", "/rest/api/3/search/approximate-count", object{"jql": "project = ENG"}).is("count", 0)
}

func TestStoryPointsAreNotOnTheScreenOfSubtasks(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	parent := c.newIssue("Parent", object{"customfield_10016": 3})
	c.do("POST", "/rest/api/3/issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Sub-task"}, "summary": "x",
		"parent": object{"id": parent}, "customfield_10016": 3}}).want(400)
}

func TestEditsMoveUpdatedOnlyWhenSomethingChanges(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("Same", object{"labels": []string{"a", "b"}, "description": doc("Text"), "components": []object{{"name": "vip"}}})
	path := "/rest/api/3/issue/" + id
	updated := func() string { return c.issue(id).text("fields.updated") }
	for _, tc := range []struct {
		reason string
		moves  bool
		act    func()
	}{
		{"the same values", false, func() {
			c.do("PUT", path, object{"fields": object{"summary": "Same", "labels": []string{"b", "a"}, "description": doc("Text"), "priority": object{"name": "Medium"}}}).want(204)
		}},
		{"a label that is there already", false, func() { c.do("PUT", path, object{"update": object{"labels": []object{{"add": "a"}}}}).want(204) }},
		{"a status in PUT is ignored", false, func() { c.do("PUT", path, object{"fields": object{"status": object{"name": "Done"}}}).want(204) }},
		{"a property", false, func() { c.do("PUT", path+"/properties/k", `1`).want(201) }},
		{"a new summary", true, func() { c.do("PUT", path, object{"fields": object{"summary": "New"}}).want(204) }},
		{"a label gone", true, func() { c.do("PUT", path, object{"update": object{"labels": []object{{"remove": "a"}}}}).want(204) }},
		{"null clears a field", true, func() { c.do("PUT", path, object{"fields": object{"description": nil}}).want(204) }},
		{"a comment", true, func() { c.do("POST", path+"/comment", object{"body": doc("Hi")}).want(201) }},
		{"an attachment", true, func() { c.upload(id, "a.txt", []byte("a"), "no-check").want(200) }},
		{"a link", true, func() {
			other := c.newIssue("Other", nil)
			c.do("POST", "/rest/api/3/issueLink", object{"type": object{"name": "Relates"}, "inwardIssue": object{"id": id}, "outwardIssue": object{"id": other}}).want(201)
		}},
		{"a transition", true, func() { c.do("POST", path+"/transitions", object{"transition": object{"id": "11"}}).want(204) }},
	} {
		before := updated()
		s.Pass(7 * time.Millisecond)
		tc.act()
		if after := updated(); (after != before) != tc.moves {
			t.Errorf("%s: updated went from %s to %s", tc.reason, before, after)
		}
		s.Pass(time.Minute)
	}
	c.issue(id).is("fields.status.name", "In Progress")
	c.issue(id).is("fields.labels", "[b]")
}

func TestAFieldMayNotBeSetAndUpdatedAtOnce(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", nil)
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"labels": []string{"a"}}, "update": object{"labels": []object{{"add": "b"}}}}).want(400)
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"summary": "kept out", "priority": object{"name": "No"}}}).want(400)
	c.issue(id).is("fields.summary", "x")
}

func TestTheWayToDone(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	go1 := func(id, transition string, fields object) answer {
		s.Pass(time.Minute)
		return c.do("POST", "/rest/api/3/issue/"+id+"/transitions", object{"transition": object{"id": transition}, "fields": fields})
	}
	bug := c.newIssue("Bug", nil)
	task := c.newIssue("Task", object{"issuetype": object{"name": "Task"}})
	done := object{"resolution": object{"name": "Done"}}
	go1(bug, "31", done).want(400) // not from To Do
	go1(bug, "11", nil).want(204)
	go1(bug, "51", done).want(400) // Close is not for bugs
	go1(bug, "21", nil).want(204)
	go1(bug, "31", nil).want(400).is("errors.resolution", "Resolution is required.")
	go1(bug, "31", object{"summary": "not on this screen", "resolution": object{"name": "Done"}}).want(400)
	go1(bug, "32", object{"resolution": object{"name": "Won't Do"}}).want(204)
	c.issue(bug).is("fields.resolution.name", "Won't Do")
	if c.issue(bug).at("fields.resolutiondate") == nil {
		t.Error("a resolved issue has no resolution date")
	}
	go1(task, "11", nil).want(204)
	go1(task, "51", done).want(204)
	go1(task, "41", nil).want(204)
	c.issue(task).is("fields.status.name", "To Do")
	if c.issue(task).at("fields.resolution") != nil || c.issue(task).at("fields.resolutiondate") != nil {
		t.Error("a reopened issue is still resolved")
	}
	screen := c.do("GET", "/rest/api/3/issue/"+task+"/transitions?expand=transitions.fields", nil).want(200)
	screen.is("transitions.0.to.name", "In Progress")
}

func TestHistoryTellsWhoChangedWhatAndKeepsTheMarker(t *testing.T) {
	s := newSite(t, Options{})
	id := s.as("ada").newIssue("Old", nil)
	c := s.as("grace")
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"summary": "New", "customfield_10031": object{"value": "Login"}}, "historyMetadata": object{"type": "com.example.sync"}}).want(204)
	got := c.do("GET", "/rest/api/3/issue/"+id+"/changelog", nil).want(200)
	got.is("total", 1)
	got.is("values.0.author.accountId", users[2].AccountID)
	got.is("values.0.historyMetadata.type", "com.example.sync")
	got.is("values.0.items.0.fromString", "Old")
	got.is("values.0.items.0.toString", "New")
	got.is("values.0.items.1.field", "Product area")
	got.is("values.0.items.1.to", "10101")
}

func TestAMovedIssueKeepsItsID(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("Mover", object{"components": []object{{"name": "vip"}}})
	old := c.issue(id).text("key")
	if err := s.e.act(users[1], false, func(se *session) error { se.move(se.state.find(id), findProject("OPS")); return nil }); err != nil {
		t.Fatal(err)
	}
	got := c.issue(old)
	got.is("id", id)
	got.is("key", "OPS-1")
	got.is("fields.components", "[]")
	c.do("POST", "/rest/api/3/search/jql", object{"jql": "key = " + old, "fields": []string{"key"}}).want(200).is("issues.0.key", "OPS-1")
}

func TestDeletingTakesSubtasksOnlyWhenAsked(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("Parent", nil)
	sub := c.newIssue("Child", object{"issuetype": object{"name": "Sub-task"}, "parent": object{"id": id}})
	c.issue(id).is("fields.subtasks.0.id", sub)
	c.do("DELETE", "/rest/api/3/issue/"+id, nil).want(400)
	c.do("DELETE", "/rest/api/3/issue/"+id+"?deleteSubtasks=true", nil).want(204)
	c.do("GET", "/rest/api/3/issue/"+sub, nil).want(404)
}

func TestFieldsParameterChooses(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", nil)
	count := func(q string) int {
		m, _ := c.do("GET", "/rest/api/3/issue/"+id+q, nil).want(200).at("fields").(map[string]any)
		return len(m)
	}
	all := count("")
	if n := count("?fields=summary,status"); n != 2 {
		t.Errorf("two fields asked for, %d given", n)
	}
	if n := count("?fields=*all,-comment"); n != all-1 {
		t.Errorf("all but one asked for, %d of %d given", n, all)
	}
}
