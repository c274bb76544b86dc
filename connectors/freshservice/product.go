package freshservice

import (
	"slices"

	"duplex/core"
	"duplex/internal/freshworks"
)

func codes(names ...string) []core.Value {
	var out []core.Value
	for i := 0; i+1 < len(names); i += 2 {
		out = append(out, core.Option(names[i], names[i+1]))
	}
	return out
}

var (
	priorities = codes("1", "Low", "2", "Medium", "3", "High", "4", "Urgent")
	degrees    = codes("1", "Low", "2", "Medium", "3", "High")
)

// alike are the fields that all three types have.
func alike(agent string, statuses []core.Value) []freshworks.Field {
	return []freshworks.Field{
		{Name: "subject", Key: "subject", Label: "Subject", Required: true},
		{Name: "description", Key: "description", Label: "Description", Shape: freshworks.Rich},
		{Name: "status", Key: "status", Label: "Status", Shape: freshworks.Code, Options: statuses},
		{Name: "priority", Key: "priority", Label: "Priority", Shape: freshworks.Code, Options: priorities},
		{Name: "impact", Key: "impact", Label: "Impact", Shape: freshworks.Code, Options: degrees},
		{Name: "agent", Key: agent, Label: "Agent", Shape: freshworks.Agent, Form: "agent"},
		{Name: "group", Key: "group_id", Label: "Group", Shape: freshworks.Group, Form: "group"},
		{Name: "requester", Key: "requester_id", Label: "Requester", Shape: freshworks.Person, Form: "requester"},
		{Name: "department_id", Key: "department_id", Label: "Department (id)", Shape: freshworks.ID, Form: "department"},
		{Name: "category", Key: "category", Label: "Category", Shape: freshworks.Label},
		{Name: "sub_category", Key: "sub_category", Label: "Sub-category", Shape: freshworks.Label},
		{Name: "item_category", Key: "item_category", Label: "Item", Shape: freshworks.Label},
		{Name: "workspace_id", Key: "workspace_id", Label: "Workspace (id)", Shape: freshworks.ID, ReadOnly: true, Form: "workspace"},
		{Name: "created_at", Key: "created_at", Label: "Created", Shape: freshworks.Instant, ReadOnly: true},
	}
}

// product is Freshservice (vendor page "Freshservice API": tickets, problems, changes).
var product = freshworks.Product{
	Name: "Freshservice", Wrapped: true, Contacts: "requesters", ContactOne: "requester", ContactMany: "requesters", ContactMail: "primary_email",
	MostFiles: 40 << 20, AskTags: true, Workspaces: true, FileByID: true,
	WebhookRoots: []string{"freshservice_webhook", "freshdesk_webhook"}, WebhookNumber: "id_numeric",
	Items: []freshworks.Item{
		{
			Type: "ticket", Path: "/api/v2/tickets", One: "ticket", Many: "tickets", Sign: "#", Page: "/a/tickets/",
			Form: "/api/v2/ticket_form_fields", FormMany: "ticket_fields", Tags: true, Search: "/api/v2/tickets/filter", SearchMany: "tickets",
			Defaults: map[string]any{"status": 2, "priority": 1, "source": 2}, Scopes: []string{"workspace_id"}, WebhookIDs: []string{"ticket_id", "reference"},
			Fields: slices.Concat(alike("responder_id", codes("2", "Open", "3", "Pending", "4", "Resolved", "5", "Closed")), []freshworks.Field{
				{Name: "urgency", Key: "urgency", Label: "Urgency", Shape: freshworks.Code, Options: degrees},
				{Name: "source", Key: "source", Label: "Source", Shape: freshworks.Code,
					Options: codes("1", "Email", "2", "Portal", "3", "Phone", "4", "Chat", "5", "Feedback", "6", "Yammer", "7", "AWS Cloudwatch", "8", "Pagerduty", "9", "Walkup",
						"10", "Slack", "11", "Chatbot", "12", "Workplace", "13", "Onboarding", "14", "Alerts", "15", "MS Teams", "18", "Offboarding")},
				{Name: "type", Key: "type", Label: "Type", Shape: freshworks.Label, ReadOnly: true},
				{Name: "requested_for", Key: "requested_for_id", Label: "Requested for", Shape: freshworks.Person, Form: "requested_for"},
				{Name: "tags", Key: "tags", Label: "Tags", Shape: freshworks.Words},
				{Name: "due_by", Key: "due_by", Label: "Due", Shape: freshworks.Instant},
				{Name: "fr_due_by", Key: "fr_due_by", Label: "First response due", Shape: freshworks.Instant},
			}),
		},
		{
			Type: "problem", Path: "/api/v2/problems", One: "problem", Many: "problems", Prefix: "problem-", Sign: "PRB-", Page: "/a/problems/", Notes: true,
			Form: "/api/v2/problem_form_fields", FormMany: "problem_fields", Defaults: map[string]any{"status": 1, "priority": 1, "impact": 1},
			Scopes: []string{"workspace_id"}, WebhookIDs: []string{"problem_id"},
			Fields: slices.Concat(alike("agent_id", codes("1", "Open", "2", "Change Requested", "3", "Closed")), []freshworks.Field{
				{Name: "due_by", Key: "due_by", Label: "Due", Shape: freshworks.Instant, Required: true},
				{Name: "known_error", Key: "known_error", Label: "Known error", Shape: freshworks.Flag},
			}),
		},
		{
			Type: "change", Path: "/api/v2/changes", One: "change", Many: "changes", Prefix: "change-", Sign: "CHN-", Page: "/a/changes/", Notes: true,
			Form: "/api/v2/change_form_fields", FormMany: "change_fields", Defaults: map[string]any{"status": 1, "priority": 1, "impact": 1, "risk": 1, "change_type": 1},
			Scopes: []string{"workspace_id"}, WebhookIDs: []string{"change_id"},
			Fields: slices.Concat(alike("agent_id", codes("1", "Open", "2", "Planning", "3", "Approval", "4", "Pending Release", "5", "Pending Review", "6", "Closed")), []freshworks.Field{
				{Name: "change_type", Key: "change_type", Label: "Change type", Shape: freshworks.Code, Options: codes("1", "Minor", "2", "Standard", "3", "Major", "4", "Emergency")},
				{Name: "risk", Key: "risk", Label: "Risk", Shape: freshworks.Code, Options: codes("1", "Low", "2", "Medium", "3", "High", "4", "Very High")},
				{Name: "planned_start_date", Key: "planned_start_date", Label: "Planned start", Shape: freshworks.Instant, Required: true},
				{Name: "planned_end_date", Key: "planned_end_date", Label: "Planned end", Shape: freshworks.Instant, Required: true},
				{Name: "approval_status", Key: "approval_status", Label: "Approval (code)", Shape: freshworks.ID, ReadOnly: true},
			}),
		},
	},
}
