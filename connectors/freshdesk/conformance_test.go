package freshdesk_test

import (
	"flag"
	"fmt"
	"testing"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshdesk"
)

var update = flag.Bool("update", false, "rewrite docs/features.md and docs/contracts.md")

func TestConformance(t *testing.T) {
	doc := document(t) // read once, it is long
	f := conformance.Run(t, freshtest.Suite("freshdesk", func(t *testing.T) conformance.Instance { return newAccount(t, doc).Instance(profile(t)) }))
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "freshdesk", *update)
	}
}

var ticketType = connectors.ItemType{Type: "ticket"}

// profile is what tickets are like in Freshdesk.
func profile(t *testing.T) freshtest.Profile {
	day := func(s string) core.Value { return freshtest.Must[core.Value](t)(core.Date(s)) }
	return freshtest.Profile{
		Sync: emulator.TokenSync, Ada: emulator.TokenAda, Scope: ticketType.Scope, Line: "cf_resolution", Chosen: "cf_device", Elsewhere: map[string]string{"type": "Refund"},
		Grace: freshtest.Person(emulator.UserGrace, "grace", "Grace Hopper"),
		Linus: freshtest.Person(emulator.UserLinus, "linus", "Linus Pauling"),
		Known: freshtest.Person(emulator.UserTriage, "triage", "Triage Desk"),
		Samples: map[string][2]core.Value{
			"status":     {core.Option("3", "Pending"), core.Option("8", "With vendor")},
			"type":       {core.Option("Incident", "Incident"), core.Option("Question", "Question")},
			"group":      {core.Option(fmt.Sprint(emulator.GroupSupport), "Support"), core.Option(fmt.Sprint(emulator.GroupEscalation), "Escalation")},
			"cf_device":  {core.Option("Laptop", "Laptop"), core.Option("Größe XL", "Größe XL")},
			"cf_vip":     {core.Bool(true), core.Bool(false)},
			"cf_seats":   {core.Int(12), core.Int(7)},
			"cf_go_live": {day("2026-05-01"), day("2026-06-02")},
			"cf_details": {core.String("several\nlines"), core.String("one")},
		},
	}
}
