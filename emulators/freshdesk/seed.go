package freshdesk

import (
	"strings"

	fw "duplex/emulators/harness/freshworks"
)

// API keys.
const (
	TokenSync   = "fd-key-sync"
	TokenAda    = "fd-key-ada"
	TokenGrace  = "fd-key-grace"
	TokenLinus  = "fd-key-linus"
	TokenTriage = "fd-key-triage"
)

// Ids of people, groups and the company's.
const (
	UserSync int64 = 43000000101 + iota
	UserAda
	UserGrace
	UserLinus
	UserTriage
	UserCarla
	UserIvan

	GroupSupport    int64 = 43000000301
	GroupEscalation int64 = 43000000302
	CompanyGlobex   int64 = 43000000401
	CompanyInitech  int64 = 43000000402
)

// Statuses of a ticket; the last is one of this account's own.
const (
	StatusOpen     = 2
	StatusPending  = 3
	StatusResolved = 4
	StatusClosed   = 5
	StatusCustomer = 6
	StatusThird    = 7
	StatusVendor   = 8
)

var people = []fw.Person{
	{ID: UserSync, Name: "duplex sync", Email: "sync@acme.example", Agent: true, Admin: true, Key: TokenSync},
	{ID: UserAda, Name: "Ada Lovelace", Email: "ada@acme.example", Agent: true, Admin: true, Key: TokenAda},
	{ID: UserGrace, Name: "Grace Hopper", Email: "grace@acme.example", Agent: true, Key: TokenGrace},
	{ID: UserLinus, Name: "Linus Pauling", Email: "linus@acme.example", Agent: true, Key: TokenLinus},
	{ID: UserTriage, Name: "Triage Desk", Email: "triage@acme.example", Agent: true, Key: TokenTriage},
	{ID: UserCarla, Name: "Carla Customer", Email: "carla@globex.example", Phone: "+49 30 1234", Company: CompanyGlobex},
	{ID: UserIvan, Name: "Ivan Initech", Email: "ivan@initech.example", Company: CompanyInitech},
}

var groups = []fw.Group{
	{ID: GroupSupport, Name: "Support", Agents: []int64{UserGrace, UserLinus, UserTriage}},
	{ID: GroupEscalation, Name: "Escalation", Agents: []int64{UserAda, UserGrace}},
}

// ticketFields are the default fields, and one custom field of every shape. A status has a label for agents and one for customers.
func ticketFields() []fw.Field {
	statuses := fw.Codes("Open", StatusOpen, "Pending", StatusPending, "Resolved", StatusResolved, "Closed", StatusClosed,
		"Waiting on Customer", StatusCustomer, "Waiting on Third Party", StatusThird, "With vendor", StatusVendor)
	for i, customer := range []string{"Being Processed", "Awaiting your Reply", "This ticket has been Resolved", "This ticket has been Closed",
		"Awaiting your Reply", "Being Processed", "Being Processed"} {
		statuses[i].Customer = customer
	}
	out := []fw.Field{
		{Name: "requester", Key: "requester_id", Label: "Search a requester", Type: "default_requester", Shape: fw.Someone},
		{Name: "company", Key: "company_id", Label: "Company", Type: "default_company", Shape: fw.Number},
		{Name: "subject", Key: "subject", Label: "Subject", Type: "default_subject", Shape: fw.Text, Needed: true},
		{Name: "ticket_type", Key: "type", Label: "Type", Type: "default_ticket_type", Shape: fw.Label,
			Choices: fw.Labels("Question", "Incident", "Problem", "Feature Request", "Refund")},
		{Name: "status", Key: "status", Label: "Status", Type: "default_status", Shape: fw.Code, Choices: statuses},
		{Name: "priority", Key: "priority", Label: "Priority", Type: "default_priority", Shape: fw.Code,
			Choices: fw.Codes("Low", 1, "Medium", 2, "High", 3, "Urgent", 4)},
		{Name: "source", Key: "source", Label: "Source", Type: "default_source", Shape: fw.Code,
			Choices: fw.Codes("Email", 1, "Portal", 2, "Phone", 3, "Forum", 4, "Twitter", 5, "Facebook", 6, "Chat", 7, "Feedback Widget", 9, "Outbound Email", 10)},
		{Name: "group", Key: "group_id", Label: "Group", Type: "default_group", Shape: fw.Team},
		{Name: "agent", Key: "responder_id", Label: "Agent", Type: "default_agent", Shape: fw.Agent},
		{Name: "product", Key: "product_id", Label: "Product", Type: "default_product", Shape: fw.Number},
		{Name: "description", Key: "description", Label: "Description", Type: "default_description", Shape: fw.HTML},

		{Name: "cf_sync_key", Label: "Sync key", Type: "custom_text", Shape: fw.Text},
		{Name: "cf_details", Label: "Details", Type: "custom_paragraph", Shape: fw.Text},
		{Name: "cf_device", Label: "Device", Type: "custom_dropdown", Shape: fw.Label, Choices: fw.Labels("Laptop", "Phone", "Größe XL")},
		{Name: "cf_vip", Label: "VIP", Type: "custom_checkbox", Shape: fw.Check},
		{Name: "cf_seats", Label: "Seats", Type: "custom_number", Shape: fw.Integer},
		{Name: "cf_amount", Label: "Amount", Type: "custom_decimal", Shape: fw.Decimal},
		{Name: "cf_go_live", Label: "Go live", Type: "custom_date", Shape: fw.Date},
		{Name: "cf_resolution", Label: "Resolution", Type: "custom_text", Shape: fw.Text},
		{Name: "cf_area", Label: "Area", Type: "nested_field", Shape: fw.Label, Choices: []fw.Choice{
			fw.Tree("Hardware", fw.Tree("Computer", fw.Tree("Battery"), fw.Tree("Screen")), fw.Tree("Printer")),
			fw.Tree("Software", fw.Tree("Office", fw.Tree("Mail")), fw.Tree("Games"))}},
		{Name: "cf_area_part", Label: "Part", Type: "nested_field", Shape: fw.Label, Under: "cf_area", Level: 2},
		{Name: "cf_area_detail", Label: "Detail", Type: "nested_field", Shape: fw.Label, Under: "cf_area_part", Level: 3},

		{Name: "tags", Key: "tags", Shape: fw.Words, Silent: true},
		{Name: "cc_emails", Key: "cc_emails", Shape: fw.Words, Silent: true},
		{Name: "due_by", Key: "due_by", Shape: fw.Moment, Silent: true},
		{Name: "fr_due_by", Key: "fr_due_by", Shape: fw.Moment, Silent: true},
		{Name: "email_config_id", Key: "email_config_id", Shape: fw.Number, Silent: true},
		{Name: "internal_agent_id", Key: "internal_agent_id", Shape: fw.Agent, Silent: true},
		{Name: "internal_group_id", Key: "internal_group_id", Shape: fw.Team, Silent: true},
	}
	for i := range out {
		out[i].ID = 43000000501 + int64(i)
	}
	return out
}

func split(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, path
}
