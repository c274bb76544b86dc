package jira

import (
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
)

func TestParentsAreOneLevelUp(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	epic := c.newIssue("Epic", object{"issuetype": object{"name": "Epic"}})
	bug := c.newIssue("Bug", object{"parent": object{"id": epic}})
	ops := c.do("POST", "/rest/api/3/issue", object{"fields": object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Task"}, "summary": "Elsewhere", "parent": object{"id": epic}}}).want(201).text("id")
	sub := c.newIssue("Part", object{"issuetype": object{"name": "Sub-task"}, "parent": object{"id": bug}})
	got := c.issue(bug)
	got.is("fields.parent.key", c.issue(epic).text("key"))
	got.is("fields.parent.fields.issuetype.name", "Epic")
	got.is("fields.subtasks.0.id", sub)
	if c.issue(epic).at("fields.subtasks.0") != nil {
		t.Error("an epic shows what it holds as sub-tasks")
	}
	for _, tc := range []struct {
		reason, issueType string
		parent            any
		at, want          string
	}{
		{"a bug under a bug", "Bug", object{"id": bug}, "errors.parentId", "hierarchy"},
		{"an epic under an epic", "Epic", object{"id": epic}, "errors.parentId", "hierarchy"},
		{"a sub-task under an epic", "Sub-task", object{"id": epic}, "errors.parentId", "hierarchy"},
		{"a sub-task of another project's issue", "Sub-task", object{"id": ops}, "errors.parent", "same project"},
		{"a sub-task without", "Sub-task", nil, "errors.parent", "parent issue key or id not specified"},
	} {
		in := object{"project": object{"key": "ENG"}, "issuetype": object{"name": tc.issueType}, "summary": "x", "parent": tc.parent}
		if text := c.do("POST", "/rest/api/3/issue", object{"fields": in}).want(400).text(tc.at); !strings.Contains(text, tc.want) {
			t.Errorf("%s: %q", tc.reason, text)
		}
	}
	c.do("PUT", "/rest/api/3/issue/"+sub, object{"fields": object{"parent": nil}}).want(400)
	c.do("PUT", "/rest/api/3/issue/"+sub, object{"update": object{"parent": []object{{"set": object{"none": true}}}}}).want(400)
	c.do("PUT", "/rest/api/3/issue/"+bug, object{"update": object{"parent": []object{{"set": object{"none": true}}}}}).want(204)
	if c.issue(bug).at("fields.parent") != nil {
		t.Error("the parent stayed")
	}
	c.do("PUT", "/rest/api/3/issue/"+bug, object{"fields": object{"parent": object{"key": c.issue(epic).text("key")}}}).want(204)
	log := c.do("GET", "/rest/api/3/issue/"+bug+"/changelog", nil)
	log.is("values.1.items.0.field", "IssueParentAssociation")
	log.is("values.1.items.0.to", epic)
	c.do("DELETE", "/rest/api/3/issue/"+epic, nil).want(204)
	if c.issue(bug).at("fields.parent") != nil {
		t.Error("a deleted epic is still a parent")
	}
}

func TestLinksAreSeenFromBothEnds(t *testing.T) {
	s := newSite(t, Options{})
	hook := bench.NewInbox(t)
	c := s.as("ada")
	a := c.newIssue("A", nil)
	b := c.do("POST", "/rest/api/3/issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "B"},
		"update": object{"issuelinks": []object{{"add": object{"type": object{"name": "Blocks"}, "inwardIssue": object{"id": a}}}}}}).want(201).text("id")
	from, to := c.issue(a), c.issue(b)
	from.is("fields.issuelinks.0.outwardIssue.id", b)
	from.is("fields.issuelinks.0.type.outward", "blocks")
	to.is("fields.issuelinks.0.inwardIssue.id", a)
	if from.at("fields.issuelinks.0.inwardIssue") != nil || to.at("fields.issuelinks.0.outwardIssue") != nil {
		t.Error("a link shows both ends")
	}
	c.do("GET", "/rest/api/3/issue/"+a+"/changelog", nil).is("values.0.items.0.toString", "This issue blocks "+to.text("key"))
	c.do("GET", "/rest/api/3/issue/"+b+"/changelog", nil).is("values.0.items.0.toString", "This issue is blocked by "+from.text("key"))
	s.target(hook, "")
	link := from.text("fields.issuelinks.0.id")
	c.do("DELETE", "/rest/api/3/issueLink/"+link, nil).want(204)
	c.do("GET", "/rest/api/3/issueLink/"+link, nil).want(404)
	gone := false
	for _, d := range hook.Wait(3) {
		if d.At("webhookEvent") == "issuelink_deleted" {
			gone = d.At("issueLink", "sourceIssueId") == float64(number(a)) && d.At("issueLink", "destinationIssueId") == float64(number(b))
		}
	}
	if !gone {
		t.Errorf("no issuelink_deleted among %v", events(hook))
	}
	c.do("PUT", "/rest/api/3/issue/"+a, object{"update": object{"issuelinks": []object{{"add": object{"type": object{"name": "Nonsense"}, "outwardIssue": object{"id": b}}}}}}).want(400)
	c.do("PUT", "/rest/api/3/issue/"+a, object{"update": object{"issuelinks": []object{{"remove": object{"id": link}}}}}).want(400)
}
