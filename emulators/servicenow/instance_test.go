package servicenow

import (
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAuthentication(t *testing.T) {
	r := newRig(t, Options{})
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	client := "client_id=" + ClientID + "&client_secret=" + ClientSecret + "&grant_type="
	tok := r.must(200, "", "POST", "/oauth_token.do", client+"client_credentials", form...)
	bearer := func(a answer) []string { return []string{"Authorization", "Bearer " + a.Text("access_token")} }
	me := func(headers []string) string {
		return r.must(201, "", "POST", "/api/now/table/incident", `{"short_description":"x"}`, headers...).text("sys_created_by")
	}
	if got := me(bearer(tok)); got != UserSync {
		t.Errorf("client credentials act as %s", got)
	}
	if got := me(bearer(r.must(200, "", "POST", "/oauth_token.do", client+"password&username="+UserGrace+"&password="+PasswordGrace, form...))); got != UserGrace {
		t.Errorf("the password grant acts as %s", got)
	}
	if got := me([]string{"x-sn-apikey", KeySync}); got != UserSync {
		t.Errorf("the key acts as %s", got)
	}
	r.Pass(31 * time.Minute)
	r.must(401, "", "GET", "/api/now/table/incident", "", bearer(tok)...)
	again := r.must(200, "", "POST", "/oauth_token.do", client+"refresh_token&refresh_token="+tok.Text("refresh_token"), form...)
	r.must(200, "", "GET", "/api/now/table/incident", "", bearer(again)...)
	for _, c := range []struct{ reason, body, kind string }{
		{"a wrong secret", "grant_type=client_credentials&client_id=" + ClientID + "&client_secret=x", form[1]},
		{"a wrong password", client + "password&username=" + UserGrace + "&password=x", form[1]},
		{"JSON", `{"grant_type":"client_credentials","client_id":"` + ClientID + `","client_secret":"` + ClientSecret + `"}`, "application/json"},
	} {
		if a := r.as("", "POST", "/oauth_token.do", c.body, "Content-Type", c.kind); a.Status != 401 {
			t.Errorf("%s is answered with %d", c.reason, a.Status)
		}
	}
	a := r.must(401, "", "GET", "/api/now/table/incident", "")
	if a.problem() != "User Not Authenticated: Required to provide Auth information" {
		t.Errorf("without credentials: %s", a.problem())
	}
	r.must(200, "ada", "PATCH", "/api/now/table/sys_user/"+ID("sys_user", UserGrace), `{"active":"false"}`)
	r.must(401, "grace", "GET", "/api/now/table/incident", "")
}

func TestRateRules(t *testing.T) {
	r := newRig(t, Options{})
	if h := r.must(200, "sync", "GET", "/api/now/table/incident", "").Header; h.Get("X-RateLimit-Limit") != "" {
		t.Error("an instance without rules tells of one")
	}
	r.Control("POST", "limits", `{"table_per_hour":2}`)
	r.must(200, "sync", "GET", "/api/now/table/incident", "")
	r.Pass(10 * time.Minute)
	r.must(200, "sync", "GET", "/api/now/table/incident", "")
	a := r.must(429, "sync", "GET", "/api/now/table/incident", "")
	if a.Header.Get("Retry-After") != "3000" || a.Header.Get("X-RateLimit-Limit") != "2" || a.Header.Get("X-RateLimit-Rule") == "" ||
		a.problem() != "Rate limit exceeded: Rate limit of 2 requests per hour for Table API exceeded" {
		t.Errorf("%v %s", a.Header, a.Raw)
	}
	r.must(200, "ada", "GET", "/api/now/table/incident", "")
	r.Pass(50 * time.Minute)
	r.must(200, "sync", "GET", "/api/now/table/incident", "")
}

func TestAnswersThatAreNotWhatTheySeem(t *testing.T) {
	r := newRig(t, Options{})
	r.incident("")
	r.Hold(nil) // these answers break every document
	r.Control("POST", "cancel", `{"lists":1,"creates":1}`)
	a := r.must(200, "sync", "GET", "/api/now/table/incident", "")
	if json.Valid(a.Raw) || !strings.HasSuffix(string(a.Raw), `"status":"failure"}`) {
		t.Errorf("a cancelled list is %s", a.Raw)
	}
	a = r.must(500, "sync", "POST", "/api/now/table/incident", `{"short_description":"x","correlation_id":"dx-1"}`)
	if !strings.Contains(a.problem(), "Transaction cancelled") || len(r.query("sync", "incident", "correlation_id=dx-1").list()) != 1 {
		t.Errorf("a cancelled create is %s", a.Raw)
	}
	r.Control("POST", "hibernate", `{"on":true}`)
	for _, path := range []string{"/api/now/table/incident", "/api/now/attachment", "/oauth_token.do"} {
		if a := r.must(200, "sync", "GET", path, ""); !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s is %s", path, a.Header.Get("Content-Type"))
		}
	}
	r.Control("POST", "hibernate", `{"on":false}`)
	r.Control("POST", "faults", `{"kind":"maintenance","times":1,"retry_after":30}`)
	if a := r.must(503, "sync", "GET", "/api/now/table/incident", ""); !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Error("an upgrade answers JSON")
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	r := newRig(t, Options{})
	r.Hold(nil) // they are in no document
	for _, c := range []struct {
		reason             string
		status             int
		method, path, body string
		headers            []string
	}{
		{"another media type is asked for", 406, "GET", "/api/now/table/incident", "", []string{"Accept", "application/xml"}},
		{"another media type is sent", 415, "POST", "/api/now/table/incident", "a=b", []string{"Content-Type", "text/plain"}},
		{"the body is no JSON", 400, "POST", "/api/now/table/incident", "{", nil},
		{"no such resource", 400, "GET", "/api/now/nothing", "", nil},
		{"no body is wanted", 201, "POST", "/api/now/table/incident", `{"short_description":"x"}`, []string{"X-no-response-body", "true"}},
	} {
		a := r.must(c.status, "sync", c.method, c.path, c.body, c.headers...)
		if c.status == 201 && (len(a.Raw) != 0 || a.Header.Get("Location") == "") {
			t.Errorf("%s: %q at %q", c.reason, a.Raw, a.Header.Get("Location"))
		}
	}
}

func TestABatch(t *testing.T) {
	r := newRig(t, Options{})
	large := base64.StdEncoding.EncodeToString(make([]byte, batchLimit+1))
	a := r.must(200, "grace", "POST", "/api/now/v1/batch", `{"batch_request_id":"9","rest_requests":[{"id":"a","method":"GET","url":"/api/now/table/incident"},
		{"id":"b","method":"GET","url":"/api/now/v2/table/none"},{"id":"c","method":"POST","url":"/api/now/table/incident","body":"`+large+`"}]}`)
	if served := a.List("serviced_requests"); len(served) != 2 || served[0].At("status_code") != 200.0 || served[1].At("status_code") != 400.0 || a.At("unserviced_requests", 0) != "c" {
		t.Errorf("the batch is %s", a.Raw)
	}
}

func TestAKilledInstanceKeepsWhatItAnswered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "now.json")
	r := newRig(t, Options{File: file})
	path := r.incident(`"comments":"Kept"`)
	a := r.must(201, "ada", "POST", "/api/now/attachment/file?table_name=incident&table_sys_id="+idOf(path)+"&file_name=a.txt", "content", "Content-Type", "text/plain")
	again := newRig(t, Options{File: file}) // nothing of the first is closed
	if again.must(200, "sync", "GET", path, "").field("short_description") != "Printer on fire" ||
		len(again.query("sync", "sys_journal_field", "element_id="+idOf(path)).list()) != 1 ||
		string(again.must(200, "sync", "GET", "/api/now/attachment/"+a.text("sys_id")+"/file", "").Raw) != "content" {
		t.Error("something is lost")
	}
	if next := again.must(200, "sync", "GET", again.incident(""), ""); next.field("number") != "INC0010002" || next.field("sys_id") == idOf(path) {
		t.Errorf("after a restart a new incident is %s", next.Raw)
	}
	again.Control("POST", "reset", "")
	again.must(404, "sync", "GET", path, "")
}
