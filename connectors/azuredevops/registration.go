package azuredevops

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// itemEvents are the ones that matter (vendor page "Service hooks events").
func itemEvents() []string {
	return []string{"workitem.created", "workitem.updated", "workitem.commented", "workitem.deleted", "workitem.restored"}
}

type subscription struct {
	ID          string            `json:"id,omitempty"`
	Publisher   string            `json:"publisherId"`
	Event       string            `json:"eventType"`
	Version     string            `json:"resourceVersion"`
	Consumer    string            `json:"consumerId"`
	Action      string            `json:"consumerActionId"`
	PublisherIn map[string]string `json:"publisherInputs"`
	ConsumerIn  map[string]string `json:"consumerInputs"`
	Status      string            `json:"status,omitempty"`
}

// EnsureWebhook subscribes the address to every event about work items, one subscription for each and for each project of
// settings.projects. One that the vendor has put off or disabled is written anew. A subscription does not show its password, so that an
// enabled one is left alone: after a change of the secret delete the subscriptions first.
func (c *Connector) EnsureWebhook(ctx context.Context, address, secret string) error {
	fail := func(err error) error { return fmt.Errorf("%s: registering the webhook: %w", c.name, err) }
	var have struct{ Value []subscription }
	q := url.Values{"publisherId": {"tfs"}, "consumerId": {"webHooks"}}
	if err := c.call(ctx, request{method: http.MethodGet, path: "/_apis/hooks/subscriptions", op: "GET hooks/subscriptions", query: q}, &have); err != nil {
		return fail(err)
	}
	ids := []string{""}
	if len(c.projects) > 0 {
		ids = nil
	}
	for _, name := range c.projects {
		p, err := c.projectOf(ctx, name)
		if err != nil {
			return fail(err)
		}
		ids = append(ids, p.ID)
	}
	for _, id := range ids {
		for _, event := range itemEvents() {
			want := subscription{Publisher: "tfs", Event: event, Version: "1.0", Consumer: "webHooks", Action: "httpRequest",
				PublisherIn: map[string]string{"projectId": id},
				ConsumerIn: map[string]string{"url": address, "basicAuthUsername": hookUser, "basicAuthPassword": secret,
					"resourceDetailsToSend": "all", "messagesToSend": "none", "detailedMessagesToSend": "none"}}
			r := request{method: http.MethodPost, path: "/_apis/hooks/subscriptions", op: "POST hooks/subscriptions", in: want}
			at := slices.IndexFunc(have.Value, func(s subscription) bool {
				return s.Event == event && s.ConsumerIn["url"] == address && s.PublisherIn["projectId"] == id
			})
			if at >= 0 {
				if s := have.Value[at]; s.Status == "" || s.Status == "enabled" {
					continue
				}
				want.ID, want.Status = have.Value[at].ID, "enabled"
				r.in, r.method, r.path, r.op = want, http.MethodPut, r.path+"/"+want.ID, "PUT hooks/subscriptions/{id}"
			}
			if err := c.call(ctx, r, nil); err != nil {
				return fail(err)
			}
		}
	}
	return nil
}

// WebhookSteps are for an account that may not subscribe (vendor page "Webhooks with Azure DevOps").
func (c *Connector) WebhookSteps(address string) []string {
	return []string{
		"As an administrator of the project open Project settings > Service hooks > Create subscription and choose Web Hooks.",
		"Make one subscription for each of: Work item created, updated, commented on, deleted, restored. Leave area path and type at [Any].",
		"URL: " + address + ". Basic authentication username: " + hookUser + ". Password: the text that webhook.secret of the system file refers to.",
		"Resource details to send: All. Messages to send and detailed messages to send: None. Resource version: 1.0.",
		"Services cannot reach a private address; Server reaches what its own host reaches.",
		"Change a work item, and run duplex system check " + c.name + ": it tells when a webhook arrived.",
	}
}
