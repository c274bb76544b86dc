package jira

import (
	"strings"
	"testing"
	"time"
)

func TestRestrictedCommentsAreHiddenFromOthers(t *testing.T) {
	s := newSite(t, Options{})
	id := s.as("ada").newIssue("x", nil)
	path := "/rest/api/3/issue/" + id + "/comment"
	s.as("ada").do("POST", path, object{"body": doc("All")}).want(201)
	hidden := s.as("ada").do("POST", path, object{"body": doc("Few"), "visibility": object{"type": "role", "value": "Service Desk Team"}}).want(201).text("id")
	s.as("ada").do("POST", path, object{"body": doc("x"), "visibility": object{"type": "role", "value": "Kings"}}).want(400)
	s.as("grace").do("GET", path, nil).want(200).is("total", 2)
	s.as("linus").do("GET", path, nil).want(200).is("total", 1)
	s.as("linus").do("GET", path+"/"+hidden, nil).want(404)
	s.as("linus").issue(id).is("fields.comment.total", 1)
	s.as("linus").do("POST", "/rest/api/3/comment/list", object{"ids": []int64{number(hidden)}}).want(200).is("total", 0)
}

func TestInternalCommentsOfServiceProjects(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	internal := object{"body": doc("For us"), "properties": []object{{"key": "sd.public.comment", "value": object{"internal": true}}}}
	ops := c.newIssue("Ops", object{"project": object{"key": "OPS"}})
	eng := c.newIssue("Eng", nil)
	got := c.do("POST", "/rest/api/3/issue/"+ops+"/comment", internal).want(201)
	got.is("jsdPublic", false)
	c.do("POST", "/rest/api/3/issue/"+eng+"/comment", internal).want(201).is("jsdPublic", true)
	one := "/rest/api/3/issue/" + ops + "/comment/" + got.text("id")
	c.do("PUT", one, object{"body": doc("Still for us")}).want(200).is("jsdPublic", false)
	c.do("PUT", one, object{"body": doc("Oops"), "properties": []object{{"key": "other", "value": 1}}}).want(200).is("jsdPublic", true)
}

func TestEditedCommentsShowWhoAndWhen(t *testing.T) {
	s := newSite(t, Options{})
	id := s.as("ada").newIssue("x", nil)
	got := s.as("ada").do("POST", "/rest/api/3/issue/"+id+"/comment", object{"body": doc("a")}).want(201)
	s.Pass(time.Second)
	one := s.as("grace").do("PUT", "/rest/api/3/issue/"+id+"/comment/"+got.text("id"), object{"body": doc("b")}).want(200)
	one.is("author.displayName", "Ada Lovelace")
	one.is("updateAuthor.displayName", "Grace Hopper")
	if created, _ := parseMoment(one.text("created")); created.IsZero() {
		t.Error("no creation time")
	} else if updated, _ := parseMoment(one.text("updated")); updated.Sub(created) != time.Second {
		t.Errorf("updated %v after creation", updated.Sub(created))
	}
	s.as("ada").do("GET", "/rest/api/3/issue/"+id+"/changelog", nil).want(200).is("total", 0) // comments are no history
}

func TestCommentPagesAndMistakes(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", nil)
	path := "/rest/api/3/issue/" + id + "/comment"
	for _, text := range []string{"1", "2", "3"} {
		c.do("POST", path, object{"body": doc(text)}).want(201)
		s.Pass(time.Second)
	}
	page := c.do("GET", path+"?startAt=2&maxResults=2", nil).want(200)
	page.is("total", 3)
	page.is("comments.0.body.content.0.content.0.text", "3")
	c.do("GET", path+"?orderBy=-created&maxResults=1", nil).want(200).is("comments.0.body.content.0.content.0.text", "3")
	c.do("POST", path, object{"body": "text"}).want(400).is("errors.comment", "Comment body is not valid!")
	c.do("POST", path, object{"body": doc(strings.Repeat("x", 32768))}).want(400).is("errors.comment", tooLong)
	c.do("POST", path, object{"body": doc(strings.Repeat("x", 32767))}).want(201)
	c.do("DELETE", path+"/1", nil).want(404)
}
