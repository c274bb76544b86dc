package activities_test

import (
	"strings"
	"testing"
	"time"

	"duplex/connectors"
	"duplex/core"
)

const valuesFile = `
connection: desk
sides:
  support:     {system: left, type: ticket, start: true}
  engineering: {system: right, type: issue, scope: {project: ENG, issuetype: Bug}}
rules:
  - {support: subject, engineering: summary}
  - {support: description, engineering: description, flow: to-engineering, when: create}
  - support: status
    engineering: status
    values: {open: To Do, pending: In Progress, hold: ~, solved: Done}
    default: {support: ~, engineering: ~}
    also: {engineering: {resolution: 'value == "Done" ? (item.Regression ? "Won''t Do" : "Done") : null'}}
  - {support: Device, engineering: Affected system}
  - {support: Platforms, engineering: Platforms, as: set, values: {iOS: iOS, Android: Android}}
  - {support: tags, engineering: labels, as: add-only}
  - {support: Cost, engineering: Story Points, round: 0}
  - {support: Fix promised for, engineering: Noticed at, zone: Europe/Berlin, at: "17:00"}
  - {support: Build, engineering: Sprint}
  - {support: assignee, engineering: assignee, users: [email, name], unknown: {engineering: {field: Support ref}, support: keep}}
`

// TestValuesBetweenZendeskAndJira carries values of every kind both ways: what one side says is written in the other's own way, and
// what that expresses already stays.
func TestValuesBetweenZendeskAndJira(t *testing.T) {
	v := newVendors(t, valuesFile)
	v.begin()
	opt := func(name string) core.Value { return core.Option("", name) }
	day, _ := core.Date("2026-03-29")
	number := func(s string) core.Value {
		n, err := core.Number(s)
		v.must(err)
		return n
	}
	moment, _ := time.Parse(time.RFC3339, "2026-03-30T23:30:00Z")
	edit := func(side core.Side, fields map[string]core.Value) {
		t.Helper()
		_, err := v.ada[side].Update(t.Context(), v.refs[side].ID, core.Patch{Fields: fields}, "", connectors.Want{})
		v.must(err)
		v.settle()
	}
	shows := func(reason string, side core.Side, want map[string]string) {
		t.Helper()
		o := v.read(side)
		for f, w := range want {
			got := o.Field(f).String()
			if o.Field(f).Kind() == core.KindDateTime && !o.Field(f).IsEmpty() {
				got = o.Field(f).Time().UTC().Format(time.RFC3339)
			}
			if o.Field(f).IsEmpty() {
				got = ""
			}
			if got != w {
				t.Errorf("%s: %s is %s, want %s", reason, f, got, w)
			}
		}
		for rule, p := range v.row().Parked {
			t.Errorf("%s: %s is parked: %s", reason, rule, p.Problem.Text)
		}
	}
	edit(core.A, map[string]core.Value{"Device": opt("Hardware > Laptop"), "Platforms": core.Set(opt("iOS"), opt("Windows")), "Cost": number("2.5"),
		"Fix promised for": day, "Build": core.String("ENG Sprint 3"), "Regression": core.Bool(true), "tags": core.Strings("hot", "new"),
		"assignee": core.Person("", "grace@acme.example", "")})
	shows("to Jira", core.B, map[string]string{"Affected system": "Hardware > Laptop", "Platforms": "[iOS]", "Story Points": "3",
		"Noticed at": "2026-03-29T15:00:00Z", "Sprint": "ENG Sprint 3", "assignee": "Grace Hopper"})
	edit(core.A, map[string]core.Value{"status": opt("hold")})
	shows("a value that leaves the other side alone", core.B, map[string]string{"status": "To Do"})
	edit(core.A, map[string]core.Value{"status": opt("solved")})
	shows("solved, over several hops, with its resolution", core.B, map[string]string{"status": "Done", "resolution": "Won't Do"})
	edit(core.B, map[string]core.Value{"Affected system": opt("Hardware > Phone"), "Platforms": core.Set(opt("Android"), opt("Web")), "Story Points": number("8"),
		"Noticed at": core.DateTime(moment), "Sprint": opt("ENG Sprint 4"), "status": opt("In Progress")})
	shows("back to Zendesk", core.A, map[string]string{"Device": "Hardware > Phone", "Platforms": "[Android, Windows]", "Cost": "8",
		"Fix promised for": "2026-03-31", "Build": "ENG Sprint 4", "status": "pending"})
	edit(core.A, map[string]core.Value{"tags": core.Strings("hot"), "Cost": number("8.4"), "Build": core.String("")})
	shows("what is taken away stays, and what is said already too", core.B, map[string]string{"Story Points": "8", "Noticed at": "2026-03-30T23:30:00Z", "Sprint": ""})
	last := v.read(core.B)
	if labels := last.Field("labels"); !labels.Has(core.String("hot")) || !labels.Has(core.String("new")) {
		t.Errorf("a set that only grows has lost something: %v", labels)
	}
	if text := v.row().Status; text != core.PairInSync {
		t.Errorf("the pair is %s", strings.ToLower(string(text)))
	}
}
