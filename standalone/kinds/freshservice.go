package kinds

import (
	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/freshservice"
)

func init() {
	add(Profile{
		Kind: "freshservice",
		Start: func(o Options) (Emulator, error) {
			e, err := freshservice.New(freshservice.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, WebhookRetryWait: o.RetryWait, Limits: freshservice.NoLimits()})
			if err != nil {
				return nil, err
			}
			lagBehind(e, o.IndexLag)
			return e, nil
		},
		System: func(who string) core.System {
			return core.System{
				Auth:     map[string]string{"key": "fs-key-" + who, "email": who + "@acme.example"},
				Webhook:  map[string]string{"secret": Secret},
				Settings: map[string]string{"mark_field": "sync_key", "index_lag": "6s"},
			}
		},
		Type:        connectors.ItemType{Type: "ticket", Scope: map[string]string{"workspace_id": "2"}},
		Title:       "subject",
		Description: Description{Field: "description", Format: richtext.HTML},
		Priority:    Choice{Field: "priority", Values: map[string]string{"low": "Low", "medium": "Medium", "high": "High", "urgent": "Urgent"}},
		Status: Choice{Field: "status", Values: map[string]string{"todo": "Open", "doing": "Pending", "done": "Resolved"},
			Also: map[string]string{"Closed": "done", "With vendor": "doing"}},
		Assignee: Assignee{Field: "agent", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:   Labels{Field: "tags"},
		Custom:   Custom{Field: "site", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
	})
}
