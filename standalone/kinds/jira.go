package kinds

import (
	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/jira"
)

func init() { add(jiraCloud()) }

func jiraCloud() Profile {
	return Profile{
		Kind: "jira",
		Start: func(o Options) (Emulator, error) {
			return jira.New(jira.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, RetryWait: o.RetryWait, IndexLag: o.IndexLag,
				Limits: jira.Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}})
		},
		System: func(who string) core.System {
			return core.System{
				Auth:     map[string]string{"method": "token", "email": who + "@acme.example", "token": who + "-api-token"},
				Webhook:  map[string]string{"secret": Secret},
				Settings: map[string]string{"internal_role": "Service Desk Team", "index_lag": "6s"},
			}
		},
		Type:        connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "OPS", "issuetype": "Task"}},
		Title:       "summary",
		Description: Description{Field: "description", Format: richtext.ADF},
		Priority:    Choice{Field: "priority", Values: map[string]string{"low": "Low", "medium": "Medium", "high": "High", "urgent": "Highest"}, Also: map[string]string{"Lowest": "low"}},
		Status:      Choice{Field: "status", Values: map[string]string{"todo": "To Do", "doing": "In Progress", "done": "Done"}, Also: map[string]string{"In Review": "doing"}},
		Closing:     map[string]string{"resolution": "Done"},
		Assignee:    Assignee{Field: "assignee", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:      Labels{Field: "labels"},
		Custom:      Custom{Field: "Support ref", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
		Files:       Audiences{Internal: "customers may see the files of a service project"},
	}
}
