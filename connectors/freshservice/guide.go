package freshservice

// WebhookSteps are for an admin: webhooks are actions of the Workflow Automator, which has no API.
func (c *Connector) WebhookSteps(address string) []string {
	return []string{
		"As an administrator open Admin > Workflow Automator of the workspace, and do the following for each workspace that is synced.",
		"Make a workflow for tickets with the events: ticket is raised, ticket is updated, note is added, reply is sent. For problems and changes make one each, with their events.",
		"Where the event lets you choose who performs it, leave the agent of duplex out: its own changes need no webhook.",
		"Action: Trigger webhook, request type POST, callback URL " + address + ", encoding JSON, content Advanced.",
		"Add the custom header " + c.HookHeader() + ": followed by the word that webhook.secret of the system file refers to.",
		"Content for tickets: " + c.Template("ticket") + "; for problems: " + c.Template("problem") + "; for changes: " + c.Template("change") + ". Nothing else: a text of the item would break the JSON.",
		"Activate the workflow, change an item, and run duplex system check: it tells when a webhook arrived. The vendor does not promise to try again, so sweeps stay on.",
	}
}
