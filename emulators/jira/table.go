package jira

import (
	"net/http"
	"strings"
)

// table is every operation the emulator answers.
func (e *Emulator) table() []*route {
	var out []*route
	add := func(method, path string, do func(*call) (reply, error)) {
		out = append(out, &route{method: method, path: path, segments: strings.Split(strings.Trim(path, "/"), "/"), do: do})
	}
	plain := func(method, path string, do http.HandlerFunc) {
		out = append(out, &route{method: method, path: path, segments: strings.Split(strings.Trim(path, "/"), "/"), plain: do})
	}
	const (
		v3      = "/rest/api/3"
		issue   = v3 + "/issue/{issueIdOrKey}"
		project = v3 + "/project/{projectIdOrKey}"
	)
	add("POST", v3+"/issue", (*call).createIssue)
	add("POST", v3+"/issue/bulk", (*call).createIssues)
	add("POST", v3+"/issue/bulkfetch", (*call).bulkFetch)
	add("GET", v3+"/issue/createmeta/{projectIdOrKey}/issuetypes", (*call).createMetaTypes)
	add("GET", v3+"/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}", (*call).createMetaFields)
	add("GET", issue, (*call).getIssue)
	add("PUT", issue, (*call).putIssue)
	add("DELETE", issue, (*call).deleteIssue)
	add("PUT", issue+"/assignee", (*call).putAssignee)
	add("GET", issue+"/editmeta", (*call).editMeta)
	add("GET", issue+"/transitions", (*call).getTransitions)
	add("POST", issue+"/transitions", (*call).postTransition)
	add("GET", issue+"/changelog", (*call).getChangelog)
	add("POST", issue+"/changelog/list", (*call).listChangelog)
	add("POST", v3+"/changelog/bulkfetch", (*call).bulkChangelog)

	add("GET", issue+"/comment", (*call).getComments)
	add("POST", issue+"/comment", (*call).postComment)
	add("GET", issue+"/comment/{id}", (*call).getComment)
	add("PUT", issue+"/comment/{id}", (*call).putComment)
	add("DELETE", issue+"/comment/{id}", (*call).dropComment)
	add("POST", v3+"/comment/list", (*call).listComments)

	add("GET", issue+"/worklog", (*call).getWorklogs)
	add("POST", issue+"/worklog", (*call).postWorklog)
	add("GET", issue+"/worklog/{id}", (*call).getWorklog)
	add("PUT", issue+"/worklog/{id}", (*call).putWorklog)
	add("DELETE", issue+"/worklog/{id}", (*call).deleteWorklog)
	add("GET", v3+"/worklog/updated", (*call).updatedWorklogs)
	add("GET", v3+"/worklog/deleted", (*call).deletedWorklogs)
	add("POST", v3+"/worklog/list", (*call).listWorklogs)

	for _, p := range []struct {
		path string
		do   func(*call) (reply, error)
	}{{issue + "/properties", (*call).issueProperties}, {v3 + "/comment/{commentId}/properties", (*call).commentProperties}, {v3 + "/user/properties", (*call).userProperties}, {issue + "/worklog/{worklogId}/properties", (*call).worklogProperties}} {
		add("GET", p.path, p.do)
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			add(method, p.path+"/{propertyKey}", p.do)
		}
	}

	add("POST", issue+"/attachments", (*call).postAttachments)
	add("GET", v3+"/attachment/meta", (*call).attachmentMeta)
	add("GET", v3+"/attachment/{id}", (*call).getAttachment)
	add("DELETE", v3+"/attachment/{id}", (*call).deleteAttachment)
	add("GET", v3+"/attachment/content/{id}", (*call).content)
	add("GET", v3+"/attachment/thumbnail/{id}", (*call).thumbnail)
	plain("GET", "/media/file/{id}/binary", e.media)

	add("GET", issue+"/remotelink", (*call).getRemoteLinks)
	add("POST", issue+"/remotelink", (*call).postRemoteLink)
	add("DELETE", issue+"/remotelink", (*call).deleteRemoteLink)
	add("GET", issue+"/remotelink/{linkId}", (*call).getRemoteLink)
	add("PUT", issue+"/remotelink/{linkId}", (*call).putRemoteLink)
	add("DELETE", issue+"/remotelink/{linkId}", (*call).deleteRemoteLink)
	add("POST", v3+"/issueLink", (*call).postIssueLink)
	add("GET", v3+"/issueLink/{linkId}", (*call).getIssueLink)
	add("DELETE", v3+"/issueLink/{linkId}", (*call).deleteIssueLink)
	add("GET", v3+"/issueLinkType", (*call).getLinkTypes)
	add("GET", issue+"/watchers", (*call).getWatchers)
	add("POST", issue+"/watchers", (*call).postWatcher)
	add("DELETE", issue+"/watchers", (*call).deleteWatcher)

	add("GET", v3+"/field", (*call).getFields)
	add("GET", v3+"/field/search", (*call).searchFields)
	add("GET", v3+"/field/{fieldId}/contexts", (*call).fieldContexts)
	add("GET", v3+"/field/{fieldId}/context/{contextId}/option", (*call).fieldOptions)
	add("GET", v3+"/label", (*call).getLabels)
	add("GET", v3+"/issuetype", (*call).getIssueTypes)
	add("GET", v3+"/issuetype/project", (*call).getIssueTypes)
	add("GET", v3+"/priority", (*call).getPriorities)
	add("GET", v3+"/priority/search", (*call).searchPriorities)
	add("GET", v3+"/resolution/search", (*call).searchResolutions)
	add("GET", v3+"/status", (*call).getStatuses)
	add("GET", v3+"/statuscategory", (*call).getCategories)
	add("GET", v3+"/statuses/search", (*call).searchStatuses)
	add("GET", v3+"/project/search", (*call).searchProjects)
	add("GET", project, (*call).getProject)
	add("GET", project+"/statuses", (*call).projectStatuses)
	add("GET", project+"/components", (*call).projectComponents)
	add("GET", project+"/versions", (*call).projectVersions)
	add("GET", v3+"/role", (*call).getRoles)
	add("GET", project+"/role", (*call).projectRoles)
	add("GET", project+"/role/{id}", (*call).projectRole)
	add("GET", project+"/roledetails", (*call).projectRoleDetails)
	add("GET", v3+"/group/bulk", (*call).bulkGroups)
	add("GET", v3+"/groups/picker", (*call).pickGroups)
	add("GET", v3+"/group/member", (*call).groupMembers)
	add("GET", v3+"/project/{projectId}/hierarchy", (*call).projectHierarchy)
	add("GET", v3+"/mypermissions", (*call).myPermissions)

	add("GET", v3+"/user", (*call).getUser)
	add("GET", v3+"/user/bulk", (*call).bulkUsers)
	add("GET", v3+"/user/search", (*call).searchUsers)
	add("GET", v3+"/user/assignable/search", (*call).assignableUsers)
	add("GET", v3+"/user/email", (*call).userEmail)
	for _, version := range []string{"2", "3"} {
		add("GET", "/rest/api/"+version+"/myself", (*call).myself)
		add("GET", "/rest/api/"+version+"/serverInfo", (*call).serverInfo)
		add("GET", "/rest/api/"+version+"/search", (*call).oldSearch)
		add("POST", "/rest/api/"+version+"/search", (*call).oldSearch)
	}

	add("GET", v3+"/search/jql", (*call).getSearch)
	add("POST", v3+"/search/jql", (*call).postSearch)
	add("POST", v3+"/search/approximate-count", (*call).approximateCount)
	add("POST", v3+"/jql/match", (*call).matchJQL)

	const agile = "/rest/agile/1.0"
	add("GET", agile+"/board", (*call).getBoards)
	add("GET", agile+"/board/{boardId}", (*call).getBoard)
	add("GET", agile+"/board/{boardId}/sprint", (*call).boardSprints)
	add("POST", agile+"/sprint", (*call).createSprint)
	add("GET", agile+"/sprint/{sprintId}", (*call).getSprint)
	add("POST", agile+"/sprint/{sprintId}", (*call).updateSprint)
	add("PUT", agile+"/sprint/{sprintId}", (*call).updateSprint)
	add("DELETE", agile+"/sprint/{sprintId}", (*call).deleteSprint)
	add("GET", agile+"/sprint/{sprintId}/issue", (*call).sprintIssues)
	add("POST", agile+"/sprint/{sprintId}/issue", (*call).moveToSprint)
	add("POST", agile+"/backlog/issue", (*call).moveToBacklog)

	add("GET", v3+"/webhook", (*call).getHooks)
	add("POST", v3+"/webhook", (*call).registerHooks)
	add("DELETE", v3+"/webhook", (*call).deleteHooks)
	add("PUT", v3+"/webhook/refresh", (*call).refreshHooks)
	add("GET", v3+"/webhook/failed", (*call).failedHooks)
	const hooks = "/rest/webhooks/1.0/webhook"
	add("GET", hooks, (*call).getAdminHooks)
	add("POST", hooks, (*call).postAdminHook)
	add("GET", hooks+"/{id}", (*call).getAdminHook)
	add("PUT", hooks+"/{id}", (*call).putAdminHook)
	add("DELETE", hooks+"/{id}", (*call).deleteAdminHook)

	plain("GET", "/authorize", e.authorize)
	plain("POST", "/oauth/token", e.token)
	plain("GET", "/oauth/token/accessible-resources", e.resources)
	return out
}
