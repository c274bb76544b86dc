package mapping

import (
	"testing"

	"duplex/core"
)

const example = `# yaml-language-server: $schema=../schemas/connection.schema.json
connection: support-escalation
sides:
  support:     {system: zendesk-acme, type: ticket, start: '"bug" in item.tags'}
  engineering: {system: jira-acme, type: issue, scope: {project: ENG, issuetype: Bug}}
conflicts: latest                       # latest | support | engineering | park
rules:
  - {support: subject, engineering: summary}
  - {support: description, engineering: description, flow: to-engineering, when: create}
  - support: priority
    engineering: priority
    values: {urgent: Highest, high: High, normal: Medium, low: Low}
    conflict: support
  - {support: status, engineering: status, values: {open: To Do, pending: In Progress, solved: Done}}
  - {support: assignee, engineering: assignee, users: [email, {table: people.yaml}], default: {engineering: triage@acme.example}}
  - {support: tags, engineering: labels, as: set}
  - engineering: components
    flow: to-engineering
    set: 'item.organization == "Globex" ? ["vip"] : []'     # CEL
comments:    {flow: both, private: keep, header: '{author} ({system}):'}
attachments: {flow: both, max_size: 25MB}
deletes:     {support: note, engineering: unlink}
sweep: 15m
`

func options(names ...string) []core.Value {
	var out []core.Value
	for i, n := range names {
		out = append(out, core.Option(string(rune('a'+i)), n))
	}
	return out
}

// testEnv describes the two systems of the example.
func testEnv() Env {
	zendesk := &Description{Fields: []Field{
		{Name: "subject", Kind: core.KindString, Required: true},
		{Name: "description", Kind: core.KindText, ReadOnly: true, OnCreate: true, Required: true},
		{Name: "status", Kind: core.KindOption, Options: options("new", "open", "pending", "hold", "solved", "closed")},
		{Name: "priority", Kind: core.KindOption, Options: options("urgent", "high", "normal", "low")},
		{Name: "type", Kind: core.KindOption, Options: options("problem", "incident", "question", "task")},
		{Name: "assignee", Kind: core.KindUser},
		{Name: "requester", Kind: core.KindUser},
		{Name: "tags", Kind: core.KindSet, Of: core.KindString},
		{Name: "organization", Kind: core.KindOption},
		{Name: "due_at", Kind: core.KindDateTime},
		{Name: "created_at", Kind: core.KindDateTime, ReadOnly: true},
		{Name: "Story points", Kind: core.KindNumber},
		{Name: "Escalated", Kind: core.KindBool},
		{Name: "Notes", Kind: core.KindText},
		{Name: "Regions", Kind: core.KindSet, Of: core.KindOption, Options: options("north", "south", "east")},
	}}
	jira := &Description{Fields: []Field{
		{Name: "summary", Kind: core.KindString, Required: true},
		{Name: "description", Kind: core.KindText},
		{Name: "status", Kind: core.KindOption, Options: options("To Do", "In Progress", "Done")},
		{Name: "priority", Kind: core.KindOption, Options: options("Highest", "High", "Medium", "Low", "Lowest")},
		{Name: "project", Kind: core.KindOption, Required: true},
		{Name: "issuetype", Kind: core.KindOption, Required: true},
		{Name: "assignee", Kind: core.KindUser},
		{Name: "labels", Kind: core.KindSet, Of: core.KindString},
		{Name: "components", Kind: core.KindSet, Of: core.KindOption, Options: options("vip", "billing", "login")},
		{Name: "duedate", Kind: core.KindDate},
		{Name: "Story Points", Kind: core.KindNumber},
		{Name: "parent", Kind: core.KindReference},
	}}
	return Env{
		Describe: func(system, _ string, _ map[string]string) (*Description, bool) {
			switch system {
			case "zendesk-acme":
				return zendesk, true
			case "jira-acme":
				return jira, true
			}
			return nil, false
		},
		Systems: map[string]string{"zendesk-acme": "zendesk", "jira-acme": "jira"},
		Formats: func(system string) string {
			return map[string]string{"zendesk-acme": "html", "jira-acme": "adf"}[system]
		},
		Read: func(path string) ([]byte, error) {
			return []byte("- {support: ann@acme.example, engineering: ann.lee@acme.example}\n"), nil
		},
	}
}

func mustCompileMapping(t *testing.T, src string, env Env) *Mapping {
	t.Helper()
	m, ds := Compile("support.yaml", []byte(src), env)
	if err := ds.Err(); err != nil {
		t.Fatalf("does not compile:\n%v", err)
	}
	return m
}

func TestExampleCompiles(t *testing.T) {
	m := mustCompileMapping(t, example, testEnv())
	if len(m.Rules) != 7 {
		t.Errorf("rules = %d, want 7", len(m.Rules))
	}
	t.Log(m.Warnings, m.Fields(core.A), m.Fields(core.B), m.Connection)
	mustCompileMapping(t, example, Env{Read: testEnv().Read})
}
