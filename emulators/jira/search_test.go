package jira

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// keys answers the keys a query finds, in order.
func (c caller) keys(jql string) []string {
	c.T.Helper()
	got := c.do("POST", "/rest/api/3/search/jql", object{"jql": jql, "fields": []string{"key"}, "maxResults": 5000}).want(200)
	out := []string{}
	list, _ := got.at("issues").([]any)
	for _, one := range list {
		out = append(out, one.(map[string]any)["key"].(string))
	}
	return out
}

func TestJQL(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("grace")                                                                                                                               // in New York
	c.newIssue("Login fails", object{"labels": []string{"vip"}, "description": doc("The page shows error 500"), "priority": object{"name": "High"}}) // ENG-1
	s.Pass(time.Hour)
	second := s.Now()
	c.newIssue("Slow report", object{"issuetype": object{"name": "Task"}, "assignee": object{"accountId": users[1].AccountID}, "customfield_10032": "SUP-77"}) // ENG-2
	s.Pass(time.Hour)
	c.newIssue("Router down", object{"project": object{"key": "OPS"}}) // OPS-1
	c.do("POST", "/rest/api/3/issue/OPS-1/transitions", object{"transition": object{"id": "11"}}).want(204)
	newYork, _ := time.LoadLocation("America/New_York")
	cases := []struct {
		reason, jql string
		want        []string
	}{
		{"project by key", "project = ENG ORDER BY id", []string{"ENG-1", "ENG-2"}},
		{"project by id", "project in (10001)", []string{"OPS-1"}},
		{"status by name", `status = "In Progress"`, []string{"OPS-1"}},
		{"not this status", `status != "To Do" AND project is not EMPTY`, []string{"OPS-1"}},
		{"issue type in a list", "issuetype in (Bug, Task) AND project = ENG ORDER BY key DESC", []string{"ENG-2", "ENG-1"}},
		{"a label", "labels = vip", []string{"ENG-1"}},
		{"an empty field is no match for not this value", "labels != other ORDER BY id", []string{"ENG-1"}},
		{"no label", "labels is EMPTY ORDER BY id", []string{"ENG-2", "OPS-1"}},
		{"precedence of AND", "labels = vip OR project = OPS AND issuetype = Task", []string{"ENG-1"}},
		{"parentheses and NOT", "NOT (project = ENG)", []string{"OPS-1"}},
		{"words in the text", `text ~ "error page"`, []string{"ENG-1"}},
		{"the beginning of a word", `summary ~ "rout*"`, []string{"OPS-1"}},
		{"a custom field", `cf[10032] ~ "SUP-77"`, []string{"ENG-2"}},
		{"people", "assignee = currentUser() OR assignee = " + users[1].AccountID, []string{"ENG-2"}},
		{"milliseconds since the epoch", fmt.Sprintf("updated >= %d ORDER BY updated ASC", second.UnixMilli()), []string{"ENG-2", "OPS-1"}},
		{"one millisecond later", fmt.Sprintf("updated > %d", second.UnixMilli()), []string{"OPS-1"}},
		{"minutes in the caller's time zone", fmt.Sprintf(`created >= "%s" ORDER BY created`, second.In(newYork).Format("2006/01/02 15:04")), []string{"ENG-2", "OPS-1"}},
		{"the same digits as UTC miss everything", fmt.Sprintf(`created >= "%s"`, second.Format("2006/01/02 15:04")), []string{}},
		{"relative time", "created >= -90m ORDER BY created", []string{"ENG-2", "OPS-1"}},
		{"properties no app indexes", `issue.property[com.example].mark = "x" OR labels = vip`, []string{"ENG-1"}},
		{"by key", "key in (ENG-1, OPS-1) ORDER BY id", []string{"ENG-1", "OPS-1"}},
		{"order by priority", "project = ENG ORDER BY priority ASC", []string{"ENG-1", "ENG-2"}},
	}
	for _, tc := range cases {
		t.Run(tc.reason, func(t *testing.T) {
			if got := c.keys(tc.jql); !slices.Equal(got, tc.want) {
				t.Errorf("%s finds %v, want %v", tc.jql, got, tc.want)
			}
		})
	}
	for reason, jql := range map[string]string{"nothing": "", "only an order": "ORDER BY updated", "an unknown field": "colour = red", "an unknown project": "project = NOPE",
		"an unknown key": "key = ENG-99", "half a clause": "project =", "an open parenthesis": "(project = ENG", "two clauses without AND": "project = ENG labels = x", "a bad date": `updated > "yesterday"`} {
		if got := c.do("POST", "/rest/api/3/search/jql", object{"jql": jql}); got.Status != 400 {
			t.Errorf("%s (%q) answered %d", reason, jql, got.Status)
		}
	}
	c.do("POST", "/rest/api/3/search/jql", object{"jql": "project = ENG", "startAt": 1}).want(400)
}

func TestTextIsSearchedByItsWords(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	c.newIssue(`Say "when" to the back\slash`, object{"customfield_10032": "SUP-77 of 2026"}) // ENG-1
	c.newIssue("When to say it, in Zürich", object{"customfield_10032": "SUP-778"})           // ENG-2
	for _, tc := range []struct {
		reason, jql string
		want        []string
	}{
		{"words in any order", `summary ~ "when say"`, []string{"ENG-1", "ENG-2"}},
		{"a phrase, of words and not of signs", `summary ~ "\"say when\""`, []string{"ENG-1"}},
		{"a backslash takes the meaning from the next character", `summary ~ "\"back\\\\slash\""`, []string{"ENG-1"}},
		{"and is gone itself", `summary ~ "\"back\\slash\""`, []string{}},
		{"case is nothing", `summary ~ "ZÜRICH"`, []string{"ENG-2"}},
		{"a whole word", `summary ~ "sla"`, []string{}},
		{"the beginning of a word", `summary ~ "sla*"`, []string{"ENG-1"}},
		{"the beginning is none in a phrase", `summary ~ "\"sla*\""`, []string{}},
		{"a hyphen joins", `cf[10032] ~ "SUP-77"`, []string{"ENG-1"}},
		{"one of two", `summary ~ "zürich OR slash"`, []string{"ENG-1", "ENG-2"}},
		{"not that one", `summary ~ "when -slash"`, []string{"ENG-2"}},
		{"keywords in a phrase are words", `summary ~ "\"AND\""`, []string{}},
		{"signs alone find nothing", `summary ~ "\"***\""`, []string{}},
		{"escapes of a text", `summary ~ "\u0077hen\tsay" AND labels is EMPTY AND summary ~ 'sla\u0073h'`, []string{"ENG-1"}},
	} {
		if got := c.keys(tc.jql + " ORDER BY id"); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %s finds %v, want %v", tc.reason, tc.jql, got, tc.want)
		}
	}
	for reason, jql := range map[string]string{
		"text is not compared": `summary = "x"`, "nor is a custom text": `cf[10032] = "SUP-77"`, "labels have no words": `labels ~ "x"`, "an empty text": `summary ~ ""`,
		"an open phrase": `summary ~ "\"x"`, "a keyword alone": `summary ~ "AND"`, "a keyword at the end": `summary ~ "x OR"`, "a star in front": `summary ~ "*x"`,
		"an escape that JQL does not know": `summary ~ "a\bc"`, "a backslash at the end": `summary ~ "x\\"`,
	} {
		if got := c.do("POST", "/rest/api/3/search/jql", object{"jql": jql}); got.Status != 400 {
			t.Errorf("%s (%s) answered %d", reason, jql, got.Status)
		}
	}
}

func TestSearchAnswersIDsOnlyUnlessAsked(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", nil)
	got := c.do("GET", "/rest/api/3/search/jql?jql="+url.QueryEscape("project = ENG"), nil).want(200)
	got.is("issues.0", "map[id:"+id+"]")
	got.is("isLast", true)
	if got.at("nextPageToken") != nil || got.at("total") != nil {
		t.Errorf("the last page has a token or a total: %s", got.Raw)
	}
}

func TestPagesSurviveEditsInBetween(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	var all []string
	for n := range 7 {
		all = append(all, c.newIssue(fmt.Sprint(n), nil))
		s.Pass(time.Second)
	}
	seen, token := map[string]bool{}, any(nil)
	for page := 0; ; page++ {
		got := c.do("POST", "/rest/api/3/search/jql", object{"jql": "project = ENG ORDER BY updated ASC", "maxResults": 2, "nextPageToken": token}).want(200)
		list, _ := got.at("issues").([]any)
		for _, one := range list {
			seen[one.(map[string]any)["id"].(string)] = true
		}
		if token = got.at("nextPageToken"); token == nil {
			break
		}
		if page == 0 { // the first issue moves to the end
			c.do("PUT", "/rest/api/3/issue/"+all[0], object{"fields": object{"summary": "again"}}).want(204)
		}
		if page > 9 {
			t.Fatal("no last page")
		}
	}
	for _, id := range all {
		if !seen[id] {
			t.Errorf("issue %s was on no page", id)
		}
	}
	c.do("POST", "/rest/api/3/search/jql", object{"jql": "project = ENG", "nextPageToken": "rubbish"}).want(400)
}

func TestSearchLagsBehindAndReconciles(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	c.do("POST", "/_control/index_lag", object{"lag": "5s"}).want(200)
	id := c.newIssue("Late", nil)
	c.issue(id) // reading is never late
	if got := c.keys("project = ENG"); len(got) != 0 {
		t.Errorf("found %v before the lag is over", got)
	}
	fresh := c.do("POST", "/rest/api/3/search/jql", object{"jql": "project = ENG", "reconcileIssues": []int64{number(id)}}).want(200)
	fresh.is("issues.0.id", id)
	s.Pass(5 * time.Second)
	if got := c.keys("project = ENG"); len(got) != 1 {
		t.Errorf("found %v after the lag", got)
	}
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"summary": "Newer"}}).want(204)
	old := c.do("POST", "/rest/api/3/search/jql", object{"jql": "project = ENG", "fields": []string{"summary"}}).want(200)
	old.is("issues.0.fields.summary", "Late")
	c.do("DELETE", "/rest/api/3/issue/"+id, nil).want(204)
	if got := c.keys("project = ENG"); len(got) != 1 {
		t.Errorf("a deleted issue left the index at once: %v", got)
	}
	s.Pass(5 * time.Second)
	if got := c.keys("project = ENG"); len(got) != 0 {
		t.Errorf("a deleted issue is still found: %v", got)
	}
}

func TestPeopleAreFoundByPrefixAndHiddenAddressesOnlyWhole(t *testing.T) {
	c := newSite(t, Options{}).as("sync")
	for _, tc := range []struct{ reason, query, want string }{
		{"the beginning of an address", "grace@", "Grace Hopper"},
		{"the beginning of a last name", "lov", "Ada Lovelace"},
		{"a whole hidden address", "linus@acme.example", "Linus Pauling"},
		{"part of a hidden address", "linus@acme", ""},
		{"the middle of a name", "race", ""},
	} {
		got := c.do("GET", "/rest/api/3/user/search?query="+url.QueryEscape(tc.query), nil).want(200)
		if name := got.text("0.displayName"); name != tc.want {
			t.Errorf("%s: found %q, want %q", tc.reason, name, tc.want)
		}
		if strings.Contains(string(got.Raw), "linus@") {
			t.Errorf("%s: the hidden address is shown", tc.reason)
		}
	}
}
