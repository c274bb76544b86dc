package jira

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"duplex/emulators/harness/bench"
	"duplex/emulators/harness/contract"
)

func TestDataCenterWebhooks(t *testing.T) {
	s, r := dataCenter(t, Options{}), bench.NewInbox(t)
	const hooks = "/rest/jira-webhook/1.0/webhooks"
	c := s.pat("sync")
	s.pat("grace").do("POST", hooks, object{}).want(403)
	h := c.do("POST", hooks, object{"name": "n", "url": r.URL, "events": []string{"jira:issue_created", "jira:issue_updated", "comment_created"}, "active": true,
		"secret": "not this one", "configuration": object{"SECRET": "hush", "EXCLUDE_BODY": "false"}}).want(201)
	if strings.Contains(string(h.Raw), "hush") {
		t.Error("the secret came back")
	}
	c.do("GET", hooks, nil).want(200).is("0.url", r.URL)
	id := s.pat("ada").newServerIssue("One", nil)
	s.pat("ada").do("POST", v2+"/issue/"+id+"/comment", object{"body": "*Hello*"}).want(201)
	all := r.Wait(3)
	for _, d := range all {
		mac := hmac.New(sha256.New, []byte("hush"))
		mac.Write(d.Raw)
		if got, want := d.Header.Get("X-Hub-Signature"), "sha256="+hex.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("signature %s, want %s", got, want)
		}
		if strings.Contains(string(d.Raw), "accountId") {
			t.Errorf("a body has account ids: %s", d.Raw)
		}
	}
	byEvent := map[string]map[string]any{}
	for _, d := range all {
		byEvent[d.Text("webhookEvent")], _ = d.Body.(map[string]any)
	}
	sampleMembers(t, "server.comment_created.json", byEvent["comment_created"])
	sampleMembers(t, "server.jira_issue_updated.commented.json", byEvent["jira:issue_updated"])
	if byEvent["comment_created"]["issue"] != nil || byEvent["jira:issue_updated"]["issue_event_type_name"] != "issue_commented" {
		t.Errorf("the comment's events: %v", byEvent)
	}
	c.do("DELETE", hooks+"/"+itoa(h.at("id")), nil).want(204)
	c.do("GET", hooks+"/"+itoa(h.at("id")), nil).want(404)
}

// sampleMembers holds a body to the members of the vendor's sample: at the top, of the comment and of a person.
func sampleMembers(t *testing.T, name string, body map[string]any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "jira"), "webhooks", name))
	if err != nil {
		t.Fatal(err)
	}
	var sample map[string]any
	if err := json.Unmarshal(raw, &sample); err != nil {
		t.Fatal(err)
	}
	same := func(what string, got, want any) {
		a, _ := got.(map[string]any)
		b, _ := want.(map[string]any)
		if g, w := slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)); !slices.Equal(g, w) {
			t.Errorf("%s: %s has %v, the sample %v", name, what, g, w)
		}
	}
	same("the body", body, sample)
	same("the comment", body["comment"], sample["comment"])
	if c, ok := body["comment"].(map[string]any); ok {
		same("the author", c["author"], sample["comment"].(map[string]any)["author"])
	}
}
