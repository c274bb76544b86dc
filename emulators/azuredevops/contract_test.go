package azuredevops

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
)

// TestEveryOperationKeepsTheContract drives each operation once with a normal request; the rig's client holds every
// exchange against the vendor's document.
func TestEveryOperationKeepsTheContract(t *testing.T) {
	r := newRig(t, Options{})
	up := r.Must(201, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=crash.log", "stack trace")
	file := "/Fabrikam/_apis/wit/attachments/" + up.At("id").(string)
	parent := r.item("Fabrikam", "User Story", set("System.Description", "<p>Story</p>"))
	path := r.item("Fabrikam", "Bug", set("System.Description", "<p>It <b>burns</b></p>"), set("System.Tags", "one; Two"),
		set("System.AssignedTo", "ada@acme.example"), set("Custom.Hours", 1.5), set("Custom.Count", 3), set("Custom.Billable", true),
		set("Custom.DueOn", "2026-04-01T00:00:00Z"), set("Custom.Approver", "Grace Hopper<grace@acme.example>"), set(FieldUmlaut, "Kabel"),
		op("add", "/relations/-", map[string]any{"rel": relFile, "url": up.At("url"), "attributes": map[string]any{"comment": "the log"}}),
		op("add", "/relations/-", map[string]any{"rel": relParent, "url": r.URL + "/acme/_apis/wit/workItems/1"}),
		op("add", "/relations/-", map[string]any{"rel": "Hyperlink", "url": "https://example.com/x/1"}))
	id := path[strings.LastIndex(path, "/")+1:]
	r.Must(200, "grace", "PATCH", path, patch(op("test", "/rev", 1), set("System.State", "Active"), op("replace", "/fields/System.Tags", "two; three")))
	com := r.Must(200, "grace", "POST", path+"/comments?format=html", `{"text":"<div>Looking</div>"}`)
	comment := fmt.Sprintf("%s/comments/%.0f", path, com.At("id"))
	hook := r.Must(200, "ada", "POST", "/_apis/hooks/subscriptions", `{"publisherId":"tfs","eventType":"workitem.created","resourceVersion":"1.0","consumerId":"webHooks","consumerActionId":"httpRequest","publisherInputs":{"projectId":"66776c68-10ec-4679-9652-000000000002"},"consumerInputs":{"url":"http://127.0.0.1:1/","basicAuthUsername":"u","basicAuthPassword":"p"}}`)
	sub := "/_apis/hooks/subscriptions/" + hook.At("id").(string)
	if got := hook.At("consumerInputs", "basicAuthPassword"); got != "********" {
		t.Errorf("the subscription's password is read back as %v", got)
	}
	r.Must(200, "grace", "POST", "/Helpdesk/_apis/wit/workitems/$Bug", patch(set("System.Title", "x")))
	chunked := r.Must(201, "grace", "POST", "/Fabrikam/_apis/wit/attachments?fileName=big.bin&uploadType=chunked", "")
	p := "/Fabrikam/_apis/wit/"
	for _, c := range []struct {
		status             int
		method, path, body string
	}{
		{200, "GET", "/_apis/connectionData", ""},
		{200, "GET", "/_apis/identities?searchFilter=MailAddress&filterValue=ada@acme.example", ""},
		{200, "GET", "/_apis/projects", ""},
		{200, "GET", "/_apis/projects/Fabrikam", ""},
		{200, "GET", "/_apis/projects/Fabrikam/teams", ""},
		{200, "GET", "/_apis/projects/Fabrikam/teams/Fabrikam%20Team/members", ""},
		{200, "GET", "/Fabrikam/Fabrikam%20Team/_apis/work/teamsettings/iterations", ""},
		{200, "GET", "/Fabrikam/Fabrikam%20Team/_apis/work/teamsettings/iterations/" + guid("node", 106), ""},
		{200, "GET", p + "fields", ""},
		{200, "GET", p + "fields/System.Title", ""},
		{200, "GET", p + "workitemtypes", ""},
		{200, "GET", p + "workitemtypes/Bug", ""},
		{200, "GET", p + "workitemtypes/Bug/fields?$expand=all", ""},
		{200, "GET", p + "workitemtypes/Bug/fields/Custom.RootCause?$expand=all", ""},
		{200, "GET", p + "workitemtypes/Bug/states", ""},
		{200, "GET", "/_apis/wit/workitemrelationtypes", ""},
		{200, "GET", p + "classificationnodes?$depth=3", ""},
		{200, "GET", p + "classificationnodes/areas?$depth=10", ""},
		{200, "GET", p + "classificationnodes/iterations/Release%201", ""},
		{200, "POST", p + "classificationnodes/areas/Website", `{"name":"Blog"}`},
		{200, "POST", p + "classificationnodes/areas", `{"name":"Print"}`},
		{200, "GET", p + "tags", ""},
		{200, "GET", p + "tags/two", ""},
		{200, "GET", p + "workitems?ids=1,2&$expand=all", ""},
		{200, "POST", p + "workitemsbatch", `{"ids":[1,2],"fields":["System.Id","System.Title"]}`},
		{200, "GET", p + "workitems/$Bug", ""},
		{200, "GET", path + "?$expand=all", ""},
		{200, "GET", path + "/updates", ""},
		{200, "GET", path + "/updates/2", ""},
		{200, "GET", path + "/revisions?$expand=all", ""},
		{200, "GET", path + "/revisions/1", ""},
		{200, "GET", path + "/comments?$expand=renderedText&order=asc&$top=5", ""},
		{200, "GET", comment, ""},
		{200, "PATCH", comment + "?format=html", `{"text":"<div>Looked</div>"}`},
		{200, "GET", comment + "/versions", ""},
		{200, "DELETE", comment, ""},
		{200, "PUT", strings.Replace(file, up.At("id").(string), chunked.At("id").(string), 1), "01234"},
		{200, "GET", file + "?fileName=crash.log&download=true", ""},
		{200, "POST", "/Fabrikam/Fabrikam%20Team/_apis/wit/wiql?timePrecision=true", `{"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject]=@project ORDER BY [System.ChangedDate] DESC"}`},
		{200, "POST", "/Fabrikam/_apis/wit/wiql?$top=5", `{"query":"SELECT [System.Id] FROM WorkItems"}`},
		{200, "POST", p + "artifacturiquery", `{"artifactUris":["vstfs:///Git/Commit/1"]}`},
		{200, "GET", p + "reporting/workitemrevisions?startDateTime=2026-01-01T00:00:00Z&$maxPageSize=2&$expand=fields", ""},
		{200, "POST", p + "reporting/workitemrevisions?startDateTime=2026-01-01T00:00:00Z", `{"fields":["System.Title"],"includeIdentityRef":true}`},
		{200, "GET", p + "reporting/workitemlinks", ""},
		{200, "GET", "/_apis/hooks/publishers/tfs/eventtypes", ""},
		{200, "GET", "/_apis/hooks/publishers/tfs/eventtypes/workitem.updated", ""},
		{200, "GET", "/_apis/hooks/subscriptions", ""},
		{200, "GET", sub, ""},
		{200, "GET", sub + "/notifications", ""},
		{200, "GET", sub + "/notifications/1", ""},
		{200, "PUT", sub, `{"publisherId":"tfs","eventType":"workitem.created","consumerId":"webHooks","consumerActionId":"httpRequest","consumerInputs":{"url":"http://127.0.0.1:1/"}}`},
		{200, "POST", "/_apis/hooks/testnotifications", `{"details":{"eventType":"workitem.updated","consumerInputs":{"url":"http://127.0.0.1:1/"}}}`},
		{200, "DELETE", sub, ""},
		{404, "GET", sub, ""},
		{200, "DELETE", path, ""},
		{404, "GET", path, ""},
		{200, "GET", p + "recyclebin", ""},
		{200, "GET", p + "recyclebin?ids=" + id, ""},
		{200, "GET", p + "recyclebin/" + id, ""},
		{200, "PATCH", p + "recyclebin/" + id, `{"isDeleted":false}`},
		{200, "DELETE", file, ""},
		{200, "DELETE", parent + "?destroy=true", ""},
	} {
		r.Must(c.status, "ada", c.method, c.path, c.body, "Content-Range", "bytes 0-4/5")
	}
	token := r.Must(200, "", "GET", "/_apis/projects", "", "Authorization", "Bearer "+r.entra())
	if token.Len("value") != 2 {
		t.Errorf("as the application: %s", token.Raw)
	}
	seen := 0
	for _, n := range r.Doc.Operations() {
		seen += n
	}
	t.Logf("%d operations of the vendor held to its documents in %d exchanges", len(r.Doc.Operations()), seen)
	called := r.e.Harness().Calls(0).ByOperation
	for _, route := range r.e.routes {
		hit := false
		for name := range called {
			hit = hit || strings.HasPrefix(name, route.method+" ") && strings.HasSuffix(name, "/_apis/"+route.pattern)
		}
		if !hit {
			t.Errorf("never called: %s %s", route.method, route.pattern)
		}
	}
}

// entra gets the application's token.
func (r *rig) entra() string {
	r.T.Helper()
	resp, err := r.PostForm(r.URL+"/"+Tenant+"/oauth2/v2.0/token", map[string][]string{"grant_type": {"client_credentials"}, "client_id": {ClientID},
		"client_secret": {ClientSecret}, "scope": {EntraScope}})
	if err != nil || resp.StatusCode != http.StatusOK {
		r.T.Fatalf("no token: %v %v", resp, err)
	}
	return bench.Read(r.T, resp).Text("access_token")
}
