package jira

import (
	"strings"
	"testing"
)

func TestVisibilityIsForOnesOwnRolesAndGroups(t *testing.T) {
	s := newSite(t, Options{})
	ada, grace, linus := s.as("ada"), s.as("grace"), s.as("linus")
	path := "/rest/api/3/issue/" + ada.newIssue("x", nil) + "/comment"
	tier2 := findGroup("tier-2")
	for _, tc := range []struct {
		reason     string
		who        caller
		visibility object
		want       string
	}{
		{"a role one is in", grace, object{"type": "role", "value": "Developers"}, ""},
		{"a role by its identifier", grace, object{"type": "role", "identifier": "Developers"}, ""},
		{"a group one is in", grace, object{"type": "group", "value": "tier-2"}, ""},
		{"a group by its id", grace, object{"type": "group", "identifier": tier2.ID}, ""},
		{"a role one is not in", grace, object{"type": "role", "value": "Administrators"}, "not a member of the project role: Administrators"},
		{"a group one is not in", ada, object{"type": "group", "value": "tier-2"}, "not a member of the group: tier-2"},
		{"a role nobody has", ada, object{"type": "role", "value": "Kings"}, "not valid"},
		{"a group as role", ada, object{"type": "role", "value": "site-admins"}, "not valid"},
	} {
		got := tc.who.do("POST", path, object{"body": doc("x"), "visibility": tc.visibility})
		if tc.want == "" {
			got.want(201)
		} else if text := got.want(400).text("errors.commentLevel"); !strings.Contains(text, tc.want) {
			t.Errorf("%s: %q", tc.reason, text)
		}
	}
	few := grace.do("POST", path, object{"body": doc("x"), "visibility": object{"type": "group", "value": "tier-2"}}).want(201)
	few.is("visibility.value", "tier-2")
	few.is("visibility.identifier", tier2.ID)
	linus.do("GET", path+"/"+few.text("id"), nil).want(404)
	grace.do("PUT", path+"/"+few.text("id"), object{"body": doc("x"), "visibility": object{"type": "role", "value": "Administrators"}}).want(400)
}

func TestRolesAndGroupsAreListed(t *testing.T) {
	c := newSite(t, Options{}).as("grace")
	all := c.do("GET", "/rest/api/3/project/ENG/role", nil).want(200)
	address := all.text("Developers")
	one := c.do("GET", address[strings.Index(address, "/rest/"):], nil).want(200)
	one.is("name", "Developers")
	one.is("actors.0.displayName", "Grace Hopper")
	c.do("GET", "/rest/api/3/project/ENG/role/1", nil).want(404)
	c.do("GET", "/rest/api/3/project/ENG/roledetails?currentMember=true", nil).want(200).is("0.name", "Developers")
	c.do("GET", "/rest/api/3/group/member?groupname=tier-2", nil).want(200).is("values.1.displayName", "Grace Hopper")
	c.do("GET", "/rest/api/3/groups/picker?query=tier", nil).want(200).is("groups.0.name", "tier-2")
}
