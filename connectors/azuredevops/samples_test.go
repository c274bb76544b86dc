package azuredevops_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/azuredevops"
	"duplex/core"
	"duplex/emulators/harness/contract"
)

// still is a connector that makes no call.
func still(t *testing.T) *azuredevops.Connector {
	t.Helper()
	c, err := azuredevops.New(connectors.Config{System: core.System{Name: "ado", BaseURL: "https://dev.azure.com/fabrikam",
		Auth: map[string]string{"token": "x"}, Webhook: map[string]string{"secret": secret, "old_secret": "the one before"}}})
	check(t, err)
	return c.(*azuredevops.Connector)
}

// TestSamples reads every sample of the vendor's, and the captured deliveries, whose people have ids.
func TestSamples(t *testing.T) {
	dir := filepath.Join(contract.VendorDir(t, "azuredevops"), "webhooks")
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	check(t, err)
	const jamal = "49b79148-4735-4daa-8acb-000000000001"
	want := map[string]core.Hint{
		"captured.server.workitem.updated.json":     {Kind: core.HintChanged},
		"captured.services.workitem.updated.json":   {Ref: core.Ref{ID: "13"}, Kind: core.HintChanged, Revision: "2", Own: true, At: time.Date(2021, 8, 7, 15, 41, 50, 230e6, time.UTC)},
		"captured.services.workitem.commented.json": {Ref: core.Ref{ID: "13"}, Kind: core.HintComments, Revision: "3", At: time.Date(2021, 8, 7, 15, 42, 7, 777e6, time.UTC)},
		"workitem.created.json":                     {Ref: core.Ref{ID: "5"}, Kind: core.HintCreated, Revision: "1", At: time.Date(2014, 7, 15, 17, 42, 44, 663e6, time.UTC)},
		"workitem.commented.json":                   {Ref: core.Ref{ID: "5"}, Kind: core.HintComments},
		"workitem.deleted.json":                     {Ref: core.Ref{ID: "5"}, Kind: core.HintDeleted},
		"workitem.restored.json":                    {Ref: core.Ref{ID: "5"}, Kind: core.HintChanged},
		"workitem.updated.json":                     {Kind: core.HintChanged},
	}
	if len(files) != len(want) {
		t.Errorf("%d samples, want %d", len(files), len(want))
	}
	for _, path := range files {
		name := filepath.Base(path)
		body, err := os.ReadFile(path)
		check(t, err)
		hook, err := still(t).ParseWebhook(signed(body, time.Now()), jamal)
		if err != nil || len(hook.Hints) != 1 || hook.ID == "" {
			t.Errorf("%s: %+v, %v", name, hook, err)
			continue
		}
		got, w := hook.Hints[0], want[name]
		if got.Ref.System != "ado" || got.Ref.ID == "" || got.Kind != w.Kind || got.Own != w.Own ||
			w.Ref.ID != "" && got.Ref.ID != w.Ref.ID || w.Revision != "" && got.Revision != w.Revision || !w.At.IsZero() && !got.At.Equal(w.At) {
			t.Errorf("%s: read as %+v, want %+v", name, got, w)
		}
		var e struct {
			Resource struct {
				WorkItemID int64 `json:"workItemId"`
				Revision   struct{ ID int64 }
			}
		}
		_ = json.Unmarshal(body, &e)
		if e.Resource.Revision.ID != 0 && got.Ref.ID != jsonNumber(max(e.Resource.WorkItemID, e.Resource.Revision.ID)) {
			t.Errorf("%s: names #%s, which is the number of the update", name, got.Ref.ID)
		}
	}
}

func jsonNumber(n int64) string { b, _ := json.Marshal(n); return string(b) }

func TestWebhooksNeedThePassword(t *testing.T) {
	c := still(t)
	body := []byte(`{"id":"e","eventType":"workitem.created","resource":{"id":4,"rev":1}}`)
	call := func(user, password string) connectors.WebhookCall {
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, password)
		return connectors.WebhookCall{Header: r.Header, Body: body}
	}
	for _, tt := range []struct {
		call   connectors.WebhookCall
		class  string
		reason string
	}{
		{call("duplex", secret), "", "the password"},
		{call("whoever", secret), "", "the user name says nothing"},
		{call("duplex", "the one before"), "", "the password before it, while hooks are changed"},
		{call("duplex", "wrong"), "forged", "a wrong password"},
		{call("duplex", ""), "forged", "no password"},
		{connectors.WebhookCall{Header: http.Header{"X-Duplex-Secret": {secret}}, Body: body}, "", "the password in a header"},
		{connectors.WebhookCall{Header: http.Header{"X-Duplex-Secret": {"wrong"}}, Body: body}, "forged", "a wrong one there"},
		{connectors.WebhookCall{Header: http.Header{"Authorization": {"Bearer " + secret}}, Body: body}, "forged", "another way to sign in"},
		{connectors.WebhookCall{Body: body}, "forged", "no header at all"},
		{connectors.WebhookCall{Body: []byte("not json")}, "forged", "what is not signed in is not read"},
	} {
		if _, err := c.ParseWebhook(tt.call, ""); connectors.Class(err) != tt.class {
			t.Errorf("%s: came out as %v, want %q", tt.reason, err, tt.class)
		}
	}
	for text, note := range map[string]string{
		`{"id":"e","eventType":"workitem.updated","resource":{"id":2,"workItemId":0}}`: "a test call names item 0",
		`{"id":"e","eventType":"git.push","resource":{"id":9}}`:                        "an event about something else",
	} {
		if hook, err := c.ParseWebhook(signed([]byte(text), time.Now()), ""); err != nil || len(hook.Hints) != 0 || hook.Note == "" {
			t.Errorf("%s: %+v, %v", note, hook, err)
		}
	}
}
