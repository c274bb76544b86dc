package kinds

import (
	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/asana"
)

func init() {
	add(Profile{
		Kind: "asana",
		Start: func(o Options) (Emulator, error) {
			return asana.New(asana.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, WebhookRetryWait: o.RetryWait, Limits: asana.NoLimits()})
		},
		System: func(who string) core.System {
			sys := core.System{
				Auth:     map[string]string{"method": "oauth", "client_id": asana.ClientID, "client_secret": asana.ClientSecret, "refresh_token": asana.RefreshSync},
				Webhook:  map[string]string{"secret": Secret},
				Settings: map[string]string{"projects": asana.ProjectBugs},
			}
			if who != "sync" { // people sign in with a token of their own, and mark nothing
				sys.Auth = map[string]string{"method": "token", "token": asana.TokenAda}
				sys.Settings["mark_field"] = "duplex mark"
			}
			return sys
		},
		Type:        connectors.ItemType{Type: "task", Scope: map[string]string{"project": asana.ProjectBugs}},
		Title:       "name",
		Description: Description{Field: "notes", Format: richtext.Asana},
		Priority:    Choice{Field: "Priority", Values: map[string]string{"low": "Low", "medium": "Medium", "high": "High"}},
		Status:      Choice{Field: "section", Values: map[string]string{"todo": "New", "doing": "In progress", "done": "Done"}, Also: map[string]string{"Review": "doing"}},
		Assignee:    Assignee{Field: "assignee", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:      Labels{Field: "tags"},
		Custom:      Custom{Field: "Customer", Kind: core.KindString, Values: [2]string{"C-1", "C-2"}},
		Comments:    Audiences{Public: "whoever sees a task reads its comments; they are taken as internal"},
		Files:       Audiences{Public: "whoever sees a task sees its files; they are taken as internal"},
	})
}
