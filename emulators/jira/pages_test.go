package jira

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
)

// browse is a browser of one person: form posts follow where the site sends them.
type browser struct {
	s       *site
	account string
}

func (b browser) get(path string) answer {
	b.s.T.Helper()
	req, _ := http.NewRequest("GET", b.s.URL+path, nil)
	return b.send(req)
}

func (b browser) post(path string, form url.Values) answer {
	b.s.T.Helper()
	req, _ := http.NewRequest("POST", b.s.URL+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(req)
}

func (b browser) send(req *http.Request) answer {
	b.s.T.Helper()
	return caller{b.s, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: actorCookie, Value: b.account}) }}.send(req)
}

func TestPeopleWorkThroughThePages(t *testing.T) {
	s, r := newSite(t, Options{}), bench.NewInbox(t)
	s.target(r, "")
	grace := browser{s, users[2].AccountID}
	to := grace.post("/items", url.Values{"project": {"OPS"}, "type": {"10004"}, "priority": {"2"}, "summary": {"<b>Router</b> down"}, "description": {"first\r\n\r\nsecond"}, "labels": {"net vip"}}).want(303).Header.Get("Location")
	page := string(grace.get(to).want(200).Raw)
	for _, want := range []string{"&lt;b&gt;Router&lt;/b&gt; down", "<p>second</p>", "vip", "OPS-1", "Grace Hopper", "To Do"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	id := strings.TrimPrefix(to, "/items/")
	c := s.as("ada")
	c.issue(id).is("fields.creator.accountId", users[2].AccountID)

	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"description": object{"type": "doc", "version": 1, "content": []object{
		{"type": "heading", "attrs": object{"level": 1}, "content": []object{{"type": "text", "text": "Rich"}}}}}}}).want(204)
	grace.post(to, url.Values{"summary": {"Router up"}, "priority": {"3"}, "assignee": {users[3].AccountID}, "labels": {"net"}, "area": {"10100"}, "ref": {"SUP-9"}, "description": {"Rich"}}).want(303)
	got := c.issue(id)
	got.is("fields.summary", "Router up")
	got.is("fields.assignee.displayName", "Linus Pauling")
	got.is("fields.customfield_10031.value", "Billing")
	got.is("fields.description.content.0.type", "heading") // nobody touched it

	grace.post(to+"/comments", url.Values{"body": {"For us"}, "internal": {"yes"}}).want(303)
	grace.post(to+"/comments", url.Values{"body": {"For few"}, "role": {"Service Desk Team"}}).want(303)
	page = string(grace.get(to).want(200).Raw)
	if !strings.Contains(page, "internal note") || !strings.Contains(page, "only Service Desk Team") {
		t.Error("closed comments are not marked")
	}
	if linus := (browser{s, users[3].AccountID}).get(to); strings.Contains(string(linus.Raw), "For few") {
		t.Error("a restricted comment is shown to somebody outside")
	}
	c.do("GET", "/rest/api/3/issue/"+id+"/comment", nil).is("comments.0.jsdPublic", false)
	comment := c.do("GET", "/rest/api/3/issue/"+id+"/comment", nil).text("comments.0.id")
	grace.post(to+"/comments/"+comment, url.Values{"body": {"Still for us"}}).want(303)
	c.do("GET", "/rest/api/3/issue/"+id+"/comment", nil).is("comments.0.jsdPublic", false)

	for _, step := range []struct{ transition, resolution string }{{"11", ""}, {"21", ""}, {"31", "10000"}} {
		grace.post(to+"/transition", url.Values{"transition": {step.transition}, "resolution": {step.resolution}}).want(303)
	}
	c.issue(id).is("fields.status.name", "Done")
	if bad := grace.post(to+"/transition", url.Values{"transition": {"11"}}).want(400); !strings.Contains(string(bad.Raw), "not valid for this issue") {
		t.Error("the refusal is not shown")
	}
	grace.post(to+"/move", url.Values{"project": {"ENG"}}).want(303)
	c.issue("OPS-1").is("key", "ENG-1")
	if list := string(grace.get("/").want(200).Raw); !strings.Contains(list, "ENG-1") {
		t.Error("the list lacks the issue")
	}
	grace.post(to+"/delete", nil).want(303)
	r.Wait(11)
	events := events(r)
	if events[0] != "jira:issue_created" || events[len(events)-1] != "jira:issue_deleted" {
		t.Errorf("webhooks: %v", events)
	}
	if n := s.e.Harness().Calls(0).ByOperation["POST /items"]; n != 0 {
		t.Error("the pages are counted as API calls")
	}
}

func TestPagesRefuseFormsOfOtherSites(t *testing.T) {
	s := newSite(t, Options{})
	req, _ := http.NewRequest("POST", s.URL+"/items", strings.NewReader("project=ENG&type=10004&priority=3&summary=x"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	browser{s, users[1].AccountID}.send(req).want(403)
}

func TestFilesAreAttachedThroughThePage(t *testing.T) {
	s := newSite(t, Options{})
	c := s.as("ada")
	id := c.newIssue("x", nil)
	body, kind := fileForm("notes.txt", "hello")
	req, _ := http.NewRequest("POST", s.URL+"/items/"+id+"/attachments", body)
	req.Header.Set("Content-Type", kind)
	b := browser{s, users[1].AccountID}
	b.send(req).want(303)
	file := c.issue(id).text("fields.attachment.0.id")
	if got := b.get("/items/" + id + "/attachments/" + file).want(200); string(got.Raw) != "hello" {
		t.Errorf("downloaded %q", got.Raw)
	}
	b.post("/items/"+id+"/attachments/"+file+"/delete", nil).want(303)
	c.issue(id).is("fields.attachment", "[]")
}
