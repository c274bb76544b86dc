package freshdesk

// WebhookSteps are for an admin: webhooks are actions of automation rules, and the vendor does not say how the API writes such an action.
func (c *Connector) WebhookSteps(address string) []string {
	return []string{
		"As an administrator open Admin > Workflows > Automations. Webhooks need the plan Growth or a larger one.",
		"Under Ticket creation make a rule without conditions; under Ticket updates another one, performed by agent or requester, with the events: ticket is updated, note is added, reply is sent.",
		"Where the rule lets you choose who performs the event, leave the agent of duplex out: its own changes need no webhook.",
		"Action of both rules: Trigger webhook, request type POST, URL " + address + ", encoding JSON, content Advanced.",
		"Tick Add custom headers and write " + c.HookHeader() + ": followed by the word that webhook.secret of the system file refers to.",
		"Content: " + c.Template("ticket") + " and nothing else: a text of the ticket would break the JSON.",
		"Change a ticket, and run duplex system check: it tells when a webhook arrived. Failed calls come again after 5, 30 and 60 minutes.",
	}
}
