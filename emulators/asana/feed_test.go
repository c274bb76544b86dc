package asana

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestStoriesTellWhoChangedWhat(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	change := func(body string) { r.Must(200, TokenGrace, "PUT", path, `{"data":`+body+`}`); r.Pass(2 * time.Minute) }
	change(`{"name":"Second"}`)
	change(`{"custom_fields":{"` + FieldPriority + `":"` + OptionHigh + `"}}`)
	change(`{"due_on":"2026-05-01"}`)
	change(`{"completed":true}`)
	r.Must(200, TokenGrace, "POST", "/sections/"+SectionDone+"/addTask", `{"data":{"task":"`+gidOf(path)+`"}}`)
	fields := "?limit=100&opt_fields=type,resource_subtype,created_at,created_by.name,old_name,new_name,old_enum_value.name,new_enum_value.name,custom_field.name,new_dates.due_on,old_section.name,new_section.name,source"
	a := r.Must(200, TokenAda, "GET", path+"/stories"+fields, "")
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
		story := a.Find("resource_subtype", test.subtype, "data")
		if story.Text(test.path...) != test.want || story.Text("type") != "system" || story.Text("source") != "api" {
			t.Errorf("%s: %v", test.subtype, story.Body)
		}
	}
	r.Must(200, TokenGrace, "PUT", path, `{"data":{"name":"Third"}}`)
	r.Must(200, TokenGrace, "PUT", path, `{"data":{"name":"Fourth"}}`)
	a = r.Must(200, TokenAda, "GET", path+"/stories"+fields, "")
	merged := 0
	for i := range a.Len("data") {
		if a.Text("data", i, "new_name") == "Fourth" && a.Text("data", i, "old_name") == "Second" {
			merged++
		}
		if a.Text("data", i, "new_name") == "Third" {
			t.Error("the story in between is still there")
		}
	}
	if merged != 1 {
		t.Errorf("two quick changes are %s", a.Raw)
	}
}

func TestSyncTokensComeWith412AndExpire(t *testing.T) {
	r := newRig(t, Options{})
	path := r.task("")
	feed := "/events?resource=" + ProjectBugs
	sync := r.Must(412, TokenAda, "GET", feed, "").Text("sync")
	sub := r.Must(201, TokenAda, "POST", path+"/subtasks", `{"data":{"name":"below"}}`)
	r.Must(201, TokenGrace, "POST", "/tasks/"+sub.Text("data", "gid")+"/stories", `{"data":{"text":"hello"}}`)
	a := r.Must(200, TokenAda, "GET", feed+"&sync="+sync, "")
	if c := a.Find("action", "added", "data"); c.Body == nil || !strings.Contains(string(a.Raw), `"comment_added"`) {
		t.Errorf("a subtask's comment does not bubble up: %s", a.Raw)
	}
	if again := r.Must(200, TokenAda, "GET", feed+"&sync="+sync, ""); again.Len("data") != a.Len("data") {
		t.Error("asking again with the same token shows something else")
	}
	r.Must(412, TokenAda, "GET", "/events?resource="+ProjectRoadmap+"&sync="+sync, "")
	sync = a.Text("sync")
	r.Control("POST", "rule/"+gidOf(path), `{"completed":true}`)
	a = r.Must(200, TokenAda, "GET", feed+"&sync="+sync, "")
	if user, ok := a.At("data", 0).(map[string]any)["user"]; !ok || user != nil {
		t.Errorf("a rule's event has a user: %s", a.Raw)
	}
	r.Pass(24 * time.Hour)
	late := r.Must(412, TokenAda, "GET", feed+"&sync="+a.Text("sync"), "")
	r.Must(200, TokenAda, "GET", feed+"&sync="+late.Text("sync"), "")
	r.Control("POST", "expire_sync", "")
	r.Must(412, TokenAda, "GET", feed+"&sync="+late.Text("sync"), "")
}

func TestEventsComeInPortions(t *testing.T) {
	r := newRig(t, Options{Limits: NoLimits(), EventDelay: time.Minute})
	feed := "/events?resource=" + ProjectBugs
	sync := r.Must(412, TokenAda, "GET", feed, "").Text("sync")
	for range 120 {
		r.task("")
	}
	if a := r.Must(200, TokenAda, "GET", feed+"&sync="+sync, ""); a.Len("data") != 0 || a.At("has_more") != false {
		t.Errorf("the feed is not behind: %d", a.Len("data"))
	}
	r.Pass(2 * time.Minute)
	a := r.Must(200, TokenAda, "GET", feed+"&sync="+sync, "")
	b := r.Must(200, TokenAda, "GET", feed+"&sync="+a.Text("sync"), "")
	if a.Len("data") != 100 || a.At("has_more") != true || b.Len("data") != 20 || b.At("has_more") != false {
		t.Errorf("portions of %d and %d", a.Len("data"), b.Len("data"))
	}
}

func TestSearchIsBehind(t *testing.T) {
	r := newRig(t, Options{})
	r.Control("POST", "index_lag", `{"lag":"30s"}`)
	path := r.task("")
	query := "/workspaces/" + WorkspaceAcme + "/tasks/search?projects.any=" + ProjectBugs + "&custom_fields." + FieldCustomer + ".value=Globex"
	r.Pass(time.Minute)
	r.Must(200, TokenAda, "PUT", path, `{"data":{"custom_fields":{"`+FieldCustomer+`":"Globex"}}}`)
	if a := r.Must(200, TokenAda, "GET", query, ""); a.Len("data") != 0 {
		t.Error("search is not behind")
	}
	r.Pass(30 * time.Second)
	if a := r.Must(200, TokenAda, "GET", query, ""); a.Len("data") != 1 {
		t.Errorf("search finds %s", a.Raw)
	}
	for _, wrong := range []string{"colour=red", "text=nothing+like+it&due_on=never", "modified_at.after=yesterday"} {
		r.Must(400, TokenAda, "GET", "/workspaces/"+WorkspaceAcme+"/tasks/search?"+wrong, "")
	}
}

func TestLimits(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Minute: 5, Search: 2}})
	search := "/workspaces/" + WorkspaceAcme + "/tasks/search?text=x"
	r.task("")
	r.Must(200, TokenAda, "GET", search, "")
	r.Must(200, TokenAda, "GET", search, "")
	r.Must(429, TokenAda, "GET", search, "")
	r.Must(200, TokenAda, "GET", "/users/me", "")
	r.Pass(30 * time.Second)
	a := r.Must(429, TokenAda, "GET", "/users/me", "")
	if a.Header.Get("Retry-After") == "" || a.Text("errors", 0, "message") == "" {
		t.Errorf("429 says %v %s", a.Header, a.Raw)
	}
	r.Pass(30 * time.Second)
	for range 4 {
		r.Must(200, TokenAda, "GET", "/users/me", "") // the refused call of half a minute ago counts as the fifth
	}
	r.Must(429, TokenAda, "GET", "/users/me", "")
	r.Must(200, TokenGrace, "GET", "/users/me", "")
	batch := `{"data":{"actions":[` + strings.Repeat(`{"relative_path":"/users/me","method":"get"},`, 3) + `{"relative_path":"/users/me","method":"get"}]}}`
	r.Must(429, TokenGrace, "POST", "/batch", batch)
	r.Must(200, TokenLinus, "POST", "/batch", batch)
	r.Must(401, "", "GET", "/users/me", "")
	r.Must(401, "wrong", "GET", "/users/me", "")
}

func TestOAuthTokensExpire(t *testing.T) {
	r := newRig(t, Options{})
	token := func(form string) bench.Answer {
		resp, err := http.Post(r.URL+"/-/oauth_token", "application/x-www-form-urlencoded", strings.NewReader("client_id="+ClientID+"&client_secret="+ClientSecret+"&"+form))
		if err != nil {
			t.Fatal(err)
		}
		return bench.Read(t, resp)
	}
	a := token("grant_type=refresh_token&refresh_token=" + RefreshSync)
	if a.Status != 200 || a.At("expires_in") != 3600.0 {
		t.Fatalf("refresh: %d %s", a.Status, a.Raw)
	}
	r.Must(200, a.Text("access_token"), "GET", "/users/me", "")
	r.Pass(time.Hour)
	r.Must(401, a.Text("access_token"), "GET", "/users/me", "")
	if a := token("grant_type=refresh_token&refresh_token=wrong"); a.Status != 400 {
		t.Errorf("a wrong refresh token: %d", a.Status)
	}
}
