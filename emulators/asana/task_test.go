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
	list := r.Must(200, TokenAda, "GET", "/tasks?project="+ProjectBugs, "")
	first := list.At("data", 0).(map[string]any)
	if first["notes"] != nil || first["name"] == nil || len(first) != 4 {
		t.Errorf("a list shows %v", first)
	}
	full := r.Must(200, TokenAda, "GET", path, "")
	for _, hidden := range []string{"html_notes", "external", "dependencies", "num_subtasks", "created_by"} {
		if _, ok := full.At("data").(map[string]any)[hidden]; ok {
			t.Errorf("%s is shown without being asked for", hidden)
		}
	}
	asked := r.Must(200, TokenAda, "GET", path+"?opt_fields=assignee,assignee_status,html_notes,memberships.section.name", "")
	if asked.Text("data", "gid") == "" || asked.At("data", "name") != nil || asked.Text("data", "html_notes") != "<body>Secret plan</body>" ||
		asked.At("data", "assignee", "name") != nil || asked.Text("data", "memberships", 0, "section", "name") != "New" {
		t.Errorf("asked fields: %s", asked.Raw)
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
		if a := r.As(TokenAda, "PUT", path, test.body); a.Status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.reason, a.Status, test.status, a.Raw)
		}
	}
	full := r.Must(200, TokenAda, "GET", path, "")
	if full.At("data", "completed") != true || full.Text("data", "name") != "New" || full.Text("data", "due_on") != "2026-05-02" {
		t.Errorf("the task is %s", full.Raw)
	}
	if a := r.As(TokenAda, "POST", "/tasks", `{"data":{"name":"Nowhere"}}`); a.Status != 400 || a.Text("errors", 0, "message") == "" {
		t.Errorf("a task without a home: %d %s", a.Status, a.Raw)
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
		if a := r.As(TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+test.field+`":`+test.value+`}}}`); a.Status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.reason, a.Status, test.status, a.Raw)
		}
		shown := r.Must(200, TokenAda, "GET", path, "").Find("gid", test.field, "data", "custom_fields").At("display_value")
		if shown != test.shown {
			t.Errorf("%s: shown as %v, want %v", test.reason, shown, test.shown)
		}
	}
	r.Must(200, TokenAda, "POST", path+"/addProject", `{"data":{"project":"`+ProjectRoadmap+`"}}`)
	r.Must(200, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldQuarter+`":"`+OptionQ1+`"}}}`)
	r.Must(200, TokenAda, "POST", path+"/removeProject", `{"data":{"project":"`+ProjectRoadmap+`"}}`)
	if f := r.Must(200, TokenAda, "GET", path, "").Find("gid", FieldQuarter, "data", "custom_fields"); f.At("enabled") != false {
		t.Errorf("a value whose project is gone is %v", f.Body)
	}
	r.Must(400, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldQuarter+`":"`+OptionQ2+`"}}}`)
	r.Must(200, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldQuarter+`":null}}}`)
}

func TestExternalDataBelongsToTheApp(t *testing.T) {
	r := newRig(t, Options{})
	made := r.Must(201, TokenSync, "POST", "/tasks", `{"data":{"name":"x","projects":["`+ProjectBugs+`"],"external":{"gid":"jira:1 0","data":"{}"}}}`)
	path := "/tasks/external:" + url.PathEscape("jira:1 0")
	if a := r.Must(200, TokenSync, "GET", path+"?opt_fields=external", ""); a.Text("data", "external", "gid") != "jira:1 0" || a.Text("data", "gid") != made.Text("data", "gid") {
		t.Errorf("found %s", a.Raw)
	}
	for token, why := range map[string]string{TokenSyncPAT: "a personal token", TokenSyncOther: "another app", TokenAda: "another person"} {
		if a := r.As(token, "GET", path, ""); a.Status != 404 {
			t.Errorf("%s finds the task: %d", why, a.Status)
		}
	}
	if a := r.Must(200, TokenSyncOther, "GET", "/tasks/"+made.Text("data", "gid")+"?opt_fields=external", ""); a.At("data", "external") != nil {
		t.Error("another app sees the external data")
	}
	again := `{"data":{"name":"x","projects":["` + ProjectBugs + `"],"external":{"gid":"jira:1 0"}}}`
	r.Must(400, TokenSync, "POST", "/tasks", again)
	r.Must(201, TokenSyncOther, "POST", "/tasks", again)
	r.Must(403, TokenSyncPAT, "POST", "/tasks", again)
	twice := newRig(t, Options{ExternalTwice: true})
	first := twice.Must(201, TokenSync, "POST", "/tasks", again)
	twice.Must(201, TokenSync, "POST", "/tasks", again)
	if a := twice.Must(200, TokenSync, "GET", path, ""); a.Text("data", "gid") != first.Text("data", "gid") {
		t.Error("not the older one of two is found")
	}
}

func TestModifiedAndWhatDoesNotMoveIt(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	sub := "/tasks/" + r.Must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`).Text("data", "gid")
	comment := "/stories/" + r.Must(201, TokenAda, "POST", path+"/stories", `{"data":{"text":"x"}}`).Text("data", "gid")
	for _, test := range []struct {
		reason string
		do     func()
		moves  bool
	}{
		{"a section", func() {
			r.Must(200, TokenAda, "POST", "/sections/"+SectionDone+"/addTask", `{"data":{"task":"`+gidOf(path)+`"}}`)
		}, false},
		{"another project", func() {
			r.Must(200, TokenAda, "POST", path+"/addProject", `{"data":{"project":"`+ProjectRoadmap+`"}}`)
		}, false},
		{"a subtask's change", func() { r.Must(200, TokenAda, "PUT", sub, `{"data":{"name":"new"}}`) }, false},
		{"a comment's edit", func() { r.Must(200, TokenAda, "PUT", comment, `{"data":{"text":"y"}}`) }, false},
		{"the same name again", func() { r.Must(200, TokenAda, "PUT", path, `{"data":{"name":"Printer on fire"}}`) }, false},
		{"a comment", func() { r.Must(201, TokenAda, "POST", path+"/stories", `{"data":{"text":"z"}}`) }, true},
		{"a name", func() { r.Must(200, TokenAda, "PUT", path, `{"data":{"name":"other"}}`) }, true},
		{"a tag", func() { r.Must(200, TokenAda, "POST", path+"/addTag", `{"data":{"tag":"`+TagCustomer+`"}}`) }, true},
		{"an attachment", func() { r.upload(TokenAda, gidOf(path), "a.txt", "a") }, true},
	} {
		before := r.Must(200, TokenAda, "GET", path, "").Text("data", "modified_at")
		r.Pass(5 * time.Minute)
		test.do()
		if after := r.Must(200, TokenAda, "GET", path, "").Text("data", "modified_at"); (after != before) != test.moves {
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
		a := r.Must(200, TokenAda, "GET", base+offset, "")
		for i := range a.Len("data") {
			got = append(got, a.Text("data", i, "gid"))
		}
		if a.At("next_page") == nil {
			break
		}
		offset = "&offset=" + url.QueryEscape(a.Text("next_page", "offset"))
	}
	if len(got) != 7 || slices.IsSorted(got) {
		t.Errorf("pages gave %v: want seven, in no order of times", got)
	}
	first := r.Must(200, TokenAda, "GET", base, "").Text("next_page", "offset")
	r.Must(400, TokenAda, "GET", "/tasks?project="+ProjectRoadmap+"&limit=3&offset="+first, "")
	r.Must(400, TokenAda, "GET", base+"&offset=0", "")
	r.Must(400, TokenAda, "GET", "/tasks?project="+ProjectBugs+"&limit=101", "")
	r.Must(400, TokenAda, "GET", "/tasks?limit=3", "")
	r.Pass(16 * time.Minute)
	r.Must(400, TokenAda, "GET", base+"&offset="+first, "")
	if since := r.Must(200, TokenAda, "GET", base+"&modified_since="+url.QueryEscape(r.Now().Format(time.RFC3339)), ""); since.Len("data") != 0 {
		t.Errorf("modified_since shows older ones: %s", since.Raw)
	}
	for range 1000 {
		r.e.mu.Lock()
		gid := r.e.st.id()
		r.e.st.Tasks[gid] = &task{GID: gid, Name: strconv.Itoa(len(gid)), Workspace: WorkspaceAcme, Subtype: "default_task", HTML: richOf(""), Creator: UserAda,
			Memberships: []membership{{ProjectBugs, SectionNew}}}
		r.e.mu.Unlock()
	}
	if a := r.Must(200, TokenAda, "GET", "/tasks?project="+ProjectBugs, ""); a.Len("data") != uncut {
		t.Errorf("without a limit a list shows %d", a.Len("data"))
	}
}

func TestTrashAndWhatIsPrivate(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	sub := "/tasks/" + r.Must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`).Text("data", "gid")
	r.Must(200, TokenGrace, "DELETE", path, "")
	r.Must(404, TokenAda, "GET", path, "")
	r.Must(404, TokenAda, "PUT", sub, `{"data":{"name":"x"}}`)
	if a := r.Must(200, TokenAda, "GET", "/tasks?project="+ProjectBugs, ""); a.Len("data") != 0 {
		t.Errorf("the list shows what was deleted: %s", a.Raw)
	}
	r.Control("POST", "undelete/"+gidOf(path), "")
	r.Must(200, TokenAda, "GET", sub, "")
	secret := r.Must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"Buy Globex","projects":["`+ProjectPrivate+`","`+ProjectBugs+`"]}}`)
	own := r.Must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"Mine","workspace":"`+WorkspaceAcme+`"}}`)
	r.Must(403, TokenSync, "GET", "/tasks/"+own.Text("data", "gid"), "")
	r.Must(403, TokenSync, "GET", "/projects/"+ProjectPrivate, "")
	seen := r.Must(200, TokenSync, "GET", "/tasks/"+secret.Text("data", "gid"), "")
	if seen.Len("data", "memberships") != 1 || seen.Len("data", "projects") != 1 {
		t.Errorf("a project that is not visible is shown: %s", seen.Raw)
	}
	if a := r.Must(200, TokenAda, "GET", "/tasks/"+secret.Text("data", "gid"), ""); a.Len("data", "memberships") != 2 {
		t.Errorf("its owner sees %s", a.Raw)
	}
}

func TestSubtasksAreInNoProjectOfTheTaskAbove(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	sub := r.Must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`)
	if a := r.Must(200, TokenAda, "GET", "/projects/"+ProjectBugs+"/tasks", ""); a.Len("data") != 1 || sub.Len("data", "memberships") != 0 {
		t.Errorf("the subtask is in the project: %s", a.Raw)
	}
	r.Must(400, TokenAda, "POST", path+"/setParent", `{"data":{"parent":"`+sub.Text("data", "gid")+`"}}`)
	r.Must(200, TokenAda, "POST", "/tasks/"+sub.Text("data", "gid")+"/setParent", `{"data":{"parent":null}}`)
}

func TestTheFreeWorkspaceLacksPaidParts(t *testing.T) {
	r := newRig(t, Options{})
	a := r.Must(201, TokenAda, "POST", "/tasks", `{"data":{"name":"x","projects":["`+ProjectGlobex+`"]}}`)
	path := "/tasks/" + a.Text("data", "gid")
	for _, call := range [][3]string{
		{"GET", "/workspaces/" + WorkspaceGlobex + "/tasks/search?text=x", ""},
		{"GET", "/workspaces/" + WorkspaceGlobex + "/custom_fields", ""},
		{"GET", "/projects/" + ProjectGlobex + "/custom_field_settings", ""},
		{"PUT", path, `{"data":{"custom_fields":{"` + FieldCustomer + `":"x"}}}`},
		{"POST", path + "/addDependencies", `{"data":{"dependencies":[]}}`},
	} {
		r.Must(402, TokenAda, call[0], call[1], call[2])
	}
	r.Must(404, TokenAda, "GET", "/workspaces/"+WorkspaceGlobex+"/users/linus@acme.example", "")
}
