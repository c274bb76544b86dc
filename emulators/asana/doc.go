// Package asana emulates the task side of Asana: its REST API (version 1.0), its events feed, its webhooks with
// handshake and signature, and its limits.
//
// It is written from the vendor's published facts (Asana's OpenAPI document and developer documentation: Webhooks,
// Rich text, Custom external data, Rate limits, Errors, Pagination, Authentication). Where the vendor leaves something
// open the emulator takes the reading that is harder for a client:
//
//   - a reference that is asked for without a field of its own ("opt_fields=assignee") is its gid and resource_type only;
//   - a list without limit is cut at 1,000 without a word; the order of lists says nothing about times;
//   - offsets expire after 15 minutes, sync tokens after 24 hours or when POST /_control/expire_sync says so;
//   - two system stories of the same kind by the same person within a minute are merged into one, with a new gid;
//   - the events of a whole workspace are for service accounts: everybody here gets 403;
//   - a task somebody may not see answers 403, one that is not there or in the trash 404; lists leave both out;
//   - setting external data with a personal access token is refused with 403, reading it shows nothing;
//   - notes together with html_notes, due_on together with due_at, and a start without a due date are refused with 400;
//   - numbers of custom fields are rounded to the field's precision, texts above their limit refused;
//   - the actions of one batch run in no promised order (here: last first);
//   - webhooks carry no names, and time-driven deeds (heartbeats, deletion of failing webhooks) happen when the
//     emulator is next called.
//
// A second create with the same external gid is refused with 400. The vendor does not say so: Options.ExternalTwice plays
// the other reading, in which both are kept and the older one is found.
//
// # Accounts
//
// Workspace Acme is paid, workspace Globex is free: there custom fields, dependencies and search answer 402.
//
//	sync@acme.example    duplex sync    TokenSync (OAuth, app "duplex"), TokenSyncPAT, TokenSyncOther (OAuth, another app)
//	ada@acme.example     Ada Lovelace   TokenAda     sees the private project too
//	grace@acme.example   Grace Hopper   TokenGrace
//	linus@acme.example   Linus Pauling  TokenLinus   not in Globex
//	triage@acme.example  Triage Desk    TokenTriage  not in Globex
//
// TokenSync does not expire. RefreshSync gives access tokens of one hour at POST /-/oauth_token with ClientID and
// ClientSecret; authorization codes come from POST /_control/oauth_code.
//
// # Further controls
//
//	POST /_control/oauth_code       → {"code":"…"}, valid ten minutes, once
//	POST /_control/expire_sync      every sync token given so far is too old
//	POST /_control/expire_offsets   every offset given so far is too old
//	POST /_control/undelete/{gid}   takes a task out of the trash, as a person does in the web app (by Ada)
//	POST /_control/rule/{gid}       {"completed":true}: changes a task as the system does: events have no user
//	POST /_control/limits           {"minute":1500,"search":60,"reads":50,"writes":15}; negative is no limit
//	POST /_control/tick             does what time asks for: heartbeats, deletion of failing webhooks
package asana
