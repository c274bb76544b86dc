package activities_test

import (
	"strings"
	"testing"

	"duplex/core"
)

// TestAttributesCrossAndAreNeverWritten: what a field names is read by its attributes, in a rule and in an expression, and follows
// when the field names somebody else.
func TestAttributesCrossAndAreNeverWritten(t *testing.T) {
	d := newDesk(t, strings.Replace(deskFile, "  - {support: description, engineering: description}\n",
		"  - {support: assignee.name, engineering: description, flow: to-engineering}\n", 1))
	d.open(map[string]core.Value{"assignee": core.Person("u-ada", "", "")})
	d.sync()
	ada := d.item(core.A)
	if got, want := d.item(core.B), ada.Field("assignee").Name(); want == "" || got.Field("description").Source() != want {
		t.Errorf("the twin says %q, want the assignee's name %q", got.Field("description").Source(), want)
	}
	d.edit(core.A, map[string]core.Value{"assignee": core.Person("u-grace", "", "")})
	d.sync()
	grace := d.item(core.A)
	if got, want := d.item(core.B), grace.Field("assignee").Name(); want == ada.Field("assignee").Name() || got.Field("description").Source() != want {
		t.Errorf("the twin says %q after the ticket changed hands, want %q", got.Field("description").Source(), want)
	}
}

func TestAttributesInExpressions(t *testing.T) {
	d := newDesk(t, `
connection: desk
sides:
  support:     {system: left, type: item, start: 'item["parent.status"] == "open"'}
  engineering: {system: right, type: item}
rules:
  - {engineering: title, set: 'item["parent.title"] + ": " + item.title + " for " + item.assignee.email'}
`)
	parent, err := d.sys[core.A].CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{
		"title": core.String("the outage"), "status": core.Option("open", "open")}})
	d.must(err)
	d.open(map[string]core.Value{"parent": core.Reference(parent.ID, parent.Key), "assignee": core.Person("u-ada", "", "")})
	d.sync()
	left, right := d.item(core.A), d.item(core.B)
	if got, want := right.Field("title").Source(), "the outage: t for "+left.Field("assignee").Email(); got != want {
		t.Errorf("the twin is called %q, want %q", got, want)
	}
}
