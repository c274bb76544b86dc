package azuredevops

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"duplex/connectors"
)

// Check looks at whether the account sees the project and the type and may create, and whether its service hooks are alive. It writes nothing: a create
// is tried with validateOnly (vendor page "Work Items - Create").
func (c *Connector) Check(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	project, typ := c.place(t.Scope)
	if project == "" || typ == "" {
		return []connectors.Finding{{What: "know the project and the type", State: connectors.Doubt, Mend: "name both in the connection's scope, or in settings.project and settings.type"}}
	}
	var out []connectors.Finding
	look := func(what, mend, where string, err error) bool {
		f := connectors.Finding{What: what, State: connectors.Fine}
		if err != nil {
			f.State, f.Saw, f.Mend, f.Where = connectors.Wrong, err.Error(), mend, where
		}
		out = append(out, f)
		return err == nil
	}
	_, err := c.projectOf(ctx, project)
	if !look("see the project", "add the account of duplex to the project, or mend its name", "Project settings > Permissions", err) {
		return out
	}
	info, err := c.typeInfo(ctx, project, typ)
	if !look("see the type of work items", "mend the name of the type: it is the one the project shows", "Project settings > Boards > Process", err) {
		return out
	}
	if c.markRef != "" {
		err := error(nil)
		if !info.has(c.markRef) {
			err = errors.New("the type has no field " + c.markRef)
		}
		look("keep marks in a field", "add the text field to the type, or take settings.mark_field out of the system file", "Organization settings > Boards > Process", err)
	}
	ops := []op{put(refTitle, "duplex looks whether it may create")}
	err = c.call(ctx, request{method: http.MethodPost, path: in(project, "wit/workitems/$"+url.PathEscape(typ)), op: "POST workitems/{type} (only validated)", in: ops, patch: true,
		query: url.Values{"validateOnly": {"true"}}}, nil)
	var refused *connectors.InvalidError
	if errors.As(err, &refused) { // fields are missing, but it may create
		err = nil
	}
	look("create work items", "give the account of duplex the right Edit work items in this node, and the token the scope Work Items (read and write)", "Project settings > Project configuration > Areas > Security", err)
	return append(out, c.hooks(ctx)...)
}

// hooks looks at subscriptions that the vendor has put off: it does so after failures, and when whoever made them leaves.
func (c *Connector) hooks(ctx context.Context) []connectors.Finding {
	var have struct{ Value []subscription }
	q := url.Values{"publisherId": {"tfs"}, "consumerId": {"webHooks"}}
	if err := c.call(ctx, request{method: http.MethodGet, path: "/_apis/hooks/subscriptions", op: "GET hooks/subscriptions", query: q}, &have); err != nil {
		return []connectors.Finding{{What: "see service hooks", State: connectors.Doubt, Saw: err.Error(),
			Mend: "give the account of duplex the right to view and edit subscriptions, or make the service hooks by hand", Where: "Project settings > Service hooks"}}
	}
	for _, s := range have.Value {
		if strings.HasPrefix(s.Event, "workitem.") && s.ConsumerIn["basicAuthUsername"] == hookUser && s.Status != "" && s.Status != "enabled" {
			return []connectors.Finding{{What: "be told of changes", State: connectors.Wrong, Saw: "a service hook is " + s.Status,
				Mend: "run duplex webhooks ensure " + c.name, Where: "Project settings > Service hooks"}}
		}
	}
	return nil
}
