package jira

import (
	"net/url"
	"slices"
	"testing"
	"time"
)

// incident creates one with what its type requires.
func (c caller) incident(more object) string {
	in := object{"issuetype": object{"id": typeIncident}, "customfield_10043": object{"value": "Major"}, "customfield_10044": "2026-05-04T10:00:00.000+0000"}
	for k, v := range more {
		in[k] = v
	}
	return c.newIssue("Down", in)
}

func (c caller) transitionNames(id string) []string {
	var out []string
	all, _ := c.do("GET", "/rest/api/3/issue/"+id+"/transitions", nil).want(200).at("transitions").([]any)
	for _, one := range all {
		out = append(out, one.(map[string]any)["name"].(string))
	}
	return out
}

func TestTransitionsAreOfferedByTypeStatusAndRole(t *testing.T) {
	s := newSite(t, Options{})
	admin, grace := s.as("ada"), s.as("grace")
	bug, incident := admin.newIssue("Bug", nil), admin.incident(nil)
	for _, tc := range []struct {
		reason string
		who    caller
		id     string
		want   []string
	}{
		{"a bug starts", admin, bug, []string{"Start progress"}},
		{"an administrator may reject an incident from everywhere", admin, incident, []string{"Start progress", "Reject"}},
		{"a developer may not", grace, incident, []string{"Start progress"}},
	} {
		if got := tc.who.transitionNames(tc.id); !slices.Equal(got, tc.want) {
			t.Errorf("%s: offered %v, want %v", tc.reason, got, tc.want)
		}
	}
	grace.do("POST", "/rest/api/3/issue/"+incident+"/transitions", object{"transition": object{"id": "91"}}).want(400)
	all := admin.do("GET", "/rest/api/3/issue/"+incident+"/transitions?transitionId=91", nil).want(200)
	all.is("transitions.0.isGlobal", true)
	all.is("transitions.0.isConditional", true)
}

func TestATransitionRequiresItsFields(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.incident(nil)
	path := "/rest/api/3/issue/" + id + "/transitions"
	take := func(transition string, fields object, status int) answer {
		s.Pass(time.Minute)
		return c.do("POST", path, object{"transition": object{"id": transition}, "fields": fields}).want(status)
	}
	take("11", nil, 204)
	screen := c.do("GET", path+"?expand=transitions.fields&transitionId=81", nil).want(200)
	screen.is("transitions.0.fields.customfield_10039.required", true)
	screen.is("transitions.0.fields.assignee.required", false)
	screen.is("transitions.0.fields.customfield_10039.allowedValues.0.value", "None")
	take("81", nil, 400).is("errors.customfield_10039", "Customer impact is required.")
	take("81", object{"customfield_10039": object{"value": "None"}, "customfield_10040": []string{"x"}}, 400).
		is("errors.customfield_10040", "Field 'customfield_10040' cannot be set. It is not on the appropriate screen, or unknown.")
	c.issue(id).is("fields.status.name", "In Progress")
	take("81", object{"customfield_10039": object{"value": "None"}, "assignee": object{"accountId": users[2].AccountID}}, 204)
	c.issue(id).is("fields.customfield_10039.value", "None")
	c.issue(id).is("fields.assignee.accountId", users[2].AccountID)
	take("71", nil, 204)
	take("81", nil, 204) // what it requires is there already

	screen = c.do("GET", path+"?expand=transitions.fields&transitionId=91", nil).want(200)
	screen.is("transitions.0.fields.customfield_10035.required", false)
	take("91", object{"resolution": object{"name": "Won't Do"}}, 400).is("errors.customfield_10035", "Workaround is required.")
	take("91", object{"resolution": object{"name": "Won't Do"}, "customfield_10035": doc("Restart it")}, 204)
	c.issue(id).is("fields.status.name", "Done")
	c.issue(id).is("fields.resolution.name", "Won't Do")
}

func TestATransitionMayCarryAComment(t *testing.T) {
	c := newSite(t, Options{}).as("ada")
	id := c.newIssue("x", nil)
	c.do("POST", "/rest/api/3/issue/"+id+"/transitions", object{"transition": object{"id": "11"},
		"update": object{"comment": []object{{"add": object{"body": doc("On it")}}}}}).want(204)
	c.issue(id).is("fields.comment.comments.0.body.content.0.content.0.text", "On it")
	c.issue(id).is("fields.status.name", "In Progress")
}

func TestThePageAsksForWhatATransitionRequires(t *testing.T) {
	s := newSite(t, Options{})
	id := s.as("ada").incident(nil)
	ada := browser{s, users[1].AccountID}
	to := "/items/" + id
	ada.post(to+"/transition", url.Values{"transition": {"91"}, "resolution": {"10001"}}).want(400)
	ada.post(to+"/transition", url.Values{"transition": {"91"}, "resolution": {"10001"}, "customfield_10035": {"Restart it"}}).want(303)
	s.as("ada").issue(id).is("fields.status.name", "Done")
}
