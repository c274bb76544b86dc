// Package freshservice emulates the tickets, problems and changes of Freshservice: its REST API v2 with workspaces, its workflows that call
// webhooks, its limits.
//
// It is written from the vendor's published facts (api.freshservice.com: Tickets, Conversations, Problems, Changes, Workspaces,
// Requesters, Agents, Rate Limit, Error). Where the vendor leaves something open the emulator takes the reading that is harder for a
// client; those of both desks are told in package freshworks, and here:
//
//   - conversations and notes do not move a record's updated_at;
//   - a list has the oldest or newest by creation, never by change; of problems, updated_since is taken and does nothing;
//   - there is no way to ask who one is: /agents/me is not there;
//   - planned dates of a change are compulsory, and a change goes from Approval to Pending Release only once it is approved;
//   - with workspace_id=0 custom fields of a workspace are left out;
//   - the text of a service request cannot be changed;
//   - activities come on one page; a webhook is sent once, and never again after a failure.
//
// # Accounts
//
// Each signs in with HTTP Basic: the API key as the user, any password.
//
//	sync@acme.example     duplex sync    admin   fs-key-sync     the integration account
//	ada@acme.example      Ada Lovelace   admin   fs-key-ada
//	grace@acme.example    Grace Hopper   agent   fs-key-grace
//	linus@acme.example    Linus Pauling  agent   fs-key-linus
//	triage@acme.example   Triage Desk    agent   fs-key-triage
//	carla@globex.example  Carla Customer  requester, no key
//	ivan@initech.example  Ivan Initech    requester, no key
//
// # Further controls
//
//	GET  /_control/mails                  mails that went to people outside
//	POST /_control/workflows              {"name","kind":"ticket","workspace":0,"on":"created"|"updated","url","method","headers":{},"user","pass",
//	                                      "body":"{{ticket.id_numeric}}","simple":false,"performers":[mails],"except":[mails]}: what an
//	                                      administrator does by hand in the Workflow Automator; the vendor has no API for it
//	POST /_control/service_request        {"subject","email"} → {"id"}: somebody orders from the catalogue
//	POST /_control/matrix                 {"on":true}: the priority of tickets is worked out from urgency and impact
//	POST /_control/approve/{id}           approves a change
//	POST /_control/limits, /_control/required, /_control/person, /_control/spam/{id}: see package freshworks
//
// POST /_control/webhook_target {"url","secret"} makes workflows for everything that happens to tickets, problems and changes, that send
// {"ticket_id":"…"}, {"problem_id":"…"} or {"change_id":"…"} with the secret in the header X-Webhook-Secret. A secret "Name: value" names
// the header itself.
package freshservice
