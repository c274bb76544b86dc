package jira

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness/contract"

	"github.com/golang-jwt/jwt/v5"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func hookReceiver(t *testing.T, webhook map[string]string) *Connector {
	t.Helper()
	c, err := New(connectors.Config{System: core.System{Name: "jira-acme", BaseURL: "https://acme.atlassian.net",
		Auth: map[string]string{"email": "sync@acme.example", "token": "tttt"}, Webhook: webhook}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func signature(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestEverySampleIsRead(t *testing.T) {
	want := map[string]core.Hint{
		"cloud.comment_created.json":                    {Kind: core.HintComments, Ref: core.Ref{ID: "10040"}, Own: true},
		"cloud.comment_deleted.json":                    {Kind: core.HintComments, Ref: core.Ref{ID: "10357"}},
		"cloud.comment_updated.json":                    {Kind: core.HintComments, Ref: core.Ref{ID: "10040"}, Own: true},
		"cloud.jira_issue_created.json":                 {Kind: core.HintCreated, Ref: core.Ref{ID: "10509"}, Revision: "1566935004193"},
		"cloud.jira_issue_deleted.json":                 {Kind: core.HintDeleted, Ref: core.Ref{ID: "10303"}, Own: true, Revision: "1562177083020"},
		"cloud.jira_issue_updated.assigned.json":        {Kind: core.HintChanged, Ref: core.Ref{ID: "10040"}, Own: true, Revision: "1550287081707"},
		"cloud.jira_issue_updated.attachment.json":      {Kind: core.HintComments, Ref: core.Ref{ID: "10040"}, Own: true, Revision: "1550351530037"},
		"cloud.jira_issue_updated.custom_field.json":    {Kind: core.HintChanged, Ref: core.Ref{ID: "10368"}, Revision: "1565574553412"},
		"cloud.jira_issue_updated.labels.json":          {Kind: core.HintChanged, Ref: core.Ref{ID: "10040"}, Own: true, Revision: "1550351530037"},
		"cloud.jira_issue_updated.sprint.json":          {Kind: core.HintChanged, Ref: core.Ref{ID: "10040"}, Own: true, Revision: "1550351530037"},
		"cloud.jira_issue_updated.status_resolved.json": {Kind: core.HintChanged, Ref: core.Ref{ID: "10040"}, Own: true, Revision: "1550286940477"},
		"official_docs.jira_issue_updated.json":         {Kind: core.HintChanged, Ref: core.Ref{ID: "99291"}},
		"server.comment_created.json":                   {Kind: core.HintComments, Ref: core.Ref{ID: "10013"}},
		"server.jira_issue_updated.commented.json":      {Kind: core.HintComments, Ref: core.Ref{ID: "10013"}, Revision: "1559607021326"},
		"server.jira_issue_updated.resolved.json":       {Kind: core.HintChanged, Ref: core.Ref{ID: "10300"}, Revision: "1565652181993"},
	}
	c := hookReceiver(t, map[string]string{"secret": "ssss"})
	files, err := filepath.Glob(filepath.Join(contract.VendorDir(t, "jira"), "webhooks", "*.json"))
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d samples, expectations for %d (%v)", len(files), len(want), err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		call := connectors.WebhookCall{Header: http.Header{}, Body: body, Now: noon}
		call.Header.Set("X-Hub-Signature", signature("ssss", string(body)))
		call.Header.Set("X-Atlassian-Webhook-Identifier", name)
		w, err := c.ParseWebhook(call, "5c5f880629be9642ba529340")
		if err != nil || len(w.Hints) != 1 || w.ID != name {
			t.Errorf("%s: %+v, %v", name, w, err)
			continue
		}
		h, x := w.Hints[0], want[name]
		if h.Kind != x.Kind || h.Ref.ID != x.Ref.ID || h.Own != x.Own || h.Revision != x.Revision || h.At.IsZero() || h.Ref.System != "jira-acme" {
			t.Errorf("%s: %+v, want %+v", name, h, x)
		}
	}
}

func token(t *testing.T, method jwt.SigningMethod, key any, expires time.Time) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, jwt.MapClaims{"exp": expires.Unix()}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCallsAreVerified(t *testing.T) {
	const body = `{"timestamp":1,"webhookEvent":"jira:issue_updated","issue":{"id":"1","key":"A-1"}}`
	both := map[string]string{"secret": "ssss", "client_secret": "cccc"}
	good := token(t, jwt.SigningMethodHS256, []byte("cccc"), noon.Add(time.Hour))
	cases := []struct {
		webhook map[string]string
		header  [2]string
		class   string
		says    string
		reason  string
	}{
		{both, [2]string{"X-Hub-Signature", signature("ssss", body)}, "", "", "signed by the administrator's webhook"},
		{both, [2]string{"X-Hub-Signature", signature("other", body)}, "forged", "webhook.secret", "another secret"},
		{both, [2]string{"X-Hub-Signature", "sha1=" + strings.TrimPrefix(signature("ssss", body), "sha256=")}, "forged", "sha256", "another method"},
		{both, [2]string{"X-Hub-Signature", "sha256="}, "forged", "", "an empty signature"},
		{both, [2]string{"Authorization", "Bearer " + good}, "", "", "signed by the app's webhook"},
		{both, [2]string{"Authorization", "JWT " + good}, "", "", "the other scheme's name"},
		{both, [2]string{"Authorization", "Bearer " + token(t, jwt.SigningMethodHS256, []byte("cccc"), noon.Add(-time.Hour))}, "forged", "expired", "a replayed token"},
		{both, [2]string{"Authorization", "Bearer " + token(t, jwt.SigningMethodHS512, []byte("cccc"), noon.Add(time.Hour))}, "forged", "", "another algorithm"},
		{both, [2]string{"Authorization", "Bearer " + token(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, noon.Add(time.Hour))}, "forged", "", "no algorithm"},
		{both, [2]string{"X", "y"}, "forged", "", "neither"},
		{map[string]string{"secret": "ssss"}, [2]string{"Authorization", "Bearer " + good}, "forged", "not signed", "a token where a signature is configured"},
		{nil, [2]string{"X-Hub-Signature", signature("", body)}, "forged", "webhook.secret", "no secret configured must never verify"},
	}
	for _, c := range cases {
		conn := hookReceiver(t, c.webhook)
		call := connectors.WebhookCall{Header: http.Header{}, Body: []byte(body), Now: noon}
		call.Header.Set(c.header[0], c.header[1])
		_, err := conn.ParseWebhook(call, "")
		if connectors.Class(err) != c.class || (c.says != "" && !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want class %q saying %q", c.reason, err, c.class, c.says)
		}
	}
}

func TestTheVendorsSignatureExample(t *testing.T) {
	const published = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
	if err := verifySignature(published, []byte("Hello World!"), "It's a Secret to Everybody"); err != nil {
		t.Error(err)
	}
}

func TestEventsThatAreNotAboutIssuesSayWhy(t *testing.T) {
	c := hookReceiver(t, map[string]string{"secret": "ssss"})
	for _, body := range []string{`{"webhookEvent":"sprint_started"}`, `{"webhookEvent":"jira:issue_updated"}`, `{}`, `{"webhookEvent":"issue_property_set","issue":{"id":"1"}}`} {
		call := connectors.WebhookCall{Header: http.Header{}, Body: []byte(body), Now: noon}
		call.Header.Set("X-Hub-Signature", signature("ssss", body))
		w, err := c.ParseWebhook(call, "")
		if err != nil || len(w.Hints) != 0 || w.Note == "" {
			t.Errorf("%s: %+v, %v; want a note and no hints", body, w, err)
		}
	}
	call := connectors.WebhookCall{Header: http.Header{}, Body: []byte("{"), Now: noon}
	call.Header.Set("X-Hub-Signature", signature("ssss", "{"))
	if _, err := c.ParseWebhook(call, ""); !errors.Is(err, connectors.ErrMalformed) {
		t.Errorf("half a body: %v", err)
	}
}
