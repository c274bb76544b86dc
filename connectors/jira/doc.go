// Package jira is the connector to Jira: Cloud by REST API version 3, Data Center and Server by version 2 (settings.deployment).
//
// An item is an issue; its id is the numeric issue id, which a move or a renamed project leaves alone. Its revision is
// the field "updated" in milliseconds since the epoch.
//
// Field names in mappings: summary, description, environment, status, priority, issuetype, project, assignee, reporter,
// labels, components, fixVersions, versions, duedate, resolution, parent, created, updated, creator; custom fields by
// their name, or "name (customfield_10021)" where several fields have that name. Rich text is the Atlassian Document
// Format, in richtext's normal form.
//
// Links are fields by the words of their type, sets of issues: "links.blocks", "links.is blocked by". Jira's webhooks say nothing of
// them alone; a sweep does. What a person, the parent or the project shows is read by attributes, at no further call:
// reporter.email (hidden where the profile says so), reporter.name, reporter.zone, parent.key, parent.summary, parent.status, parent.priority,
// parent.issuetype, project.name.
//
// A worklog is written with its mark in the entity property "duplex" and leaves the remaining estimate alone.
//
// A status is reached through the workflow's transitions, several where needed. An item or a comment that the sync
// created carries its mark in the entity property "duplex"; an item also as a label, because a label can be searched
// and a property cannot. Mark labels are not part of the field labels.
//
// On Data Center rich text is wiki markup, a person's id is the user name, and an issue's epic is the field "Epic Link". Sprints are read
// and written on both, the rank is read only: it orders the issues of one board and means nothing elsewhere. Pairs of issues are read one
// by one there, because there is no bulk fetch beside the search index. Versions before 10 do not sign webhooks: sweeps find their changes.
//
// Jira has no precondition on writes: Update reads just before it writes.
package jira
