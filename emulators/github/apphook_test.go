package github

import (
	"fmt"
	"net/url"
	"testing"

	"duplex/emulators/harness/bench"
)

// TestTheAppsWebhook: one for all repositories of the installation, which it names; signed with the App's own secret.
func TestTheAppsWebhook(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	r.must(200, r.jwt(), "PATCH", "/app/hook/config", `{"url":"`+rc.URL+`","content_type":"json"}`)
	r.issue("ada", "")
	r.must(201, "ada", "POST", "/repos/acme/web/issues", `{"title":"private"}`)
	for _, call := range rc.Wait(2) {
		if call.ID("installation", "id") != fmt.Sprint(InstallationID) || call.Header.Get("X-GitHub-Hook-Installation-Target-Type") != "integration" {
			t.Errorf("the call names installation %s of a %s", call.ID("installation", "id"), call.Header.Get("X-GitHub-Hook-Installation-Target-Type"))
		}
		if call.Header.Get("X-Hub-Signature-256") != "sha256="+Sign(HookSecret, call.Raw) {
			t.Error("it is not signed with the App's secret")
		}
	}
	r.must(201, "ada", "POST", "/repos/ada/notes/issues", `{"title":"not installed here"}`)
	r.issue("ada", "")
	if got := rc.Wait(3)[2].Text("repository", "full_name"); got != RepoApp {
		t.Errorf("the third call is about %s", got)
	}
}

// TestFormsAreSignedAsTheyAreSent: the signature is over the form and not over the JSON in it.
func TestFormsAreSignedAsTheyAreSent(t *testing.T) {
	r := newRig(t, Options{})
	rc := bench.NewInbox(t)
	r.must(201, "ada", "POST", "/repos/acme/app/hooks", `{"events":["issues"],"config":{"url":"`+rc.URL+`","content_type":"form","secret":"s"}}`)
	call := rc.Wait(1)[0]
	form, err := url.ParseQuery(string(call.Raw))
	if err != nil || form.Get("payload") == "" {
		t.Fatalf("the body is %s", call.Raw)
	}
	if call.Header.Get("X-Hub-Signature-256") != "sha256="+Sign("s", call.Raw) || call.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("signed %s, sent as %s", call.Header.Get("X-Hub-Signature-256"), call.Header.Get("Content-Type"))
	}
}
