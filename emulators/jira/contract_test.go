package jira

import (
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/contract"
)

// vendorMistakes are the parts of the vendor's document that its own service does not keep.
var vendorMistakes = []contract.Exception{
	{Contains: `format "date-time"`, Reason: "the service writes offsets without a colon (+0000), as all its samples show"},
	{Operation: "GET /rest/api/3/issue/{issueIdOrKey}/remotelink", Contains: "response", Reason: "the document says one object; without globalId the service answers a list"},
	{Operation: "POST /rest/api/3/issue/{issueIdOrKey}/attachments", Contains: "request", Reason: "the document has the server's class of a multipart file, not the form"},
	{Operation: "GET /rest/agile/1.0/sprint/{sprintId}/issue", Contains: "non primitive type object", Reason: "the document says the names of fields are objects"},
	{Contains: "failed to decode response body: EOF", Reason: "the document gives 204 (and 201 of a link) a JSON body; they have none"},
}

// nullable are the operations whose answers hold issue fields or history: the document forgets that
// an empty one is null, as all samples show.
var nullable = []string{"GET /rest/api/3/issue/{issueIdOrKey}", "PUT /rest/api/3/issue/{issueIdOrKey}", "POST /rest/api/3/issue/bulkfetch",
	"GET /rest/api/3/search/jql", "POST /rest/api/3/search/jql", "GET /rest/api/3/issue/{issueIdOrKey}/changelog",
	"POST /rest/api/3/issue/{issueIdOrKey}/changelog/list", "POST /rest/api/3/changelog/bulkfetch"}

// checked is a site whose every exchange is held to the vendor's document.
func checked(t *testing.T) (*site, *contract.Doc) {
	t.Helper()
	d := contract.Load(t, "jira", "openapi-agile.json").With(t, "testdata/openapi-more.json").Except(vendorMistakes...)
	for _, op := range nullable {
		d.Except(contract.Exception{Operation: op, Contains: "Value is not nullable", Reason: "an empty field is null in every sample"})
	}
	s := newSite(t, Options{})
	s.Hold(d)
	return s, d
}

// TestEveryAnswerKeepsTheVendorsDocument drives each operation the emulator has at least once.
func TestEveryAnswerKeepsTheVendorsDocument(t *testing.T) {
	s, d := checked(t)
	c := s.as("sync")
	const v3 = "/rest/api/3"
	rich := object{"description": doc("It breaks"), "labels": []string{"b", "a"}, "components": []object{{"name": "vip"}}, "priority": object{"name": "High"},
		"assignee": object{"accountId": users[3].AccountID}, "duedate": "2026-06-01", "customfield_10031": object{"value": "Login"}, "customfield_10016": 5,
		"customfield_10032": "SUP-1", "customfield_10033": "2026-05-01T10:00:00.000+0200", "customfield_10034": []object{{"value": "Web"}, {"id": "10111"}},
		"customfield_10035": doc("Restart"), "customfield_10036": []object{{"value": "Privacy"}}, "fixVersions": []object{{"name": "1.0"}},
		"customfield_10037": object{"accountId": users[2].AccountID}, "customfield_10038": object{"value": "Hardware", "child": object{"value": "Laptop"}},
		"customfield_10039": object{"value": "None"}, "customfield_10040": []string{"disk", "boot"}, "customfield_10041": []object{{"accountId": users[1].AccountID}},
		"customfield_10042": "https://wiki.acme.example/runbook"}
	a := c.newIssue("First", rich)
	b := c.newIssue("Second", nil)
	sub := c.do("POST", v3+"/issue", object{"fields": object{"project": object{"id": "10000"}, "issuetype": object{"id": "10003"}, "summary": "Part", "parent": object{"id": a}},
		"properties": []object{{"key": "com.example.mark", "value": object{"n": 1}}}, "transition": object{"id": "11"}}).want(201)
	sub.is("transition.status", 200)
	c.do("POST", v3+"/issue/bulk", object{"issueUpdates": []object{{"fields": object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Task"}, "summary": "Bulk"}},
		{"fields": object{"project": object{"key": "OPS"}}}}}).want(201)
	c.do("POST", v3+"/issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}}}).want(400)
	c.do("PUT", v3+"/issue/"+a, object{"fields": object{"summary": "First!"}, "update": object{"labels": []object{{"add": "c"}, {"remove": "a"}}},
		"historyMetadata": object{"type": "com.example", "extraData": object{"k": "v"}}}).want(204)
	c.do("PUT", v3+"/issue/"+a+"?returnIssue=true", object{"fields": object{"summary": "First."}}).want(200)
	c.do("PUT", v3+"/issue/"+b+"/assignee", object{"accountId": users[1].AccountID}).want(204)
	c.do("GET", v3+"/issue/"+a+"?expand=changelog,names,schema,transitions,editmeta,renderedFields&properties=*all", nil).want(200)
	c.do("GET", v3+"/issue/"+a+"?fields=summary,status", nil).want(200)
	c.do("GET", v3+"/issue/999999", nil).want(404)
	c.do("GET", v3+"/issue/"+a+"/editmeta", nil).want(200)
	c.do("GET", v3+"/issue/"+a+"/transitions?expand=transitions.fields", nil).want(200)
	c.do("POST", v3+"/issue/"+a+"/transitions", object{"transition": object{"id": "11"}}).want(204)
	c.do("POST", v3+"/issue/"+a+"/transitions", object{"transition": object{"id": "31"}}).want(400)
	changes := c.do("GET", v3+"/issue/"+a+"/changelog?maxResults=1", nil).want(200)
	c.do("POST", v3+"/issue/"+a+"/changelog/list", object{"changelogIds": []int64{number(changes.text("values.0.id"))}}).want(200)
	c.do("POST", v3+"/changelog/bulkfetch", object{"issueIdsOrKeys": []string{a, b}, "fieldIds": []string{"summary"}}).want(200)
	c.do("POST", v3+"/issue/bulkfetch", object{"issueIdsOrKeys": []string{a, "ENG-99"}, "fields": []string{"summary"}}).want(200)
	c.do("GET", v3+"/issue/createmeta/ENG/issuetypes", nil).want(200)
	c.do("GET", v3+"/issue/createmeta/ENG/issuetypes/10004?maxResults=200", nil).want(200)
	c.do("GET", v3+"/issue/createmeta/ENG/issuetypes/10005?maxResults=200", nil).want(200)

	cm := c.do("POST", v3+"/issue/"+a+"/comment?expand=renderedBody", object{"body": doc("Hello"), "visibility": object{"type": "role", "value": "Administrators", "identifier": "Administrators"},
		"properties": []object{{"key": "mark", "value": "x"}}}).want(201).text("id")
	c.do("GET", v3+"/issue/"+a+"/comment?orderBy=-created", nil).want(200)
	c.do("GET", v3+"/issue/"+a+"/comment/"+cm, nil).want(200)
	c.do("PUT", v3+"/issue/"+a+"/comment/"+cm, object{"body": doc("Hello again")}).want(200)
	c.do("POST", v3+"/comment/list?expand=properties,renderedBody", object{"ids": []int64{number(cm)}}).want(200)
	c.do("POST", v3+"/issue/"+a+"/comment", object{"body": object{"type": "doc", "version": 1, "content": []object{{"type": "nonsense"}}}}).want(400)
	c.do("PUT", v3+"/comment/"+cm+"/properties/k", object{"v": 1}).want(201)
	c.do("GET", v3+"/comment/"+cm+"/properties", nil).want(200)
	c.do("GET", v3+"/comment/"+cm+"/properties/k", nil).want(200)
	c.do("DELETE", v3+"/comment/"+cm+"/properties/k", nil).want(204)
	for _, base := range []string{v3 + "/issue/" + a + "/properties", v3 + "/user/properties"} {
		q := ""
		if base == v3+"/user/properties" {
			q = "?accountId=" + users[0].AccountID
		}
		c.do("PUT", base+"/k"+q, object{"v": 1}).want(201)
		c.do("PUT", base+"/k"+q, object{"v": 2}).want(200)
		c.do("GET", base+q, nil).want(200)
		c.do("GET", base+"/k"+q, nil).want(200)
		c.do("DELETE", base+"/k"+q, nil).want(204)
	}

	work := v3 + "/issue/" + a + "/worklog"
	w := c.do("POST", work+"?expand=properties", object{"started": "2026-05-04T09:00:00.000+0000", "timeSpentSeconds": 3600, "comment": doc("Looked"),
		"visibility": object{"type": "group", "value": "site-admins", "identifier": "site-admins"}, "properties": []object{{"key": "mark", "value": "x"}}}).want(201).text("id")
	gone := c.do("POST", work+"?adjustEstimate=leave", object{"timeSpent": "30m"}).want(201).text("id")
	c.do("POST", work, object{"timeSpentSeconds": 0}).want(400)
	c.do("GET", work+"?expand=properties", nil).want(200)
	c.do("GET", work+"/"+w, nil).want(200)
	c.do("PUT", work+"/"+w+"?adjustEstimate=new&newEstimate=2d", object{"timeSpent": "2h"}).want(200)
	c.do("DELETE", work+"/"+gone, nil).want(204)
	c.do("PUT", work+"/"+w+"/properties/k", object{"v": 1}).want(201)
	c.do("GET", work+"/"+w+"/properties", nil).want(200)
	c.do("GET", work+"/"+w+"/properties/k", nil).want(200)
	c.do("DELETE", work+"/"+w+"/properties/k", nil).want(204)
	c.issue(a).is("fields.timetracking.timeSpentSeconds", 7200)
	s.Pass(2 * time.Minute) // what changed in the last minute is not listed
	c.do("GET", v3+"/worklog/updated?since=0", nil).want(200).is("values.0.worklogId", w)
	c.do("GET", v3+"/worklog/deleted?since=0", nil).want(200).is("values.0.worklogId", gone)
	c.do("POST", v3+"/worklog/list?expand=properties", object{"ids": []int64{number(w), number(gone)}}).want(200)

	file := c.upload(a, "log.txt", []byte("boom"), "no-check").want(200).text("0.id")
	c.do("GET", v3+"/attachment/meta", nil).want(200)
	c.do("GET", v3+"/attachment/"+file, nil).want(200)
	c.do("GET", v3+"/attachment/content/"+file, nil).want(303)
	c.do("GET", v3+"/attachment/thumbnail/"+c.upload(a, "dot.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "no-check").want(200).text("0.id"), nil).want(303)
	c.issue(a).is("fields.attachment.0.filename", "log.txt")
	c.do("DELETE", v3+"/attachment/"+file, nil).want(204)

	remote := object{"globalId": "sync:1", "application": object{"name": "desk"}, "object": object{"url": "https://desk.example/1", "title": "Ticket 1", "status": object{"resolved": false}}}
	link := c.do("POST", v3+"/issue/"+a+"/remotelink", remote).want(201)
	c.do("POST", v3+"/issue/"+a+"/remotelink", remote).want(200).is("id", link.at("id"))
	c.do("GET", v3+"/issue/"+a+"/remotelink", nil).want(200)
	c.do("GET", v3+"/issue/"+a+"/remotelink?globalId=sync:1", nil).want(200)
	one := v3 + "/issue/" + a + "/remotelink/" + itoa(link.at("id"))
	c.do("GET", one, nil).want(200)
	c.do("PUT", one, remote).want(204)
	c.do("DELETE", one, nil).want(204)
	c.do("DELETE", v3+"/issue/"+a+"/remotelink?globalId=sync:1", nil).want(404)
	c.do("POST", v3+"/issueLink", object{"type": object{"name": "Blocks"}, "inwardIssue": object{"id": a}, "outwardIssue": object{"id": b}}).want(201)
	linked := c.issue(a).text("fields.issuelinks.0.id")
	c.do("GET", v3+"/issueLink/"+linked, nil).want(200)
	c.do("DELETE", v3+"/issueLink/"+linked, nil).want(204)
	c.do("GET", v3+"/issueLinkType", nil).want(200)
	epic := c.newIssue("Epic", object{"issuetype": object{"name": "Epic"}})
	c.do("PUT", v3+"/issue/"+b, object{"fields": object{"parent": object{"id": epic}}, "update": object{"issuelinks": []object{{"add": object{"type": object{"name": "Blocks"}, "outwardIssue": object{"id": a}}}}}}).want(204)
	c.issue(b).is("fields.parent.id", epic)
	c.do("GET", v3+"/project/search?expand=lead", nil).want(200)
	c.do("POST", v3+"/issue/"+a+"/watchers", `"`+users[1].AccountID+`"`).want(204)
	c.do("GET", v3+"/issue/"+a+"/watchers", nil).want(200)
	c.do("DELETE", v3+"/issue/"+a+"/watchers?accountId="+users[1].AccountID, nil).want(204)

	for _, path := range []string{"/field", "/field/search?type=custom&maxResults=3", "/field/customfield_10031/contexts", "/field/customfield_10031/context/10031/option", "/field/customfield_10038/context/10038/option",
		"/label", "/issuetype", "/issuetype/project?projectId=10000", "/priority", "/priority/search", "/resolution/search", "/status", "/statuscategory", "/statuses/search",
		"/project/search", "/project/ENG", "/project/ENG/statuses", "/project/ENG/components", "/project/ENG/versions", "/project/10000/hierarchy", "/role", "/project/ENG/role", "/project/ENG/role/10002", "/project/ENG/roledetails",
		"/group/bulk?groupName=site-admins", "/groups/picker?query=admin", "/group/member?groupname=site-admins",
		"/mypermissions?permissions=BROWSE_PROJECTS,ADMINISTER", "/myself?expand=groups", "/serverInfo", "/user?accountId=" + users[2].AccountID,
		"/user/bulk?accountId=" + users[2].AccountID, "/user/search?query=ada", "/user/assignable/search?project=ENG&query=gr",
		"/search/jql?jql=project%20%3D%20ENG&fields=summary"} {
		c.do("GET", v3+path, nil).want(200)
	}
	c.do("GET", v3+"/user/email?accountId="+users[1].AccountID, nil).want(401)
	c.do("POST", v3+"/search/jql", object{"jql": "project = ENG ORDER BY updated ASC", "fields": []string{"*all"}, "maxResults": 1, "properties": []string{"com.example.mark"}}).want(200)
	c.do("POST", v3+"/search/approximate-count", object{"jql": "project = ENG"}).want(200).is("count", 4)
	c.do("POST", v3+"/jql/match", object{"jqls": []string{"labels = b"}, "issueIds": []int64{number(a), number(b)}}).want(200)
	c.do("GET", v3+"/search?jql=x", nil).want(410)
	c.do("POST", v3+"/search", object{"jql": "x"}).want(410)

	const agile = "/rest/agile/1.0"
	c.do("GET", agile+"/board?projectKeyOrId=ENG", nil).want(200).is("values.0.id", 1)
	c.do("GET", agile+"/board/1", nil).want(200)
	c.do("GET", agile+"/board/1/sprint?state=active,future", nil).want(200).is("total", 3)
	sp := itoa(c.do("POST", agile+"/sprint", object{"name": "Short", "originBoardId": 1, "startDate": "2026-05-04T09:00:00.000Z", "endDate": "2026-05-05T09:00:00.000Z"}).want(201).at("id"))
	c.do("GET", agile+"/sprint/"+sp, nil).want(200)
	c.do("POST", agile+"/sprint/"+sp, object{"state": "active"}).want(200)
	c.do("PUT", agile+"/sprint/3", object{"name": "Renamed", "state": "future"}).want(200)
	c.do("POST", agile+"/sprint/"+sp+"/issue", object{"issues": []string{a}}).want(204)
	c.do("GET", agile+"/sprint/"+sp+"/issue?fields=summary", nil).want(200).is("issues.0.id", a)
	c.do("POST", agile+"/backlog/issue", object{"issues": []string{a}}).want(204)
	c.do("DELETE", agile+"/sprint/"+sp, nil).want(204)

	app := s.app()
	id := app.do("POST", v3+"/webhook", object{"url": "http://127.0.0.1:1/hook", "webhooks": []object{{"events": []string{"jira:issue_created"}, "jqlFilter": "project = ENG"},
		{"events": []string{"jira:issue_created"}, "jqlFilter": "summary ~ x"}}}).want(200)
	app.do("GET", v3+"/webhook", nil).want(200)
	hooks := object{"webhookIds": []any{id.at("webhookRegistrationResult.0.createdWebhookId")}}
	app.do("PUT", v3+"/webhook/refresh", hooks).want(200)
	app.do("DELETE", v3+"/webhook", hooks).want(202)
	app.do("GET", v3+"/webhook/failed", nil).want(403)

	s.Pass(time.Minute) // past the limit of writes per issue
	c.do("DELETE", v3+"/issue/"+a+"/comment/"+cm, nil).want(204)
	c.do("DELETE", v3+"/issue/"+a, nil).want(400)
	c.do("DELETE", v3+"/issue/"+a+"?deleteSubtasks=true", nil).want(204)

	seen, exchanges := d.Operations(), 0
	for _, n := range seen {
		exchanges += n
	}
	t.Logf("%d operations of the vendor held to its documents in %d exchanges", len(seen), exchanges)
	for _, rt := range s.e.routes {
		op := rt.method + " " + rt.path
		if rt.plain == nil && (strings.HasPrefix(rt.path, v3) || strings.HasPrefix(rt.path, agile)) && seen[op] == 0 {
			t.Errorf("%s was not driven", op)
		}
	}
}
