package zendesk

import (
	"fmt"
	"maps"
	"strconv"
)

type object = map[string]any

func (e *Emulator) api(path string, id any) string {
	return fmt.Sprintf("%s/api/v2/%s/%v.json", e.base, path, id)
}

// ticketView is a ticket as the API shows it.
func (e *Emulator) ticketView(t *ticket) object {
	values := []any{}
	for _, f := range customFields() {
		values = append(values, object{"id": f.id, "value": t.Fields[f.id]})
	}
	status := t.Status
	if t.deleted() {
		status = "deleted"
	}
	public, incidents := false, false
	for _, c := range t.Comments {
		public = public || c.Public
	}
	if t.Type == "problem" {
		incidents = len(e.incidentsOf(t.ID)) > 0
	}
	out := object{
		"url": e.api("tickets", t.ID), "id": t.ID, "external_id": orNull(t.ExternalID),
		"via":        object{"channel": t.Channel, "source": object{"from": object{}, "to": object{}, "rel": nil}},
		"created_at": stamp(t.Created), "updated_at": stamp(t.Updated), "generated_timestamp": t.Generated.Unix(),
		"type": orNull(t.Type), "subject": t.Subject, "raw_subject": t.Subject, "description": t.description(),
		"priority": orNull(t.Priority), "status": status, "custom_status_id": t.CustomStatusID, "recipient": nil,
		"requester_id": t.RequesterID, "submitter_id": t.SubmitterID, "assignee_id": idNumber(t.AssigneeID),
		"organization_id": idNumber(t.OrganizationID), "group_id": idNumber(t.GroupID),
		"collaborator_ids": list(t.Collaborators), "follower_ids": []int64{}, "email_cc_ids": []int64{},
		"forum_topic_id": nil, "problem_id": idNumber(t.ProblemID), "has_incidents": incidents, "is_public": public,
		"due_at": stamp(t.DueAt), "tags": list(t.Tags), "custom_fields": values, "fields": values,
		"satisfaction_rating": nil, "sharing_agreement_ids": []int64{}, "ticket_form_id": t.form().id, "brand_id": BrandID,
		"allow_channelback": false, "allow_attachments": true, "from_messaging_channel": false,
	}
	if t.Status == "closed" {
		out["followup_ids"] = list(t.FollowupIDs)
	}
	return out
}

func (e *Emulator) commentView(c *comment, inline bool) object {
	custom := c.Custom
	if custom == nil {
		custom = object{}
	}
	return object{
		"id": c.ID, "type": "Comment", "author_id": c.AuthorID, "body": c.Body, "html_body": c.HTML, "plain_body": c.Body,
		"public": c.Public, "attachments": e.fileViews(c.Files, inline), "audit_id": c.AuditID,
		"via":        object{"channel": c.Channel, "source": object{"from": object{}, "to": object{}, "rel": nil}},
		"created_at": stamp(c.Created), "metadata": object{"system": object{}, "custom": custom},
	}
}

// fileViews lists attachments; inline images only where asked for.
func (e *Emulator) fileViews(ids []int64, inline bool) []any {
	out := []any{}
	for _, id := range ids {
		if f := e.st.Files[id]; f != nil && (inline || !f.Inline) {
			out = append(out, e.fileView(f))
		}
	}
	return out
}

func (e *Emulator) fileView(f *attachment) object {
	url := fmt.Sprintf("%s/attachments/token/%s/?name=%s", e.base, f.Token, urlName(f.Name))
	return object{
		"url": e.api("attachments", f.ID), "id": f.ID, "file_name": f.Name, "content_url": url, "mapped_content_url": url,
		"content_type": f.Type, "size": f.Size, "width": nil, "height": nil, "inline": f.Inline, "deleted": false,
		"malware_access_override": false, "malware_scan_result": "malware_not_found", "thumbnails": []any{},
	}
}

func (e *Emulator) auditView(t *ticket, a *audit) object {
	custom := a.Custom
	if custom == nil {
		custom = object{}
	}
	events := []any{}
	for _, ev := range a.Events {
		out := object{"id": ev.ID, "type": ev.Type}
		switch ev.Type {
		case "Comment":
			if c := t.comment(ev.Comment); c != nil {
				maps.Copy(out, object{"author_id": c.AuthorID, "body": c.Body, "html_body": c.HTML, "plain_body": c.Body,
					"public": c.Public, "attachments": e.fileViews(c.Files, true), "audit_id": c.AuditID})
			}
		case "CommentPrivacyChange":
			out["comment_id"], out["public"] = ev.Comment, false
		case "CommentRedactionEvent", "AttachmentRedactionEvent":
			out["comment_id"] = ev.Comment
		case "Create":
			out["field_name"], out["value"] = ev.Field, ev.Value
		default:
			out["field_name"], out["value"], out["previous_value"] = ev.Field, ev.Value, ev.Previous
		}
		if ev.Rule != nil {
			out["via"] = object{"channel": "rule", "source": object{"rel": "trigger", "to": object{},
				"from": object{"id": ev.Rule.ID, "title": ev.Rule.Title}}}
		}
		events = append(events, out)
	}
	return object{
		"id": a.ID, "ticket_id": t.ID, "created_at": stamp(a.Created), "author_id": a.AuthorID,
		"metadata": object{"system": object{}, "custom": custom}, "events": events,
		"via": object{"channel": a.Channel, "source": object{"from": object{}, "to": object{}, "rel": nil}},
	}
}

func (e *Emulator) userView(u *user) object {
	out := object{
		"id": u.ID, "url": e.api("users", u.ID), "name": u.Name, "email": u.Email, "role": u.Role, "active": true, "verified": true,
		"created_at": stamp(u.Created), "updated_at": stamp(u.Updated), "external_id": orNull(u.ExternalID),
		"organization_id": idNumber(u.OrgID), "locale": "en-US", "locale_id": 1, "time_zone": "UTC", "iana_time_zone": "Etc/UTC",
		"phone": orNull(u.Phone), "photo": nil, "shared_phone_number": nil, "alias": "", "details": u.Details, "notes": u.Notes, "signature": "",
		"suspended": false, "shared": false, "shared_agent": false, "moderator": u.staff(), "only_private_comments": false,
		"restricted_agent": false, "ticket_restriction": nil, "report_csv": false, "chat_only": false, "role_type": nil,
		"custom_role_id": nil, "tags": list(u.Tags), "user_fields": shownFields(userFields, u.Values), "two_factor_auth_enabled": nil,
		"last_login_at": stamp(u.Updated),
	}
	if u.staff() {
		out["default_group_id"] = u.GroupIDs[0]
	} else {
		out["ticket_restriction"] = "requested"
	}
	return out
}

func (e *Emulator) organizationView(o *organization) object {
	return object{
		"id": o.ID, "url": e.api("organizations", o.ID), "name": o.Name, "domain_names": list(o.Domains),
		"created_at": stamp(o.Created), "updated_at": stamp(o.Updated), "details": orNull(o.Details), "notes": orNull(o.Notes), "group_id": nil,
		"external_id": orNull(o.ExternalID), "shared_tickets": false, "shared_comments": false, "tags": list(o.Tags),
		"organization_fields": shownFields(organizationFields, o.Values),
	}
}

// accountBorn dates what is part of the account since its beginning.
const accountBorn = "2024-01-08T09:00:00Z"

func (e *Emulator) groupView(g group) object {
	return object{"id": g.id, "url": e.api("groups", g.id), "name": g.name, "description": "", "default": g.id == GroupSupport,
		"deleted": false, "is_public": true, "created_at": accountBorn, "updated_at": accountBorn}
}

func (e *Emulator) fieldView(f field, position int) object {
	custom := f.id >= FieldProductArea
	out := object{
		"id": f.id, "url": e.api("ticket_fields", f.id), "type": f.kind, "title": f.title, "raw_title": f.title,
		"title_in_portal": f.title, "raw_title_in_portal": f.title, "description": f.title, "raw_description": f.title,
		"agent_description": nil, "position": position, "active": true, "required": false, "required_in_portal": false,
		"collapsed_for_agents": false, "regexp_for_validation": orNull(f.pattern), "visible_in_portal": true, "editable_in_portal": custom,
		"tag": orNull(f.tag), "removable": custom, "created_at": accountBorn, "updated_at": accountBorn,
	}
	for _, id := range e.opts.RequiredToSolve {
		if id == f.id {
			out["required"] = true
		}
	}
	if f.target != "" {
		out["relationship_target_type"], out["relationship_filter"] = f.target, object{"all": []any{}, "any": []any{}}
	}
	if len(f.system) > 0 {
		var options []any
		for _, o := range f.system {
			options = append(options, object{"name": o.name, "value": o.value})
		}
		out["system_field_options"], out["sub_type_id"] = options, 0
	}
	if f.kind == "tagger" || f.kind == "multiselect" {
		var options []any
		for i, o := range f.options {
			options = append(options, object{"id": o.id, "name": o.name, "raw_name": o.name, "value": o.value, "position": i, "default": false})
		}
		out["custom_field_options"] = options
	}
	if f.kind == "custom_status" {
		out["custom_statuses"] = e.statusViews()
	}
	return out
}

func (e *Emulator) statusViews() []any {
	var out []any
	for _, s := range customStatuses {
		out = append(out, e.statusView(s))
	}
	return out
}

func (e *Emulator) statusView(s customStatus) object {
	return object{
		"id": s.id, "url": e.api("custom_statuses", s.id), "status_category": s.category, "agent_label": s.label,
		"raw_agent_label": s.label, "end_user_label": s.label, "raw_end_user_label": s.label, "description": "",
		"raw_description": "", "end_user_description": "", "raw_end_user_description": "", "active": true, "default": s.def,
		"created_at": accountBorn, "updated_at": accountBorn,
	}
}

func idString(id int64) string { return strconv.FormatInt(id, 10) }
