package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"duplex/connectors"
)

// hookEvents are the ones that matter.
var hookEvents = []string{"issues", "issue_comment", "sub_issues", "label", "milestone"}

type hook struct {
	ID     int64
	Active bool
	Events []string
	Config struct {
		URL         string
		ContentType string `json:"content_type"`
	}
}

// EnsureWebhook makes the repositories, or the App, send their events to the address. GitHub never shows a secret: it is written again each time, which
// changes nothing where it is the same.
func (c *Connector) EnsureWebhook(ctx context.Context, url, secret string) error {
	err := c.ensure(ctx, url, map[string]any{"url": url, "content_type": "json", "secret": secret, "insecure_ssl": "0"})
	if err != nil {
		return fmt.Errorf("%s: registering the webhook: %w", c.name, err)
	}
	return nil
}

func (c *Connector) ensure(ctx context.Context, url string, config map[string]any) error {
	if c.app != nil {
		return c.ensureApp(ctx, config)
	}
	for _, name := range c.names {
		repo, err := c.repo(ctx, name)
		if err == nil {
			err = c.ensureRepo(ctx, repo, url, config)
		}
		if errors.Is(err, connectors.ErrNotFound) {
			err = fmt.Errorf("%w: the account may not manage webhooks of %s: make it an admin there, or add the webhook by hand", connectors.ErrDenied, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Connector) ensureRepo(ctx context.Context, repo *repository, url string, config map[string]any) error {
	var there *hook
	err := pages(ctx, c, repo.path("hooks"), nil, func(page []hook) bool {
		for _, h := range page {
			if h.Config.URL == url {
				there = &h
			}
		}
		return there != nil
	})
	if err != nil {
		return err
	}
	in := map[string]any{"active": true, "events": hookEvents, "config": config}
	if there == nil {
		in["name"] = "web"
		return c.write(ctx, http.MethodPost, repo.path("hooks"), in, nil)
	}
	return c.write(ctx, http.MethodPatch, repo.path("hooks", fmt.Sprint(there.ID)), in, nil)
}

// ensureApp points the App's own webhook at the address. Which events it sends is chosen in the App's settings, where no API reaches.
func (c *Connector) ensureApp(ctx context.Context, config map[string]any) error {
	var its struct{ Events []string }
	if _, err := c.app.client.JSON(ctx, http.MethodGet, "/app", nil, &its); err != nil {
		return err
	}
	if missing := missingEvents(its.Events); len(missing) > 0 {
		return fmt.Errorf("%w: the App does not subscribe to the events %s: choose them under Permissions & events of its settings", connectors.ErrDenied, strings.Join(missing, ", "))
	}
	return c.pace.do(ctx, func() error {
		_, err := c.app.client.JSON(ctx, http.MethodPatch, "/app/hook/config", config, nil)
		return err
	})
}

// missingEvents are those of the two that nothing works without.
func missingEvents(have []string) []string {
	return slices.DeleteFunc([]string{"issues", "issue_comment"}, func(e string) bool { return slices.Contains(have, e) })
}

// WebhookSteps are for an account that may not manage webhooks (vendor page "Creating webhooks").
func (c *Connector) WebhookSteps(address string) []string {
	if c.app != nil {
		return []string{
			"Open the settings of the GitHub App, General, and tick Active under Webhook.",
			"Webhook URL: " + address + ". Webhook secret: the text that webhook.secret of the system file refers to.",
			"Under Permissions & events choose the events Issues, Issue comment and Sub issues, and save. Whoever installed the App has to accept new permissions.",
			"Change an issue, and run duplex system check " + c.name + ": it tells when a webhook arrived.",
		}
	}
	return []string{
		"As an admin open Settings > Webhooks > Add webhook of each repository (" + strings.Join(c.names, ", ") + "), or of their organization once.",
		"Payload URL: " + address + ". Content type: application/json. Secret: the text that webhook.secret of the system file refers to.",
		"Choose Let me select individual events: Issues, Issue comments, Sub-issues, Labels, Milestones; take Pushes out; leave Active ticked.",
		"Change an issue, and run duplex system check " + c.name + ": it tells when a webhook arrived.",
	}
}
