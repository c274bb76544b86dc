package jira

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/contract"
)

// outsideDataCenter are the parts of the Data Center document that its own service does not keep, or leaves out.
var outsideDataCenter = []contract.Exception{
	{Contains: `format "date-time"`, Reason: "the service writes offsets without a colon (+0000), as all its samples show"},
	{Contains: "Value is not nullable", Reason: "an empty field is null in every sample; the document knows no null"},
	{Contains: "value must be an object", Reason: "the document gives lists the type of their entry, and fields of any type the type object"},
	{Contains: "value must be a string", Reason: "a property's value is any JSON (vendor page Entity properties)"},
	{Operation: "GET /agile/1.0/sprint/{sprintId}/issue", Contains: "non primitive type object", Reason: "the document says the names of fields are objects"},
	{Contains: "failed to decode response body: EOF", Reason: "the document gives empty answers a JSON type"},
	{Operation: "POST /api/2/issue/{issueIdOrKey}/attachments", Contains: "request: ", Reason: "the document has a bare string, not the form"},
	{Operation: "GET /api/2/attachment/{id}", Contains: "", Reason: "the document has an empty object"},
}

// dataCenter is the site behind Data Center's front, every exchange of the API held to the vendor's document.
func dataCenter(t *testing.T, opts Options) *site {
	t.Helper()
	opts.DataCenter = true
	return newSite(t, opts)
}

// pat makes calls with a person's token.
func (s *site) pat(name string) caller {
	return caller{s, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+name+"-api-token") }}
}

// newServerIssue creates a bug in ENG through version 2 and answers its id.
func (c caller) newServerIssue(summary string, more object) string {
	c.T.Helper()
	in := object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": summary}
	maps.Copy(in, more)
	return c.do("POST", v2+"/issue", object{"fields": in}).want(201).text("id")
}

func TestDataCenterKeepsTheVendorsDocument(t *testing.T) {
	d := contract.LoadOnly(t, "jira", "openapi-datacenter.json").Except(outsideDataCenter...)
	s := dataCenter(t, Options{})
	s.Hold(d)
	c := s.pat("sync")
	epic := c.newServerIssue("Epic", object{"issuetype": object{"name": "Epic"}})
	epicKey := c.do("GET", v2+"/issue/"+epic, nil).want(200).text("key")
	a := c.newServerIssue("First", object{"description": "It *breaks*", "labels": []string{"a"}, "assignee": object{"name": "grace"}, epicField: epicKey, "customfield_10016": 5,
		"customfield_10031": object{"value": "Login"}, "customfield_10035": "h1. Restart", "customfield_10041": []object{{"name": "ada"}}})
	b := c.newServerIssue("Second", nil)
	one := v2 + "/issue/" + a
	c.do("POST", v2+"/issue/bulk", object{"issueUpdates": []object{{"fields": object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Task"}, "summary": "Bulk"}}}}).want(201)
	c.do("PUT", one, object{"fields": object{"summary": "First!"}, "update": object{"labels": []object{{"add": "b"}}}}).want(204)
	c.do("PUT", one+"/assignee", object{"name": "ada"}).want(204)
	c.do("GET", one+"?expand=changelog,names,schema,transitions,editmeta,renderedFields&properties=*all", nil).want(200)
	c.do("GET", one+"/editmeta", nil).want(200)
	c.do("GET", one+"/transitions?expand=transitions.fields", nil).want(200)
	c.do("POST", one+"/transitions", object{"transition": object{"id": "11"}}).want(204)
	c.do("GET", v2+"/issue/createmeta/ENG/issuetypes", nil).want(200)
	c.do("GET", v2+"/issue/createmeta/ENG/issuetypes/10004?maxResults=200", nil).want(200)
	cm := c.do("POST", one+"/comment", object{"body": "Hello", "visibility": object{"type": "role", "value": "Administrators"},
		"properties": []object{{"key": "mark", "value": object{"n": 1}}}}).want(201).text("id")
	c.do("GET", one+"/comment", nil).want(200)
	c.do("GET", one+"/comment/"+cm, nil).want(200)
	c.do("PUT", one+"/comment/"+cm, object{"body": "Hello again"}).want(200)
	for _, base := range []string{one + "/properties", v2 + "/comment/" + cm + "/properties"} {
		c.do("PUT", base+"/k", object{"v": 1}).want(201)
		c.do("GET", base, nil).want(200)
		c.do("GET", base+"/k", nil).want(200)
		c.do("DELETE", base+"/k", nil).want(204)
	}
	file := c.upload(a, "log.txt", []byte("boom"), "no-check").want(200).text("0.id")
	c.do("GET", v2+"/attachment/meta", nil).want(200)
	c.do("GET", v2+"/attachment/"+file, nil).want(200)
	c.do("DELETE", v2+"/attachment/"+file, nil).want(204)
	remote := object{"globalId": "sync:1", "object": object{"url": "https://desk.example/1", "title": "Ticket 1"}}
	link := itoa(c.do("POST", one+"/remotelink", remote).want(201).at("id"))
	c.do("GET", one+"/remotelink", nil).want(200)
	c.do("GET", one+"/remotelink/"+link, nil).want(200)
	c.do("PUT", one+"/remotelink/"+link, remote).want(204)
	c.do("DELETE", one+"/remotelink/"+link, nil).want(204)
	c.do("POST", one+"/remotelink", remote).want(201)
	c.do("DELETE", one+"/remotelink?globalId=sync:1", nil).want(204)
	c.do("POST", v2+"/issueLink", object{"type": object{"name": "Blocks"}, "inwardIssue": object{"key": epicKey}, "outwardIssue": object{"key": "ENG-3"}}).want(201)
	linked := c.do("GET", v2+"/issue/"+b, nil).want(200).text("fields.issuelinks.0.id")
	c.do("GET", v2+"/issueLink/"+linked, nil).want(200)
	c.do("DELETE", v2+"/issueLink/"+linked, nil).want(204)
	c.do("POST", one+"/watchers", `"grace"`).want(204)
	c.do("GET", one+"/watchers", nil).want(200)
	c.do("DELETE", one+"/watchers?username=grace", nil).want(204)
	for _, path := range []string{"/issueLinkType", "/field", "/issuetype", "/priority", "/status", "/statuscategory", "/project/ENG", "/project/ENG/statuses", "/mypermissions?projectKey=ENG",
		"/myself", "/serverInfo", "/user?username=ada", "/user/search?username=ada", "/user/assignable/search?username=gr&project=ENG", "/search?jql=project%3DENG&maxResults=2"} {
		c.do("GET", v2+path, nil).want(200)
	}
	c.do("POST", v2+"/search", object{"jql": "project = ENG", "startAt": 1, "maxResults": 1, "fields": []string{"*all"}}).want(200)
	const agile = "/rest/agile/1.0"
	c.do("GET", agile+"/board?projectKeyOrId=ENG", nil).want(200)
	c.do("GET", agile+"/board/1", nil).want(200)
	c.do("GET", agile+"/board/1/sprint?state=active,future", nil).want(200)
	sp := itoa(c.do("POST", agile+"/sprint", object{"name": "Short", "originBoardId": 1}).want(201).at("id"))
	c.do("GET", agile+"/sprint/"+sp, nil).want(200)
	c.do("POST", agile+"/sprint/"+sp, object{"goal": "Ship"}).want(200)
	c.do("PUT", agile+"/sprint/"+sp, object{"name": "Renamed", "state": "future"}).want(200)
	c.do("POST", agile+"/sprint/"+sp+"/issue", object{"issues": []string{"ENG-2"}}).want(204)
	c.do("GET", agile+"/sprint/"+sp+"/issue?fields=summary", nil).want(200)
	c.do("DELETE", agile+"/sprint/"+sp, nil).want(204)
	c.do("DELETE", one+"/comment/"+cm, nil).want(204)
	c.do("DELETE", one, nil).want(204)
	driven := d.Operations()
	t.Logf("%d operations of the Data Center document were driven", len(driven))
	for _, op := range d.Listed() {
		method, path, _ := strings.Cut(op, " ")
		served := slices.ContainsFunc(s.e.routes, func(rt *route) bool { return rt.method == method && shape(rt.path) == shape("/rest"+path) })
		if served && driven[op] == 0 {
			t.Errorf("%s was not driven", op)
		}
		if !served && !slices.Contains(notServed, op) {
			t.Errorf("%s is not served", op)
		}
	}
}

// notServed are the operations of the document that the emulator does not have: what a board is made of.
var notServed = []string{"GET /agile/1.0/board/{boardId}/configuration"}

// shape is a path whatever its parameters are called.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for n, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[n] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

func TestDataCenterPagesWriteForTheOlderFront(t *testing.T) {
	s := dataCenter(t, Options{})
	c := s.pat("ada")
	id := c.newServerIssue("One", object{"description": "h1. As *it* was"})
	d := textDocument("From a page")
	d.Content[0].Content = append(d.Content[0].Content, &node{Type: "mention", Attrs: map[string]any{"id": users[2].AccountID}})
	err := s.e.act(users[1], false, func(p *session) error { // as the forms of the pages do
		return p.change(p.state.find(id), issueInput{Fields: map[string]rawDoc{"environment": quoted(d), "assignee": quoted(object{"accountId": users[2].AccountID})}})
	})
	if err != nil {
		t.Fatal(err)
	}
	got := c.do("GET", v2+"/issue/"+id, nil).want(200)
	got.is("fields.environment", "From a page[~grace]")
	got.is("fields.description", "h1. As *it* was")
	got.is("fields.assignee.name", "grace")
}

func TestDataCenterHasNothingOfCloudAlone(t *testing.T) {
	s := dataCenter(t, Options{})
	c := s.pat("sync")
	id := c.newServerIssue("One", nil)
	for _, x := range []struct{ method, path, reason string }{
		{"GET", "/rest/api/3/issue/" + id, "version 3 is Cloud's"},
		{"POST", v2 + "/search/jql", "the search with page tokens is Cloud's"},
		{"POST", v2 + "/issue/bulkfetch", "issues are read one by one or searched"},
		{"POST", v2 + "/comment/list", "comments are read from their issue"},
		{"GET", v2 + "/user/bulk?accountId=1", "there are no account ids"},
		{"GET", v2 + "/issue/" + id + "/changelog", "the history is an expansion of the issue"},
		{"POST", v2 + "/changelog/bulkfetch", "the history is an expansion of the issue"},
		{"GET", v2 + "/project/search", "projects are one list"},
		{"POST", "/oauth/token", "OAuth apps are Cloud's"},
		{"POST", "/rest/webhooks/1.0/webhook", "webhooks of version 10 are elsewhere"},
		{"POST", v2 + "/webhook", "dynamic webhooks are Cloud's"},
		{"GET", "/ex/jira/" + CloudID + v2 + "/myself", "the gateway is Cloud's"},
	} {
		if got := c.do(x.method, x.path, object{}); got.Status != 404 && got.Status != 405 { // a path may be taken for another's
			t.Errorf("%s: %s %s answered %d", x.reason, x.method, x.path, got.Status)
		}
	}
	me := c.do("GET", v2+"/myself", nil).want(200)
	if me.Header.Get("X-AAccountId") != "" || me.Header.Get("X-RateLimit-Limit") != "" || me.at("accountId") != nil {
		t.Errorf("an answer says what only Cloud says: %v %s", me.Header, me.Raw)
	}
	me.is("name", "sync")
	me.is("key", "JIRAUSER10101")
	c.do("GET", v2+"/serverInfo", nil).is("deploymentType", "Server")
	c.do("PUT", v2+"/issue/"+id+"?returnIssue=true", object{"fields": object{"summary": "Two"}}).want(204)
}

func TestDataCenterSignsInByTokenOrUserName(t *testing.T) {
	s := dataCenter(t, Options{})
	for _, x := range []struct {
		sign   func(*http.Request)
		status int
		reason string
	}{
		{func(r *http.Request) { r.Header.Set("Authorization", "Bearer ada-api-token") }, 200, "a personal access token"},
		{func(r *http.Request) { r.SetBasicAuth("ada", "ada-api-token") }, 200, "a user name and password"},
		{func(r *http.Request) { r.SetBasicAuth("ada@acme.example", "ada-api-token") }, 401, "an address is no user name"},
		{func(r *http.Request) { r.Header.Set("Authorization", "Bearer nonsense") }, 401, "a token nobody has"},
		{func(r *http.Request) {}, 401, "nobody"},
	} {
		if got := (caller{s, x.sign}).do("GET", v2+"/myself", nil); got.Status != x.status {
			t.Errorf("%s: %d, want %d", x.reason, got.Status, x.status)
		}
	}
}

func TestDataCenterPeople(t *testing.T) {
	s := dataCenter(t, Options{})
	c := s.pat("sync")
	id := c.newServerIssue("One", object{"assignee": object{"name": "grace"}, "reporter": object{"name": "linus"}})
	got := c.do("GET", v2+"/issue/"+id, nil).want(200)
	got.is("fields.assignee.name", "grace")
	got.is("fields.assignee.key", "JIRAUSER10103")
	got.is("fields.reporter.emailAddress", "linus@acme.example")
	if got.at("fields.assignee.accountId") != nil {
		t.Error("a person has an account id")
	}
	for _, x := range []struct {
		value  any
		reason string
	}{
		{object{"accountId": users[1].AccountID}, "account ids are Cloud's"},
		{object{"name": "nobody"}, "there is no such person"},
		{"grace", "a person is an object"},
	} {
		if got := c.do("PUT", v2+"/issue/"+id, object{"fields": object{"assignee": x.value}}); got.Status != 400 || got.text("errors.assignee") == "" {
			t.Errorf("%s: %d %s", x.reason, got.Status, got.Raw)
		}
	}
	for text, want := range map[string]string{"gra": "grace", "hopper": "grace", "grace@acme": "grace", "linus@acme.example": "linus"} {
		c.do("GET", v2+"/user/search?username="+url.QueryEscape(text), nil).want(200).is("0.name", want)
	}
	c.do("GET", v2+"/user/search?query=ada", nil).want(400)
	c.do("GET", v2+"/search?jql="+url.QueryEscape(`assignee = grace AND reporter = linus`), nil).want(200).is("total", 1)
	c.do("PUT", v2+"/issue/"+id+"/assignee", object{"name": nil}).want(204)
	c.do("GET", v2+"/issue/"+id, nil).is("fields.assignee", nil)
}

func TestDataCenterTextsComeBackAsTheyWere(t *testing.T) {
	s := dataCenter(t, Options{})
	c := s.pat("sync")
	text := "h2. Title\r\n\r\n* one\r\n* {color:red}two{color}\r\n{noformat}x  {noformat}"
	id := c.newServerIssue("One", object{"description": text, "environment": text, "customfield_10035": text})
	got := c.do("GET", v2+"/issue/"+id, nil).want(200)
	for _, field := range []string{"description", "environment", "customfield_10035"} {
		if got.text("fields."+field) != text {
			t.Errorf("%s came back as %q", field, got.text("fields."+field))
		}
	}
	cm := c.do("POST", v2+"/issue/"+id+"/comment", object{"body": text}).want(201)
	if cm.text("body") != text || cm.at("jsdPublic") != nil {
		t.Errorf("the comment came back as %s", cm.Raw)
	}
	w := c.do("POST", v2+"/issue/"+id+"/worklog", object{"timeSpentSeconds": 60, "comment": text}).want(201)
	if w.text("comment") != text {
		t.Errorf("the worklog came back as %s", w.Raw)
	}
	c.do("PUT", v2+"/issue/"+id, object{"fields": object{"description": doc("a document")}}).want(400)
	c.do("POST", v2+"/issue/"+id+"/comment", object{"body": doc("a document")}).want(400)
	c.do("PUT", v2+"/issue/"+id, object{"fields": object{"description": strings.Repeat("x", textLimit+1)}}).want(400)
	c.do("PUT", v2+"/issue/"+id, object{"fields": object{"description": nil}}).want(204)
	c.do("GET", v2+"/issue/"+id, nil).is("fields.description", nil)
}

func TestDataCenterSearchesByOffset(t *testing.T) {
	s := dataCenter(t, Options{})
	c, ada := s.pat("sync"), s.pat("ada")
	for n := range 3 {
		c.newServerIssue("Issue "+strconv.Itoa(n), nil)
		s.Pass(time.Minute)
	}
	page := c.do("POST", v2+"/search", object{"jql": "project = ENG ORDER BY created ASC", "startAt": 1, "maxResults": 1, "fields": []string{"summary"}}).want(200)
	page.is("total", 3)
	page.is("issues.0.fields.summary", "Issue 1")
	c.do("GET", v2+"/search?jql=&maxResults=0", nil).want(200).is("total", 3)
	second := s.Now().Add(-2 * time.Minute)
	c.do("GET", v2+"/search?jql="+url.QueryEscape("created >= "+strconv.FormatInt(second.UnixMilli(), 10)), nil).want(200).is("total", 2)
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	ada.do("GET", v2+"/search?jql="+url.QueryEscape(`created >= "`+second.In(london).Format("2006/01/02 15:04")+`"`), nil).want(200).is("total", 2)
	c.do("GET", v2+"/search?jql="+url.QueryEscape(`created >= "`+second.In(london).Format("2006/01/02 15:04")+`"`), nil).want(200).is("total", 0)
	c.do("POST", v2+"/search", object{"jql": "project = ENG", "nextPageToken": ""}).want(400)
	c.do("GET", v2+"/search?jql="+url.QueryEscape("project = NOWHERE"), nil).want(400)
	c.do("GET", v2+"/search?validateQuery=false&jql="+url.QueryEscape("project = NOWHERE"), nil).want(200).is("total", 0)
}

func TestDataCenterMetadataIsPaged(t *testing.T) {
	c := dataCenter(t, Options{}).pat("sync")
	page := c.do("GET", v2+"/issue/createmeta/ENG/issuetypes/10004?startAt=1&maxResults=2", nil).want(200)
	page.is("startAt", 1)
	page.is("isLast", false)
	if page.text("values.1.fieldId") == "" || page.at("values.2") != nil {
		t.Errorf("the page is %s", page.Raw)
	}
	c.do("GET", v2+"/issue/createmeta/ENG/issuetypes?maxResults=50", nil).want(200).is("isLast", true)
	if all := c.do("GET", v2+"/mypermissions", nil).want(200); all.at("permissions.BROWSE_PROJECTS.havePermission") != true {
		t.Errorf("permissions: %s", all.Raw)
	}
}

func TestDataCenterHistoryNamesFieldsByWhatTheyAreCalled(t *testing.T) {
	c := dataCenter(t, Options{}).pat("sync")
	id := c.newServerIssue("One", nil)
	c.do("PUT", v2+"/issue/"+id, object{"fields": object{"assignee": object{"name": "ada"}}}).want(204)
	c.do("PUT", v2+"/issue/"+id, object{"fields": object{"customfield_10016": 3}}).want(204)
	got := c.do("GET", v2+"/issue/"+id+"?expand=changelog", nil).want(200)
	got.is("changelog.histories.0.items.0.field", "assignee")
	got.is("changelog.histories.0.items.0.to", "JIRAUSER10102")
	got.is("changelog.histories.1.items.0.field", "Story Points")
	got.is("changelog.histories.1.author.name", "sync")
	if strings.Contains(string(got.Raw), "fieldId\":\"customfield_10016\",\"fieldtype") || got.at("changelog.histories.1.items.0.fieldId") != nil {
		t.Error("an item has a field's id")
	}
}

func TestDataCenterEpicsSprintsAndRank(t *testing.T) {
	c := dataCenter(t, Options{}).pat("sync")
	epic := c.newServerIssue("Epic", object{"issuetype": object{"name": "Epic"}})
	id := c.newServerIssue("Story", object{"issuetype": object{"name": "Story"}, epicField: "ENG-1"})
	got := c.do("GET", v2+"/issue/"+id+"?expand=schema", nil).want(200)
	got.is("fields."+epicField, "ENG-1")
	got.is("schema."+epicField+".custom", "com.pyxis.greenhopper.jira:gh-epic-link")
	got.is("schema."+epicField+".type", "any")
	if !strings.HasPrefix(got.text("fields."+rankField), "0|i") {
		t.Errorf("the rank is %v", got.at("fields."+rankField))
	}
	for _, x := range []struct {
		fields object
		reason string
	}{
		{object{epicField: "ENG-2"}, "an issue that is no epic"},
		{object{epicField: epic}, "an id is no key"},
		{object{"parent": object{"key": "ENG-1"}}, "only sub-tasks have a parent"},
		{object{rankField: "0|i00001:"}, "the rank is not set"},
	} {
		if got := c.do("PUT", v2+"/issue/"+id, object{"fields": x.fields}); got.Status != 400 {
			t.Errorf("%s: %d %s", x.reason, got.Status, got.Raw)
		}
	}
	c.do("GET", v2+"/search?jql="+url.QueryEscape(`"Epic Link" = ENG-1`), nil).want(200).is("issues.0.id", id)
	c.do("PUT", v2+"/issue/"+id, object{"fields": object{sprintField: 2}}).want(204)
	if got := c.do("GET", v2+"/issue/"+id, nil).text("fields." + sprintField + ".0"); !strings.Contains(got, "[id=2,rapidViewId=1,state=ACTIVE,name=ENG Sprint 2") {
		t.Errorf("the sprint is %q", got)
	}
	c.do("DELETE", v2+"/issue/"+epic, nil).want(204)
	c.do("GET", v2+"/issue/"+id, nil).want(200).is("fields."+epicField, nil)
}

func TestDataCenterFilesNeedTheCredential(t *testing.T) {
	s := dataCenter(t, Options{})
	c := s.pat("sync")
	id := c.newServerIssue("One", nil)
	c.upload(id, "a b.txt", []byte("boom"), "no-check").want(200)
	address := c.do("GET", v2+"/issue/"+id, nil).text("fields.attachment.0.content")
	path, ok := strings.CutPrefix(address, s.URL)
	if !ok {
		t.Fatalf("the content is at %s", address)
	}
	if got := c.do("GET", path, nil).want(200); string(got.Raw) != "boom" {
		t.Errorf("the content is %q", got.Raw)
	}
	caller{s, func(*http.Request) {}}.do("GET", path, nil).want(401)
}
