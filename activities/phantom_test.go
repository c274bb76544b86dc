package activities_test

import (
	"testing"
	"time"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

const phantomFile = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'true'}
  engineering: {system: right, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
  - {support: estimate, engineering: estimate, round: 1}
  - {support: starts, engineering: due, zone: Europe/Berlin, at: "17:00"}
  - {support: priority, engineering: priority, values: {low: normal, normal: normal, high: high}}
  - {support: area, engineering: area, values: {Laptops: Hardware > Laptop, Phones: Hardware > Phone, Rest: Hardware > Phone}}
  - {support: status, engineering: status, values: {open: open, in progress: ~, done: done}}
  - {support: labels, engineering: labels, as: add-only}
`

// TestPain19PhantomUpdatesAreNotWritten: an edit that the other side expresses already writes nothing there, and nothing comes
// back; one that it does not express does.
func TestPain19PhantomUpdatesAreNotWritten(t *testing.T) {
	number := func(s string) core.Value {
		v, err := core.Number(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	at := func(s string) core.Value {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return core.DateTime(v)
	}
	opt := func(s string) core.Value { return core.Option("", s) }
	for _, c := range []struct {
		reason string
		side   core.Side
		field  string
		value  core.Value
		writes string // what the other side shows afterwards; "" where nothing is to be written
		there  string // the field there
	}{
		{"a number that rounds to the same", core.A, "estimate", number("2.26"), "", ""},
		{"a number that does not", core.A, "estimate", number("2.36"), "2.4", "estimate"},
		{"another hour of the same day in the zone, the day before in UTC", core.A, "starts", at("2026-03-01T23:30:00Z"), "", ""},
		{"another day in the zone, the same in UTC", core.A, "starts", at("2026-03-02T23:30:00Z"), "2026-03-03", "due"},
		{"another value of the same meaning", core.A, "priority", opt("low"), "", ""},
		{"another value of another meaning", core.A, "priority", opt("high"), "high", "priority"},
		{"another key of one cascading option", core.A, "area", opt("Rest"), "", ""},
		{"another cascading option", core.B, "area", opt("Hardware > Laptop"), "Laptops", "area"},
		{"a value that leaves the other side alone", core.A, "status", opt("in progress"), "", ""},
		{"an element that is removed from a set that only grows", core.A, "labels", core.Strings("hot"), "", ""},
		{"a number back, as exact as it was", core.B, "estimate", number("2.5"), "2.5", "estimate"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, phantomFile, func(side core.Side, o *memory.Options) {
				names := []string{"Laptops", "Phones", "Rest"}
				if side == core.B {
					names = []string{"Hardware", "Hardware > Laptop", "Hardware > Phone"}
				}
				area := connectors.Field{Name: "area", Kind: core.KindOption, OnCreate: true}
				for _, n := range names {
					area.Options = append(area.Options, core.Option(n, n))
				}
				o.Fields = append(memory.DefaultFields(), area)
			})
			d.open(map[string]core.Value{"estimate": number("2.25"), "starts": at("2026-03-02T10:00:00Z"), "priority": opt("normal"), "area": opt("Phones"),
				"status": opt("open"), "labels": core.Strings("hot", "new")})
			d.sync()
			before := [2]core.Observation{d.item(core.A), d.item(core.B)}
			d.edit(c.side, map[string]core.Value{c.field: c.value})
			edited, other := d.item(c.side), c.side.Other()
			d.sync()
			if is := d.item(c.side); is.Revision != edited.Revision {
				t.Errorf("something came back to the side that was edited: %s is %v", c.field, is.Field(c.field))
			}
			is := d.item(other)
			switch {
			case c.writes == "" && is.Revision != before[other].Revision:
				t.Errorf("the other side was written though it says the same already")
			case c.writes != "" && is.Field(c.there).String() != c.writes:
				t.Errorf("%s there is %v, want %s", c.there, is.Field(c.there), c.writes)
			}
		})
	}
}
