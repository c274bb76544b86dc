package freshdesk

import (
	"duplex/connectors"
	"duplex/core"
	"duplex/internal/freshworks"
)

// Connector speaks to one Freshdesk account. All its methods may be called at once.
type Connector struct{ *freshworks.Connector }

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	c, err := freshworks.New(cfg, &product)
	if err != nil {
		return nil, err
	}
	return &Connector{c}, nil
}

func codes(names ...string) []core.Value {
	var out []core.Value
	for i := 0; i+1 < len(names); i += 2 {
		out = append(out, core.Option(names[i], names[i+1]))
	}
	return out
}

// product is Freshdesk (vendor page "Freshdesk API", tickets).
var product = freshworks.Product{
	Name: "Freshdesk", Contacts: "contacts", ContactOne: "contact", ContactMany: "contacts", ContactMail: "email",
	SelfPath: "/api/v2/agents/me", MostFiles: 20 << 20, Archive: true, ByUpdate: true, SearchPages: 10,
	WebhookRoots: []string{"freshdesk_webhook"}, WebhookNumber: "id",
	Items: []freshworks.Item{{
		Type: "ticket", Path: "/api/v2/tickets", One: "ticket", Many: "tickets", Sign: "#", Page: "/a/tickets/",
		Form: "/api/v2/ticket_fields", FormMany: "ticket_fields", Tags: true, Search: "/api/v2/search/tickets", SearchMany: "results",
		Defaults: map[string]any{"status": 2, "priority": 1, "source": 2}, Scopes: []string{"product_id", "type"},
		WebhookIDs: []string{"ticket_id", "reference"},
		Fields: []freshworks.Field{
			{Name: "subject", Key: "subject", Label: "Subject", Required: true},
			{Name: "description", Key: "description", Label: "Description", Shape: freshworks.Rich},
			{Name: "status", Key: "status", Label: "Status", Shape: freshworks.Code, Options: codes("2", "Open", "3", "Pending", "4", "Resolved", "5", "Closed")},
			{Name: "priority", Key: "priority", Label: "Priority", Shape: freshworks.Code, Options: codes("1", "Low", "2", "Medium", "3", "High", "4", "Urgent")},
			{Name: "source", Key: "source", Label: "Source", Shape: freshworks.Code,
				Options: codes("1", "Email", "2", "Portal", "3", "Phone", "7", "Chat", "9", "Feedback widget", "10", "Outbound email")},
			{Name: "type", Key: "type", Label: "Type", Shape: freshworks.Label, Form: "ticket_type"},
			{Name: "agent", Key: "responder_id", Label: "Agent", Shape: freshworks.Agent, Form: "agent"},
			{Name: "group", Key: "group_id", Label: "Group", Shape: freshworks.Group, Form: "group"},
			{Name: "requester", Key: "requester_id", Label: "Requester", Shape: freshworks.Person, Form: "requester"},
			{Name: "tags", Key: "tags", Label: "Tags", Shape: freshworks.Words},
			{Name: "company_id", Key: "company_id", Label: "Company (id)", Shape: freshworks.ID, Form: "company"},
			{Name: "product_id", Key: "product_id", Label: "Product (id)", Shape: freshworks.ID, Form: "product"},
			{Name: "cc_emails", Key: "cc_emails", Label: "Copies to", Shape: freshworks.Words, Once: true},
			{Name: "due_by", Key: "due_by", Label: "Due", Shape: freshworks.Instant},
			{Name: "fr_due_by", Key: "fr_due_by", Label: "First response due", Shape: freshworks.Instant},
			{Name: "created_at", Key: "created_at", Label: "Created", Shape: freshworks.Instant, ReadOnly: true},
		},
	}},
}

func init() {
	connectors.Register(connectors.Kind{Name: "freshdesk", Title: "Freshdesk", Types: []string{"ticket"}, New: New, Options: freshworks.Options()})
}

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
	_ connectors.CommentEditor     = (*Connector)(nil)
	_ connectors.CommentDeleter    = (*Connector)(nil)
	_ connectors.CommentFinder     = (*Connector)(nil)
	_ connectors.AttachmentOpener  = (*Connector)(nil)
	_ connectors.Attacher          = (*Connector)(nil)
	_ connectors.AttachmentDeleter = (*Connector)(nil)
	_ connectors.AttachmentFinder  = (*Connector)(nil)
	_ connectors.Finder            = (*Connector)(nil)
	_ connectors.Searcher          = (*Connector)(nil)
	_ connectors.FieldFinder       = (*Connector)(nil)
	_ connectors.UserResolver      = (*Connector)(nil)
	_ connectors.NameResolver      = (*Connector)(nil)
	_ connectors.Identifier        = (*Connector)(nil)
	_ connectors.Starter           = (*Connector)(nil)
	_ connectors.WebhookParser     = (*Connector)(nil)
	_ connectors.WebhookGuide      = (*Connector)(nil)
	_ connectors.Checker           = (*Connector)(nil)
	_ connectors.ClockReader       = (*Connector)(nil)
)
