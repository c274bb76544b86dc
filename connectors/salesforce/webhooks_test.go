package salesforce_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	emulator "duplex/emulators/salesforce"
)

func message(organization, fields string) []byte {
	return fmt.Appendf(nil, `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Body>
<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>%s</OrganizationId><SessionId>a-session-of-somebody</SessionId><Notification><Id>04lxx0000000001AAA</Id>
<sObject %s</sObject></Notification></notifications></Body></Envelope>`, organization, fields)
}

func TestWebhooksAreProvedByTheirAddress(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	good := message(emulator.OrgID, `xsi:type="sf:Case" xmlns:sf="urn:x"><sf:Id>500xx0000000001AAA</sf:Id>`)
	for _, tc := range []struct {
		reason string
		change func(*connectors.WebhookCall)
		class  string
	}{
		{"as it should be", func(*connectors.WebhookCall) {}, ""},
		{"no token", func(w *connectors.WebhookCall) { w.Query = "" }, "forged"},
		{"another token", func(w *connectors.WebhookCall) { w.Query = "token=another" }, "forged"},
		{"another organization", func(w *connectors.WebhookCall) { w.Body = message("00Dxx0000000009AAA", `xsi:type="sf:Case">`) }, "forged"},
		{"the organization's id of 15 characters", func(w *connectors.WebhookCall) {
			w.Body = []byte(strings.Replace(string(good), emulator.OrgID, emulator.OrgID[:15], 1))
		}, ""},
		{"a wrong signature is not mended by the token", func(w *connectors.WebhookCall) { w.Header.Set("X-Duplex-Signature", "sha256=00") }, "forged"},
		{"a signature of long ago", func(w *connectors.WebhookCall) {
			*w = signed([]byte(`{}`), a.Now().Add(-time.Hour))
			w.Now = a.Now()
		}, "forged"},
		{"no notification", func(w *connectors.WebhookCall) { w.Body = []byte(`<Envelope/>`) }, "malformed"},
		{"no event", func(w *connectors.WebhookCall) { w.Body = []byte(`{"hello":1}`) }, "malformed"},
	} {
		call := addressed(good, a.Now())
		tc.change(&call)
		_, err := c.ParseWebhook(call, "")
		if connectors.Class(err) != tc.class {
			t.Errorf("%s: came out as %v", tc.reason, err)
		}
		if err != nil && (strings.Contains(err.Error(), webhookSecret) || strings.Contains(err.Error(), "session-of")) {
			t.Errorf("%s: the error tells a secret", tc.reason)
		}
	}
	unset := a.system("sync")
	unset.Webhook = nil
	if _, err := a.with(unset).ParseWebhook(connectors.WebhookCall{Query: "token="}, ""); connectors.Class(err) != "forged" {
		t.Errorf("without a secret a call came out as %v", err)
	}
}

func TestWhatMessagesSay(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	event := func(entity, kind, more string) []byte {
		return fmt.Appendf(nil, `{"data":{"payload":{"ChangeEventHeader":{"entityName":%q,"changeType":%q,"commitTimestamp":1767323045000,"commitUser":"005xx0000000009AAA","recordIds":[%s]}}}}`,
			entity, kind, more)
	}
	for _, tc := range []struct {
		reason string
		body   []byte
		ids    string
		hint   core.Hint
	}{
		{"SystemModstamp is the revision", message(emulator.OrgID, `xsi:type="sf:Case" xmlns:sf="urn:x"><sf:Id>500xx0000000001AAA</sf:Id><sf:LastModifiedById>`+emulator.UserSync[:15]+`</sf:LastModifiedById><sf:SystemModstamp>2026-01-02T03:04:05.000Z</sf:SystemModstamp>`),
			"500xx0000000001AAA", core.Hint{Kind: core.HintChanged, Own: true, Revision: "2026-01-02T03:04:05Z", At: at}},
		{"a comment names its case", message(emulator.OrgID, `xsi:type="sf:CaseComment" xmlns:sf="urn:x"><sf:Id>00axx0000000001AAA</sf:Id><sf:ParentId>500xx0000000001</sf:ParentId>`),
			"500xx0000000001AAA", core.Hint{Kind: core.HintComments}},
		{"an id of 15 characters is the same record", message(emulator.OrgID, `xsi:type="sf:Case" xmlns:sf="urn:x"><sf:Id>500xx0000000001</sf:Id>`),
			"500xx0000000001AAA", core.Hint{Kind: core.HintChanged}},
		{"one event about several records", event("Case", "UPDATE", `"500xx0000000001AAA","500xx0000000002AAA"`), "500xx0000000001AAA 500xx0000000002AAA", core.Hint{Kind: core.HintChanged, At: at}},
		{"a new record", event("Case", "CREATE", `"500xx0000000001AAA"`), "500xx0000000001AAA", core.Hint{Kind: core.HintCreated, At: at}},
		{"a deleted record", event("Case", "GAP_DELETE", `"500xx0000000001AAA"`), "500xx0000000001AAA", core.Hint{Kind: core.HintDeleted, At: at}},
		{"all records at once", event("Case", "UPDATE", `"500*"`), "", core.Hint{}},
		{"too many for events", event("Case", "GAP_OVERFLOW", `"500xx0000000001AAA"`), "", core.Hint{}},
		{"an edited comment does not say where", event("CaseComment", "UPDATE", `"00axx0000000001AAA"`), "", core.Hint{}},
	} {
		w, err := c.ParseWebhook(addressed(tc.body, a.Now()), emulator.UserSync)
		if err != nil {
			t.Errorf("%s: %v", tc.reason, err)
			continue
		}
		var ids []string
		for _, h := range w.Hints {
			ids = append(ids, h.Ref.ID)
			h.Ref = core.Ref{}
			if h != tc.hint {
				t.Errorf("%s: gave %+v", tc.reason, h)
			}
		}
		if strings.Join(ids, " ") != tc.ids || (w.Note == "") != (tc.ids != "") {
			t.Errorf("%s: names %v, note %q", tc.reason, ids, w.Note)
		}
	}
}

// TestTheOrganizationsOwnCallsAreRead lets the emulator tell of one change in both ways.
func TestTheOrganizationsOwnCallsAreRead(t *testing.T) {
	a := newOrganization(t)
	c := a.connector("sync")
	var mu sync.Mutex
	got := map[string][]core.Hint{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hook, err := c.ParseWebhook(connectors.WebhookCall{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: body, Now: a.Now()}, emulator.UserSync)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			t.Errorf("%s: %v", r.URL.Path, err)
			return
		}
		got[r.URL.Path] = append(got[r.URL.Path], hook.Hints...)
		if hook.Answer != nil {
			w.Header().Set("Content-Type", hook.Answer.ContentType)
			_, _ = w.Write(hook.Answer.Body)
		}
	}))
	t.Cleanup(srv.Close)
	o := a.create(c, nil)
	a.control("relay", fmt.Sprintf(`{"url":%q,"secret":%q,"form":"pubsub"}`, srv.URL+"/events", webhookSecret))
	a.control("outbound_message", fmt.Sprintf(`{"url":%q,"object":"Case","fields":["LastModifiedById","SystemModstamp"]}`, srv.URL+"/messages?token="+webhookSecret))
	a.Pass(time.Minute)
	after, err := c.Update(t.Context(), o.Ref.ID, core.Patch{Fields: map[string]core.Value{"Subject": core.String("changed")}}, "", connectors.Want{})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for a.emu.Webhooks().Report().Waiting > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	mu.Lock()
	defer mu.Unlock()
	for path, revision := range map[string]string{"/events": "", "/messages": after.Revision} {
		if h := got[path]; len(h) != 1 || h[0].Ref.ID != o.Ref.ID || !h[0].Own || h[0].Revision != revision {
			t.Errorf("%s gave %+v, want one of %s at %q", path, h, o.Ref.ID, revision)
		}
	}
	for _, s := range a.emu.Webhooks().Report().Sent {
		if s.Attempt > 1 {
			t.Errorf("%s was sent again: it is not acknowledged", s.URL)
		}
	}
}

func TestStepsNameNoSecret(t *testing.T) {
	a := newOrganization(t)
	text := strings.Join(a.connector("sync").WebhookSteps("https://duplex.acme.example/webhooks/crm"), "\n")
	if !strings.Contains(text, "https://duplex.acme.example/webhooks/crm?token=") || strings.Contains(text, webhookSecret) {
		t.Errorf("the steps are %s", text)
	}
}
