package zendesk

// routes lists every operation of the emulator.
func (e *Emulator) routes() {
	e.handle("POST /oauth/tokens", anyone, (*call).postToken)
	e.handle("GET /attachments/token/{token}/{$}", anyone, (*call).getContent)

	e.handle("GET /api/v2/tickets", agents, (*call).listTickets)
	e.handle("POST /api/v2/tickets", agents, (*call).postTicket)
	e.handle("GET /api/v2/tickets/show_many", agents, (*call).showTickets)
	e.handle("GET /api/v2/tickets/count", agents, (*call).countTickets)
	e.handle("GET /api/v2/tickets/{ticket_id}", agents, (*call).getTicket)
	e.handle("PUT /api/v2/tickets/{ticket_id}", agents, (*call).putTicket)
	e.handle("DELETE /api/v2/tickets/{ticket_id}", agents, (*call).deleteTicket)
	e.handle("GET /api/v2/tickets/{ticket_id}/incidents", agents, (*call).listIncidents)
	e.handle("GET /api/v2/problems", agents, (*call).listProblems)
	e.handle("GET /api/v2/deleted_tickets", agents, (*call).listDeleted)
	e.handle("PUT /api/v2/deleted_tickets/{ticket_id}/restore", agents, (*call).restoreTicket)

	e.handle("GET /api/v2/tickets/{ticket_id}/comments", agents, (*call).listComments)
	e.handle("GET /api/v2/tickets/{ticket_id}/comments/count", agents, (*call).countComments)
	e.handle("PUT /api/v2/tickets/{ticket_id}/comments/{ticket_comment_id}/make_private", agents, (*call).makePrivate)
	e.handle("PUT /api/v2/tickets/{ticket_id}/comments/{ticket_comment_id}/redact", agents, (*call).redactText)
	e.handle("PUT /api/v2/tickets/{ticket_id}/comments/{comment_id}/attachments/{attachment_id}/redact", agents, (*call).redactFile)
	e.handle("PUT /api/v2/comment_redactions/{ticket_comment_id}", agents, (*call).redactHTML)

	e.handle("GET /api/v2/tickets/{ticket_id}/audits", agents, (*call).listAudits)
	e.handle("GET /api/v2/tickets/{ticket_id}/audits/{ticket_audit_id}", agents, (*call).getAudit)

	e.handle("PUT /api/v2/tickets/{ticket_id}/audits/{ticket_audit_id}/make_private", agents, (*call).hideAudit)

	e.handle("GET /api/v2/tickets/{ticket_id}/tags", agents, (*call).getTags)
	e.handle("POST /api/v2/tickets/{ticket_id}/tags", agents, tagWrite("tags"))
	e.handle("PUT /api/v2/tickets/{ticket_id}/tags", agents, tagWrite("additional_tags"))
	e.handle("DELETE /api/v2/tickets/{ticket_id}/tags", agents, tagWrite("remove_tags"))

	e.handle("POST /api/v2/uploads", agents, (*call).postUpload)
	e.handle("DELETE /api/v2/uploads/{token}", agents, (*call).deleteUpload)
	e.handle("GET /api/v2/attachments/{attachment_id}", agents, (*call).getAttachment)

	e.handle("GET /api/v2/users", agents, (*call).listUsers)
	e.handle("GET /api/v2/users/me", agents, (*call).getMe)
	e.handle("GET /api/v2/users/search", agents, (*call).searchUsers)
	e.handle("GET /api/v2/users/show_many", agents, (*call).showUsers)
	e.handle("POST /api/v2/users/create_or_update", agents, (*call).createOrUpdateUser)
	e.handle("GET /api/v2/users/{user_id}", agents, (*call).getUser)
	e.handle("PUT /api/v2/users/{user_id}", agents, (*call).putUser)
	e.handle("PUT /api/v2/organizations/{organization_id}", agents, (*call).putOrganization)
	for of, fields := range map[string][]peopleField{"user_fields": userFields, "organization_fields": organizationFields} {
		e.handle("GET /api/v2/"+of, agents, listPeopleFields(of, fields))
		e.handle("GET /api/v2/"+of+"/{field_id}", agents, onePeopleField(of, fields))
	}
	e.handle("GET /api/v2/groups", agents, (*call).listGroups)
	e.handle("GET /api/v2/groups/assignable", agents, (*call).listGroups)
	e.handle("GET /api/v2/groups/{group_id}", agents, (*call).getGroup)
	e.handle("GET /api/v2/group_memberships", agents, (*call).listMemberships)
	e.handle("GET /api/v2/organizations", agents, (*call).listOrganizations)
	e.handle("GET /api/v2/organizations/show_many", agents, (*call).showOrganizations)
	e.handle("GET /api/v2/organizations/{organization_id}", agents, (*call).getOrganization)

	e.handle("GET /api/v2/ticket_fields", agents, (*call).listFields)
	e.handle("GET /api/v2/ticket_fields/{ticket_field_id}", agents, (*call).getField)
	e.handle("GET /api/v2/ticket_forms", agents, (*call).listForms)
	e.handle("GET /api/v2/ticket_forms/show_many", agents, (*call).showForms)
	e.handle("GET /api/v2/ticket_forms/{ticket_form_id}", agents, (*call).getForm)
	e.handle("GET /api/v2/custom_statuses", agents, (*call).listStatuses)
	e.handle("GET /api/v2/custom_statuses/{custom_status_id}", agents, (*call).getStatus)
	e.handle("GET /api/v2/brands", agents, (*call).listBrands)
	e.handle("GET /api/v2/account/settings", agents, (*call).getSettings)

	e.handle("GET /api/v2/search", agents, (*call).search)
	e.handle("GET /api/v2/search/count", agents, (*call).searchCount)
	e.handle("GET /api/v2/search/export", agents, (*call).searchExport)
	e.handle("GET /api/v2/incremental/tickets/cursor", admins, (*call).exportTickets)

	e.handle("GET /api/v2/webhooks", admins, (*call).listWebhooks)
	e.handle("POST /api/v2/webhooks", admins, (*call).postWebhook)
	e.handle("GET /api/v2/webhooks/{webhook_id}", admins, (*call).getWebhook)
	e.handle("PUT /api/v2/webhooks/{webhook_id}", admins, (*call).changeWebhook)
	e.handle("PATCH /api/v2/webhooks/{webhook_id}", admins, (*call).changeWebhook)
	e.handle("DELETE /api/v2/webhooks/{webhook_id}", admins, (*call).deleteWebhook)
	e.handle("GET /api/v2/webhooks/{webhook_id}/signing_secret", admins, (*call).getSecret)
	e.handle("POST /api/v2/webhooks/{webhook_id}/signing_secret", admins, (*call).newSecret)

	e.handle("/", agents, func(*call) error {
		return &apiError{404, object{"error": "InvalidEndpoint", "description": "Not found"}}
	})
}
