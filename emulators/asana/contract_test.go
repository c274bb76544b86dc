package asana

import (
	"strings"
	"testing"
)

// TestEveryOperationKeepsTheContract drives each operation once with a normal request; the rig's client holds every
// exchange against the vendor's document.
func TestEveryOperationKeepsTheContract(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task(`"html_notes":"<body>Hello <strong>you</strong></body>","assignee":"grace@acme.example","due_on":"2026-05-11","tags":["` + TagCustomer + `"],
		"custom_fields":{"` + FieldPriority + `":"` + OptionHigh + `","` + FieldPlatforms + `":["` + OptionWeb + `","` + OptionIOS + `"],"` + FieldPoints + `":2.55,
		"` + FieldCustomer + `":"Globex","` + FieldReported + `":{"date":"2026-02-02"},"` + FieldReviewers + `":["` + UserLinus + `"]}`)
	other := r.task("")
	up := r.upload(TokenGrace, gidOf(path), "r%C3%A9sum%C3%A9.pdf", "content")
	if up.Status != 200 || up.Text("data", "name") != "résumé.pdf" {
		t.Fatalf("upload: %d %s", up.Status, up.Raw)
	}
	file := "/attachments/" + up.Text("data", "gid")
	comment := r.Must(201, TokenGrace, "POST", path+"/stories", `{"data":{"html_text":"<body>Looking</body>"}}`)
	story := "/stories/" + comment.Text("data", "gid")
	tag := r.Must(201, TokenAda, "POST", "/tags", `{"data":{"name":"new","workspace":"`+WorkspaceAcme+`"}}`)
	section := r.Must(201, TokenAda, "POST", "/projects/"+ProjectBugs+"/sections", `{"data":{"name":"Later"}}`)
	option := r.Must(201, TokenAda, "POST", "/custom_fields/"+FieldPriority+"/enum_options", `{"data":{"name":"Critical","color":"red"}}`)
	hook := r.Must(201, TokenAda, "POST", "/webhooks", `{"data":{"resource":"`+ProjectBugs+`","target":"`+newReceiver(t).URL+`","filters":[{"resource_type":"task","action":"changed","fields":["name"]}]}}`)
	sync := r.Must(412, TokenAda, "GET", "/events?resource="+ProjectBugs, "").Text("sync")
	hookPath, ws := "/webhooks/"+hook.Text("data", "gid"), "/workspaces/"+WorkspaceAcme
	for _, c := range []struct {
		status             int
		method, path, body string
	}{
		{200, "GET", path, ""},
		{200, "GET", path + "?opt_fields=name,html_notes,memberships.section.name,custom_fields,external,dependencies,num_subtasks", ""},
		{200, "PUT", path, `{"data":{"name":"Printer burns","completed":true,"custom_fields":{"` + FieldPriority + `":"` + OptionLow + `"}}}`},
		{200, "GET", "/tasks?project=" + ProjectBugs + "&limit=1&modified_since=2026-01-01T00:00:00Z", ""},
		{200, "GET", path + "/stories?limit=100", ""},
		{200, "GET", story, ""},
		{403, "PUT", story, `{"data":{"text":"Not mine"}}`},
		{201, "POST", path + "/subtasks", `{"data":{"name":"Extinguish"}}`},
		{200, "GET", path + "/subtasks", ""},
		{200, "POST", other + "/setParent", `{"data":{"parent":"` + gidOf(path) + `"}}`},
		{200, "POST", path + "/addDependencies", `{"data":{"dependencies":["` + gidOf(other) + `"]}}`},
		{200, "GET", path + "/dependencies", ""},
		{200, "GET", path + "/dependents", ""},
		{200, "POST", path + "/removeDependencies", `{"data":{"dependencies":["` + gidOf(other) + `"]}}`},
		{200, "POST", path + "/addDependents", `{"data":{"dependents":["` + gidOf(other) + `"]}}`},
		{200, "POST", path + "/removeDependents", `{"data":{"dependents":["` + gidOf(other) + `"]}}`},
		{200, "POST", path + "/addProject", `{"data":{"project":"` + ProjectRoadmap + `","section":"` + SectionNow + `"}}`},
		{200, "GET", path + "/projects", ""},
		{200, "POST", path + "/removeProject", `{"data":{"project":"` + ProjectRoadmap + `"}}`},
		{200, "POST", path + "/addTag", `{"data":{"tag":"` + tag.Text("data", "gid") + `"}}`},
		{200, "GET", path + "/tags", ""},
		{200, "POST", path + "/removeTag", `{"data":{"tag":"` + tag.Text("data", "gid") + `"}}`},
		{200, "POST", path + "/addFollowers", `{"data":{"followers":["linus@acme.example"]}}`},
		{200, "POST", path + "/removeFollowers", `{"data":{"followers":["linus@acme.example"]}}`},
		{200, "GET", "/projects?workspace=" + WorkspaceAcme, ""},
		{200, "GET", "/projects/" + ProjectBugs, ""},
		{200, "GET", "/projects/" + ProjectBugs + "/tasks?limit=2", ""},
		{200, "GET", "/projects/" + ProjectBugs + "/sections", ""},
		{200, "GET", "/projects/" + ProjectBugs + "/custom_field_settings", ""},
		{200, "GET", ws + "/projects", ""},
		{200, "GET", "/sections/" + SectionNew, ""},
		{200, "PUT", "/sections/" + section.Text("data", "gid"), `{"data":{"name":"Much later"}}`},
		{200, "GET", "/sections/" + SectionNew + "/tasks", ""},
		{200, "POST", "/sections/" + SectionProgress + "/addTask", `{"data":{"task":"` + gidOf(path) + `"}}`},
		{200, "DELETE", "/sections/" + section.Text("data", "gid"), ""},
		{200, "GET", "/attachments?parent=" + gidOf(path), ""},
		{200, "GET", file, ""},
		{200, "DELETE", file, ""},
		{200, "GET", "/custom_fields/" + FieldPriority, ""},
		{200, "GET", ws + "/custom_fields", ""},
		{200, "PUT", "/enum_options/" + option.Text("data", "gid"), `{"data":{"enabled":false}}`},
		{200, "GET", "/custom_types?project=" + ProjectBugs, ""},
		{404, "GET", "/custom_types/4711", ""},
		{200, "GET", "/tags?workspace=" + WorkspaceAcme, ""},
		{200, "GET", "/tags/" + TagCustomer, ""},
		{200, "GET", ws + "/tags", ""},
		{201, "POST", ws + "/tags", `{"data":{"name":"newer"}}`},
		{200, "GET", "/users", ""},
		{200, "GET", "/users/me", ""},
		{200, "GET", "/users/grace@acme.example", ""},
		{200, "GET", "/workspaces", ""},
		{200, "GET", ws, ""},
		{200, "GET", ws + "/users", ""},
		{200, "GET", ws + "/users/grace@acme.example", ""},
		{200, "GET", ws + "/typeahead?resource_type=user&query=gra", ""},
		{200, "GET", ws + "/tasks/search?text=printer&sort_by=created_at", ""},
		{200, "GET", ws + "/tasks/custom_id/BUG-1", ""},
		{403, "GET", ws + "/events", ""},
		{200, "GET", "/events?resource=" + ProjectBugs + "&sync=" + sync, ""},
		{200, "GET", "/webhooks?workspace=" + WorkspaceAcme, ""},
		{200, "GET", hookPath, ""},
		{200, "PUT", hookPath, `{"data":{"filters":[{"resource_type":"story"}]}}`},
		{200, "DELETE", hookPath, ""},
		{200, "POST", "/batch", `{"data":{"actions":[{"relative_path":"/users/me","method":"get"}]}}`},
		{403, "DELETE", story, ""},
	} {
		r.Must(c.status, TokenAda, c.method, c.path, c.body)
	}
	r.Must(200, TokenGrace, "PUT", story, `{"data":{"text":"Looking on"}}`)
	r.Must(200, TokenGrace, "DELETE", story, "")
	r.Must(200, TokenAda, "DELETE", path, "")
	r.Must(404, TokenAda, "GET", path, "")
	for pattern := range r.e.Harness().Calls(0).ByOperation {
		if strings.Contains(pattern, "{") && r.Doc.Operations()[pattern] == 0 {
			t.Errorf("never checked: %s", pattern)
		}
	}
}
