package zendesk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"duplex/connectors"
)

const eventPrefix = "zen:event-type:ticket."

// ticketEvents are the ones that matter (vendor page "Ticket events").
var ticketEvents = []string{
	"agent_assignment_changed", "attachment_linked_to_comment", "attachment_redacted_from_comment", "comment_added",
	"comment_made_private", "comment_redacted", "created", "custom_field_changed", "custom_status_changed",
	"group_assignment_changed", "merged", "organization_changed", "permanently_deleted", "priority_changed",
	"requester_changed", "soft_deleted", "status_changed", "subject_changed", "tags_changed", "task_due_at_changed",
	"type_changed", "undeleted",
}

type hook struct {
	ID            string   `json:"id,omitempty"`
	Name          string   `json:"name"`
	Endpoint      string   `json:"endpoint"`
	Method        string   `json:"http_method"`
	Format        string   `json:"request_format"`
	Status        string   `json:"status"`
	Subscriptions []string `json:"subscriptions"`
}

// EnsureWebhook registers one webhook for the address and all ticket events. The vendor chooses the signing secret: where it is
// not the given one it is kept with Config.Save, and calls signed with it are believed from then on.
func (c *Connector) EnsureWebhook(ctx context.Context, url, secret string) error {
	err := c.ensure(ctx, url, secret)
	if err != nil {
		return fmt.Errorf("%s: registering the webhook: %w", c.name, err)
	}
	return nil
}

func (c *Connector) ensure(ctx context.Context, url, secret string) error {
	id := ""
	err := pages(ctx, c, "/api/v2/webhooks", "webhooks", pageSize("100"), func(page []hook) bool {
		for _, h := range page {
			if h.Endpoint == url && h.Status == "active" {
				id = h.ID
			}
		}
		return id != ""
	})
	if err == nil && id == "" {
		id, err = c.register(ctx, url)
	}
	if err != nil {
		return err
	}
	var answer struct {
		Signing struct{ Secret string } `json:"signing_secret"`
	}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/webhooks/"+id+"/signing_secret", nil, &answer); err != nil {
		return err
	}
	if answer.Signing.Secret == secret {
		return nil
	}
	return c.signing.keep(answer.Signing.Secret)
}

// register creates the webhook. An account does not know every event: those its refusal names are left out.
func (c *Connector) register(ctx context.Context, url string) (id string, err error) {
	events := ticketEvents
	for {
		h := hook{Name: "duplex " + c.name, Endpoint: url, Method: "POST", Format: "json", Status: "active"}
		for _, e := range events {
			h.Subscriptions = append(h.Subscriptions, eventPrefix+e)
		}
		var answer struct{ Webhook hook }
		_, err := c.http.JSON(ctx, http.MethodPost, "/api/v2/webhooks", map[string]any{"webhook": h}, &answer)
		var invalid *connectors.InvalidError
		if !errors.As(err, &invalid) {
			return answer.Webhook.ID, err
		}
		known := slices.DeleteFunc(slices.Clone(events), func(e string) bool {
			return slices.ContainsFunc(slices.Collect(maps.Values(invalid.Fields)), func(why string) bool {
				return slices.Contains(strings.Fields(why), eventPrefix+e)
			})
		})
		if len(known) == 0 || len(known) == len(events) {
			return "", err
		}
		events = known
	}
}
