package kinds

import (
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/harness"
	"duplex/emulators/redmine"
	"duplex/examples"
)

// silent is an emulator of a product without webhooks: its sender has nothing to send.
type silent struct {
	*redmine.Emulator
	sender *harness.Sender
}

func (s silent) Webhooks() *harness.Sender { return s.sender }

func (s silent) Close() {
	s.sender.Close()
	s.Emulator.Close()
}

// init adds the kind of systems that a manifest describes, played by Redmine. The administrators' own fields are listed to administrators
// only: one of them stands in the manifest, so that ada knows it too.
func init() {
	manifest := strings.Replace(examples.Redmine, "\n    more_fields:", fmt.Sprintf(
		"\n      customer: {kind: string, label: Customer, at: \"custom_fields[id=%d].value\", empty: \"\"}\n\n    more_fields:", redmine.FieldCustomer), 1)
	keys := map[string]string{"sync": redmine.KeySync, "ada": redmine.KeyAda}
	add(Profile{
		Kind: "rest",
		Start: func(o Options) (Emulator, error) {
			e, err := redmine.New(redmine.Options{Clock: o.Clock, Seed: o.Seed, File: o.File})
			return silent{e, harness.NewSender(harness.SenderOptions{})}, err
		},
		System: func(who string) core.System {
			return core.System{
				Auth: map[string]string{"token": keys[who]},
				Settings: map[string]string{"manifest": "redmine.yaml", "mark_field": fmt.Sprint(redmine.FieldMark), "note_field": fmt.Sprint(redmine.FieldNote),
					"readers": "team"},
				Files: map[string]string{"redmine.yaml": manifest},
			}
		},
		Type:        connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "eng", "tracker": "Bug"}},
		Title:       "subject",
		Description: Description{Field: "description", Format: richtext.Markdown},
		Priority: Choice{Field: "priority", Values: map[string]string{"low": "Low", "medium": "Normal", "high": "High", "urgent": "Urgent"},
			Also: map[string]string{"Immediate": "urgent"}},
		Status: Choice{Field: "status", Values: map[string]string{"todo": "New", "doing": "In Progress", "done": "Resolved"},
			Also: map[string]string{"Feedback": "doing", "Closed": "done", "Rejected": "done"}},
		Assignee: Assignee{Field: "assignee", People: [2]string{"grace@acme.example", "triage@acme.example"},
			Hidden: map[string]string{"grace@acme.example": fmt.Sprint(redmine.UserGrace), "triage@acme.example": fmt.Sprint(redmine.UserTriage)}},
		Labels:   Labels{None: "Redmine has no tags"},
		Custom:   Custom{Field: "customer", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
		Comments: Audiences{Public: "settings.readers says that the team alone reads notes"},
		Files:    Audiences{Public: "settings.readers says that the team alone sees files"},
		Webhooks: "Redmine has none: sweeps find its changes",
	})
}
