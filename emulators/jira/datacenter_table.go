package jira

import (
	"slices"
	"strings"
)

// cloudOnly are the operations of the Cloud site that Data Center answers with 404, by how their path goes on after the version.
var cloudOnly = []string{
	"/issue/bulkfetch", "/issue/{issueIdOrKey}/changelog", "/changelog/", "/comment/list", "/issue/{issueIdOrKey}/worklog/{worklogId}/properties",
	"/user/properties", "/user/bulk", "/user/email", "/attachment/content", "/attachment/thumbnail", "/field/", "/label", "/issuetype/project",
	"/priority/search", "/resolution/search", "/statuses/search", "/project/search", "/project/{projectIdOrKey}/roledetails", "/project/{projectId}/hierarchy",
	"/group/bulk", "/search/", "/jql/", "/webhook",
}

// dataCenterTable is every operation of the Data Center front. Most are the Cloud's in another shape.
func (e *Emulator) dataCenterTable() []*route {
	var out []*route
	add := func(method, path string, do func(*call) (reply, error)) {
		out = append(out, &route{method: method, path: path, segments: strings.Split(strings.Trim(path, "/"), "/"), do: do})
	}
	own := map[string]func(*call) (reply, error){
		"GET /search": (*call).getSearchPage, "POST /search": (*call).postSearchPage,
		"GET /user": (*call).getUserByName, "GET /user/search": (*call).searchUsersByName, "GET /user/assignable/search": (*call).assignableByName,
		"POST /issue/{issueIdOrKey}/watchers": (*call).postWatcherByName, "DELETE /issue/{issueIdOrKey}/watchers": (*call).deleteWatcherByName,
		"GET /mypermissions": (*call).allPermissions, "GET /serverInfo": (*call).serverInfoDataCenter,
	}
	for _, rt := range e.table() {
		rest, current := strings.CutPrefix(rt.path, "/rest/api/3")
		switch {
		case strings.HasPrefix(rt.path, "/rest/agile/"):
			add(rt.method, rt.path, rt.do)
		case !current || slices.ContainsFunc(cloudOnly, func(begin string) bool { return strings.HasPrefix(rest, begin) }):
		case own[rt.method+" "+rest] != nil:
			add(rt.method, v2+rest, own[rt.method+" "+rest])
		default:
			add(rt.method, v2+rest, rt.do)
		}
	}
	add("GET", v2+"/project", (*call).listProjects)
	add("GET", v2+"/resolution", (*call).listResolutions)
	add("GET", "/secure/attachment/{id}/{name}", (*call).filedContent)
	add("GET", "/secure/thumbnail/{id}/{name}", (*call).filedContent)
	const hooks = "/rest/jira-webhook/1.0/webhooks"
	add("GET", hooks, (*call).getSiteHooks)
	add("POST", hooks, (*call).postSiteHook)
	add("GET", hooks+"/{id}", (*call).getSiteHook)
	add("DELETE", hooks+"/{id}", (*call).deleteAdminHook)
	return out
}
