package jira

import (
	"context"
	"net/url"
	"strings"

	"duplex/connectors"
)

// rights are the project permissions that duplex uses, in the words of Jira's permission schemes ("Permissions", Get my permissions).
// Without one that is not needed always, what it is for fails alone.
var rights = []struct {
	key, what string
	always    bool
}{
	{"BROWSE_PROJECTS", "see issues", true},
	{"CREATE_ISSUES", "make issues", true},
	{"EDIT_ISSUES", "edit issues", true},
	{"TRANSITION_ISSUES", "change the status", true},
	{"ASSIGN_ISSUES", "assign issues", false},
	{"ADD_COMMENTS", "write comments", true},
	{"CREATE_ATTACHMENTS", "attach files", false},
	{"LINK_ISSUES", "link issues", false},
	{"WORK_ON_ISSUES", "log work", false},
	{"DELETE_ISSUES", "delete issues, where a delete policy says so", false},
}

// Check looks at the account's permissions in the project of the scope, or in any project where none is named.
func (c *Connector) Check(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	var keys []string
	for _, r := range rights {
		keys = append(keys, r.key)
	}
	q := url.Values{"permissions": {strings.Join(keys, ",")}}
	where := "in any project"
	if p := t.Scope["project"]; p != "" {
		q.Set("projectKey", p)
		where = "in project " + p
	}
	var got struct {
		Permissions map[string]struct {
			Name string `json:"name"`
			Have bool   `json:"havePermission"`
		} `json:"permissions"`
	}
	if err := c.get(ctx, c.api+"/mypermissions", q, &got); err != nil {
		return []connectors.Finding{{What: "read the account's permissions", State: connectors.Doubt, Saw: err.Error(), Mend: "check the project in the scope"}}
	}
	var out []connectors.Finding
	for _, r := range rights {
		p := got.Permissions[r.key]
		f := connectors.Finding{What: r.what, State: connectors.Fine, Saw: "allowed " + where}
		if !p.Have {
			f.State, f.Saw = connectors.Doubt, "not allowed "+where
			if r.always {
				f.State = connectors.Wrong
			}
			name := p.Name
			if name == "" {
				name = r.key
			}
			f.Mend = "give the account of duplex the permission \"" + name + "\" in the project's permission scheme"
			f.Where = "Project settings > Permissions"
		}
		out = append(out, f)
	}
	return out
}

// WebhookSteps are for an account that may not administer Jira ("Manage webhooks").
func (c *Connector) WebhookSteps(address string) []string {
	return []string{
		"As a Jira administrator open Settings > System > WebHooks and choose Create a WebHook.",
		"URL: " + address,
		"Secret: the text that webhook.secret of the system file refers to.",
		"Events: tick " + strings.Join(events, ", ") + ". Leave \"Exclude body\" off.",
		"Save, change an issue, and run duplex system check " + c.system + ": it tells when a webhook arrived.",
	}
}
