package mapping

import (
	"reflect"
	"strings"
	"testing"
	"time"

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
		Traits: func(system string) (Traits, bool) {
			return map[string]Traits{"jira-acme": {Restricts: true, DeletesFiles: true}, "zendesk-acme": {DeletesFiles: true, Impersonates: true}}[system], true
		},
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
	want := core.Connection{
		Name: "support-escalation",
		Sides: [2]core.ConnectionSide{
			{Name: "support", System: "zendesk-acme", Type: "ticket", Starts: true},
			{Name: "engineering", System: "jira-acme", Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Bug"}},
		},
		Conflicts:   core.PolicyLatest,
		Comments:    core.CommentPolicy{Flow: core.FlowBoth, Private: core.PrivateKeep, Header: "{author} ({system}):", Edits: true},
		Attachments: core.AttachmentPolicy{Flow: core.FlowBoth, MaxSize: 25 << 20, Edits: true},
		Deletes:     [2]core.DeletePolicy{core.DeleteNote, core.DeleteUnlink},
		Sweep:       15 * time.Minute,
		Brakes:      core.Brakes{Changed: 0.5, Deleted: 0.1, Least: 20, Hold: time.Minute},
	}
	if !reflect.DeepEqual(m.Connection, want) {
		t.Errorf("connection\n%+v\nwant\n%+v", m.Connection, want)
	}
	type shape struct {
		flow     core.Flow
		when     core.When
		conflict core.Policy
		asSet    bool
	}
	rules := []shape{
		{core.FlowBoth, core.WhenAlways, core.PolicyLatest, false},
		{core.FlowToB, core.WhenCreate, core.PolicyLatest, false},
		{core.FlowBoth, core.WhenAlways, core.PolicyA, false},
		{core.FlowBoth, core.WhenAlways, core.PolicyLatest, false},
		{core.FlowBoth, core.WhenAlways, core.PolicyLatest, false},
		{core.FlowBoth, core.WhenAlways, core.PolicyLatest, true},
		{core.FlowToB, core.WhenAlways, core.PolicyLatest, false},
	}
	for i, r := range m.Rules {
		if got := (shape{r.Flow, r.When, r.Conflict, r.AsSet}); got != rules[i] {
			t.Errorf("%s is %v, want %v", r.Where, got, rules[i])
		}
		for _, s := range core.Sides {
			if (r.Convert[s] != nil) != r.Flow.Allows(s) {
				t.Errorf("%s converts to side %d, which its flow does not", r.Where, s)
			}
		}
	}
	warnings := "support.yaml:12:13: rules[2].values: priority of engineering can also be Lowest: such a value waits until it is added here, or a default for support\n" +
		"support.yaml:14:52: rules[3].values: status of support can also be new, hold, closed: such a value waits until it is added here, or a default for engineering"
	if m.Warnings.Error() != warnings {
		t.Errorf("warnings\n%s\nwant\n%s", m.Warnings, warnings)
	}
}

func TestNothingIsKnownOfTheSystems(t *testing.T) {
	m := mustCompileMapping(t, example, Env{Read: testEnv().Read})
	got, err := m.Rules[2].Convert[core.B](core.ConvertInput{Value: core.Option("4", "high"), Target: core.Option("9", "Low")})
	if err != nil || !same(got, core.Option("", "High")) {
		t.Errorf("high is %v, %v", got, err)
	}
	got, err = m.Rules[4].Convert[core.B](core.ConvertInput{Value: core.Person("4", "bob@acme.example", "Bob")})
	if err != nil || got.ID() != "" || got.Email() != "bob@acme.example" {
		t.Errorf("bob is %v (id %q), %v", got, got.ID(), err)
	}
	if d := m.Rules[4].Default[core.B]; d.Kind() != core.KindUser {
		t.Errorf("the default is a %s, not a person", d.Kind())
	}
}

func TestPrivateStaysPrivateUnlessAFileSaysSo(t *testing.T) {
	for _, c := range []struct {
		reason, block      string
		comments, attached [2]bool
	}{
		{"nothing said", "comments: {}\nattachments: {}\n", [2]bool{}, [2]bool{}},
		{"one side", "comments: {publish: engineering}\nattachments: {}\n", [2]bool{false, true}, [2]bool{}},
		{"both sides, files apart", "comments: {publish: [support, engineering]}\nattachments: {publish: support}\n", [2]bool{true, true}, [2]bool{true, false}},
	} {
		src := example[:strings.Index(example, "comments:")] + c.block
		m := mustCompileMapping(t, src, testEnv())
		if m.Connection.Comments.Publish != c.comments || m.Connection.Attachments.Publish != c.attached {
			t.Errorf("%s: %v %v", c.reason, m.Connection.Comments.Publish, m.Connection.Attachments.Publish)
		}
	}
	bare := mustCompileMapping(t, example[:strings.Index(example, "comments:")], testEnv()).Connection
	if bare.Comments.Flow != "" || bare.Attachments.Flow != "" || bare.Deletes[core.B] != core.DeleteUnlink {
		t.Errorf("without blocks: %+v", bare)
	}
}

func TestFilesFromOtherEditors(t *testing.T) {
	for reason, src := range map[string]string{
		"line ends of Windows":    strings.ReplaceAll(example, "\n", "\r\n"),
		"a byte order mark":       "\ufeff" + example,
		"a document marker":       "---\n" + example,
		"no line end at the end":  strings.TrimSuffix(example, "\n"),
		"a comment after the end": example + "# end\n",
	} {
		t.Run(reason, func(t *testing.T) {
			m := mustCompileMapping(t, src, testEnv())
			if m.Connection.Name != "support-escalation" || len(m.Rules) != 7 || m.Connection.Sweep.Minutes() != 15 {
				t.Errorf("reads %+v", m.Connection)
			}
		})
	}
}
