// Package zendesk emulates the ticket side of Zendesk Support: its REST API, its webhooks with
// signatures, its limits, and pages where people work on tickets.
//
// It is written from the vendor's published facts (developer.zendesk.com: Tickets, Ticket
// Comments, Ticket Audits, Ticket Fields, Custom Statuses, Attachments, Users, Search, Incremental
// Exports, Webhooks, Rate Limits, Side-Loading). Where the vendor leaves something open the
// emulator takes the reading that is harder for a client:
//
//   - a Comment event's id differs from the comment's id: match them by audit_id;
//   - show_many leaves out ids that are unknown or deleted;
//   - an incremental export that finds nothing from a start_time has a null after_cursor;
//   - the answer to an update that changes nothing carries an audit without events that is not kept.
//
// # Accounts
//
// Every account below may use HTTP Basic with user "<email>/token" and the API token.
//
//	sync@acme.example     duplex sync    admin   zd-token-sync     the integration account
//	ada@acme.example      Ada Lovelace   admin   zd-token-ada
//	grace@acme.example    Grace Hopper   agent   zd-token-grace
//	linus@acme.example    Linus Pauling  agent   zd-token-linus
//	triage@acme.example   Triage Desk    agent   zd-token-triage
//	customer1@globex.example  Carla Customer  end-user of Globex    (no API access; use the pages, or author_id)
//	customer2@initech.example Ivan Initech    end-user of Initech
//
// The OAuth client "duplex" with secret "zd-client-secret" belongs to the integration account:
// grants client_credentials, authorization_code (codes come from POST /_control/oauth_code, valid
// 120 s, once) and refresh_token (rotating: a refresh ends both old tokens).
//
// Users and organizations have fields of their own (see peoplefields.go), tickets one custom field of
// every type, and there are two ticket forms, of which the second requires fields under a condition.
//
// # Further controls
//
//	POST /_control/oauth_code  → {"code":"…"}
//	POST /_control/trigger     {"title":"…","add_tag":"…","priority":"…"}: from now on every
//	                           update by a person or client makes a rule change the ticket inside the
//	                           same audit; {} ends it
//	POST /_control/limits      {"account":700,"updates":100,"ticket_updates":30,"incremental":10,"users":1};
//	                           a negative number is no limit, 0 or absent keeps what holds
//	POST /_control/required    {"fields":[90004]}: what has to be filled to solve a ticket; [] ends it
//	POST /_control/close/{id}  closes a ticket, as the vendor's automation does
package zendesk
