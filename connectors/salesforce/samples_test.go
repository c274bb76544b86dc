package salesforce_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness/contract"
)

const (
	sampleUser = "005xx0000000001AAA"
	sampleCase = "500xx0000000001AAA"
)

func TestEverySampleOfTheVendorIsRead(t *testing.T) {
	dir := filepath.Join(contract.VendorDir(t, "salesforce"), "webhooks")
	a := newOrganization(t)
	c := a.connector("sync")
	at, later := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)
	event := []core.Hint{{Kind: core.HintChanged, Own: true, At: at}}
	cases := map[string]struct {
		reason string
		hints  []core.Hint
		ids    []string
		acked  bool
		class  string
	}{
		"outbound-message.case.xml": {reason: "two cases, the first by the own account; without SystemModstamp there is no revision", acked: true,
			hints: []core.Hint{{Kind: core.HintChanged, Own: true, At: at}, {Kind: core.HintChanged, At: later}}, ids: []string{sampleCase, "500xx0000000002AAA"}},
		"cdc.CaseChangeEvent.update.cometd.json":         {reason: "an update in the form of CometD", hints: event, ids: []string{sampleCase}},
		"cdc.CaseChangeEvent.update.pubsub-decoded.json": {reason: "an update in the form of Pub/Sub", hints: event, ids: []string{sampleCase}},
		"cdc.CaseChangeEvent.gap.cometd.json":            {reason: "a gap names the record and no field", hints: event, ids: []string{sampleCase}},
		"outbound-message.ack.xml":                       {reason: "what is answered, and no message", class: "malformed"},
		"error.403.json":                                 {reason: "what the API answers, and no event", class: "malformed"},
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		tc, ok := cases[f.Name()]
		if !ok {
			t.Errorf("the sample %s has no case here", f.Name())
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		w, err := c.ParseWebhook(addressed(body, a.Now()), sampleUser)
		if connectors.Class(err) != tc.class {
			t.Errorf("%s: %s came out as %v", tc.reason, f.Name(), err)
			continue
		}
		if tc.class != "" {
			continue
		}
		if w.ID == "" || len(w.Hints) != len(tc.hints) || (w.Answer != nil) != tc.acked {
			t.Errorf("%s: %s was read as %+v", tc.reason, f.Name(), w)
			continue
		}
		var ids []string
		for i, h := range w.Hints {
			ids = append(ids, h.Ref.ID)
			if h.Ref.Type != "Case" || h.Ref.System != "crm" {
				t.Errorf("%s: names %+v", tc.reason, h.Ref)
			}
			h.Ref = core.Ref{}
			if h != tc.hints[i] {
				t.Errorf("%s: %s gave %+v", tc.reason, f.Name(), h)
			}
		}
		if !slices.Equal(ids, tc.ids) {
			t.Errorf("%s: names %v", tc.reason, ids)
		}
		if again, err := c.ParseWebhook(addressed(body, a.Now()), sampleUser); err != nil || again.ID != w.ID {
			t.Errorf("%s: sent again it is %q, was %q", tc.reason, again.ID, w.ID)
		}
	}
	ack, err := os.ReadFile(filepath.Join(dir, "outbound-message.ack.xml"))
	if err != nil {
		t.Fatal(err)
	}
	message, err := os.ReadFile(filepath.Join(dir, "outbound-message.case.xml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.ParseWebhook(addressed(message, a.Now()), "")
	if err != nil || strings.Join(strings.Fields(string(w.Answer.Body)), "") != strings.Join(strings.Fields(string(ack)), "") || !strings.HasPrefix(w.Answer.ContentType, "text/xml") {
		t.Errorf("the answer is %+v, %v", w.Answer, err)
	}
}

// addressed is a call that Salesforce makes: nothing but its address proves it.
func addressed(body []byte, at time.Time) connectors.WebhookCall {
	return connectors.WebhookCall{Method: http.MethodPost, Path: "/webhooks/crm", Query: "token=" + webhookSecret, Header: http.Header{}, Body: body, Now: at}
}
