package freshservice

import (
	fw "duplex/emulators/harness/freshworks"
)

// API keys.
const (
	TokenSync   = "fs-key-sync"
	TokenAda    = "fs-key-ada"
	TokenGrace  = "fs-key-grace"
	TokenLinus  = "fs-key-linus"
	TokenTriage = "fs-key-triage"
)

// Ids of people, workspaces and groups. None but those of workspaces fits into 32 bits.
const (
	UserSync int64 = 21000418001 + iota
	UserAda
	UserGrace
	UserLinus
	UserTriage
	UserCarla
	UserIvan

	WorkspaceIT int64 = 2 // the primary one
	WorkspaceHR int64 = 3

	GroupService  int64 = 21000419001
	GroupNetworks int64 = 21000419002
	GroupHR       int64 = 21000419003
)

// Statuses of a ticket; the last is one of this account's own.
const (
	StatusOpen     = 2
	StatusPending  = 3
	StatusResolved = 4
	StatusClosed   = 5
	StatusVendor   = 6
)

var both = []int64{WorkspaceIT, WorkspaceHR}

var people = []fw.Person{
	{ID: UserSync, Name: "duplex sync", Email: "sync@acme.example", Agent: true, Admin: true, Key: TokenSync, Workspaces: both},
	{ID: UserAda, Name: "Ada Lovelace", Email: "ada@acme.example", Agent: true, Admin: true, Key: TokenAda, Workspaces: both},
	{ID: UserGrace, Name: "Grace Hopper", Email: "grace@acme.example", Agent: true, Key: TokenGrace, Workspaces: both},
	{ID: UserLinus, Name: "Linus Pauling", Email: "linus@acme.example", Agent: true, Key: TokenLinus, Workspaces: both},
	{ID: UserTriage, Name: "Triage Desk", Email: "triage@acme.example", Agent: true, Key: TokenTriage, Workspaces: both},
	{ID: UserCarla, Name: "Carla Customer", Email: "carla@globex.example", Phone: "+49 30 1234"},
	{ID: UserIvan, Name: "Ivan Initech", Email: "ivan@initech.example"},
}

var groups = []fw.Group{
	{ID: GroupService, Name: "Service Desk", Workspace: WorkspaceIT, Agents: []int64{UserGrace, UserLinus, UserTriage}},
	{ID: GroupNetworks, Name: "Networks", Workspace: WorkspaceIT, Agents: []int64{UserAda, UserGrace}},
	{ID: GroupHR, Name: "HR Desk", Workspace: WorkspaceHR, Agents: []int64{UserAda}},
}

var (
	priorities = fw.Codes("Low", 1, "Medium", 2, "High", 3, "Urgent", 4)
	degrees    = fw.Codes("Low", 1, "Medium", 2, "High", 3)
	categories = []fw.Choice{fw.Tree("Hardware", fw.Tree("Computer", fw.Tree("Mac"), fw.Tree("PC")), fw.Tree("Printer")),
		fw.Tree("Software", fw.Tree("Office", fw.Tree("Mail")), fw.Tree("VPN"))}
)

// common are the fields every kind has, with the key of its agent.
func common(agent string) []fw.Field {
	return []fw.Field{
		{Name: "requester", Key: "requester_id", Label: "Requester", Type: "default_requester", Shape: fw.Someone},
		{Name: "subject", Key: "subject", Label: "Subject", Type: "default_subject", Shape: fw.Text, Needed: true},
		{Name: "description", Key: "description", Label: "Description", Type: "default_description", Shape: fw.HTML},
		{Name: "priority", Key: "priority", Label: "Priority", Type: "default_priority", Shape: fw.Code, Choices: priorities},
		{Name: "impact", Key: "impact", Label: "Impact", Type: "default_impact", Shape: fw.Code, Choices: degrees},
		{Name: "group", Key: "group_id", Label: "Group", Type: "default_group", Shape: fw.Team},
		{Name: "agent", Key: agent, Label: "Agent", Type: "default_agent", Shape: fw.Agent},
		{Name: "department", Key: "department_id", Label: "Department", Type: "default_department", Shape: fw.Number},
		{Name: "category", Key: "category", Label: "Category", Type: "default_category", Shape: fw.Label, Choices: categories},
		{Name: "sub_category", Key: "sub_category", Label: "Sub-Category", Type: "default_sub_category", Shape: fw.Label, Under: "category", Level: 2},
		{Name: "item_category", Key: "item_category", Label: "Item", Type: "default_item_category", Shape: fw.Label, Under: "sub_category", Level: 3},
		{Name: "assets", Key: "assets", Shape: fw.Open, Silent: true},
	}
}

func status(choices ...any) fw.Field {
	return fw.Field{Name: "status", Key: "status", Label: "Status", Type: "default_status", Shape: fw.Code, Choices: fw.Codes(choices...)}
}

func numbered(first int64, fields []fw.Field) []fw.Field {
	for i := range fields {
		fields[i].ID = first + int64(i)
	}
	return fields
}

// ticketFields has custom fields of every shape in the primary workspace, few in the other, and one everywhere.
func ticketFields() []fw.Field {
	return numbered(21000500001, append(common("responder_id"),
		status("Open", StatusOpen, "Pending", StatusPending, "Resolved", StatusResolved, "Closed", StatusClosed, "With vendor", StatusVendor),
		fw.Field{Name: "urgency", Key: "urgency", Label: "Urgency", Type: "default_urgency", Shape: fw.Code, Choices: degrees},
		fw.Field{Name: "source", Key: "source", Label: "Source", Type: "default_source", Shape: fw.Code,
			Choices: fw.Codes("Email", 1, "Portal", 2, "Phone", 3, "Chat", 4, "Feedback Widget", 5, "Yammer", 6, "Slack", 10, "MS Teams", 15, "Kiosk", 1001)},
		fw.Field{Name: "type", Key: "type", Label: "Type", Type: "default_ticket_type", Shape: fw.Label, Choices: fw.Labels("Incident", "Service Request", "Case")},
		fw.Field{Name: "requested_for", Key: "requested_for_id", Label: "Requested for", Type: "default_requested_for", Shape: fw.Someone},
		fw.Field{Name: "resolution_notes", Key: "resolution_notes", Label: "Resolution notes", Type: "default_resolution_notes", Shape: fw.Text},
		fw.Field{Name: "tags", Key: "tags", Shape: fw.Words, Silent: true},
		fw.Field{Name: "cc_emails", Key: "cc_emails", Shape: fw.Words, Silent: true},
		fw.Field{Name: "due_by", Key: "due_by", Shape: fw.Moment, Silent: true},
		fw.Field{Name: "fr_due_by", Key: "fr_due_by", Shape: fw.Moment, Silent: true},
		fw.Field{Name: "email_config_id", Key: "email_config_id", Shape: fw.Number, Silent: true},
		fw.Field{Name: "approval_status", Key: "approval_status", Shape: fw.Number, ReadOnly: true, Silent: true},

		fw.Field{Name: "site", Label: "Site", Type: "custom_text", Shape: fw.Text},
		fw.Field{Name: "sync_key", Label: "Sync key", Type: "custom_text", Shape: fw.Text, Workspace: WorkspaceIT},
		fw.Field{Name: "details", Label: "Details", Type: "custom_paragraph", Shape: fw.Text, Workspace: WorkspaceIT},
		fw.Field{Name: "weather_server", Label: "Weather server", Type: "custom_dropdown", Shape: fw.Label, Choices: fw.Labels("Sun", "Rain", "Größe XL"), Workspace: WorkspaceIT},
		fw.Field{Name: "vip", Label: "VIP", Type: "custom_checkbox", Shape: fw.Check, Workspace: WorkspaceIT},
		fw.Field{Name: "seats", Label: "Seats", Type: "custom_number", Shape: fw.Integer, Workspace: WorkspaceIT},
		fw.Field{Name: "amount", Label: "Amount", Type: "custom_decimal", Shape: fw.Decimal, Workspace: WorkspaceIT},
		fw.Field{Name: "go_live", Label: "Go live", Type: "custom_date", Shape: fw.Date, Workspace: WorkspaceIT},
		fw.Field{Name: "resolution_code", Label: "Resolution code", Type: "custom_text", Shape: fw.Text, Workspace: WorkspaceIT},
		fw.Field{Name: "area", Label: "Area", Type: "nested_field", Shape: fw.Label, Workspace: WorkspaceIT,
			Choices: []fw.Choice{fw.Tree("North", fw.Tree("Kiel", fw.Tree("Harbour"))), fw.Tree("South", fw.Tree("Ulm"))}},
		fw.Field{Name: "area_town", Label: "Town", Type: "nested_field", Shape: fw.Label, Under: "area", Level: 2, Workspace: WorkspaceIT},
		fw.Field{Name: "area_place", Label: "Place", Type: "nested_field", Shape: fw.Label, Under: "area_town", Level: 3, Workspace: WorkspaceIT},
		fw.Field{Name: "sync_key", Label: "Sync key", Type: "custom_text", Shape: fw.Text, Workspace: WorkspaceHR},
		fw.Field{Name: "employee_level", Label: "Level", Type: "custom_dropdown", Shape: fw.Label, Choices: fw.Labels("Junior", "Senior"), Workspace: WorkspaceHR},
	))
}

func problemFields() []fw.Field {
	return numbered(21000600001, append(common("agent_id"),
		status("Open", 1, "Change Requested", 2, "Closed", 3),
		fw.Field{Name: "due_by", Key: "due_by", Label: "Due by", Type: "default_due_by", Shape: fw.Moment, Needed: true},
		fw.Field{Name: "known_error", Key: "known_error", Label: "Known error", Type: "default_known_error", Shape: fw.Check},
		fw.Field{Name: "analysis_fields", Key: "analysis_fields", Shape: fw.Open, Silent: true},
		fw.Field{Name: "associated_change", Key: "associated_change", Shape: fw.Open, ReadOnly: true, Silent: true},
		fw.Field{Name: "sync_key", Label: "Sync key", Type: "custom_text", Shape: fw.Text, Workspace: WorkspaceIT},
		fw.Field{Name: "cause", Label: "Cause", Type: "custom_dropdown", Shape: fw.Label, Choices: fw.Labels("Hardware", "Human"), Workspace: WorkspaceIT},
	))
}

func changeFields() []fw.Field {
	return numbered(21000700001, append(common("agent_id"),
		status("Open", 1, "Planning", 2, "Approval", ChangeApproval, "Pending Release", ChangeRelease, "Pending Review", 5, "Closed", 6),
		fw.Field{Name: "risk", Key: "risk", Label: "Risk", Type: "default_risk", Shape: fw.Code, Choices: fw.Codes("Low", 1, "Medium", 2, "High", 3, "Very High", 4)},
		fw.Field{Name: "change_type", Key: "change_type", Label: "Change type", Type: "default_change_type", Shape: fw.Code,
			Choices: fw.Codes("Minor", 1, "Standard", 2, "Major", 3, "Emergency", 4)},
		fw.Field{Name: "planned_start_date", Key: "planned_start_date", Label: "Planned start date", Type: "default_planned_start_date", Shape: fw.Moment, Needed: true},
		fw.Field{Name: "planned_end_date", Key: "planned_end_date", Label: "Planned end date", Type: "default_planned_end_date", Shape: fw.Moment, Needed: true},
		fw.Field{Name: "planning_fields", Key: "planning_fields", Shape: fw.Open, Silent: true},
		fw.Field{Name: "impacted_services", Key: "impacted_services", Shape: fw.Open, Silent: true},
		fw.Field{Name: "change_window_id", Key: "change_window_id", Shape: fw.Number, Silent: true},
		fw.Field{Name: "approval_status", Key: "approval_status", Shape: fw.Number, ReadOnly: true, Silent: true},
		fw.Field{Name: "sync_key", Label: "Sync key", Type: "custom_text", Shape: fw.Text, Workspace: WorkspaceIT},
	))
}
