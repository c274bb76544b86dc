package github

import (
	"fmt"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
)

// TestEveryOperationKeepsTheContract drives each operation once with a normal request; the rig's client holds every
// exchange against the vendor's document.
func TestEveryOperationKeepsTheContract(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	path, first := r.issue("ada", `"body":"It burns.","labels":["bug","new one"],"assignees":["grace","guest"],"milestone":1,"type":"Bug",`+
		`"issue_field_values":[{"field_id":602,"value":"Web"},{"field_id":603,"value":["Linux"]},{"field_id":604,"value":3.5},{"field_id":605,"value":"2026-04-01"},{"field_id":601,"value":"n"}]`)
	child, second := r.issue("ada", "")
	r.Control("POST", "pull", `{"repo":"acme/app","title":"Mend it","body":"for #1"}`)
	comment := r.must(201, "grace", "POST", path+"/comments", `{"body":"Looking at #2, @ada"}`)
	at := fmt.Sprintf("%s/comments/%d", appIssues, comment.id())
	hook := r.must(201, "ada", "POST", "/repos/acme/app/hooks", `{"name":"web","events":["issues"],"config":{"url":"`+rc.URL+`","content_type":"json","secret":"s"}}`)
	hookAt := fmt.Sprintf("/repos/acme/app/hooks/%d", hook.id())
	org := r.must(201, "ada", "POST", "/orgs/acme/hooks", `{"name":"web","events":["issue_comment"],"config":{"url":"`+rc.URL+`/org","content_type":"json"}}`)
	orgAt := fmt.Sprintf("/orgs/acme/hooks/%d", org.id())
	rc.Wait(2)
	delivery := strings.TrimSuffix(fmt.Sprintf("%.0f", r.must(200, "ada", "GET", hookAt+"/deliveries", "").At(0, "id")), ".")
	orgDelivery := fmt.Sprintf("%.0f", r.must(200, "ada", "GET", orgAt+"/deliveries?per_page=5", "").At(0, "id"))
	jwt := r.jwt()
	app := r.must(201, jwt, "POST", "/app/installations/9001/access_tokens", `{"repositories":["app"],"permissions":{"issues":"write","metadata":"read"}}`)
	bot := app.text("token")
	r.must(200, jwt, "PATCH", "/app/hook/config", `{"url":"`+rc.URL+`/app","content_type":"json"}`)
	r.must(201, "ada", "POST", "/repos/acme/app/issues", `{"title":"For the app's hook"}`)
	appDelivery := fmt.Sprintf("%.0f", r.must(200, jwt, "GET", "/app/hook/deliveries", "").At(0, "id"))
	event := fmt.Sprintf("%.0f", r.must(200, "ada", "GET", appIssues+"/events?per_page=3", "").At(0, "id"))
	sub := fmt.Sprintf(`{"sub_issue_id":%d}`, second.id())
	for _, c := range []struct {
		status       int
		who          string
		method, path string
		body         string
	}{
		{200, "sync", "GET", "/repos/acme/app", ""},
		{200, "sync", "GET", appIssues + "?state=all&sort=updated&direction=asc&since=2026-01-01T00:00:00Z&per_page=2&labels=bug,new%20one", ""},
		{200, "sync", "GET", path, ""},
		{200, "grace", "PATCH", path, `{"title":"Printer cold","body":null,"state":"closed","state_reason":"not_planned","milestone":2,"type":{"value":"Task"},"labels":[{"name":"P1"}],"assignees":[]}`},
		{200, "grace", "PATCH", path, `{"state":"open","milestone":null,"type":null}`},
		{200, "ada", "GET", "/orgs/acme/issues?filter=all&state=all", ""},
		{200, "sync", "GET", appIssues + "/comments?since=2026-01-01T00:00:00Z&sort=updated&direction=asc", ""},
		{200, "sync", "GET", at, ""},
		{200, "sync", "PATCH", at, `{"body":"Looked"}`},
		{200, "sync", "GET", path + "/comments?since=2026-01-01T00:00:00Z", ""},
		{204, "ada", "PUT", path + "/lock", `{"lock_reason":"resolved"}`},
		{204, "ada", "DELETE", path + "/lock", ""},
		{200, "sync", "GET", appIssues + "/events/" + event, ""},
		{200, "sync", "GET", path + "/events", ""},
		{201, "ada", "POST", path + "/assignees", `{"assignees":["linus"]}`},
		{200, "ada", "DELETE", path + "/assignees", `{"assignees":["linus"]}`},
		{204, "ada", "GET", path + "/assignees/linus", ""},
		{200, "ada", "GET", "/repos/acme/app/assignees", ""},
		{204, "ada", "GET", "/repos/acme/app/assignees/triage-desk", ""},
		{404, "ada", "GET", "/repos/acme/app/assignees/guest", ""},
		{200, "ada", "POST", path + "/labels", `{"labels":["bug"]}`},
		{200, "ada", "GET", path + "/labels", ""},
		{200, "ada", "PUT", path + "/labels", `{"labels":["bug","P2"]}`},
		{200, "ada", "DELETE", path + "/labels/P2", ""},
		{204, "ada", "DELETE", path + "/labels", ""},
		{200, "ada", "GET", "/repos/acme/app/labels?per_page=3", ""},
		{201, "ada", "POST", "/repos/acme/app/labels", `{"name":"hot","color":"ff0000","description":"d"}`},
		{200, "ada", "GET", "/repos/acme/app/labels/hot", ""},
		{200, "ada", "PATCH", "/repos/acme/app/labels/hot", `{"new_name":"cold"}`},
		{204, "ada", "DELETE", "/repos/acme/app/labels/cold", ""},
		{200, "ada", "GET", "/repos/acme/app/milestones?state=all", ""},
		{201, "ada", "POST", "/repos/acme/app/milestones", `{"title":"v3","due_on":"2026-05-01T00:00:00Z"}`},
		{200, "ada", "GET", "/repos/acme/app/milestones/3", ""},
		{200, "ada", "PATCH", "/repos/acme/app/milestones/3", `{"state":"closed"}`},
		{204, "ada", "DELETE", "/repos/acme/app/milestones/3", ""},
		{201, "ada", "POST", path + "/sub_issues", sub},
		{200, "ada", "GET", path + "/sub_issues", ""},
		{200, "ada", "GET", child + "/parent", ""},
		{200, "ada", "GET", child, ""},
		{422, "ada", "PATCH", path + "/sub_issues/priority", sub},
		{201, "ada", "POST", path + "/dependencies/blocked_by", fmt.Sprintf(`{"issue_id":%d}`, second.id())},
		{200, "ada", "GET", path + "/dependencies/blocked_by", ""},
		{200, "ada", "GET", child + "/dependencies/blocking", ""},
		{200, "ada", "DELETE", fmt.Sprintf("%s/dependencies/blocked_by/%d", path, second.id()), ""},
		{200, "ada", "GET", path + "/timeline", ""},
		{200, "ada", "GET", child + "/timeline", ""},
		{200, "ada", "DELETE", path + "/sub_issue", sub},
		{200, "ada", "GET", path + "/issue-field-values", ""},
		{200, "ada", "POST", path + "/issue-field-values", `{"issue_field_values":[{"field_id":604,"value":5}]}`},
		{200, "ada", "PUT", path + "/issue-field-values", `{"issue_field_values":[{"field_id":604,"value":6},{"field_id":603,"value":["Windows","Linux"]}]}`},
		{204, "ada", "DELETE", path + "/issue-field-values/604", ""},
		{200, "ada", "GET", "/repos/acme/app/issue-types", ""},
		{200, "ada", "GET", "/orgs/acme/issue-types", ""},
		{200, "ada", "GET", "/orgs/acme/issue-fields", ""},
		{200, "ada", "GET", "/repos/acme/app/collaborators", ""},
		{200, "ada", "GET", "/repos/acme/app/collaborators/grace/permission", ""},
		{200, "ada", "GET", "/user", ""},
		{200, "ada", "GET", "/users/grace", ""},
		{200, "ada", "GET", "/search/users?q=ada@acme.example+in:email", ""},
		{200, "ada", "GET", "/search/issues?q=repo:acme/app+is:issue+printer", ""},
		{200, "ada", "GET", "/repos/acme/app/hooks", ""},
		{200, "ada", "GET", hookAt, ""},
		{200, "ada", "PATCH", hookAt, `{"add_events":["label"],"active":true}`},
		{200, "ada", "GET", hookAt + "/config", ""},
		{200, "ada", "PATCH", hookAt + "/config", `{"secret":"t"}`},
		{200, "ada", "GET", hookAt + "/deliveries/" + delivery, ""},
		{202, "ada", "POST", hookAt + "/deliveries/" + delivery + "/attempts", ""},
		{204, "ada", "POST", hookAt + "/pings", ""},
		{204, "ada", "DELETE", hookAt, ""},
		{200, "ada", "GET", "/orgs/acme/hooks", ""},
		{200, "ada", "GET", orgAt, ""},
		{200, "ada", "PATCH", orgAt, `{"events":["issues"]}`},
		{202, "ada", "POST", orgAt + "/deliveries/" + orgDelivery + "/attempts", ""},
		{204, "ada", "DELETE", orgAt, ""},
		{200, jwt, "GET", "/app", ""},
		{200, jwt, "GET", "/app/installations", ""},
		{200, jwt, "GET", "/repos/acme/app/installation", ""},
		{200, jwt, "GET", "/app/hook/config", ""},
		{200, jwt, "GET", "/app/hook/deliveries/" + appDelivery, ""},
		{202, jwt, "POST", "/app/hook/deliveries/" + appDelivery + "/attempts", ""},
		{200, bot, "GET", "/installation/repositories", ""},
		{200, "ada", "GET", "/rate_limit", ""},
		{200, "", "GET", "/meta", ""},
		{204, "ada", "DELETE", at, ""},
		{404, "ada", "GET", at, ""},
	} {
		r.must(c.status, c.who, c.method, c.path, c.body)
	}
	if first.id() == second.id() {
		t.Error("two issues have one id")
	}
	seen := r.Doc.Operations()
	for _, route := range r.e.routes {
		if op := route.method + " " + route.template; seen[op] == 0 {
			t.Errorf("never checked: %s", op)
		}
	}
	t.Logf("%d operations of the vendor held to its document", len(seen))
}
