package freshservice_test

import (
	"flag"
	"fmt"
	"testing"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/core"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshservice"
)

var update = flag.Bool("update", false, "rewrite docs/features.md and docs/contracts.md")

func TestConformance(t *testing.T) {
	doc := document(t) // read once, it is long
	f := conformance.Run(t, freshtest.Suite("freshservice", func(t *testing.T) conformance.Instance { return newAccount(t, doc).Instance(profile(t)) }))
	if !t.Failed() {
		conformance.Record(t, f, *update)
		doc.Record(t, "freshservice", *update)
	}
}

var ticketType = connectors.ItemType{Type: "ticket", Scope: map[string]string{"workspace_id": "2"}}

// profile is what tickets are like in Freshservice.
func profile(t *testing.T) freshtest.Profile {
	day := func(s string) core.Value { return freshtest.Must[core.Value](t)(core.Date(s)) }
	return freshtest.Profile{
		Sync: emulator.TokenSync, Ada: emulator.TokenAda, Settings: []string{"mark_field", "sync_key"},
		Scope: ticketType.Scope, Line: "site", Chosen: "weather_server", Elsewhere: map[string]string{"workspace_id": "3"},
		Grace: freshtest.Person(emulator.UserGrace, "grace", "Grace Hopper"),
		Linus: freshtest.Person(emulator.UserLinus, "linus", "Linus Pauling"),
		Known: freshtest.Person(emulator.UserTriage, "triage", "Triage Desk"),
		Samples: map[string][2]core.Value{
			"status":         {core.Option("3", "Pending"), core.Option("6", "With vendor")},
			"urgency":        {core.Option("3", "High"), core.Option("1", "Low")},
			"category":       {core.Option("Hardware", "Hardware"), core.Option("Software", "Software")},
			"group":          {core.Option(fmt.Sprint(emulator.GroupService), "Service Desk"), core.Option(fmt.Sprint(emulator.GroupNetworks), "Networks")},
			"weather_server": {core.Option("Rain", "Rain"), core.Option("Größe XL", "Größe XL")},
			"vip":            {core.Bool(true), core.Bool(false)},
			"seats":          {core.Int(12), core.Int(7)},
			"go_live":        {day("2026-05-01"), day("2026-06-02")},
			"details":        {core.String("several\nlines"), core.String("one")},
		},
	}
}
