package jira

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// pageMost is the most issues one page of a search has, whatever is asked for.
const pageMost = 1000

type pageSearch struct {
	JQL           string   `json:"jql"`
	StartAt       int      `json:"startAt"`
	MaxResults    *int     `json:"maxResults"`
	Fields        []string `json:"fields"`
	Expand        []string `json:"expand"`
	ValidateQuery *bool    `json:"validateQuery"`
}

func (c *call) postSearchPage() (reply, error) {
	var in pageSearch
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	return c.searchPage(in)
}

func (c *call) getSearchPage() (reply, error) {
	in := pageSearch{JQL: c.query.Get("jql"), StartAt: c.number("startAt", 0), Fields: list(c.query["fields"]...), Expand: list(c.query["expand"]...)}
	if c.query.Has("maxResults") {
		n := c.number("maxResults", 50)
		in.MaxResults = &n
	}
	validate := c.query.Get("validateQuery") != "false"
	in.ValidateQuery = &validate
	return c.searchPage(in)
}

// searchPage answers one page by its offset. A query without restriction finds everything. It runs over
// the same index as Cloud's search: a node of the cluster may be behind.
func (c *call) searchPage(in pageSearch) (reply, error) {
	q, err := parseJQL(in.JQL)
	if err != nil {
		return reply{}, err
	}
	if q.where != nil && (in.ValidateQuery == nil || *in.ValidateQuery) {
		if err := c.known(q.where); err != nil {
			return reply{}, err
		}
	}
	hits, err := c.hits(q, nil)
	if err != nil {
		return reply{}, err
	}
	size := 50
	if in.MaxResults != nil {
		size = min(max(*in.MaxResults, 0), pageMost)
	}
	if in.StartAt < 0 {
		return reply{}, fail(http.StatusBadRequest, "The value of startAt must not be negative.")
	}
	from := min(in.StartAt, len(hits))
	shown := []object{}
	for _, i := range hits[from:min(from+size, len(hits))] {
		shown = append(shown, c.renderIssue(i, wanted{fields: in.Fields, expand: in.Expand}))
	}
	return ok(object{"expand": "schema,names", "startAt": in.StartAt, "maxResults": size, "total": len(hits), "issues": shown})
}

func (c *call) getUserByName() (reply, error) {
	name, key := c.query.Get("username"), c.query.Get("key")
	if name == "" && key == "" {
		return reply{}, fail(http.StatusNotFound, "Either the 'username' or the 'key' query parameters need to be provided")
	}
	for _, u := range users {
		if name != "" && u == findLogin(name) || key != "" && u.Key() == key {
			return ok(c.view().user(u.AccountID))
		}
	}
	return reply{}, fail(http.StatusNotFound, "The user named '%s' does not exist", name+key)
}

// usersNamed are those whose user name, e-mail address or a word of whose name begins with the text.
func (c *call) usersNamed(most int) []any {
	found, text := []any{}, strings.ToLower(c.query.Get("username"))
	for _, u := range users {
		words := append([]string{strings.ToLower(u.Login()), strings.ToLower(u.Email), strings.ToLower(u.Name)}, strings.Fields(strings.ToLower(u.Name))...)
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, text) }) {
			found = append(found, c.view().user(u.AccountID))
		}
	}
	page, _, _ := window(c, found, 50, most)
	return append([]any{}, page...)
}

func (c *call) searchUsersByName() (reply, error) {
	if c.query.Get("username") == "" {
		return reply{}, fail(http.StatusBadRequest, "The username query parameter was not provided")
	}
	return ok(c.usersNamed(pageMost))
}

func (c *call) assignableByName() (reply, error) {
	project, key := c.query.Get("project"), c.query.Get("issueKey")
	switch {
	case project == "" && key == "":
		return reply{}, fail(http.StatusBadRequest, "Either project or issueKey must be given.")
	case project != "" && findProject(project) == nil:
		return reply{}, fail(http.StatusNotFound, "No project could be found with key '%s'.", project)
	case project == "" && c.state.find(key) == nil:
		return reply{}, noIssue()
	}
	return ok(c.usersNamed(100))
}

func (c *call) postWatcherByName() (reply, error) {
	name := c.query.Get("userName")
	if name == "" && len(c.body) > 0 {
		if err := c.decode(&name, false); err != nil {
			return reply{}, err
		}
	}
	return c.watch(name, true)
}

func (c *call) deleteWatcherByName() (reply, error) {
	return c.watch(c.query.Get("username")+c.query.Get("userName"), false)
}

func (c *call) watch(name string, add bool) (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	u := findLogin(name)
	if name == "" && add {
		u = c.user
	}
	if u == nil {
		return reply{}, fail(http.StatusBadRequest, "The user '%s' does not exist.", name)
	}
	i.Watchers = slices.DeleteFunc(slices.Clone(i.Watchers), func(have string) bool { return have == u.AccountID })
	if add {
		i.Watchers = append(i.Watchers, u.AccountID)
	}
	c.keep(i)
	return noContent()
}

// allPermissions answers every permission: Data Center knows no choice among them.
func (c *call) allPermissions() (reply, error) {
	c.query.Set("permissions", strings.Join(permissionNames, ","))
	return c.myPermissions()
}

func (c *call) serverInfoDataCenter() (reply, error) {
	return ok(object{"baseUrl": c.base, "version": "10.3.24", "versionNumbers": []int{10, 3, 24}, "deploymentType": "Server", "buildNumber": 10030024,
		"buildDate": "2026-08-01T00:00:00.000+0000", "serverTime": formatTime(c.now, nil), "scmInfo": "emulator", "serverTitle": "Jira"})
}

func (c *call) listProjects() (reply, error) {
	out := []object{}
	for _, p := range projects {
		out = append(out, c.view().project(p))
	}
	return ok(out)
}

func (c *call) listResolutions() (reply, error) {
	return ok(c.view().each(ids(resolutions), c.view().resolution))
}

// filedContent answers an attachment's bytes, whole or a range, to whoever signed in.
func (c *call) filedContent() (reply, error) {
	_, a, err := c.oneAttachment()
	if err != nil {
		return reply{}, err
	}
	if a.Filename != c.vars["name"] {
		return reply{}, fail(http.StatusNotFound, "The attachment with id '%s' does not exist", a.ID)
	}
	c.query.Set("redirect", "false")
	return c.content()
}

// siteHook is a webhook as /rest/jira-webhook/1.0 takes it. A secret outside the configuration is passed over in silence.
type siteHook struct {
	Name          string            `json:"name"`
	URL           string            `json:"url"`
	Events        []string          `json:"events"`
	Active        *bool             `json:"active"`
	Configuration map[string]string `json:"configuration"`
}

// renderSiteHook shows a webhook. Open is whether the secret comes back: here it does not.
func (c *call) renderSiteHook(h *hook) object {
	return object{"id": h.ID, "self": c.base + "/rest/jira-webhook/1.0/webhooks/" + strconv.FormatInt(h.ID, 10), "name": h.Name, "url": h.URL, "events": h.Events, "active": true,
		"configuration": map[string]string{"EXCLUDE_BODY": strconv.FormatBool(h.ExcludeBody), "FILTERS": h.JQL}, "createdDate": h.Changed.UnixMilli(), "updatedDate": h.Changed.UnixMilli()}
}

func (c *call) getSiteHooks() (reply, error) {
	if err := c.adminOnly(); err != nil {
		return reply{}, err
	}
	out := []object{}
	for _, h := range c.adminHooks() {
		out = append(out, c.renderSiteHook(h))
	}
	return ok(out)
}

func (c *call) getSiteHook() (reply, error) {
	h, err := c.oneAdminHook()
	if err != nil {
		return reply{}, err
	}
	return ok(c.renderSiteHook(h))
}

func (c *call) postSiteHook() (reply, error) {
	if err := c.adminOnly(); err != nil {
		return reply{}, err
	}
	var in siteHook
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	h := &hook{Admin: true, Name: in.Name, URL: in.URL, Events: in.Events, JQL: in.Configuration["FILTERS"], Secret: in.Configuration["SECRET"],
		ExcludeBody: in.Configuration["EXCLUDE_BODY"] == "true"}
	switch {
	case in.Name == "":
		return reply{}, fail(http.StatusBadRequest, "The webhook's name is required.")
	case in.Active != nil && !*in.Active:
		return reply{}, fail(http.StatusBadRequest, "The emulator keeps active webhooks only.")
	}
	if err := checkHook(h); err != nil {
		return reply{}, err
	}
	c.addHook(h)
	return created(c.renderSiteHook(h))
}
