package jira

import (
	"net/http"
	"slices"
	"strings"
)

func (c *call) myself() (reply, error) {
	out := c.view().user(c.user.AccountID).(object)
	out["locale"] = "en_US"
	if slices.Contains(list(c.query["expand"]...), "groups") {
		groups := []object{}
		for _, g := range c.user.Groups {
			groups = append(groups, object{"name": g, "self": c.view().self("/group?groupname=" + g)})
		}
		out["groups"] = object{"size": len(groups), "items": groups}
	}
	return ok(out)
}

func (c *call) getUser() (reply, error) {
	u := findUser(c.query.Get("accountId"))
	if u == nil {
		return reply{}, fail(http.StatusNotFound, "Specified user does not exist or you do not have required permissions")
	}
	return ok(c.view().user(u.AccountID))
}

func (c *call) bulkUsers() (reply, error) {
	out := []any{}
	for _, id := range c.query["accountId"] {
		if findUser(id) != nil {
			out = append(out, c.view().user(id))
		}
	}
	if len(c.query["accountId"]) == 0 {
		return reply{}, fail(http.StatusBadRequest, "The accountId query parameter is required.")
	}
	return ok(pageBean(c, out, 10, 200))
}

// searchUsers matches the display name's words and the address by prefix; a hidden address only as a
// whole.
func (c *call) searchUsers() (reply, error) {
	query, account := c.query.Get("query"), c.query.Get("accountId")
	if !c.query.Has("query") && account == "" && !c.query.Has("property") {
		return reply{}, fail(http.StatusBadRequest, "Either the query, accountId or property parameter must be given.")
	}
	return ok(c.usersMatching(query, account))
}

func (c *call) assignableUsers() (reply, error) {
	if key := c.query.Get("project"); key != "" {
		if findProject(key) == nil {
			return reply{}, fail(http.StatusNotFound, "No project could be found with key '%s'.", key)
		}
	} else if name := c.query.Get("issueKey") + c.query.Get("issueId"); name == "" {
		return reply{}, fail(http.StatusBadRequest, "One of project, issueKey or issueId must be given.")
	} else if c.state.find(name) == nil {
		return reply{}, noIssue()
	}
	return ok(c.usersMatching(c.query.Get("query"), c.query.Get("accountId")))
}

func (c *call) usersMatching(query, account string) []any {
	var found []any
	for _, u := range users {
		if account != "" && u.AccountID != account || !u.matches(query) {
			continue
		}
		found = append(found, c.view().user(u.AccountID))
	}
	page, _, _ := window(c, found, 50, 1000)
	return append([]any{}, page...)
}

func (u *User) matches(query string) bool {
	query = strings.ToLower(strings.TrimSpace(query))
	if query == "" {
		return true
	}
	if email := strings.ToLower(u.Email); email == query || !u.EmailHidden && strings.HasPrefix(email, query) {
		return true
	}
	name := strings.ToLower(u.Name)
	return strings.HasPrefix(name, query) || slices.ContainsFunc(strings.Fields(name), func(w string) bool { return strings.HasPrefix(w, query) })
}

func (c *call) userEmail() (reply, error) {
	return reply{}, fail(http.StatusUnauthorized, "This resource is for approved apps only.")
}

func (c *call) getWatchers() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	people := []any{}
	for _, id := range i.Watchers {
		people = append(people, c.view().user(id))
	}
	return ok(object{"self": c.view().self("/issue/" + i.Key + "/watchers"), "isWatching": slices.Contains(i.Watchers, c.user.AccountID),
		"watchCount": len(people), "watchers": people})
}

func (c *call) postWatcher() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	id := c.user.AccountID
	if len(strings.TrimSpace(string(c.body))) > 0 {
		if err := c.decode(&id, false); err != nil {
			return reply{}, err
		}
	}
	if findUser(id) == nil {
		return reply{}, fail(http.StatusNotFound, "The user does not exist.")
	}
	if !slices.Contains(i.Watchers, id) {
		i.Watchers = append(slices.Clone(i.Watchers), id)
		c.keep(i)
	}
	return noContent()
}

func (c *call) deleteWatcher() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	id := c.query.Get("accountId")
	if findUser(id) == nil {
		return reply{}, fail(http.StatusBadRequest, "The accountId query parameter is required.")
	}
	i.Watchers = slices.DeleteFunc(slices.Clone(i.Watchers), func(have string) bool { return have == id })
	c.keep(i)
	return noContent()
}
