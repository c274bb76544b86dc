package process

import (
	"net/http"

	"duplex/emulators/asana"
	"duplex/emulators/azuredevops"
	"duplex/emulators/freshdesk"
	"duplex/emulators/freshservice"
	"duplex/emulators/github"
	"duplex/emulators/jira"
	"duplex/emulators/redmine"
	"duplex/emulators/salesforce"
	"duplex/emulators/servicenow"
	"duplex/emulators/zendesk"
)

// kind is one emulator that the process may run.
type kind struct {
	name    string // of its flags, its line of output and its snapshot
	title   string // in the help
	address string // it listens on when nothing is said; "" leaves it out
	start   func(settings, string) (emulator, error)
	silent  bool // the vendor sends no webhooks
}

// emulator is what all emulators have in common.
type emulator interface {
	Handler() http.Handler
	SetBaseURL(string)
	Close()
}

// kinds are all emulators, in the order in which they are started. The function gets the snapshot's file, "" for none.
var kinds = []kind{
	{"zendesk", "Zendesk", "127.0.0.1:7101", func(s settings, file string) (emulator, error) {
		o := zendesk.Options{Seed: s.seed, File: file, ExportDelay: s.exportDelay, WebhookRetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = zendesk.NoLimits()
		}
		return zendesk.New(o)
	}, false},
	{"jira", "Jira", "127.0.0.1:7102", func(s settings, file string) (emulator, error) {
		o := jira.Options{Seed: s.seed, File: file, RetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = jira.Limits{Get: -1, Post: -1, Put: -1, Delete: -1, IssueShort: -1, IssueLong: -1}
		}
		return jira.New(o)
	}, false},
	{"jira-datacenter", "Jira Data Center", "", func(s settings, file string) (emulator, error) { // it has no rate limits of its own
		return jira.New(jira.Options{DataCenter: true, Seed: s.seed, File: file, RetryWait: s.retryWait})
	}, false},
	{"servicenow", "ServiceNow", "", func(s settings, file string) (emulator, error) { // it has no rate limits of its own
		return servicenow.New(servicenow.Options{Seed: s.seed, File: file, WebhookRetryWait: s.retryWait})
	}, false},
	{"asana", "Asana", "", func(s settings, file string) (emulator, error) {
		o := asana.Options{Seed: s.seed, File: file, WebhookRetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = asana.NoLimits()
		}
		return asana.New(o)
	}, false},
	{"salesforce", "Salesforce", "", func(s settings, file string) (emulator, error) {
		o := salesforce.Options{Seed: s.seed, File: file, WebhookRetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = salesforce.NoLimits()
		}
		return salesforce.New(o)
	}, false},
	{"azuredevops", "Azure DevOps", "", func(s settings, file string) (emulator, error) {
		o := azuredevops.Options{Seed: s.seed, File: file, WebhookRetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = azuredevops.NoLimits()
		}
		return azuredevops.New(o)
	}, false},
	{"github", "GitHub", "", func(s settings, file string) (emulator, error) {
		o := github.Options{Seed: s.seed, File: file, WebhookRetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = github.NoLimits()
		}
		return github.New(o)
	}, false},
	{"freshdesk", "Freshdesk", "", func(s settings, file string) (emulator, error) {
		o := freshdesk.Options{Seed: s.seed, File: file, WebhookRetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = freshdesk.NoLimits()
		}
		return freshdesk.New(o)
	}, false},
	{"freshservice", "Freshservice", "", func(s settings, file string) (emulator, error) {
		o := freshservice.Options{Seed: s.seed, File: file, WebhookRetryWait: s.retryWait}
		if s.unlimited {
			o.Limits = freshservice.NoLimits()
		}
		return freshservice.New(o)
	}, false},
	{"redmine", "Redmine", "", func(s settings, file string) (emulator, error) { // it has no rate limits of its own
		return redmine.New(redmine.Options{Seed: s.seed, File: file})
	}, true},
}

// Kinds are the names of all emulators, in the order in which they are started.
func Kinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}
