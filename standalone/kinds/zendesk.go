package kinds

import (
	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/zendesk"
)

func init() {
	add(Profile{
		Kind: "zendesk",
		Start: func(o Options) (Emulator, error) {
			return zendesk.New(zendesk.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, WebhookRetryWait: o.RetryWait, ExportDelay: o.IndexLag, Limits: zendesk.NoLimits()})
		},
		System: func(who string) core.System {
			return core.System{
				Auth:    map[string]string{"method": "token", "email": who + "@acme.example", "token": "zd-token-" + who},
				Webhook: map[string]string{"secret": Secret},
			}
		},
		Type:  connectors.ItemType{Type: "ticket"},
		Title: "subject",
		Description: Description{Field: "description", Format: richtext.HTML,
			Once: "the description is the ticket's first comment and never changes"},
		Priority: Choice{Field: "priority", Values: map[string]string{"low": "low", "medium": "normal", "high": "high", "urgent": "urgent"}},
		Status: Choice{Field: "status", Values: map[string]string{"todo": "open", "doing": "pending", "done": "solved"},
			Also: map[string]string{"new": "todo", "hold": "doing", "closed": "done"}},
		Assignee: Assignee{Field: "assignee", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:   Labels{Field: "tags"},
		Custom:   Custom{Field: "Build", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
	})
}
