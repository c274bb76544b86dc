package jira

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

func events(in *bench.Inbox) []string {
	var out []string
	for _, call := range in.Calls() {
		out = append(out, call.Text("webhookEvent"))
	}
	return out
}

func (s *site) target(r *bench.Inbox, secret string) {
	s.T.Helper()
	s.as("sync").do("POST", "/_control/webhook_target", object{"url": r.URL, "secret": secret}).want(204)
}

func TestAdminWebhooksAreSignedOverTheRawBody(t *testing.T) {
	s, r := newSite(t, Options{}), bench.NewInbox(t)
	s.target(r, "hush")
	s.as("ada").newIssue("Signed", nil)
	d := r.Wait(1)[0]
	mac := hmac.New(sha256.New, []byte("hush"))
	mac.Write(d.Raw)
	if got, want := d.Header.Get("X-Hub-Signature"), "sha256="+hex.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	if d.Header.Get("X-Atlassian-Webhook-Identifier") == "" || d.Header.Get("X-Atlassian-Webhook-Flow") != "Primary" || d.Header.Get("X-Atlassian-Webhook-Retry") != "" {
		t.Errorf("headers of a first attempt: %v", d.Header)
	}
	if strings.Contains(string(d.Raw), "hush") {
		t.Error("the secret is in the body")
	}
}

func TestDynamicWebhooksCarryATokenAndEndAfterThirtyDays(t *testing.T) {
	s, r := newSite(t, Options{}), bench.NewInbox(t)
	body := object{"url": r.URL, "webhooks": []object{{"events": []string{"jira:issue_created"}, "jqlFilter": "project = ENG AND issuetype = Bug"},
		{"events": []string{"jira:issue_created"}, "jqlFilter": "summary ~ late"}, {"events": []string{"attachment_created"}, "jqlFilter": "project = ENG"}}}
	s.as("sync").do("POST", "/rest/api/3/webhook", body).want(403)
	got := s.app().do("POST", "/rest/api/3/webhook", body).want(200)
	id := got.at("webhookRegistrationResult.0.createdWebhookId")
	for _, n := range []string{"1", "2"} {
		if got.text("webhookRegistrationResult."+n+".errors.0") == "" {
			t.Errorf("registration %s was accepted: %s", n, got.Raw)
		}
	}
	c := s.as("ada")
	c.newIssue("Heard", nil)
	d := r.Wait(1)[0]
	if ids, _ := d.At("matchedWebhookIds").([]any); len(ids) != 1 || ids[0] != id {
		t.Errorf("matchedWebhookIds %v, want %v", d.At("matchedWebhookIds"), id)
	}
	token := strings.Split(strings.TrimPrefix(d.Header.Get("Authorization"), "Bearer "), ".")
	mac := hmac.New(sha256.New, []byte(OAuthClientSecret))
	mac.Write([]byte(token[0] + "." + token[1]))
	if len(token) != 3 || token[2] != base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) {
		t.Error("the token is not signed with the client secret")
	}
	s.Pass(hookLife)
	c.newIssue("Not heard", nil)
	s.app().do("GET", "/rest/api/3/webhook", nil).want(200).is("total", 0)
	if n := len(s.e.Webhooks().Report().Sent); n != 1 {
		t.Errorf("%d deliveries after the webhook's end, want the first only", n)
	}
}

func TestFailedDeliveriesAreRepeatedUnderTheSameIdentifier(t *testing.T) {
	s, r := newSite(t, Options{RetryWait: time.Millisecond}), bench.NewInbox(t)
	r.Reply(func(n int) (int, string) {
		if n <= 2 {
			return 503, ""
		}
		return 200, ""
	})
	s.target(r, "hush")
	s.as("ada").newIssue("Try again", nil)
	all := r.Wait(3)
	for n, want := range []string{"", "1", "2"} {
		if got := all[n].Header.Get("X-Atlassian-Webhook-Retry"); got != want {
			t.Errorf("attempt %d has retry count %q, want %q", n+1, got, want)
		}
		if all[n].Header.Get("X-Atlassian-Webhook-Identifier") != all[0].Header.Get("X-Atlassian-Webhook-Identifier") {
			t.Error("the identifier changed between attempts")
		}
	}
}

func TestWebhookModes(t *testing.T) {
	cases := []struct {
		reason, mode string
		want         []string
	}{
		{"a lost delivery never comes", "drop", []string{"comment_created"}},
		{"a doubled one comes twice", "duplicate", []string{"jira:issue_created", "jira:issue_created", "comment_created"}},
		{"a held one comes after the next", "reorder", []string{"comment_created", "jira:issue_created"}},
		{"paused ones come when the pause ends", "pause", []string{"jira:issue_created", "comment_created"}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			s, r := newSite(t, Options{}), bench.NewInbox(t)
			s.target(r, "")
			ada := s.as("ada")
			ada.do("PATCH", "/_control/webhooks", object{"mode": c.mode}).want(200)
			id := ada.newIssue("One", nil)
			if c.mode == "drop" || c.mode == "duplicate" {
				ada.do("PATCH", "/_control/webhooks", object{"mode": "normal"}).want(200)
			}
			ada.do("POST", "/rest/api/3/issue/"+id+"/comment", object{"body": doc("Two")}).want(201)
			if c.mode == "pause" {
				ada.do("PATCH", "/_control/webhooks", object{"mode": "normal"}).want(200)
			}
			r.Wait(len(c.want))
			if got := events(r); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestWebhookFiltersAndSecretsAreManagedByAdmins(t *testing.T) {
	s, r := newSite(t, Options{}), bench.NewInbox(t)
	const hooks = "/rest/webhooks/1.0/webhook"
	in := object{"name": "sync", "url": r.URL, "events": []string{"jira:issue_updated"}, "secret": "hush", "filters": object{"issue-related-events-section": "project = ENG AND labels = vip"}}
	s.as("grace").do("POST", hooks, in).want(403)
	got := s.as("ada").do("POST", hooks, in).want(201)
	got.is("isSigned", true)
	if strings.Contains(string(got.Raw), "hush") {
		t.Error("the secret is shown")
	}
	self := strings.TrimPrefix(got.text("self"), s.URL)
	c := s.as("ada")
	plain, vip := c.newIssue("Plain", nil), c.newIssue("VIP", object{"labels": []string{"vip"}})
	for _, id := range []string{plain, vip} {
		c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"summary": "Changed"}}).want(204)
	}
	d := r.Wait(1)
	if len(d) != 1 || d[0].At("issue", "id") != vip {
		t.Errorf("%d deliveries, want one for the vip issue", len(d))
	}
	in["url"], in["events"] = "not a url", []string{"x"}
	c.do("PUT", self, in).want(400)
	c.do("GET", hooks, nil).want(200).is("0.name", "sync")
	c.do("DELETE", self, nil).want(204)
	c.do("GET", self, nil).want(404)
}

// TestWebhookBodiesHaveTheSamplesShape compares the members of our bodies with the vendor's samples.
func TestWebhookBodiesHaveTheSamplesShape(t *testing.T) {
	dir := filepath.Join(contract.VendorDir(t, "jira"), "webhooks")
	s, r := newSite(t, Options{}), bench.NewInbox(t)
	s.target(r, "")
	c := s.as("ada")
	id := c.newIssue("Shape", object{"description": doc("Text"), "priority": object{"name": "High"}})
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"labels": []string{"a"}}}).want(204)
	c.do("PUT", "/rest/api/3/issue/"+id, object{"fields": object{"assignee": object{"accountId": users[2].AccountID}}}).want(204)
	c.do("POST", "/rest/api/3/issue/"+id+"/transitions", object{"transition": object{"id": "11"}}).want(204)
	cm := c.do("POST", "/rest/api/3/issue/"+id+"/comment", object{"body": doc("Hi")}).want(201).text("id")
	c.do("PUT", "/rest/api/3/issue/"+id+"/comment/"+cm, object{"body": doc("Hi!")}).want(200)
	c.do("DELETE", "/rest/api/3/issue/"+id+"/comment/"+cm, nil).want(204)
	c.do("DELETE", "/rest/api/3/issue/"+id, nil).want(204)
	got := r.Wait(8)
	for n, sample := range []string{"jira_issue_created", "jira_issue_updated.labels", "jira_issue_updated.assigned", "jira_issue_updated.status_resolved",
		"comment_created", "comment_updated", "comment_deleted", "jira_issue_deleted"} {
		t.Run(sample, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(dir, "cloud."+sample+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			sameShape(t, sample, want, got[n].Body)
			for _, name := range []string{"webhookEvent", "issue_event_type_name"} {
				if want[name] != got[n].At(name) {
					t.Errorf("%s is %v, in the sample %v", name, got[n].At(name), want[name])
				}
			}
		})
	}
	if text := got[0].Text("issue", "fields", "description"); text != "Text" {
		t.Errorf("the description is %q, want wiki text", text)
	}
}

// sameShape reports members only one of the two has. Samples of 2019 have a user's name and key and
// may lack the newer members; custom fields differ per site.
func sameShape(t *testing.T, path string, want, got any) {
	t.Helper()
	w, isObject := want.(map[string]any)
	if !isObject {
		if list, isList := want.([]any); isList && len(list) > 0 {
			if ours, _ := got.([]any); len(ours) > 0 {
				sameShape(t, path+"[]", list[0], ours[0])
			}
		}
		return
	}
	g, isObject := got.(map[string]any)
	if !isObject {
		return // null on one side: an empty field
	}
	older := []string{"name", "key", "emailAddress", "tmpFromAccountId", "tmpToAccountId"}
	newer := []string{"accountType", "hierarchyLevel", "simplified", "emailAddress", "statuscategorychangedate", "aggregatetimespent"}
	_, user := w["accountId"]
	for k, v := range w {
		if strings.HasPrefix(k, "customfield_") || (user || strings.HasPrefix(k, "tmp")) && slices.Contains(older, k) {
			continue
		}
		if _, has := g[k]; !has {
			t.Errorf("%s: we lack %s", path, k)
			continue
		}
		sameShape(t, path+"."+k, v, g[k])
	}
	for k := range g {
		if _, has := w[k]; !has && !strings.HasPrefix(k, "customfield_") && !slices.Contains(newer, k) && len(w) > 0 {
			t.Errorf("%s: the sample has no %s", path, k)
		}
	}
}

func TestACommentMadeWithAChangeTravelsInsideTheIssueEvent(t *testing.T) {
	s, r := newSite(t, Options{}), bench.NewInbox(t)
	c := s.as("ada")
	id := c.newIssue("Both", nil)
	s.target(r, "")
	c.do("POST", "/rest/api/3/issue/"+id+"/transitions", object{"transition": object{"id": "11"}, "update": object{"comment": []object{{"add": object{"body": doc("On it")}}}}}).want(204)
	c.newIssue("Last", nil)
	d := r.Wait(2)
	if got := events(r); !slices.Equal(got, []string{"jira:issue_updated", "jira:issue_created"}) {
		t.Fatalf("events %v", got)
	}
	if d[0].At("comment", "body") != "On it" {
		t.Errorf("the comment inside is %v", d[0].At("comment"))
	}
}
