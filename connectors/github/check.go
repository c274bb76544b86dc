package github

import (
	"context"
	"net/http"
	"strings"

	"duplex/connectors"
)

// Check looks at the account's rights in the scope's repository, and at what an App is allowed.
func (c *Connector) Check(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	var out []connectors.Finding
	repo, err := c.scoped(ctx, t.Scope)
	f := connectors.Finding{What: "see the repository", State: connectors.Fine}
	if err != nil {
		f.State, f.Saw = connectors.Wrong, err.Error()
		f.Mend, f.Where = "install the App in the repository, or give the account of the token access to it; GitHub hides what an account may not see", "Settings > GitHub Apps, or Collaborators and teams"
		return append(out, f)
	}
	f.Saw = repo.FullName
	out = append(out, f)
	if repo.Issues != nil && !*repo.Issues {
		out = append(out, connectors.Finding{What: "use issues", State: connectors.Wrong, Saw: "issues are disabled", Mend: "tick Issues", Where: "Settings > General > Features of " + repo.FullName})
	}
	if repo.Archived {
		out = append(out, connectors.Finding{What: "write issues", State: connectors.Wrong, Saw: "the repository is archived", Mend: "unarchive it, or leave it out", Where: "Settings > General of " + repo.FullName})
	}
	if r := repo.Rights; r != nil && c.app == nil {
		f := connectors.Finding{What: "write labels, assignees, milestones and types", State: connectors.Fine, Saw: "write access"}
		if !r.Push && !r.Maintain && !r.Admin {
			f.State, f.Saw = connectors.Doubt, "no write access: GitHub drops them without a word"
			f.Mend, f.Where = "give the account the role Write", "Settings > Collaborators and teams of "+repo.FullName
		}
		out = append(out, f)
	}
	if c.app != nil {
		out = append(out, c.checkApp(ctx))
	}
	return out
}

// checkApp looks at the App's permissions and events.
func (c *Connector) checkApp(ctx context.Context) connectors.Finding {
	f := connectors.Finding{What: "hold the App's permissions", State: connectors.Fine, Where: "Permissions & events of the App's settings"}
	var its struct {
		Permissions map[string]string
		Events      []string
	}
	if _, err := c.app.client.JSON(ctx, http.MethodGet, "/app", nil, &its); err != nil {
		f.State, f.Saw = connectors.Doubt, err.Error()
		return f
	}
	f.Saw = "issues: " + its.Permissions["issues"]
	switch missing := missingEvents(its.Events); {
	case its.Permissions["issues"] != "write":
		f.State, f.Mend = connectors.Wrong, "give the App the repository permission Issues: read and write, and have the installation accept it"
	case len(missing) > 0:
		f.State, f.Mend = connectors.Doubt, "subscribe the App to the events "+strings.Join(missing, ", ")+": without them changes are seen by sweeps only"
	}
	return f
}
