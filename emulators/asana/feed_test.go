package asana

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestStoriesTellWhoChangedWhat(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	change := func(body string) { r.must(200, TokenGrace, "PUT", path, `{"data":`+body+`}`); r.pass(2 * time.Minute) }
	change(`{"name":"Second"}`)
	change(`{"custom_fields":{"` + FieldPriority + `":"` + OptionHigh + `"}}`)
	change(`{"due_on":"2026-05-01"}`)
	change(`{"completed":true}`)
	r.must(200, TokenGrace, "POST", "/sections/"+SectionDone+"/addTask", `{"data":{"task":"`+gidOf(path)+`"}}`)
	fields := "?limit=100&opt_fields=type,resource_subtype,created_at,created_by.name,old_name,new_name,old_enum_value.name,new_enum_value.name,custom_field.name,new_dates.due_on,old_section.name,new_section.name,source"
	a := r.must(200, TokenAda, "GET", path+"/stories"+fields, "")
	for _, test := range []struct {
		subtype string
		path    []any
		want    string
	}{
		{"name_changed", []any{"new_name"}, "Second"},
		{"enum_custom_field_changed", []any{"new_enum_value", "name"}, "High"},
		{"due_date_changed", []any{"new_dates", "due_on"}, "2026-05-01"},
		{"marked_complete", []any{"created_by", "name"}, "Grace Hopper"},
		{"section_changed", []any{"new_section", "name"}, "Done"},
	} {
		story := answer{body: a.find("resource_subtype", test.subtype, "data")}
		if story.text(test.path...) != test.want || story.text("type") != "system" || story.text("source") != "api" {
			t.Errorf("%s: %v", test.subtype, story.body)
		}
	}
	r.must(200, TokenGrace, "PUT", path, `{"data":{"name":"Third"}}`)
	r.must(200, TokenGrace, "PUT", path, `{"data":{"name":"Fourth"}}`)
	a = r.must(200, TokenAda, "GET", path+"/stories"+fields, "")
	merged := 0
	for i := range a.len("data") {
		if a.text("data", i, "new_name") == "Fourth" && a.text("data", i, "old_name") == "Second" {
			merged++
		}
		if a.text("data", i, "new_name") == "Third" {
			t.Error("the story in between is still there")
		}
	}
	if merged != 1 {
		t.Errorf("two quick changes are %s", a.raw)
	}
}

func TestSyncTokensComeWith412AndExpire(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	feed := "/events?resource=" + ProjectBugs
	sync := r.must(412, TokenAda, "GET", feed, "").text("sync")
	sub := r.must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`)
	r.must(201, TokenGrace, "POST", "/tasks/"+sub.text("data", "gid")+"/stories", `{"data":{"text":"hello"}}`)
	a := r.must(200, TokenAda, "GET", feed+"&sync="+sync, "")
	if c := a.find("action", "added", "data"); c == nil || !strings.Contains(string(a.raw), `"comment_added"`) {
		t.Errorf("a subtask's comment does not bubble up: %s", a.raw)
	}
	if again := r.must(200, TokenAda, "GET", feed+"&sync="+sync, ""); again.len("data") != a.len("data") {
		t.Error("asking again with the same token shows something else")
	}
	r.must(412, TokenAda, "GET", "/events?resource="+ProjectRoadmap+"&sync="+sync, "")
	sync = a.text("sync")
	r.control("rule/"+gidOf(path), `{"completed":true}`)
	a = r.must(200, TokenAda, "GET", feed+"&sync="+sync, "")
	if user, ok := a.at("data", 0).(map[string]any)["user"]; !ok || user != nil {
		t.Errorf("a rule's event has a user: %s", a.raw)
	}
	r.pass(24 * time.Hour)
	late := r.must(412, TokenAda, "GET", feed+"&sync="+a.text("sync"), "")
	r.must(200, TokenAda, "GET", feed+"&sync="+late.text("sync"), "")
	r.control("expire_sync", "")
	r.must(412, TokenAda, "GET", feed+"&sync="+late.text("sync"), "")
}

func TestEventsComeInPortions(t *testing.T) {
	r := newRig(t, Options{Limits: NoLimits(), EventDelay: time.Minute})
	feed := "/events?resource=" + ProjectBugs
	sync := r.must(412, TokenAda, "GET", feed, "").text("sync")
	for range 120 {
		r.task("")
	}
	if a := r.must(200, TokenAda, "GET", feed+"&sync="+sync, ""); a.len("data") != 0 || a.at("has_more") != false {
		t.Errorf("the feed is not behind: %d", a.len("data"))
	}
	r.pass(2 * time.Minute)
	a := r.must(200, TokenAda, "GET", feed+"&sync="+sync, "")
	b := r.must(200, TokenAda, "GET", feed+"&sync="+a.text("sync"), "")
	if a.len("data") != 100 || a.at("has_more") != true || b.len("data") != 20 || b.at("has_more") != false {
		t.Errorf("portions of %d and %d", a.len("data"), b.len("data"))
	}
}

func TestSearchIsBehind(t *testing.T) {
	r := newRig(t, Options{})
	r.control("index_lag", `{"lag":"30s"}`)
	path := r.task("")
	query := "/workspaces/" + WorkspaceAcme + "/tasks/search?projects.any=" + ProjectBugs + "&custom_fields." + FieldCustomer + ".value=Globex"
	r.pass(time.Minute)
	r.must(200, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldCustomer+`":"Globex"}}}`)
	if a := r.must(200, TokenAda, "GET", query, ""); a.len("data") != 0 {
		t.Error("search is not behind")
	}
	r.pass(30 * time.Second)
	if a := r.must(200, TokenAda, "GET", query, ""); a.len("data") != 1 {
		t.Errorf("search finds %s", a.raw)
	}
	for _, wrong := range []string{"colour=red", "text=nothing+like+it&due_on=never", "modified_at.after=yesterday"} {
		r.must(400, TokenAda, "GET", "/workspaces/"+WorkspaceAcme+"/tasks/search?"+wrong, "")
	}
}

func TestLimits(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Minute: 5, Search: 2}})
	search := "/workspaces/" + WorkspaceAcme + "/tasks/search?text=x"
	r.task("")
	r.must(200, TokenAda, "GET", search, "")
	r.must(200, TokenAda, "GET", search, "")
	r.must(429, TokenAda, "GET", search, "")
	r.must(200, TokenAda, "GET", "/users/me", "")
	r.pass(30 * time.Second)
	a := r.must(429, TokenAda, "GET", "/users/me", "")
	if a.header.Get("Retry-After") == "" || a.text("errors", 0, "message") == "" {
		t.Errorf("429 says %v %s", a.header, a.raw)
	}
	r.pass(30 * time.Second)
	for range 4 {
		r.must(200, TokenAda, "GET", "/users/me", "") // the refused call of half a minute ago counts as the fifth
	}
	r.must(429, TokenAda, "GET", "/users/me", "")
	r.must(200, TokenGrace, "GET", "/users/me", "")
	batch := `{"data":{"actions":[` + strings.Repeat(`{"relative_path":"/users/me","method":"get"},`, 3) + `{"relative_path":"/users/me","method":"get"}]}}`
	r.must(429, TokenGrace, "POST", "/batch", batch)
	r.must(200, TokenLinus, "POST", "/batch", batch)
	r.must(401, "", "GET", "/users/me", "")
	r.must(401, "wrong", "GET", "/users/me", "")
}

func TestOAuthTokensExpire(t *testing.T) {
	r := newRig(t, Options{})
	token := func(form string) (int, answer) {
		resp, err := http.Post(r.url+"/-/oauth_token", "application/x-www-form-urlencoded", strings.NewReader("client_id="+ClientID+"&client_secret="+ClientSecret+"&"+form))
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, decoded(t, resp)
	}
	status, a := token("grant_type=refresh_token&refresh_token=" + RefreshSync)
	if status != 200 || a.at("expires_in") != 3600.0 {
		t.Fatalf("refresh: %d %s", status, a.raw)
	}
	r.must(200, a.text("access_token"), "GET", "/users/me", "")
	r.pass(time.Hour)
	r.must(401, a.text("access_token"), "GET", "/users/me", "")
	if status, _ := token("grant_type=refresh_token&refresh_token=wrong"); status != 400 {
		t.Errorf("a wrong refresh token: %d", status)
	}
}
