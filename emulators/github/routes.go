package github

import "strings"

// route lists every operation of the emulator, by the names of the vendor's document.
func (e *Emulator) route() {
	add := func(operation string, need access, run func(*call) error) {
		method, template, _ := strings.Cut(operation, " ")
		e.routes = append(e.routes, route{method, template, strings.Split(template[1:], "/"), need, run})
	}
	const repo = "/repos/{owner}/{repo}"
	const issue = repo + "/issues/{issue_number}"
	add("GET "+repo, signed, (*call).getRepo)
	add("GET "+repo+"/issues", signed, (*call).listIssues)
	add("POST "+repo+"/issues", signed, (*call).postIssue)
	add("GET "+issue, signed, (*call).getIssue)
	add("PATCH "+issue, signed, (*call).patchIssue)
	add("GET /orgs/{org}/issues", signed, (*call).listOrgIssues)

	add("GET "+repo+"/issues/comments", signed, (*call).listRepoComments)
	add("GET "+repo+"/issues/comments/{comment_id}", signed, (*call).getComment)
	add("PATCH "+repo+"/issues/comments/{comment_id}", signed, (*call).patchComment)
	add("DELETE "+repo+"/issues/comments/{comment_id}", signed, (*call).deleteComment)
	add("GET "+issue+"/comments", signed, (*call).listComments)
	add("POST "+issue+"/comments", signed, (*call).postComment)
	add("PUT "+issue+"/lock", signed, (*call).lock)
	add("DELETE "+issue+"/lock", signed, (*call).lock)

	add("GET "+repo+"/issues/events", signed, (*call).listRepoEvents)
	add("GET "+repo+"/issues/events/{event_id}", signed, (*call).getEvent)
	add("GET "+issue+"/events", signed, (*call).listIssueEvents)
	add("GET "+issue+"/timeline", signed, (*call).listTimeline)

	add("POST "+issue+"/assignees", signed, (*call).changeAssignees)
	add("DELETE "+issue+"/assignees", signed, (*call).changeAssignees)
	add("GET "+issue+"/assignees/{assignee}", signed, (*call).checkAssignee)
	add("GET "+repo+"/assignees", signed, (*call).listAssignees)
	add("GET "+repo+"/assignees/{assignee}", signed, (*call).checkAssignee)

	add("GET "+issue+"/labels", signed, (*call).listIssueLabels)
	add("POST "+issue+"/labels", signed, (*call).changeLabels)
	add("PUT "+issue+"/labels", signed, (*call).changeLabels)
	add("DELETE "+issue+"/labels", signed, (*call).changeLabels)
	add("DELETE "+issue+"/labels/{name}", signed, (*call).removeLabel)
	add("GET "+repo+"/labels", signed, (*call).listLabels)
	add("POST "+repo+"/labels", signed, (*call).saveLabel)
	add("GET "+repo+"/labels/{name}", signed, (*call).getLabel)
	add("PATCH "+repo+"/labels/{name}", signed, (*call).saveLabel)
	add("DELETE "+repo+"/labels/{name}", signed, (*call).deleteLabel)

	add("GET "+repo+"/milestones", signed, (*call).listMilestones)
	add("POST "+repo+"/milestones", signed, (*call).saveMilestone)
	add("GET "+repo+"/milestones/{milestone_number}", signed, (*call).getMilestone)
	add("PATCH "+repo+"/milestones/{milestone_number}", signed, (*call).saveMilestone)
	add("DELETE "+repo+"/milestones/{milestone_number}", signed, (*call).deleteMilestone)

	add("GET "+issue+"/parent", signed, (*call).getParent)
	add("DELETE "+issue+"/sub_issue", signed, (*call).removeSubIssue)
	add("GET "+issue+"/sub_issues", signed, (*call).listSubIssues)
	add("POST "+issue+"/sub_issues", signed, (*call).addSubIssue)
	add("PATCH "+issue+"/sub_issues/priority", signed, (*call).moveSubIssue)
	add("GET "+issue+"/dependencies/blocked_by", signed, (*call).listBlockedBy)
	add("POST "+issue+"/dependencies/blocked_by", signed, (*call).addBlockedBy)
	add("DELETE "+issue+"/dependencies/blocked_by/{issue_id}", signed, (*call).removeBlockedBy)
	add("GET "+issue+"/dependencies/blocking", signed, (*call).listBlocking)

	add("GET "+issue+"/issue-field-values", signed, (*call).listValues)
	add("POST "+issue+"/issue-field-values", signed, (*call).changeValues)
	add("PUT "+issue+"/issue-field-values", signed, (*call).changeValues)
	add("DELETE "+issue+"/issue-field-values/{issue_field_id}", signed, (*call).deleteValue)
	add("GET "+repo+"/issue-types", signed, (*call).listTypes)
	add("GET /orgs/{org}/issue-types", signed, (*call).listTypes)
	add("GET /orgs/{org}/issue-fields", signed, (*call).listFields)

	add("GET "+repo+"/collaborators", signed, (*call).listCollaborators)
	add("GET "+repo+"/collaborators/{username}/permission", signed, (*call).getPermission)
	add("GET /user", signed, (*call).getMe)
	add("GET /users/{username}", signed, (*call).getUser)
	add("GET /search/users", signed, (*call).searchUsers)
	add("GET /search/issues", signed, (*call).searchIssues)

	for _, at := range []string{repo, "/orgs/{org}"} {
		add("GET "+at+"/hooks", signed, (*call).listHooks)
		add("POST "+at+"/hooks", signed, (*call).postHook)
		add("GET "+at+"/hooks/{hook_id}", signed, (*call).getHook)
		add("PATCH "+at+"/hooks/{hook_id}", signed, (*call).patchHook)
		add("DELETE "+at+"/hooks/{hook_id}", signed, (*call).deleteHook)
		add("GET "+at+"/hooks/{hook_id}/deliveries", signed, (*call).listDeliveries)
		add("POST "+at+"/hooks/{hook_id}/deliveries/{delivery_id}/attempts", signed, (*call).redeliver)
	}
	add("GET "+repo+"/hooks/{hook_id}/config", signed, (*call).hookConfig)
	add("PATCH "+repo+"/hooks/{hook_id}/config", signed, (*call).hookConfig)
	add("GET "+repo+"/hooks/{hook_id}/deliveries/{delivery_id}", signed, (*call).getDelivery)
	add("POST "+repo+"/hooks/{hook_id}/pings", signed, (*call).pingHook)

	add("GET /app", appOnly, (*call).getApp)
	add("GET /app/installations", appOnly, (*call).listInstallations)
	add("POST /app/installations/{installation_id}/access_tokens", appOnly, (*call).postToken)
	add("GET "+repo+"/installation", appOnly, (*call).getRepoInstallation)
	add("GET /app/hook/config", appOnly, (*call).hookConfig)
	add("PATCH /app/hook/config", appOnly, (*call).hookConfig)
	add("GET /app/hook/deliveries", appOnly, (*call).listDeliveries)
	add("GET /app/hook/deliveries/{delivery_id}", appOnly, (*call).getDelivery)
	add("POST /app/hook/deliveries/{delivery_id}/attempts", appOnly, (*call).redeliver)
	add("GET /installation/repositories", signed, (*call).listInstallationRepos)

	add("GET /rate_limit", anyone, (*call).getRateLimit)
	add("GET /meta", anyone, (*call).getMeta)
}
