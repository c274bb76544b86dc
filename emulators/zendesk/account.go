package zendesk

import (
	"net/http"
)

// listFields gives all fields by position, or pages by id where the request pages.
func (c *call) listFields() error {
	var rows []keyed[any]
	for i, f := range fields {
		rows = append(rows, keyed[any]{idKey(f.id), c.e.fieldView(f, i)})
	}
	out, beside, err := page(c, rows, false, 100)
	if err != nil {
		return err
	}
	beside["ticket_fields"] = out
	return c.answer(http.StatusOK, beside)
}

func (c *call) getField() error {
	for i, f := range fields {
		if f.id == c.pathID("ticket_field_id") {
			return c.answer(http.StatusOK, object{"ticket_field": c.e.fieldView(f, i)})
		}
	}
	return notFound()
}

// listStatuses is not paginated (vendor page "Custom Ticket Statuses").
func (c *call) listStatuses() error {
	return c.answer(http.StatusOK, object{"custom_statuses": c.e.statusViews()})
}

func (c *call) getStatus() error {
	s := customStatusByID(c.pathID("custom_status_id"))
	if s == nil {
		return notFound()
	}
	return c.answer(http.StatusOK, object{"custom_status": c.e.statusView(*s)})
}

func (c *call) listBrands() error {
	return c.answer(http.StatusOK, object{"brands": []any{object{"id": int64(BrandID), "url": c.e.api("brands", int64(BrandID)), "name": "Acme",
		"brand_url": c.e.base, "subdomain": "acme", "active": true, "default": true, "has_help_center": false,
		"help_center_state": "disabled", "is_deleted": false, "created_at": accountBorn, "updated_at": accountBorn,
		"ticket_form_ids": []int64{FormID, FormIncident}}}, "count": 1, "next_page": nil, "previous_page": nil})
}

// getSettings shows the settings that matter to a client.
func (c *call) getSettings() error {
	return c.answer(http.StatusOK, object{"settings": object{
		"active_features": object{"on_hold_status": true, "ticket_tagging": true, "markdown": true, "organization_access_enabled": true},
		"api":             object{"accepted_api_agreement": true, "api_token_access": "true", "api_password_access": "false"},
		"agents":          object{"agent_workspace": true},
		"brands":          object{"default_brand_id": int64(BrandID)},
		"limits":          object{"attachment_size": 50 << 20},
		"tickets": object{"comments_public_by_default": true, "status_hold": true, "tagging": true,
			"markdown_ticket_comments": true, "rich_text_comments": true, "is_first_comment_private_enabled": true, "private_attachments": false},
		"user": object{"tagging": true, "multiple_organizations": false},
	}})
}
