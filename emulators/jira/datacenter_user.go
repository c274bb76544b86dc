package jira

import (
	"net/http"
	"slices"
	"strings"
)

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
