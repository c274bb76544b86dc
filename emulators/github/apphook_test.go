package github

import (
	"fmt"
	"net/url"
	"testing"
)

// TestTheAppsWebhook: one for all repositories of the installation, which it names; signed with the App's own secret.
func TestTheAppsWebhook(t *testing.T) {
	r := newRig(t, Options{})
	rc := newReceiver(t)
	r.must(200, r.jwt(), "PATCH", "/app/hook/config", `{"url":"`+rc.URL+`","content_type":"json"}`)
	r.issue("ada", "")
	r.must(201, "ada", "POST", "/repos/acme/web/issues", `{"title":"private"}`)
	for _, call := range rc.wait(t, 2) {
		if call.text("installation", "id") != fmt.Sprint(InstallationID) || call.header.Get("X-GitHub-Hook-Installation-Target-Type") != "integration" {
			t.Errorf("the call names installation %s of a %s", call.text("installation", "id"), call.header.Get("X-GitHub-Hook-Installation-Target-Type"))
		}
		if call.header.Get("X-Hub-Signature-256") != "sha256="+Sign(HookSecret, call.raw) {
			t.Error("it is not signed with the App's secret")
		}
	}
	r.must(201, "ada", "POST", "/repos/ada/notes/issues", `{"title":"not installed here"}`)
	r.issue("ada", "")
	if got := rc.wait(t, 3)[2].text("repository", "full_name"); got != RepoApp {
		t.Errorf("the third call is about %s", got)
	}
}

// TestFormsAreSignedAsTheyAreSent: the signature is over the form and not over the JSON in it.
func TestFormsAreSignedAsTheyAreSent(t *testing.T) {
	r := newRig(t, Options{})
	rc := newReceiver(t)
	r.must(201, "ada", "POST", "/repos/acme/app/hooks", `{"events":["issues"],"config":{"url":"`+rc.URL+`","content_type":"form","secret":"s"}}`)
	call := rc.wait(t, 1)[0]
	form, err := url.ParseQuery(string(call.raw))
	if err != nil || form.Get("payload") == "" {
		t.Fatalf("the body is %s", call.raw)
	}
	if call.header.Get("X-Hub-Signature-256") != "sha256="+Sign("s", call.raw) || call.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("signed %s, sent as %s", call.header.Get("X-Hub-Signature-256"), call.header.Get("Content-Type"))
	}
}
