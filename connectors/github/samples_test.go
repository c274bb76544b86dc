package github_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/github"
	"duplex/core"
	"duplex/emulators/harness/contract"
)

// samples are what the vendor's sample bodies say. The repository of the samples is the one of the settings.
var samples = map[string]struct {
	kind     core.HintKind // "" for a note
	id       string
	revision bool // names the revision after the change
	reason   string
}{
	"installation.created.json":  {reason: "an installation is no issue"},
	"installation.deleted.json":  {reason: "an installation is no issue"},
	"issue_comment.created.json": {core.HintComments, "186853002-1", true, "a new comment moves the issue"},
	"issue_comment.deleted.json": {core.HintComments, "186853002-1", false, "a deleted comment does not move the issue: it has to be read in full"},
	"issues.assigned.json":       {core.HintChanged, "186853002-1", true, "an assignment"},
	"issues.deleted.json":        {core.HintDeleted, "186853002-1", false, "a deletion"},
	"issues.demilestoned.json":   {reason: "the sample is about a pull request"},
	"issues.edited.json":         {core.HintChanged, "186853002-1", true, "an edit, although changes is empty"},
	"issues.milestoned.json":     {reason: "the sample is about a pull request"},
	"issues.opened.json":         {core.HintCreated, "186853002-1", true, "a new issue"},
	"issues.unlabeled.json":      {core.HintChanged, "186853002-1", true, "a label less"},
	"label.created.json":         {reason: "a label is no issue"},
	"label.deleted.json":         {reason: "a label is no issue"},
	"milestone.created.json":     {reason: "a milestone is no issue"},
	"ping.json":                  {reason: "a test call"},
}

func sampleConnector(t *testing.T, repositories string) *github.Connector {
	t.Helper()
	c, err := github.New(connectors.Config{System: core.System{Name: "github-acme", Kind: "github", BaseURL: "https://api.github.com",
		Auth: map[string]string{"method": "token", "token": "t0ken"}, Webhook: map[string]string{"secret": secret}, Settings: map[string]string{"repositories": repositories}}})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*github.Connector)
}

func TestSamplesAreRead(t *testing.T) {
	dir := filepath.Join(contract.VendorDir(t, "github"), "webhooks")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := sampleConnector(t, "Codertocat/Hello-World")
	seen := 0
	for _, f := range files {
		want, known := samples[f.Name()]
		if !known {
			t.Errorf("%s: nobody says what it means", f.Name())
			continue
		}
		seen++
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		event, _, _ := strings.Cut(f.Name(), ".")
		w, err := c.ParseWebhook(signed(body, event, time.Now()), "21031067")
		if err != nil || w.ID != "delivery-1" {
			t.Errorf("%s: %+v %v", f.Name(), w, err)
			continue
		}
		if want.kind == "" {
			if len(w.Hints) != 0 || w.Note == "" {
				t.Errorf("%s: %s, read as %+v", f.Name(), want.reason, w)
			}
			continue
		}
		if len(w.Hints) != 1 {
			t.Errorf("%s: %s, %d hints (%s)", f.Name(), want.reason, len(w.Hints), w.Note)
			continue
		}
		h := w.Hints[0]
		if h.Kind != want.kind || h.Ref.ID != want.id || (h.Revision != "") != want.revision || h.Ref.System != "github-acme" || h.Ref.Key == "" || h.At.IsZero() || !h.Own {
			t.Errorf("%s: %s, read as %+v", f.Name(), want.reason, h)
		}
	}
	if seen != len(samples) {
		t.Errorf("%d of %d samples were there", seen, len(samples))
	}
}

func TestWebhooksOfElsewhereAreRuledOut(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "github"), "webhooks", "issues.opened.json"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sampleConnector(t, "acme/app").ParseWebhook(signed(body, "issues", time.Now()), "1")
	if err != nil || len(w.Hints) != 0 || w.Note == "" {
		t.Errorf("a repository that is none of the settings: %+v %v", w, err)
	}
	form := []byte("payload=" + strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", ";", "%3B").Replace(string(body)))
	call := signed(form, "issues", time.Now())
	call.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err = sampleConnector(t, "codertocat/hello-world").ParseWebhook(call, "1")
	if err != nil || len(w.Hints) != 1 || w.Hints[0].Own {
		t.Errorf("a call as a form, by somebody else: %+v %v", w, err)
	}
}

// TestTheVendorsVector is the vendor's own example of a signature (vendor page "Validating webhook deliveries").
func TestTheVendorsVector(t *testing.T) {
	c, err := github.New(connectors.Config{System: core.System{Name: "g", BaseURL: "https://api.github.com", Auth: map[string]string{"method": "token", "token": "t0ken"},
		Webhook: map[string]string{"secret": "It's a Secret to Everybody"}, Settings: map[string]string{"repositories": "a/b"}}})
	if err != nil {
		t.Fatal(err)
	}
	call := signed([]byte("Hello, World!"), "ping", time.Now())
	call.Header.Set("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
	if _, err := c.(*github.Connector).ParseWebhook(call, ""); connectors.Class(err) != "malformed" { // it verifies, and is not JSON
		t.Errorf("%v", err)
	}
}
