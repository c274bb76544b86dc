package freshservice

import (
	"net/http"
	"strconv"
	"strings"

	"duplex/emulators/harness"
	fw "duplex/emulators/harness/freshworks"
)

// Options: the zero value is a fresh account in memory with the vendor's limits.
type Options = fw.Options

// Limits are calls per minute; see NoLimits.
type Limits = fw.Limits

// NoLimits is an account on which no limit holds.
func NoLimits() Limits { return fw.NoLimits() }

type (
	object = fw.Object
	call   = fw.Call
	record = fw.Record
)

// Emulator is one Freshservice account. Safe for concurrent use.
type Emulator struct {
	account *fw.Account
}

// lastFound is the last page of a search; the vendor's is not documented, that of its sister desk is taken.
const lastFound = 10

// New starts an account. It fails where Options.File exists but cannot be read.
func New(opts Options) (*Emulator, error) {
	e := &Emulator{account: fw.New(vendor, opts)}
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
func (e *Emulator) Mails() []fw.Mail { return e.account.Mails() }

// Close stops the webhooks.
func (e *Emulator) Close() { e.account.Close() }

var vendor = fw.Vendor{
	Name: "freshservice", People: people, Groups: groups, FirstID: 21_000_000_000, FileBytes: 40 << 20, LinksRel: true, Root: "freshservice_webhook",
	Kinds: []fw.Kind{
		{Name: "ticket", Fields: ticketFields(), Closed: []int64{StatusResolved, StatusClosed}, Prefix: "INC-"},
		{Name: "problem", Fields: problemFields(), Closed: []int64{3}, Prefix: "PRB-"},
		{Name: "change", Fields: changeFields(), Closed: []int64{6}, Prefix: "CHN-"},
	},
	Limits:     Limits{Total: 100, Create: 50, Update: 50, View: 50, List: 40, People: 40}, // the plan Starter
	UnknownKey: "unsupported_authentication_type",
	Headers:    func(h http.Header) { h.Set("X-Freshservice-Api-Version", "latest=v2; requested=v2") },
}

func (e *Emulator) routes() {
	handle := func(pattern string, run func(*call) error) {
		method, path, _ := strings.Cut(pattern, " ")
		e.account.Handle(method+" /api/v2"+path, fw.Agents, run)
	}
	handle("GET /tickets", listTickets)
	handle("POST /tickets", createTicket)
	handle("GET /tickets/filter", filterTickets)
	handle("GET /tickets/{id}", getTicket)
	handle("PUT /tickets/{id}", updateTicket)
	handle("DELETE /tickets/{id}", trash("ticket", true))
	handle("PUT /tickets/{id}/restore", trash("ticket", false))
	handle("PUT /tickets/{id}/move_workspace", move("ticket"))
	handle("POST /tickets/{id}/create_child_ticket", createChild)
	handle("GET /tickets/{id}/activities", listActivities)
	handle("DELETE /tickets/{id}/attachments/{attachment_id}", deleteTicketFile)
	handle("GET /tickets/{id}/conversations", listConversations)
	handle("POST /tickets/{id}/notes", addNote)
	handle("POST /tickets/{id}/reply", addReply)
	handle("PUT /conversations/{id}", editConversation)
	handle("DELETE /conversations/{id}", deleteConversation)
	handle("DELETE /conversations/{id}/attachments/{attachment_id}", deleteConversationFile)
	handle("GET /attachments/{id}", func(c *call) error { return c.AnswerFile(c.ID("id")) })
	handle("GET /ticket_form_fields", formFields("ticket"))
	handle("GET /problem_form_fields", formFields("problem"))
	handle("GET /change_form_fields", formFields("change"))
	handle("GET /workspaces", listWorkspaces)
	handle("GET /workspaces/{id}", getWorkspace)
	handle("GET /requesters", listRequesters)
	handle("POST /requesters", addRequester)
	handle("GET /requesters/{id}", getRequester)
	handle("GET /agents", listAgents)
	handle("GET /agents/{id}", getAgent)
	handle("GET /groups", listGroups)
	for _, kind := range []string{"problem", "change"} {
		handle("GET /"+kind+"s", listRecords(kind))
		handle("POST /"+kind+"s", createRecord(kind))
		handle("GET /"+kind+"s/{id}", getRecord(kind))
		handle("PUT /"+kind+"s/{id}", updateRecord(kind))
		handle("DELETE /"+kind+"s/{id}", trash(kind, true))
		handle("PUT /"+kind+"s/{id}/move_workspace", move(kind))
		handle("GET /"+kind+"s/{id}/notes", listNotes(kind))
		handle("POST /"+kind+"s/{id}/notes", addObjectNote(kind))
		handle("GET /"+kind+"s/{id}/notes/{note_id}", getNote(kind))
		handle("PUT /"+kind+"s/{id}/notes/{note_id}", editNote(kind))
		handle("DELETE /"+kind+"s/{id}/notes/{note_id}", deleteNote(kind))
	}
	handle("PUT /problems/{id}/restore", trash("problem", false)) // a change cannot be restored
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
