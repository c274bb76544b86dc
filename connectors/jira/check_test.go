package jira_test

import (
	"strings"
	"testing"

	"duplex/connectors"
)

func TestCheckTellsWhatTheAccountMay(t *testing.T) {
	s := newSite(t, vendor(t), nil)
	checker := s.conn
	for _, f := range checker.Check(t.Context(), connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG"}}) {
		if f.State == connectors.Wrong || f.Saw == "" {
			t.Errorf("the account of the site may do all that is needed: %+v", f)
		}
	}
	got := checker.Check(t.Context(), connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "NOSUCH"}})
	if len(got) == 0 || got[0].State == connectors.Fine || got[0].Mend == "" {
		t.Errorf("of a project that is not there: %+v", got)
	}
	steps := strings.Join(s.conn.WebhookSteps("https://duplex.acme.example/webhooks/jira"), "\n")
	if !strings.Contains(steps, "https://duplex.acme.example/webhooks/jira") || strings.Contains(steps, secret) {
		t.Errorf("the steps:\n%s", steps)
	}
}
