package azuredevops

import (
	"net/http"
	"strings"
)

// How far a resource is a preview.
const (
	released        = iota
	anyPreview      // a preview that may be called without any version
	commentsPreview // the Comments resource
)

// route is one operation. Its pattern follows _apis; a segment in braces is a parameter.
type route struct {
	method, pattern string
	scope           string // the segments before _apis that may be there: "org", "project" or "team", and what is wider with "+"
	writes          bool
	preview         int
	run             func(*call) error
}

func routes() []route {
	const org, project, both, team, any = "org", "project", "org+project", "team", "org+project+team"
	return []route{
		{"GET", "connectiondata", org, false, anyPreview, (*call).getConnection},
		{"GET", "identities", org, false, released, (*call).getIdentities},
		{"GET", "projects", org, false, released, (*call).listProjects},
		{"GET", "projects/{project}", org, false, released, (*call).getProject},
		{"GET", "projects/{project}/teams", org, false, released, (*call).listTeams},
		{"GET", "projects/{project}/teams/{team}/members", org, false, released, (*call).listMembers},
		{"GET", "work/teamsettings/iterations", team, false, released, (*call).listSprints},
		{"GET", "work/teamsettings/iterations/{id}", team, false, released, (*call).getSprint},

		{"GET", "wit/fields", both, false, released, (*call).listFields},
		{"GET", "wit/fields/{field}", both, false, released, (*call).getField},
		{"GET", "wit/workitemtypes", project, false, released, (*call).listTypes},
		{"GET", "wit/workitemtypes/{type}", project, false, released, (*call).getType},
		{"GET", "wit/workitemtypes/{type}/fields", project, false, released, (*call).listTypeFields},
		{"GET", "wit/workitemtypes/{type}/fields/{field}", project, false, released, (*call).getTypeField},
		{"GET", "wit/workitemtypes/{type}/states", project, false, released, (*call).listStates},
		{"GET", "wit/workitemrelationtypes", org, false, released, (*call).listRelationTypes},
		{"GET", "wit/classificationnodes", project, false, released, (*call).listNodes},
		{"GET", "wit/classificationnodes/{kind}", project, false, released, (*call).getNode},
		{"GET", "wit/classificationnodes/{kind}/{path...}", project, false, released, (*call).getNode},
		{"POST", "wit/classificationnodes/{kind}", project, true, released, (*call).postNode},
		{"POST", "wit/classificationnodes/{kind}/{path...}", project, true, released, (*call).postNode},
		{"GET", "wit/tags", project, false, released, (*call).listTags},
		{"GET", "wit/tags/{tag}", project, false, released, (*call).getTag},

		{"GET", "wit/workitems", both, false, released, (*call).getItems},
		{"POST", "wit/workitemsbatch", both, false, released, (*call).postBatch},
		{"GET", "wit/workitems/${type}", project, false, released, (*call).getTemplate},
		{"POST", "wit/workitems/${type}", project, true, released, (*call).postItem},
		{"GET", "wit/workitems/{id}", both, false, released, (*call).getItem},
		{"PATCH", "wit/workitems/{id}", both, true, released, (*call).patchItem},
		{"DELETE", "wit/workitems/{id}", both, true, released, (*call).deleteItem},
		{"GET", "wit/workitems/{id}/updates", both, false, released, (*call).listUpdates},
		{"GET", "wit/workitems/{id}/updates/{update}", both, false, released, (*call).getUpdate},
		{"GET", "wit/workitems/{id}/revisions", both, false, released, (*call).listRevisions},
		{"GET", "wit/workitems/{id}/revisions/{rev}", both, false, released, (*call).getRevision},
		{"GET", "wit/workitems/{id}/comments", project, false, commentsPreview, (*call).listComments},
		{"POST", "wit/workitems/{id}/comments", project, true, commentsPreview, (*call).postComment},
		{"GET", "wit/workitems/{id}/comments/{comment}", project, false, commentsPreview, (*call).getComment},
		{"PATCH", "wit/workitems/{id}/comments/{comment}", project, true, commentsPreview, (*call).patchComment},
		{"DELETE", "wit/workitems/{id}/comments/{comment}", project, true, commentsPreview, (*call).deleteComment},
		{"GET", "wit/workitems/{id}/comments/{comment}/versions", project, false, commentsPreview, (*call).listVersions},

		{"GET", "wit/recyclebin", project, false, released, (*call).listBin},
		{"GET", "wit/recyclebin/{id}", both, false, released, (*call).getBin},
		{"PATCH", "wit/recyclebin/{id}", both, true, released, (*call).patchBin},
		{"POST", "wit/attachments", both, true, released, (*call).postAttachment},
		{"GET", "wit/attachments/{id}", both, false, released, (*call).getAttachment},
		{"PUT", "wit/attachments/{id}", both, true, released, (*call).putAttachment},
		{"DELETE", "wit/attachments/{id}", both, true, released, (*call).deleteAttachment},

		{"POST", "wit/wiql", any, false, released, (*call).postQuery},
		{"POST", "wit/artifacturiquery", both, false, released, (*call).postArtifacts},
		{"GET", "wit/reporting/workitemrevisions", both, false, released, (*call).report},
		{"POST", "wit/reporting/workitemrevisions", both, false, released, (*call).report},
		{"GET", "wit/reporting/workitemlinks", both, false, released, (*call).reportLinks},

		{"GET", "hooks/publishers/{publisher}/eventtypes", org, false, released, (*call).listEventTypes},
		{"GET", "hooks/publishers/{publisher}/eventtypes/{event}", org, false, released, (*call).getEventType},
		{"GET", "hooks/subscriptions", org, false, released, (*call).listSubscriptions},
		{"POST", "hooks/subscriptions", org, true, released, (*call).postSubscription},
		{"GET", "hooks/subscriptions/{id}", org, false, released, (*call).getSubscription},
		{"PUT", "hooks/subscriptions/{id}", org, true, released, (*call).putSubscription},
		{"DELETE", "hooks/subscriptions/{id}", org, true, released, (*call).deleteSubscription},
		{"GET", "hooks/subscriptions/{id}/notifications", org, false, released, (*call).listNotifications},
		{"GET", "hooks/subscriptions/{id}/notifications/{notification}", org, false, released, (*call).getNotification},
		{"POST", "hooks/testnotifications", org, true, released, (*call).postTest},
	}
}

// split parts a path into what lies between the organization and _apis, and what follows. ok is false outside the organization.
func (e *Emulator) split(path string) (before, after []string, ok bool) {
	if len(path) < len(e.Root()) || !strings.EqualFold(path[:len(e.Root())], e.Root()) {
		return nil, nil, false
	}
	parts := strings.Split(strings.Trim(path[len(e.Root()):], "/"), "/")
	for i, p := range parts {
		if strings.EqualFold(p, "_apis") {
			return parts[:i], parts[i+1:], true
		}
	}
	return nil, nil, false
}

var scopes = [...]string{"org", "project", "team"}

// find is the operation of a request with its parameters, or nil. Fixed segments are read without regard to case; those
// that are literal win.
func (e *Emulator) find(req *http.Request) (*route, []string, map[string]string) {
	before, after, ok := e.split(req.URL.Path)
	if !ok || len(before) >= len(scopes) {
		return nil, nil, nil
	}
	for i := range e.routes {
		r := &e.routes[i]
		if r.method != req.Method || !contains(strings.Split(r.scope, "+"), scopes[len(before)]) {
			continue
		}
		if params, ok := match(strings.Split(r.pattern, "/"), after); ok {
			return r, before, params
		}
	}
	return nil, before, nil
}

func match(pattern, have []string) (map[string]string, bool) {
	params := map[string]string{}
	for i, p := range pattern {
		if name, ok := strings.CutSuffix(p, "...}"); ok && len(have) > i {
			params[name[1:]] = strings.Join(have[i:], "/")
			return params, true
		}
		if i >= len(have) {
			return nil, false
		}
		switch {
		case p == "${type}":
			name, ok := strings.CutPrefix(have[i], "$")
			if !ok {
				return nil, false
			}
			params["type"] = name
		case strings.HasPrefix(p, "{"):
			params[strings.Trim(p, "{}")] = have[i]
		case !strings.EqualFold(p, have[i]):
			return nil, false
		}
	}
	return params, len(pattern) == len(have)
}

// operation names a request's template, as the vendor's document writes it.
func (e *Emulator) operation(req *http.Request) string {
	r, before, _ := e.find(req)
	if r == nil {
		return ""
	}
	return req.Method + " /{organization}" + [...]string{"", "/{project}", "/{project}/{team}"}[len(before)] + "/_apis/" + r.pattern
}

// route resolves the request's operation and project.
func (c *call) route() (*route, error) {
	r, before, params := c.e.find(c.req)
	if r == nil {
		return nil, &apiError{http.StatusNotFound, page("<!DOCTYPE html><html><head><title>404 - Not Found</title></head><body>The page was not found.</body></html>")}
	}
	c.params = params
	if len(before) == 0 {
		return r, nil
	}
	p := projectBy(before[0])
	if p == nil {
		return nil, noProject(before[0])
	}
	c.project = p.name
	if len(before) == 2 && !strings.EqualFold(before[1], p.team()) && before[1] != p.teamID() {
		return nil, refuse(http.StatusNotFound, "TeamNotFoundException", "The team with id '"+before[1]+"' does not exist, or you do not have permission to access it.")
	}
	return r, nil
}

func noProject(name string) error {
	return refuse(http.StatusNotFound, "ProjectDoesNotExistWithNameException", "VS800075: The project with id '"+name+"' does not exist, or you do not have permission to access it.")
}
