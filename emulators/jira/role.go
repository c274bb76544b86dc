package jira

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// role is a project role; both projects have the same members in it. Vendor source: "Project roles".
type role struct {
	ID                int64
	Name, Description string
}

var roles = []*role{
	{10002, "Administrators", "People who administer a project"},
	{10003, "Developers", "People who work on a project's issues"},
	{10004, "Service Desk Team", "People who answer customers"},
}

// group is a group of the site. Vendor source: "Groups".
type group struct{ ID, Name string }

var groups = []*group{
	{"276f955c-63d7-42c8-9520-92d01dca0625", "jira-software-users"},
	{"5c1b25f6-2b57-4f0e-8f44-0d3f2a2b8c11", "site-admins"},
	{"9a0f6a2e-6f4b-4a77-9c53-7b0f5a3d1e02", "tier-2"},
}

var roleNames = func() (out []string) {
	for _, r := range roles {
		out = append(out, r.Name)
	}
	return out
}()

// findGroup knows a group by its id or its name.
func findGroup(idOrName string) *group {
	for _, g := range groups {
		if g.ID == idOrName || g.Name == idOrName {
			return g
		}
	}
	return nil
}

// checkVisibility completes a visibility, or refuses one that does not exist or would shut out the
// person who sets it. A role is named by its name, a group by its name or id.
func (s *session) checkVisibility(v *visibility) error {
	if v == nil {
		return nil
	}
	name := v.Identifier
	if name == "" {
		name = v.Value
	}
	switch g := findGroup(name); {
	case v.Type == "role" && slices.Contains(roleNames, name):
		v.Value, v.Identifier = name, name
	case v.Type == "group" && g != nil:
		v.Value, v.Identifier = g.Name, g.ID
	default:
		return badField("commentLevel", "The %s selected for the comment's visibility is not valid.", v.Type)
	}
	if s.user.maySee(v) {
		return nil
	}
	if v.Type == "role" {
		return badField("commentLevel", "You are currently not a member of the project role: %s.", v.Value)
	}
	return badField("commentLevel", "You are currently not a member of the group: %s.", v.Value)
}

func (c *call) roleAddress(p *project, r *role) string {
	return c.view().self("/project/" + p.ID + "/role/" + strconv.FormatInt(r.ID, 10))
}

func (c *call) getRoles() (reply, error) {
	out := []object{}
	for _, r := range roles {
		out = append(out, object{"self": c.view().self("/role/" + strconv.FormatInt(r.ID, 10)), "id": r.ID, "name": r.Name, "description": r.Description})
	}
	return ok(out)
}

// projectRoles answers the addresses of a project's roles by name.
func (c *call) projectRoles() (reply, error) {
	p, err := c.projectOf("projectIdOrKey")
	if err != nil {
		return reply{}, err
	}
	out := object{}
	for _, r := range roles {
		out[r.Name] = c.roleAddress(p, r)
	}
	return ok(out)
}

func (c *call) projectRoleDetails() (reply, error) {
	p, err := c.projectOf("projectIdOrKey")
	if err != nil {
		return reply{}, err
	}
	out := []object{}
	for _, r := range roles {
		mine := slices.Contains(c.user.Roles, r.Name)
		if c.query.Get("currentMember") == "true" && !mine {
			continue
		}
		out = append(out, object{"self": c.roleAddress(p, r), "id": r.ID, "name": r.Name, "description": r.Description, "admin": r.Name == "Administrators",
			"default": false, "roleConfigurable": true, "translatedName": r.Name, "currentUserRole": mine})
	}
	return ok(out)
}

func (c *call) projectRole() (reply, error) {
	p, err := c.projectOf("projectIdOrKey")
	if err != nil {
		return reply{}, err
	}
	at := slices.IndexFunc(roles, func(r *role) bool { return strconv.FormatInt(r.ID, 10) == c.vars["id"] })
	if at < 0 {
		return reply{}, fail(http.StatusNotFound, "Can not retrieve project role actors for project '%s' and role '%s'.", p.Key, c.vars["id"])
	}
	r, actors := roles[at], []object{}
	for n, u := range users {
		if slices.Contains(u.Roles, r.Name) {
			one := object{"id": 10240 + n, "displayName": u.Name, "type": "atlassian-user-role-actor"}
			if c.opts.DataCenter {
				one["name"] = u.Login()
			} else {
				one["actorUser"] = object{"accountId": u.AccountID}
			}
			actors = append(actors, one)
		}
	}
	return ok(object{"self": c.roleAddress(p, r), "id": r.ID, "name": r.Name, "description": r.Description, "actors": actors})
}

func (c *call) bulkGroups() (reply, error) {
	ids, names := c.query["groupId"], c.query["groupName"]
	out := []object{}
	for _, g := range groups {
		if len(ids)+len(names) == 0 || slices.Contains(ids, g.ID) || slices.Contains(names, g.Name) {
			out = append(out, object{"groupId": g.ID, "name": g.Name})
		}
	}
	return ok(pageBean(c, out, 50, 50))
}

func (c *call) pickGroups() (reply, error) {
	query, out := strings.ToLower(c.query.Get("query")), []object{}
	for _, g := range groups {
		if strings.Contains(strings.ToLower(g.Name), query) {
			out = append(out, object{"groupId": g.ID, "name": g.Name, "html": g.Name, "labels": []object{}})
		}
	}
	limit := min(c.number("maxResults", 20), len(out))
	return ok(object{"header": "Showing " + strconv.Itoa(limit) + " of " + strconv.Itoa(len(out)) + " matching groups", "total": len(out), "groups": out[:limit]})
}

func (c *call) groupMembers() (reply, error) {
	g := findGroup(c.query.Get("groupId") + c.query.Get("groupname"))
	if g == nil {
		return reply{}, fail(http.StatusNotFound, "The group named '%s' does not exist.", c.query.Get("groupname"))
	}
	out := []any{}
	for _, u := range users {
		if slices.Contains(u.Groups, g.Name) {
			out = append(out, c.view().user(u.AccountID))
		}
	}
	return ok(pageBean(c, out, 50, 50))
}
