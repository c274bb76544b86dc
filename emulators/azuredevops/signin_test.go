package azuredevops

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
)

func TestWhoIsNotSignedIn(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	suppress := []string{"X-TFS-FedAuthRedirect", "Suppress"}
	wrong := []string{"Authorization", "Basic Ondyb25n"}
	for _, c := range []struct {
		method  string
		headers []string
		status  int
		html    bool
		reason  string
	}{
		{"GET", nil, 302, true, "a call without credentials is sent to the sign-in page"},
		{"GET", suppress, 401, false, "unless it asks not to be"},
		{"GET", wrong, 203, true, "a wrong token is answered by the sign-in page itself"},
		{"GET", append(suppress, wrong...), 203, true, "whatever the header says"},
		{"PATCH", wrong, 401, false, "changes are told plainly"},
		{"DELETE", nil, 401, false, "also without credentials"},
	} {
		body := ""
		if c.method == "PATCH" {
			body = patch(set("System.Title", "x"))
		}
		a := r.Must(c.status, "", c.method, path, body, c.headers...)
		if html := strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"); html != c.html {
			t.Errorf("%s: HTML %v", c.reason, html)
		}
	}
	r.Control("POST", "expire", `{"account":"grace@acme.example"}`)
	if a := r.Must(203, "grace", "GET", path, ""); !strings.Contains(a.Header.Get("X-TFS-ServiceError"), "expired") {
		t.Errorf("an expired token: %v", a.Header)
	}
	r.Must(200, "ada", "GET", path, "")
	token := r.entra()
	r.Must(200, "", "GET", path, "", "Authorization", "Bearer "+token)
	r.Pass(2 * time.Hour)
	r.Must(203, "", "GET", path, "", "Authorization", "Bearer "+token)
	r.Must(200, "sync-read", "GET", path, "")
	r.Must(403, "sync-read", "PATCH", path, patch(set("System.Title", "x")))
	r.Must(403, "linus", "POST", path+"/comments", `{"text":"x"}`)
}

func TestVersionsAndMediaTypes(t *testing.T) {
	r := newRig(t, Options{})
	path := r.item("Fabrikam", "Bug")
	for _, c := range []struct {
		path   string
		status int
		reason string
	}{
		{path + "?api-version=7.1", 200, "the released version"},
		{path + "?api-version=6.0", 200, "an older one"},
		{path + "?api-version=7.2-preview.3", 200, "the next is there as a preview"},
		{path + "?api-version=7.2", 400, "but is not released"},
		{path + "?x=1&", 400, "a version is needed"},
		{path + "/comments?api-version=7.1", 400, "comments are a preview in every version"},
		{path + "/comments?api-version=7.1-preview.4", 200, "and need to be called one"},
		{path + "/comments?api-version=7.0-preview.4", 400, "the fourth preview came with 7.1"},
		{path + "/comments?api-version=7.0-preview.3", 200, "the third with 7.0"},
	} {
		if a := r.As("ada", "GET", c.path, ""); a.Status != c.status {
			t.Errorf("%s: %d, want %d: %s", c.reason, a.Status, c.status, a.Raw)
		}
	}
	r.Must(200, "ada", "GET", path+"?x=1&", "", "Accept", "application/json;api-version=7.1")
	r.Must(415, "ada", "PATCH", path, patch(set("System.Title", "x")), "Content-Type", "application/json")
	r.Must(404, "ada", "GET", "/Nowhere/_apis/wit/workitems/1", "")
	r.Must(404, "ada", "GET", strings.Replace(path, "Fabrikam", "Helpdesk", 1), "")
	if a := r.Must(404, "ada", "GET", "/Fabrikam/_apis/wit/workitems/99", ""); !strings.Contains(a.At("message").(string), "TF401232") {
		t.Errorf("a missing item: %s", a.Raw)
	}
}

func TestRateLimits(t *testing.T) {
	r := newRig(t, Options{Limits: Limits{Calls: 10}})
	get := func(status int) bench.Answer { return r.Must(status, "grace", "GET", "/_apis/projects", "") }
	for range 5 {
		if a := get(200); a.Header.Get("X-RateLimit-Limit") != "" && a.Header.Get("X-RateLimit-Remaining") != "100" {
			t.Errorf("far from the limit something is said: %v", a.Header)
		}
	}
	get(200)
	get(200)
	if a := get(200); a.Header.Get("Retry-After") == "" || a.Header.Get("X-RateLimit-Delay") == "" {
		t.Errorf("near the limit an answer that succeeds asks for a pause: %v", a.Header)
	}
	get(200)
	get(200)
	a := get(429)
	if a.Header.Get("Retry-After") == "" || !strings.Contains(a.At("message").(string), "TF400733") {
		t.Errorf("blocked: %v %s", a.Header, a.Raw)
	}
	r.Must(200, "ada", "GET", "/_apis/projects", "")
	r.Pass(5 * time.Minute)
	get(200)
}

func TestServerDiffers(t *testing.T) {
	r := newRig(t, Options{Server: "7.0"})
	path := r.item("Fabrikam", "Bug", set("System.AssignedTo", `ACME\ada`))
	a := r.Must(200, "grace", "GET", path+"?api-version=7.0", "")
	if got := a.At("fields", "System.AssignedTo", "uniqueName"); got != `ACME\ada` {
		t.Errorf("a name on Server is %v", got)
	}
	if a.At("multilineFieldsFormat") != nil {
		t.Error("Server knows no Markdown fields")
	}
	for _, c := range []struct {
		status             int
		method, path, body string
		reason             string
	}{
		{400, "GET", path + "?api-version=7.1", "", "the version is newer than the server"},
		{400, "PATCH", path + "?api-version=7.0", patch(set("System.AssignedTo", "ada@acme.example")), "the address is no name here"},
		{400, "PATCH", path + "?api-version=7.0", patch(op("add", "/multilineFieldsFormat/System.Description", "Markdown")), "no Markdown"},
		{400, "PATCH", path + "?api-version=7.0", patch(set(fieldType, "Task")), "no change of type"},
		{413, "POST", "/Fabrikam/_apis/wit/attachments?fileName=x&api-version=7.0", strings.Repeat("x", 4<<20+1), "4 MB are the limit"},
	} {
		if got := r.As("grace", c.method, c.path, c.body); got.Status != c.status {
			t.Errorf("%s: %d, want %d: %s", c.reason, got.Status, c.status, got.Raw)
		}
	}
	r.Must(401, "", "GET", path+"?api-version=7.0", "", "Authorization", "Bearer x")
	who := r.Must(200, "ada", "GET", "/_apis/identities?searchFilter=MailAddress&filterValue=ada@acme.example&api-version=7.0", "")
	if got := who.At("value", 0, "properties", "Account", "$value"); got != `ACME\ada` {
		t.Errorf("the identity's account is %v", got)
	}

	iis := newRig(t, Options{Server: "6.0", VirtualDirectory: "tfs", IISBasic: true})
	if iis.e.Root() != "/tfs/DefaultCollection" {
		t.Errorf("the root is %s", iis.e.Root())
	}
	plain := iis.Client
	plain.Transport = nil // the document knows one segment before the collection's only by its servers
	for _, c := range []struct {
		user, password string
		status         int
	}{{`ACME\sync`, Password("sync"), 200}, {"", TokenSync, 401}} {
		req, _ := http.NewRequest("GET", iis.URL+"/tfs/DefaultCollection/_apis/projects?api-version=6.0", nil)
		req.SetBasicAuth(c.user, c.password)
		resp, err := plain.Do(req)
		if err != nil || resp.StatusCode != c.status {
			t.Errorf("user %q: %v %v, want %d", c.user, resp, err, c.status)
		}
	}
}
