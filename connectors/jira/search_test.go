package jira_test

import (
	"slices"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

func TestSearchBeginsAnewWhenJiraForgotItsPlace(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	in := connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Bug"}}
	var ids []string
	for range 3 {
		o, err := s.conn.Create(t.Context(), core.Draft{Type: "issue", Scope: in.Scope, Fields: map[string]core.Value{"summary": core.String("again")}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, o.Ref.ID)
	}
	s.pass(indexLag + time.Second)
	var got []string
	for cursor := connectors.Cursor("a token of last week"); ; {
		page, err := s.conn.Search(t.Context(), in, "summary ~ again", cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range page.Items {
			got = append(got, ch.Ref.ID)
		}
		if cursor = page.Next; !page.More {
			break
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("listed %v, want %v", got, ids)
	}
	if _, err := s.conn.Search(t.Context(), in, "summary ~", "a token of last week"); connectors.Class(err) != "invalid" {
		t.Errorf("a wrong query with an old token: %v", err)
	}
}

func TestAQueryCannotLeaveTheScope(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	id := s.person(t, "POST", "/rest/api/3/issue", map[string]any{"fields": map[string]any{
		"project": map[string]string{"key": "OPS"}, "issuetype": map[string]string{"name": "Bug"}, "summary": "elsewhere"}})["id"].(string)
	s.pass(indexLag + time.Second)
	in := connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG"}}
	for _, tc := range []struct{ reason, query, class string }{
		{"another project", "project = OPS", ""},
		{"one or the other", "project = ENG OR project = OPS", ""},
		{"out of the parentheses", "project = ENG) OR (project = OPS", "invalid"},
		{"behind a text", `summary ~ "x\"") OR (project = OPS AND summary ~ "elsewhere"`, "invalid"},
		{"only an order", "order by created", ""},
	} {
		page, err := s.conn.Search(t.Context(), in, tc.query, "")
		if connectors.Class(err) != tc.class || len(page.Items) != 0 {
			t.Errorf("%s: %v, %v", tc.reason, page.Items, err)
		}
	}
	in.Scope["project"] = "OPS"
	if page, err := s.conn.Search(t.Context(), in, "project = ENG OR project = OPS", ""); err != nil || len(page.Items) != 1 || page.Items[0].Ref.ID != id {
		t.Errorf("in its own scope: %+v, %v", page.Items, err)
	}
}
