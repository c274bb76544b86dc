package kinds

import (
	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/jira"
)

// Jira Data Center has the same connector as Cloud, and so is a variant. Its items are of a project without customers: what Data Center
// tells of a comment does not say whether customers read it.
func init() {
	p := jiraCloud()
	p.Variant = "datacenter"
	p.Start = func(o Options) (Emulator, error) {
		return jira.New(jira.Options{DataCenter: true, Clock: o.Clock, Seed: o.Seed, File: o.File, RetryWait: o.RetryWait, IndexLag: o.IndexLag})
	}
	p.System = func(who string) core.System {
		return core.System{
			Auth:     map[string]string{"method": "pat", "token": who + "-api-token"},
			Webhook:  map[string]string{"secret": Secret},
			Settings: map[string]string{"deployment": "datacenter", "index_lag": "6s"},
		}
	}
	p.Type = connectors.ItemType{Type: "issue", Scope: map[string]string{"project": "ENG", "issuetype": "Task"}}
	p.Description.Format = richtext.Wiki
	p.Comments = Audiences{Public: "everybody in the project reads a comment, which is the team"}
	p.Files = Audiences{Public: "everybody in the project sees a file, which is the team"}
	add(p)
}
