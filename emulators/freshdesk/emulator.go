package freshdesk

import (
	"net/http"
	"time"

	"duplex/emulators/harness"
	"duplex/emulators/harness/freshworks"
)

// Options: the zero value is a fresh account in memory with the vendor's limits.
type Options = freshworks.Options

// Limits are calls per minute; see NoLimits.
type Limits = freshworks.Limits

// NoLimits is an account on which no limit holds.
func NoLimits() Limits { return freshworks.NoLimits() }

type (
	object = freshworks.Object
	call   = freshworks.Call
	record = freshworks.Record
)

// Emulator is one Freshdesk account. Safe for concurrent use.
type Emulator struct {
	account *freshworks.Account
}

// lastPage is the last page of tickets a list gives (error text of the vendor: "beyond the 300th page"), lastFound that of a search.
const (
	lastPage  = 300
	lastFound = 10
)

// New starts an account. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	e := &Emulator{account: freshworks.New(vendor, opts)}
	e.routes()
	if err := e.account.Start(e.controls(), e.target); err != nil {
		return nil, err
	}
	return e, nil
}

// Handler serves everything: vendor API, files and control API.
func (e *Emulator) Handler() http.Handler { return e.account.Handler() }

// SetBaseURL changes what links in answers start with, e.g. once a listener's port is known.
func (e *Emulator) SetBaseURL(base string) { e.account.SetBaseURL(base) }

// Harness gives tests in the same process faults and counts.
func (e *Emulator) Harness() *harness.Server { return e.account.Harness() }

// Webhooks gives tests in the same process the sender.
func (e *Emulator) Webhooks() *harness.Sender { return e.account.Webhooks() }

// Mails are the mails that went to people outside since the start or the last reset.
func (e *Emulator) Mails() []freshworks.Mail { return e.account.Mails() }

// Close stops the webhooks.
func (e *Emulator) Close() { e.account.Close() }

var vendor = freshworks.Vendor{
	Name: "freshdesk", Kinds: []freshworks.Kind{{Name: "ticket", Fields: ticketFields(), Closed: []int64{StatusResolved, StatusClosed}}},
	People: people, Groups: groups, FirstID: 43_000_000_000, FirstNumber: 0, FileBytes: 20 << 20, NotesMove: true, Root: "freshdesk_webhook",
	Limits:  Limits{Total: 200, Create: 80, Update: 80, View: -1, List: 20, People: 20}, // the plan Growth
	Retries: []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour},
}

// getPart serves what lies below a ticket; by name its addresses would stand against those of archived tickets.
func getPart(c *call) error {
	switch c.Req.PathValue("part") {
	case "associated_tickets":
		return associated(c)
	case "prime_association":
		return primeAssociation(c)
	case "conversations":
		return listConversations(c)
	}
	return freshworks.NotFound()
}

func (e *Emulator) routes() {
	a := e.account
	for _, r := range []struct {
		pattern string
		who     freshworks.Access
		run     func(*call) error
	}{
		{"GET /tickets", freshworks.Agents, listTickets},
		{"POST /tickets", freshworks.Agents, createTicket},
		{"POST /tickets/bulk_update", freshworks.Agents, bulkUpdate},
		{"PUT /tickets/merge", freshworks.Agents, mergeTickets},
		{"GET /tickets/archived/{id}", freshworks.Agents, getArchived},
		{"GET /tickets/archived/{id}/conversations", freshworks.Agents, listArchivedConversations},
		{"GET /tickets/{id}", freshworks.Agents, getTicket},
		{"PUT /tickets/{id}", freshworks.Agents, updateTicket},
		{"DELETE /tickets/{id}", freshworks.Agents, deleteTicket},
		{"PUT /tickets/{id}/restore", freshworks.Agents, restoreTicket},
		{"GET /tickets/{id}/{part}", freshworks.Agents, getPart},
		{"POST /tickets/{id}/notes", freshworks.Agents, addNote},
		{"POST /tickets/{id}/reply", freshworks.Agents, addReply},
		{"PUT /conversations/{id}", freshworks.Agents, editConversation},
		{"DELETE /conversations/{id}", freshworks.Agents, deleteConversation},
		{"DELETE /attachments/{id}", freshworks.Agents, deleteAttachment},
		{"GET /search/tickets", freshworks.Agents, searchTickets},
		{"GET /ticket_fields", freshworks.Agents, listFields},
		{"GET /admin/ticket_fields", freshworks.Admins, listAdminFields},
		{"POST /admin/ticket_fields", freshworks.Admins, addField},
		{"GET /admin/ticket_fields/{id}", freshworks.Admins, getAdminField},
		{"GET /contacts", freshworks.Agents, listContacts},
		{"POST /contacts", freshworks.Agents, addContact},
		{"GET /contacts/{id}", freshworks.Agents, getContact},
		{"GET /search/contacts", freshworks.Agents, searchContacts},
		{"GET /agents", freshworks.Admins, listAgents},
		{"GET /agents/me", freshworks.Agents, getMe},
		{"GET /agents/{id}", freshworks.Admins, getAgent},
		{"GET /groups", freshworks.Admins, listGroups},
		{"GET /automations/{type}/rules", freshworks.Admins, listRules},
		{"POST /automations/{type}/rules", freshworks.Admins, addRule},
		{"GET /automations/{type}/rules/{id}", freshworks.Admins, getRule},
		{"PUT /automations/{type}/rules/{id}", freshworks.Admins, changeRule},
		{"DELETE /automations/{type}/rules/{id}", freshworks.Admins, deleteRule},
		{"GET /export/ticket_activities", freshworks.Admins, exportActivities},
		{"GET /jobs/{job_id}", freshworks.Agents, getJob},
	} {
		method, path := split(r.pattern)
		a.Handle(method+" /api/v2"+path, r.who, r.run)
	}
	a.Handle("GET "+exportsPath+"{day}", freshworks.Anyone, exportFile)
}
