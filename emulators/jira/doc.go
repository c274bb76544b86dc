// Package jira emulates one Jira Cloud site: the parts of the REST API (version 3) an integration
// uses, webhooks, OAuth, and pages for people. It is written from the vendor's documents and imports
// nothing of the product.
//
// Accounts (Basic authentication with e-mail and API token):
//
//	sync@acme.example    duplex sync    sync-api-token     the integration's account, an admin
//	ada@acme.example     Ada Lovelace   ada-api-token      an admin, time zone Europe/London
//	grace@acme.example   Grace Hopper   grace-api-token    time zone America/New_York
//	linus@acme.example   Linus Pauling  linus-api-token    hides the e-mail address; cannot read comments for the Service Desk Team
//	triage@acme.example  Triage Desk    triage-api-token
//
// Project roles are Administrators (sync, Ada), Developers (Grace, Linus) and Service Desk Team (all but
// Linus); groups are jira-software-users (all), site-admins (sync, Ada) and tier-2 (sync, Grace).
//
// OAuth: client id duplex-oauth-client, client secret duplex-oauth-secret, token address
// {base}/oauth/token (client_credentials for the integration's account, authorization_code after
// {base}/authorize?account=e-mail, refresh_token with rotation). Access tokens work on {base}/rest/…
// and on {base}/ex/jira/{CloudID}/rest/….
//
// Projects: ENG (Engineering, id 10000) with components vip, core and ui; OPS (Operations, id 10001),
// a service project, where comments may be internal. Both have Epic, Story, Task, Sub-task, Bug and
// Incident (which needs Severity and Detected at), and one workflow (see workflow.go): To Do, In Progress, In Review, Done.
//
// ENG has a scrum board (id 1) with a closed, an active and two future sprints; OPS a kanban board (2).
//
// With Options.DataCenter the same site answers as Jira Data Center: version 2 under /rest/api/2 (version 3
// answers 404), people by user name (the address up to the @), the same tokens as personal access tokens
// (Bearer) or passwords (Basic, by user name), no OAuth and no rate limits; see datacenter.go.
//
// What differs from the real site, on purpose: the X-Emulator-Reason header says why a document was
// refused; the old GET /issue/createmeta, ranks and epics of boards are absent; the hourly points
// limit is not counted.
package jira
