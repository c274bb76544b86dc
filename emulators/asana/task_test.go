package asana

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestCompactAnswersUnlessFieldsAreAsked(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task(`"notes":"Secret plan","assignee":"grace@acme.example"`)
	list := r.must(200, TokenAda, "GET", "/tasks?project="+ProjectBugs, "")
	first := list.at("data", 0).(map[string]any)
	if first["notes"] != nil || first["name"] == nil || len(first) != 4 {
		t.Errorf("a list shows %v", first)
	}
	full := r.must(200, TokenAda, "GET", path, "")
	for _, hidden := range []string{"html_notes", "external", "dependencies", "num_subtasks", "created_by"} {
		if _, ok := full.at("data").(map[string]any)[hidden]; ok {
			t.Errorf("%s is shown without being asked for", hidden)
		}
	}
	asked := r.must(200, TokenAda, "GET", path+"?opt_fields=assignee,assignee_status,html_notes,memberships.section.name", "")
	if asked.text("data", "gid") == "" || asked.at("data", "name") != nil || asked.text("data", "html_notes") != "<body>Secret plan</body>" ||
		asked.at("data", "assignee", "name") != nil || asked.text("data", "memberships", 0, "section", "name") != "New" {
		t.Errorf("asked fields: %s", asked.raw)
	}
}

func TestWhatAnUpdateTakes(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	for _, test := range []struct {
		reason, body string
		status       int
	}{
		{"a named field", `{"data":{"name":"New"}}`, 200},
		{"projects are create-only", `{"data":{"projects":["` + ProjectRoadmap + `"]}}`, 400},
		{"tags are create-only", `{"data":{"tags":["` + TagCustomer + `"]}}`, 400},
		{"a parent has a call of its own", `{"data":{"parent":null}}`, 400},
		{"both notes", `{"data":{"notes":"a","html_notes":"<body>a</body>"}}`, 400},
		{"both due dates", `{"data":{"due_on":"2026-05-01","due_at":"2026-05-01T10:00:00Z"}}`, 400},
		{"a start without a due date in the request", `{"data":{"start_on":"2026-05-01"}}`, 400},
		{"a start with a due date", `{"data":{"start_on":"2026-05-01","due_on":"2026-05-02"}}`, 200},
		{"not a date", `{"data":{"due_on":"May"}}`, 400},
		{"an unknown property", `{"data":{"priority":"high"}}`, 400},
		{"somebody unknown", `{"data":{"assignee":"nobody@acme.example"}}`, 404},
		{"no data", `{"name":"x"}`, 400},
		{"approval of a task that is none", `{"data":{"approval_status":"approved"}}`, 400},
		{"an approval", `{"data":{"resource_subtype":"approval","approval_status":"approved"}}`, 200},
	} {
		if a := r.as(TokenAda, "PUT", path, test.body); a.status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.reason, a.status, test.status, a.raw)
		}
	}
	full := r.must(200, TokenAda, "GET", path, "")
	if full.at("data", "completed") != true || full.text("data", "name") != "New" || full.text("data", "due_on") != "2026-05-02" {
		t.Errorf("the task is %s", full.raw)
	}
	if a := r.as(TokenAda, "POST", "/tasks", `{"data":{"name":"Nowhere"}}`); a.status != 400 || a.text("errors", 0, "message") == "" {
		t.Errorf("a task without a home: %d %s", a.status, a.raw)
	}
}

func TestCustomFieldValues(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	for _, test := range []struct {
		reason, field, value string
		status               int
		shown                any
	}{
		{"an option by gid", FieldPriority, `"` + OptionHigh + `"`, 200, "High"},
		{"an option by name", FieldPriority, `"High"`, 400, "High"},
		{"a disabled option", FieldPriority, `"` + OptionLegacy + `"`, 400, "High"},
		{"null empties", FieldPriority, `null`, 200, nil},
		{"several options", FieldPlatforms, `["` + OptionIOS + `","` + OptionWeb + `"]`, 200, "iOS, Web"},
		{"several replace the set", FieldPlatforms, `["` + OptionAndroid + `"]`, 200, "Android"},
		{"one text for several", FieldPlatforms, `"` + OptionWeb + `"`, 400, "Android"},
		{"a number is rounded", FieldPoints, `2.27`, 200, "2.3"},
		{"a text is no number", FieldPoints, `"2"`, 400, "2.3"},
		{"a text", FieldCustomer, `"Globex"`, 200, "Globex"},
		{"a text that is too long", FieldCustomer, `"` + strings.Repeat("ä", 1025) + `"`, 400, "Globex"},
		{"a day", FieldReported, `{"date":"2026-02-03"}`, 200, "2026-02-03"},
		{"a plain day", FieldReported, `"2026-02-04"`, 400, "2026-02-03"},
		{"people", FieldReviewers, `["` + UserLinus + `","` + UserGrace + `"]`, 200, "Linus Pauling, Grace Hopper"},
		{"a computed field", FieldWeight, `1`, 400, "23"},
		{"a number that is given", FieldNumber, `"BUG-7"`, 400, "BUG-1"},
		{"a field of another project", FieldQuarter, `"` + OptionQ1 + `"`, 400, nil},
		{"an unknown field", "4711", `"x"`, 400, nil},
	} {
		if a := r.as(TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+test.field+`":`+test.value+`}}}`); a.status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.reason, a.status, test.status, a.raw)
		}
		shown := r.must(200, TokenAda, "GET", path, "").find("gid", test.field, "data", "custom_fields")["display_value"]
		if shown != test.shown {
			t.Errorf("%s: shown as %v, want %v", test.reason, shown, test.shown)
		}
	}
	r.must(200, TokenAda, "POST", path+"/addProject", `{"data":{"project":"`+ProjectRoadmap+`"}}`)
	r.must(200, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldQuarter+`":"`+OptionQ1+`"}}}`)
	r.must(200, TokenAda, "POST", path+"/removeProject", `{"data":{"project":"`+ProjectRoadmap+`"}}`)
	if f := r.must(200, TokenAda, "GET", path, "").find("gid", FieldQuarter, "data", "custom_fields"); f == nil || f["enabled"] != false {
		t.Errorf("a value whose project is gone is %v", f)
	}
	r.must(400, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldQuarter+`":"`+OptionQ2+`"}}}`)
	r.must(200, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldQuarter+`":null}}}`)
}

func TestExternalDataBelongsToTheApp(t *testing.T) {
	r := newRig(t, Options{})
	made := r.must(201, TokenSync, "POST", "/tasks", `{"data":{"name":"x","projects":["`+ProjectBugs+`"],"external":{"gid":"jira:1 0","data":"{}"}}}`)
	path := "/tasks/external:" + url.PathEscape("jira:1 0")
	if a := r.must(200, TokenSync, "GET", path+"?opt_fields=external", ""); a.text("data", "external", "gid") != "jira:1 0" || a.text("data", "gid") != made.text("data", "gid") {
		t.Errorf("found %s", a.raw)
	}
	for token, why := range map[string]string{TokenSyncPAT: "a personal token", TokenSyncOther: "another app", TokenAda: "another person"} {
		if a := r.as(token, "GET", path, ""); a.status != 404 {
			t.Errorf("%s finds the task: %d", why, a.status)
		}
	}
	if a := r.must(200, TokenSyncOther, "GET", "/tasks/"+made.text("data", "gid")+"?opt_fields=external", ""); a.at("data", "external") != nil {
		t.Error("another app sees the external data")
	}
	again := `{"data":{"name":"x","projects":["` + ProjectBugs + `"],"external":{"gid":"jira:1 0"}}}`
	r.must(400, TokenSync, "POST", "/tasks", again)
	r.must(201, TokenSyncOther, "POST", "/tasks", again)
	r.must(403, TokenSyncPAT, "POST", "/tasks", again)
	twice := newRig(t, Options{ExternalTwice: true})
	first := twice.must(201, TokenSync, "POST", "/tasks", again)
	twice.must(201, TokenSync, "POST", "/tasks", again)
	if a := twice.must(200, TokenSync, "GET", path, ""); a.text("data", "gid") != first.text("data", "gid") {
		t.Error("not the older one of two is found")
	}
}

func TestModifiedAndWhatDoesNotMoveIt(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	sub := "/tasks/" + r.must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`).text("data", "gid")
	comment := "/stories/" + r.must(201, TokenAda, "POST", path+"/stories", `{"data":{"text":"x"}}`).text("data", "gid")
	for _, test := range []struct {
		reason string
		do     func()
		moves  bool
	}{
		{"a section", func() {
			r.must(200, TokenAda, "POST", "/sections/"+SectionDone+"/addTask", `{"data":{"task":"`+gidOf(path)+`"}}`)
		}, false},
		{"another project", func() {
			r.must(200, TokenAda, "POST", path+"/addProject", `{"data":{"project":"`+ProjectRoadmap+`"}}`)
		}, false},
		{"a subtask's change", func() { r.must(200, TokenAda, "PUT", sub, `{"data":{"name":"new"}}`) }, false},
		{"a comment's edit", func() { r.must(200, TokenAda, "PUT", comment, `{"data":{"text":"y"}}`) }, false},
		{"the same name again", func() { r.must(200, TokenAda, "PUT", path, `{"data":{"name":"Printer on fire"}}`) }, false},
		{"a comment", func() { r.must(201, TokenAda, "POST", path+"/stories", `{"data":{"text":"z"}}`) }, true},
		{"a name", func() { r.must(200, TokenAda, "PUT", path, `{"data":{"name":"other"}}`) }, true},
		{"a tag", func() { r.must(200, TokenAda, "POST", path+"/addTag", `{"data":{"tag":"`+TagCustomer+`"}}`) }, true},
		{"an attachment", func() { r.upload(TokenAda, gidOf(path), "a.txt", "a") }, true},
	} {
		before := r.must(200, TokenAda, "GET", path, "").text("data", "modified_at")
		r.pass(5 * time.Minute)
		test.do()
		if after := r.must(200, TokenAda, "GET", path, "").text("data", "modified_at"); (after != before) != test.moves {
			t.Errorf("%s: %s → %s, moves: want %v", test.reason, before, after, test.moves)
		}
	}
}

func TestListsPageWithOffsetsThatExpire(t *testing.T) {
	r := newRig(t, Options{Limits: NoLimits()})
	want := map[string]bool{}
	for range 7 {
		want[gidOf(r.task(""))] = true
	}
	base := "/tasks?project=" + ProjectBugs + "&limit=3"
	offset, got := "", []string{}
	for pages := 0; pages < 5; pages++ {
		a := r.must(200, TokenAda, "GET", base+offset, "")
		for i := range a.len("data") {
			got = append(got, a.text("data", i, "gid"))
		}
		if a.at("next_page") == nil {
			break
		}
		offset = "&offset=" + url.QueryEscape(a.text("next_page", "offset"))
	}
	if len(got) != 7 || slices.IsSorted(got) {
		t.Errorf("pages gave %v: want seven, in no order of times", got)
	}
	first := r.must(200, TokenAda, "GET", base, "").text("next_page", "offset")
	r.must(400, TokenAda, "GET", "/tasks?project="+ProjectRoadmap+"&limit=3&offset="+first, "")
	r.must(400, TokenAda, "GET", base+"&offset=0", "")
	r.must(400, TokenAda, "GET", "/tasks?project="+ProjectBugs+"&limit=101", "")
	r.must(400, TokenAda, "GET", "/tasks?limit=3", "")
	r.pass(16 * time.Minute)
	r.must(400, TokenAda, "GET", base+"&offset="+first, "")
	if since := r.must(200, TokenAda, "GET", base+"&modified_since="+url.QueryEscape(r.clock().Format(time.RFC3339)), ""); since.len("data") != 0 {
		t.Errorf("modified_since shows older ones: %s", since.raw)
	}
	for range 1000 {
		r.e.mu.Lock()
		gid := r.e.st.id()
		r.e.st.Tasks[gid] = &task{GID: gid, Name: strconv.Itoa(len(gid)), Workspace: WorkspaceAcme, Subtype: "default_task", HTML: richOf(""), Creator: UserAda,
			Memberships: []membership{{ProjectBugs, SectionNew}}}
		r.e.mu.Unlock()
	}
	if a := r.must(200, TokenAda, "GET", "/tasks?project="+ProjectBugs, ""); a.len("data") != uncut {
		t.Errorf("without a limit a list shows %d", a.len("data"))
	}
}

func TestTrashAndWhatIsPrivate(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	sub := "/tasks/" + r.must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`).text("data", "gid")
	r.must(200, TokenGrace, "DELETE", path, "")
	r.must(404, TokenAda, "GET", path, "")
	r.must(404, TokenAda, "PUT", sub, `{"data":{"name":"x"}}`)
	if a := r.must(200, TokenAda, "GET", "/tasks?project="+ProjectBugs, ""); a.len("data") != 0 {
		t.Errorf("the list shows what was deleted: %s", a.raw)
	}
	r.control("undelete/"+gidOf(path), "")
	r.must(200, TokenAda, "GET", sub, "")
	secret := r.must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"Buy Globex","projects":["`+ProjectPrivate+`","`+ProjectBugs+`"]}}`)
	own := r.must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"Mine","workspace":"`+WorkspaceAcme+`"}}`)
	r.must(403, TokenSync, "GET", "/tasks/"+own.text("data", "gid"), "")
	r.must(403, TokenSync, "GET", "/projects/"+ProjectPrivate, "")
	seen := r.must(200, TokenSync, "GET", "/tasks/"+secret.text("data", "gid"), "")
	if seen.len("data", "memberships") != 1 || seen.len("data", "projects") != 1 {
		t.Errorf("a project that is not visible is shown: %s", seen.raw)
	}
	if a := r.must(200, TokenAda, "GET", "/tasks/"+secret.text("data", "gid"), ""); a.len("data", "memberships") != 2 {
		t.Errorf("its owner sees %s", a.raw)
	}
}

func TestSubtasksAreInNoProjectOfTheTaskAbove(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	sub := r.must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`)
	if a := r.must(200, TokenAda, "GET", "/projects/"+ProjectBugs+"/tasks", ""); a.len("data") != 1 || sub.len("data", "memberships") != 0 {
		t.Errorf("the subtask is in the project: %s", a.raw)
	}
	r.must(400, TokenAda, "POST", path+"/setParent", `{"data":{"parent":"`+sub.text("data", "gid")+`"}}`)
	r.must(200, TokenAda, "POST", "/tasks/"+sub.text("data", "gid")+"/setParent", `{"data":{"parent":null}}`)
}

func TestTheFreeWorkspaceLacksPaidParts(t *testing.T) {
	r := newRig(t, Options{})
	a := r.must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"x","projects":["`+ProjectGlobex+`"]}}`)
	path := "/tasks/" + a.text("data", "gid")
	for _, call := range [][3]string{
		{"GET", "/workspaces/" + WorkspaceGlobex + "/tasks/search?text=x", ""},
		{"GET", "/workspaces/" + WorkspaceGlobex + "/custom_fields", ""},
		{"GET", "/projects/" + ProjectGlobex + "/custom_field_settings", ""},
		{"PUT", path, `{"data":{"custom_fields":{"` + FieldCustomer + `":"x"}}}`},
		{"POST", path + "/addDependencies", `{"data":{"dependencies":[]}}`},
	} {
		r.must(402, TokenAda, call[0], call[1], call[2])
	}
	r.must(404, TokenAda, "GET", "/workspaces/"+WorkspaceGlobex+"/users/linus@acme.example", "")
}
