package kinds

import (
	"fmt"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/github"
)

func init() {
	add(Profile{
		Kind: "github",
		Start: func(o Options) (Emulator, error) {
			return github.New(github.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, WebhookRetryWait: o.RetryWait, Limits: github.NoLimits()})
		},
		System: func(who string) core.System {
			tokens := map[string]string{"sync": github.TokenSync, "ada": github.TokenAda, "grace": github.TokenGrace, "triage": github.TokenTriage}
			return core.System{
				Auth:     map[string]string{"method": "token", "token": tokens[who]},
				Webhook:  map[string]string{"secret": Secret},
				Settings: map[string]string{"repositories": github.RepoWeb},
			}
		},
		Type:        connectors.ItemType{Type: "issue", Scope: map[string]string{"repository": github.RepoWeb}},
		Title:       "title",
		Description: Description{Field: "body", Format: richtext.Markdown},
		Priority:    Choice{None: "issues have no priority"},
		Status: Choice{Field: "status", Values: map[string]string{"todo": "open", "done": "completed"},
			Also: map[string]string{"not_planned": "done", "duplicate": "done"}},
		Assignee: Assignee{Field: "assignee", People: [2]string{"grace@acme.example", "triage@acme.example"},
			Hidden: map[string]string{"grace@acme.example": fmt.Sprint(github.UserGrace), "triage@acme.example": fmt.Sprint(github.UserTriage)}}, // an issue shows no addresses
		Labels:   Labels{Field: "labels"},
		Custom:   Custom{Field: "Notes", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
		Comments: Audiences{Public: "comments of a private repository are for those who see it"},
		Files:    Audiences{None: "GitHub has no API to add files"},
		Delete:   "GitHub's API deletes no issue",
	})
}
