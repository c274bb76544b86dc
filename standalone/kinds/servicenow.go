package kinds

import (
	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/servicenow"
)

func init() {
	users := map[string][2]string{"sync": {servicenow.UserSync, servicenow.PasswordSync}, "ada": {servicenow.UserAda, servicenow.PasswordAda}}
	add(Profile{
		Kind: "servicenow",
		Start: func(o Options) (Emulator, error) {
			return servicenow.New(servicenow.Options{Clock: o.Clock, Seed: o.Seed, File: o.File})
		},
		System: func(who string) core.System {
			return core.System{
				Auth:     map[string]string{"method": "basic", "username": users[who][0], "password": users[who][1]},
				Webhook:  map[string]string{"secret": Secret},
				Settings: map[string]string{"files": "internal"}, // no customer opens the records of the tests
			}
		},
		Type:        connectors.ItemType{Type: "incident"},
		Title:       "short_description",
		Description: Description{Field: "description"},
		Priority:    Choice{Field: "urgency", Values: map[string]string{"low": "3 - Low", "medium": "2 - Medium", "high": "1 - High"}},
		Status: Choice{Field: "state", Values: map[string]string{"todo": "New", "doing": "In Progress", "done": "Resolved"},
			Also: map[string]string{"On Hold": "doing", "Closed": "done", "Canceled": "done"}},
		Closing:  map[string]string{"close_code": "Solution provided", "close_notes": "Done on the other side."},
		Assignee: Assignee{Field: "assigned_to", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:   Labels{None: "tags live in tables of their own, which the API does not join"},
		Custom:   Custom{Field: "u_customer_ref", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
		Files:    Audiences{Public: "settings.files says that no customer opens the records"},
	})
}
