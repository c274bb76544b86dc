// Package azuredevops emulates the work item side of Azure DevOps, Services (the cloud) and Server (on-premises): its
// REST API, its service hooks, and its limits.
//
// It is written from the vendor's published facts (Work Items, Work Item Types, Comments, Attachments, Wiql, Reporting
// Work Item Revisions, Recyclebin, Updates, Classification Nodes, Service Hooks Subscriptions and Events, Rate Limits,
// REST API Versioning). Where the vendor leaves something open the emulator takes the reading that is harder for a client:
//
//   - a bad or expired token is answered by 203 with a sign-in page, whatever X-TFS-FedAuthRedirect says; that header only
//     turns the 302 of a call without any credentials into 401; PATCH, PUT and DELETE answer 401;
//   - every call needs an api-version; Comments and connectionData are previews and need "-preview" in it
//     (connectionData may go without any version);
//   - fields= together with $expand other than none or links is refused;
//   - a batch with errorPolicy=omit has null where an item is missing;
//   - op add on System.Tags keeps the tags that are there; a comma parts tags as a semicolon does; the first spelling wins;
//   - a link made from one item is no revision of the other: there it is an update with relations only, and no event;
//   - a comment added, edited or deleted is a revision, and raises workitem.updated beside workitem.commented;
//   - suppressNotifications does not stop service hooks;
//   - comments come newest first and 20 at a time unless asked otherwise; HTML comments are stripped from HTML;
//   - a WIQL query that finds too much fails whatever $top says; IndexLag delays WIQL and the reporting feed alike;
//   - resourceDetailsToSend=minimal leaves id and url of the resource only, which in workitem.updated is the update's;
//   - Server refuses moves between projects, changes of type, Markdown fields, and files above 4 MB.
//
// WIQL over links, process templates and teams' boards are not emulated.
//
// # Accounts
//
//	sync@acme.example     duplex sync    the integration account (TokenSync; TokenSyncReadOnly has the scope vso.work)
//	ada@acme.example      Ada Lovelace   administrator: may bypass rules and edit others' comments (TokenAda)
//	grace@acme.example    Grace Hopper   contributor (TokenGrace)
//	linus@acme.example    Linus Pauling  reader: every change is refused (TokenLinus)
//	triage@acme.example   Triage Desk    contributor (TokenTriage)
//
// Tokens are personal access tokens: the password of HTTP Basic, the user name does not matter. On Services the
// application ClientID with ClientSecret is the integration account; it gets a bearer token for one hour from
// POST /{Tenant}/oauth2/v2.0/token with the scope EntraScope, which stands for the vendor's login host. On Server bearer
// tokens are unknown; with Options.IISBasic personal access tokens are too, and user names (ACME\sync, or the address)
// with Password(name) count. On Server an identity's uniqueName is ACME\name: the address is only in the Mail property of
// _apis/identities, which on Services lies on another host (vssps.dev.azure.com); the emulator serves it beside the rest.
//
// # The organization
//
// Services: /acme. Server: /DefaultCollection, below Options.VirtualDirectory; see Emulator.Root. Two projects:
//
//	Fabrikam   Bug, User Story, Task, Feature, Epic (New, Active, Resolved, Closed); a Task that is closed must have no
//	           Remaining Work, and the rule empties it
//	Helpdesk   Bug and Product Backlog Item (New, Approved, Committed, Done: one step at a time; Removed), and the type
//	           "Störung" (Neu, In Arbeit, Erledigt), which needs Custom.RootCause to be Erledigt
//
// Every type has Custom.SyncId, Custom.Customer and Custom.Channel (text, the last with suggested values),
// Custom.RootCause (picklist), Custom.Approver (identity), Custom.Billable (boolean), Custom.Hours, Custom.Count,
// Custom.DueOn, Custom.Notes (HTML), and one field whose name has a letter outside ASCII: its reference name is a GUID.
//
// # Further controls
//
//	POST /_control/expire  {"account":"sync@acme.example"}: its tokens have expired; "" ends that for all
//	POST /_control/race    {"times":1}: so many updates lose a race and answer 409
//	POST /_control/rule    {"field":"Custom.Customer","value":"x","when":"Active"}: on entering the state a process rule
//	                       sets the field; {} ends it
package azuredevops
