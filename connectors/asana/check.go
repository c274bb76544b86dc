package asana

import (
	"context"
	"fmt"
	"slices"

	"duplex/connectors"
)

// Check looks at whether the account sees the scope's project, whether the plan has custom fields, whether marks can be kept, and whether the
// project's webhook works.
func (c *Connector) Check(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	gid, err := c.scope(t)
	if err != nil {
		return []connectors.Finding{{What: "read the project", State: connectors.Doubt, Saw: "no project is named",
			Mend: "name the gid of a project in the scope: it is the number in the project's address"}}
	}
	p, err := c.project(ctx, gid)
	if err != nil {
		return []connectors.Finding{{What: "read the project", State: connectors.Wrong, Saw: err.Error(),
			Mend: "make duplex's user a member of the project who may edit it", Where: "the project in Asana > Share"}}
	}
	out := []connectors.Finding{{What: "read the project", State: connectors.Fine, Saw: "project " + gid}}
	all, err := c.customOf(ctx, gid, true)
	switch {
	case err != nil:
		out = append(out, connectors.Finding{What: "read custom fields", State: connectors.Doubt, Saw: err.Error(), Mend: "give the app the scope custom_fields:read"})
	case len(all) == 0:
		out = append(out, connectors.Finding{What: "read custom fields", State: connectors.Fine, Saw: "none; a workspace without a paid plan has none"})
	default:
		out = append(out, connectors.Finding{What: "read custom fields", State: connectors.Fine, Saw: fmt.Sprintf("%d fields", len(all))})
	}
	if !c.external && c.markFieldIn(gid) == "" {
		out = append(out, connectors.Finding{What: "keep marks", State: connectors.Wrong, Saw: "the project has no custom field " + c.markField,
			Mend: "add the text field that settings.mark_field names to the project", Where: "the project in Asana > Customize > Fields"})
	}
	return append(out, c.checkHook(ctx, gid, p.Workspace.GID))
}

// checkHook looks for a working webhook of the project.
func (c *Connector) checkHook(ctx context.Context, project, workspace string) connectors.Finding {
	f := connectors.Finding{What: "receive webhooks", State: connectors.Doubt, Mend: "list the project in settings.projects and run duplex webhooks ensure " + c.system +
		"; until then changes are found by sweeps"}
	q := optFields("active", "target", "resource.gid")
	q.Set("workspace", workspace)
	q.Set("resource", project)
	hooks, err := list[hook](ctx, c, "/webhooks", q)
	switch kept, _ := c.kept(project); {
	case err != nil:
		f.Saw = err.Error()
	case !slices.ContainsFunc(hooks, func(h hook) bool { return h.Active }):
		f.Saw = "the project has no active webhook of this app"
	case kept == "" && !slices.Contains(c.projects, project):
		f.Saw = "the project has a webhook whose secret duplex does not know"
	default:
		return connectors.Finding{What: "receive webhooks", State: connectors.Fine, Saw: "the project has an active webhook"}
	}
	return f
}

// WebhookSteps are for an administrator who makes the webhooks by hand. Asana has no screen for them: they belong to the app and user that make
// them, so that they are made with duplex's own credential ("Webhooks").
func (c *Connector) WebhookSteps(address string) []string {
	steps := []string{
		"Asana has no screen for webhooks, and hands out a webhook's secret once, to whoever makes it: let duplex make them.",
		"Write the gids of the projects into settings.projects of the system file, with commas between them; set webhook.secret to a long random text of your own.",
		"Make duplex's user a member of those projects, and see that the app has the scopes webhooks:read, webhooks:write and webhooks:delete.",
		"Run duplex webhooks ensure " + c.system + ". Asana calls " + address + " at once, from outside: the address has to be open to it.",
		"Change a task, and run duplex system check " + c.system + ": it tells when a webhook arrived.",
	}
	return steps
}
