package zendesk_test

import (
	"strings"
	"testing"

	"duplex/connectors"
)

func TestCheckTellsTheRole(t *testing.T) {
	a := newAccountUnder(t, document(t))
	for _, c := range []struct {
		who    string
		state  connectors.Verdict
		reason string
	}{
		{"sync", connectors.Fine, "an administrator reads the export"},
		{"grace", connectors.Wrong, "an agent does not"},
	} {
		conn := a.connector(c.who)
		got := conn.Check(t.Context(), ticketType)
		if len(got) == 0 || got[0].State != c.state || (got[0].Mend == "") != (c.state == connectors.Fine) {
			t.Errorf("%s: %+v", c.reason, got)
		}
		if steps := strings.Join(conn.WebhookSteps("https://duplex.acme.example/webhooks/z"), "\n"); !strings.Contains(steps, "/webhooks/z") || strings.Contains(steps, signingSecret) {
			t.Errorf("the steps:\n%s", steps)
		}
	}
}
