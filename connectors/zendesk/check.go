package zendesk

import (
	"context"
	"net/http"

	"duplex/connectors"
)

// Check looks at the account's role: only administrators may read the incremental export that sweeps list changes by (vendor page
// "Incremental Exports"), and only agents see every ticket.
func (c *Connector) Check(ctx context.Context, _ connectors.ItemType) []connectors.Finding {
	var answer struct {
		User struct {
			Role       string `json:"role"`
			Restricted string `json:"ticket_restriction"`
			Private    bool   `json:"only_private_comments"`
		}
	}
	f := connectors.Finding{What: "hold a role", State: connectors.Fine}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/users/me", nil, &answer); err != nil {
		f.State, f.Saw = connectors.Doubt, err.Error()
		return []connectors.Finding{f}
	}
	u := answer.User
	f.Saw = u.Role
	if u.Role != "admin" {
		f.State, f.Mend, f.Where = connectors.Wrong, "make the account of duplex an administrator: sweeps read the incremental export, which is for administrators only", "Admin Center > People > Team members"
	}
	out := []connectors.Finding{f}
	if u.Restricted != "" {
		out = append(out, connectors.Finding{What: "see all tickets", State: connectors.Doubt, Saw: "only " + u.Restricted,
			Mend: "let the account of duplex see all tickets: what it does not see is taken for deleted", Where: "Admin Center > People > Team members"})
	}
	if u.Private {
		out = append(out, connectors.Finding{What: "write public comments", State: connectors.Doubt, Saw: "the role writes internal notes only",
			Mend: "let the role of the account write public comments, where a mapping says that comments are public", Where: "Admin Center > People > Roles"})
	}
	return out
}

// WebhookSteps are for an account that may not make webhooks (vendor page "Creating webhooks to interact with third-party systems").
func (c *Connector) WebhookSteps(address string) []string {
	return []string{
		"As an administrator open Admin Center > Apps and integrations > Webhooks and choose Create webhook, Zendesk events.",
		"Events: all under Ticket that tell of a change: created, status, priority, subject, assignee, group, tags, custom field, comment added, deleted, undeleted.",
		"Endpoint URL: " + address + ". Request method POST, format JSON, no authentication.",
		"Save, choose Reveal secret, and let webhook.secret of the system file refer to that text.",
		"Change a ticket, and run duplex system check " + c.name + ": it tells when a webhook arrived.",
	}
}
