package jira

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"duplex/emulators/harness"
	"duplex/emulators/harness/pagecheck"
)

func TestPagesCanBeUsedByEverybody(t *testing.T) {
	s := newSite(t, Options{})
	ada := browser{s, users[1].AccountID}
	check := func(reason string, page answer) {
		t.Helper()
		for _, problem := range pagecheck.Problems(string(page.Raw), s.e.pageRoutes()) {
			t.Errorf("%s: %s", reason, problem)
		}
	}
	check("a site without issues", ada.get("/").want(200))
	to := ada.post("/items", url.Values{"project": {"OPS"}, "type": {"10004"}, "priority": {"2"}, "summary": {"Router down"}, "labels": {"net vip"}}).want(303).Header.Get("Location")
	ada.post(to+"/comments", url.Values{"body": {"For us"}, "internal": {"yes"}}).want(303)
	ada.post(to+"/comments", url.Values{"body": {"For all"}}).want(303)
	ada.post(to+"/worklogs", url.Values{"spent": {"1h"}, "done": {"Looked"}}).want(303)
	for _, step := range []string{"11", "21"} {
		ada.post(to+"/transition", url.Values{"transition": {step}}).want(303)
	}
	body, kind := fileForm("notes.txt", "hello")
	req, _ := http.NewRequest("POST", s.URL+to+"/attachments", body)
	req.Header.Set("Content-Type", kind)
	ada.send(req).want(303)
	check("an issue with comments, a file and a transition that asks for a resolution", ada.get(to).want(200))
	check("the board", ada.get("/").want(200))
	check("one project without issues", ada.get("/?project=ENG").want(200))
	check("what is not there", ada.get("/items/99").want(404))
	check("a refused form", ada.post(to, url.Values{"summary": {""}, "was_summary": {"Router down"}}).want(400))
}

func TestARefusedFormKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t, Options{})
	ada := browser{s, users[1].AccountID}
	has := func(page answer, wants ...string) {
		t.Helper()
		for _, want := range append(wants, `role="alert"`) {
			if !strings.Contains(string(page.Raw), want) {
				t.Errorf("the refused form lacks %s:\n%s", want, page.Raw)
			}
		}
		if strings.Contains(string(page.Raw), "data-version") {
			t.Error("a refused form would be loaded anew, and sent again")
		}
	}
	has(ada.post("/items", url.Values{"project": {"OPS"}, "type": {"10004"}, "priority": {"2"}, "summary": {""}, "description": {"Typed text"}}).want(400),
		`>Typed text</textarea>`, `value="OPS" selected`, `<option value="2" selected`)
	id := s.as("ada").newIssue("x", nil)
	has(ada.post("/items/"+id, url.Values{"summary": {strings.Repeat("long", 100)}, "was_summary": {"x"}, "description": {"Typed text"}, "was_description": {""}}).want(400),
		`>Typed text</textarea>`, `<details open><summary>Edit summary`)
	has(ada.post("/items/"+id+"/comments", url.Values{"body": {"Typed text"}, "role": {"Nobody"}}).want(400), `>Typed text</textarea>`)
}

func TestAStalePageUndoesNothing(t *testing.T) {
	s := newSite(t, Options{})
	id := s.as("ada").newIssue("Before", object{"labels": []string{"a", "b"}, "priority": object{"name": "Low"}})
	s.as("sync").do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"summary": "By the sync", "priority": object{"name": "High"}, "labels": []string{"a", "b", "synced"}, "description": doc("By the sync")}}).want(204)
	browser{s, users[1].AccountID}.post("/items/"+id, url.Values{"summary": {"Before"}, "was_summary": {"Before"}, "description": {""}, "was_description": {""},
		"priority": {"4"}, "was_priority": {"4"}, "labels": {"b mine"}, "was_labels": {"a b"}, "ref": {"SUP-1"}, "was_ref": {""}}).want(303)
	got := s.as("ada").issue(id)
	got.is("fields.summary", "By the sync")
	got.is("fields.priority.name", "High")
	got.is("fields.labels", "[b mine synced]")
	got.is("fields.customfield_10032", "SUP-1")
	got.is("fields.description.content.0.content.0.text", "By the sync")
}

func TestAPageTellsThatItIsOutOfDate(t *testing.T) {
	s := newSite(t, Options{})
	c, ada := s.as("ada"), browser{s, users[1].AccountID}
	first, second := c.newIssue("One", nil), c.newIssue("Two", nil)
	version := func(page string) string {
		req, _ := http.NewRequest("HEAD", s.URL+page, nil)
		got := ada.send(req).want(200)
		if policy := got.Header.Get("Content-Security-Policy"); !strings.Contains(policy, harness.LivePolicy()) {
			t.Errorf("the policy forbids the page's script: %s", policy)
		}
		return got.Header.Get("ETag")
	}
	one, two, list := version("/items/"+first), version("/items/"+second), version("/")
	if one == "" || one != version("/items/"+first) {
		t.Fatalf("an unchanged page has the versions %s and %s", one, version("/items/"+first))
	}
	c.do("PUT", "/rest/api/3/issue/"+first, object{"fields": object{"summary": "One more"}}).want(204)
	if one == version("/items/"+first) || list == version("/") {
		t.Error("a change is not seen")
	}
	if two != version("/items/"+second) {
		t.Error("the change of one issue is seen on another's page")
	}
}
