// Package freshdesk emulates the ticket side of Freshdesk: its REST API v2, its automation rules that call webhooks, its limits.
//
// It is written from the vendor's published facts (developers.freshdesk.com/api: Tickets, Conversations, Ticket Fields, Contacts,
// Agents, Groups, Automations, Rate Limit, Errors). Where the vendor leaves something open the emulator takes the reading that is harder
// for a client; those of both desks are told in package freshworks, and here:
//
//   - lists with filter=deleted or filter=spam ignore updated_since;
//   - lists have no description unless include=description;
//   - fields for closing are asked for on Resolved and on Closed;
//   - agents are not among the contacts, and groups and agents are for administrators;
//   - an archived ticket is found under /tickets/archived alone, in no list and no search;
//   - a webhook action is only known as trigger_webhook; rules with conditions are refused;
//   - a nested field's lower levels are not emptied when a level above changes: the write is refused.
//
// # Accounts
//
// Each signs in with HTTP Basic: the API key as the user, any password.
//
//	sync@acme.example     duplex sync    admin   fd-key-sync     the integration account
//	ada@acme.example      Ada Lovelace   admin   fd-key-ada
//	grace@acme.example    Grace Hopper   agent   fd-key-grace
//	linus@acme.example    Linus Pauling  agent   fd-key-linus
//	triage@acme.example   Triage Desk    agent   fd-key-triage
//	carla@globex.example  Carla Customer  contact, no key
//	ivan@initech.example  Ivan Initech    contact, no key
//
// # Further controls
//
//	GET  /_control/mails         mails that went to people outside
//	POST /_control/archive/{id}  archives a ticket, as the vendor does 120 days after it was closed
//	POST /_control/limits, /_control/required, /_control/person, /_control/spam/{id}: see package freshworks
//
// POST /_control/webhook_target {"url","secret"} makes an administrator's two rules, for new tickets and for changes, that send
// {"ticket_id":"…"} with the secret in the header X-Webhook-Secret. A secret "Name: value" names the header itself.
package freshdesk
