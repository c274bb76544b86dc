package chaos

import (
	"fmt"

	"duplex/standalone/rig"
)

const (
	zendeskSystem = rig.Zendesk
	jiraSystem    = rig.Jira
	webhookSecret = "chaos-webhook-secret"
	internalRole  = "Service Desk Team"
	syncAccount   = rig.Account
	// searchLag is how long search may miss a new issue, as the system file says; the faults stay below it.
	searchLag = "6s"
)

const zendeskFile = `
system: zendesk-acme
kind: zendesk
base_url: ${env:CHAOS_ZENDESK_URL}
auth: {method: token, email: sync@acme.example, token: "${env:CHAOS_ZENDESK_TOKEN}"}
webhook: {secret: "${env:CHAOS_WEBHOOK_SECRET}"}
limits: {requests_per_second: 200, concurrency: 12}
`

const jiraFile = `
system: jira-acme
kind: jira
base_url: ${env:CHAOS_JIRA_URL}
auth: {method: token, email: sync@acme.example, token: "${env:CHAOS_JIRA_TOKEN}"}
webhook: {secret: "${env:CHAOS_WEBHOOK_SECRET}"}
settings: {internal_role: Service Desk Team, index_lag: ` + searchLag + `}
limits: {requests_per_second: 200, concurrency: 12}
`

// connectionFile: a ticket tagged bug gets an issue, and an issue labelled escalate gets a ticket, by the same rules.
const connectionFile = `
connection: %[1]s
sides:
  support:     {system: zendesk-acme, type: ticket%[2]s}
  engineering: {system: jira-acme, type: issue, scope: {project: ENG, issuetype: %[3]s}%[4]s}
conflicts: latest
rules:
  - {support: subject, engineering: summary}
  - {support: description, engineering: description, when: create, flow: to-%[5]s}
  - {support: priority, engineering: priority, values: {urgent: Highest, high: High, normal: Medium, low: Low}, default: {support: low}, conflict: support}
  - support: status
    engineering: status
    values: {open: To Do, new: To Do, pending: In Progress, hold: In Progress, solved: Done, closed: Done}
    default: {support: pending}
  - {support: assignee, engineering: assignee, users: [email], default: {engineering: triage@acme.example}}
  - {support: tags, engineering: labels, as: set}
comments:    {flow: both, private: keep, header: '{author} ({system}):'}
attachments: {flow: both, max_size: 1MB}
deletes:     {support: note, engineering: unlink}
sweep: %[6]s
brakes: {changed: off, deleted: 60%%, hold: 3s}
`

// side is one of the two systems, by the name the connections give it.
type side int

const (
	support side = iota
	engineering
)

func (s side) String() string { return [2]string{"support", "engineering"}[s] }

func (s side) other() side { return 1 - s }

// The connections by the side whose items begin their pairs.
var connectionNames = [2]string{"from-tickets", "from-issues"}

// issueTypes keep the two connections' items apart in the project.
var issueTypes = [2]string{"Bug", "Task"}

// startTags make an item enter the sync.
var startTags = [2]string{"bug", "escalate"}

func connectionSource(origin side, o Options) string {
	start := [2]string{}
	start[origin] = fmt.Sprintf(", start: '%q in item.%s'", startTags[origin], [2]string{"tags", "labels"}[origin])
	return fmt.Sprintf(connectionFile, connectionNames[origin], start[support], issueTypes[origin], start[engineering], origin.other(), o.Sweep)
}
