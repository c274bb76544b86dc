// Package github emulates the issue side of GitHub: its REST API, its webhooks with signatures, its limits.
//
// It is written from the vendor's published facts (docs.github.com/rest: Issues, Comments, Labels, Milestones, Assignees,
// Sub-issues, Issue dependencies, Timeline, Search, Webhooks, Apps, Rate limits; and the OpenAPI document). Where the
// vendor leaves something open the emulator takes the reading that is harder for a client:
//
//   - since means "after that second": what changed within it is not listed again;
//   - updated_at does not move when a comment is edited or deleted, nor when a label or milestone gets another name;
//   - search sees no hidden comments (<!-- -->) and cuts words at every sign that is no letter or digit;
//   - an empty body is shown as null, and an edit in the browser brings CRLF line ends;
//   - people who may only triage set no labels, assignees, milestone or type by an update of the issue;
//   - a save that changes nothing is still an edited event, with changes {};
//   - a second between two writes, which the vendor recommends, is demanded (Limits.Gap);
//   - a transferred issue answers 301 to writes too, which an HTTP client may follow with a GET.
//
// Attachments have no API: files are links in the text. Nothing deletes an issue but a control path.
//
// # Accounts
//
// Each person's personal access token is a constant (TokenSync, …), sent as "Authorization: Bearer".
//
//	acme-sync     sync@acme.example     admin of acme/app, write in acme/web; the integration account; e-mail hidden
//	ada           ada@acme.example      admin everywhere; e-mail public
//	grace         grace@acme.example    write; e-mail hidden
//	linus         linus@acme.example    write in acme/app, no access to acme/web; e-mail public
//	triage-desk   triage@acme.example   triage; e-mail public
//	guest         guest@globex.example  reads what is public, cannot be assigned
//
// The GitHub App AppID with the key AppKey is installed on acme (InstallationID) and acts as BotLogin. Its own webhook
// (PATCH /app/hook/config) is signed with HookSecret until another is set.
//
// Repositories: acme/app (public), acme/web (private), acme/legacy (issues disabled), ada/notes (owned by a person). The
// organization has issue types (one of them disabled) and issue fields of all five kinds.
//
// # Further controls
//
// Each body may name who does it: "as":"grace" (ada where it is absent).
//
//	POST /_control/delete      {"repo":"acme/app","number":1}
//	POST /_control/transfer    {"repo":"acme/app","number":1,"to":"acme/web"}
//	POST /_control/web_edit    {"repo":"acme/app","number":1,"body":"…"}: an edit in the browser
//	POST /_control/pull        {"repo":"acme/app","title":"…","body":"…"}: opens a pull request
//	POST /_control/rename      {"repo":"acme/app","name":"core"}: the old name redirects
//	POST /_control/login       {"as":"ada","name":"countess"}: another login
//	POST /_control/forget      {"as":"linus"}: the account is deleted, its work is the ghost's
//	POST /_control/publish     {"as":"grace","on":true}: shows or hides the e-mail address
//	POST /_control/incomplete  {"on":true}: searches give half of what they find, and say so
//	POST /_control/limits      {"core":5000,"search":30,"creations":80,"creations_hour":500,"gap":1000000000}; a negative
//	                           number is no limit, 0 or absent keeps what holds; gap is in nanoseconds
package github
