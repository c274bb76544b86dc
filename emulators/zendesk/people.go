package zendesk

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (c *call) userPage(users []*user) error {
	var rows []keyed[any]
	for _, u := range users {
		rows = append(rows, keyed[any]{idKey(u.ID), c.e.userView(u)})
	}
	out, beside, err := page(c, rows, false, 100)
	if err != nil {
		return err
	}
	beside["users"] = out
	return c.answer(http.StatusOK, beside)
}

func (c *call) listUsers() error {
	users := slices.DeleteFunc(c.e.st.usersByID(), func(u *user) bool {
		roles := c.req.URL.Query()["role[]"]
		if role := c.query("role"); role != "" {
			roles = append(roles, role)
		}
		ext := c.query("external_id")
		return len(roles) > 0 && !slices.Contains(roles, u.Role) || ext != "" && !strings.EqualFold(u.ExternalID, ext)
	})
	return c.userPage(users)
}

func (c *call) getMe() error {
	out := c.e.userView(c.user)
	out["authenticity_token"] = "not used by this emulator"
	return c.answer(http.StatusOK, object{"user": out})
}

func (c *call) getUser() error {
	u := c.e.st.Users[c.pathID("user_id")]
	if u == nil {
		return notFound()
	}
	return c.answer(http.StatusOK, object{"user": c.e.userView(u)})
}

func (c *call) showUsers() error {
	var users []*user
	for _, id := range c.ids("ids") {
		if u := c.e.st.Users[id]; u != nil {
			users = append(users, u)
		}
	}
	for _, ext := range strings.Split(c.query("external_ids"), ",") {
		if u := c.e.st.userByExternalID(ext); u != nil {
			users = append(users, u)
		}
	}
	return c.userPage(users)
}

var emailQuery = regexp.MustCompile(`^(?:type:user\s+)?(?:email:)?"?([^"\s]+@[^"\s]+)"?$`)

// searchUsers finds by external_id exactly, and by query in the index, which runs behind.
func (c *call) searchUsers() error {
	var users []*user
	if ext := c.query("external_id"); ext != "" {
		if u := c.e.st.userByExternalID(ext); u != nil {
			users = append(users, u)
		}
		return c.userPage(users)
	}
	q := strings.TrimSpace(c.query("query"))
	for _, u := range c.e.st.usersByID() {
		if u.Created.After(c.now.Add(-c.e.lag)) {
			continue
		}
		if m := emailQuery.FindStringSubmatch(q); m != nil {
			if strings.EqualFold(u.Email, m[1]) {
				users = append(users, u)
			}
		} else if q != "" && strings.Contains(strings.ToLower(u.Name+" "+u.Email), strings.ToLower(strings.Trim(q, `"`))) {
			users = append(users, u)
		}
	}
	return c.userPage(users)
}

// createOrUpdateUser matches by e-mail, then by external_id. An e-mail is never replaced.
func (c *call) createOrUpdateUser() error {
	if err := c.limit("users", "", c.e.limits.Users, time.Second); err != nil {
		return err
	}
	in, err := c.object("user")
	if err != nil {
		return err
	}
	email, ext := text(in["email"]), text(in["external_id"])
	u, status := c.e.st.userByEmail(email), http.StatusOK
	if u == nil {
		u = c.e.st.userByExternalID(ext)
	}
	if u == nil {
		switch {
		case text(in["name"]) == "":
			return invalid("name", "Name: is too short (minimum is 1 character)")
		case !strings.Contains(email, "@"):
			return invalid("email", "Email: "+email+" is not properly formatted")
		}
		role := text(in["role"])
		if role == "" {
			role = "end-user"
		}
		u, status = c.e.st.addUser(text(in["name"]), email, role, c.now.Truncate(time.Second)), http.StatusCreated
	}
	if name := text(in["name"]); name != "" {
		u.Name = name
	}
	if ext != "" {
		u.ExternalID = ext
	}
	u.Updated = c.now.Truncate(time.Second)
	c.dirty = true
	c.w.Header().Set("Location", c.e.api("users", u.ID))
	return c.answer(status, object{"user": c.e.userView(u)})
}

func (c *call) listGroups() error {
	var rows []keyed[any]
	for _, g := range groups {
		rows = append(rows, keyed[any]{idKey(g.id), c.e.groupView(g)})
	}
	out, beside, err := page(c, rows, false, 100)
	if err != nil {
		return err
	}
	beside["groups"] = out
	return c.answer(http.StatusOK, beside)
}

func (c *call) getGroup() error {
	g := groupByID(c.pathID("group_id"))
	if g == nil {
		return notFound()
	}
	return c.answer(http.StatusOK, object{"group": c.e.groupView(*g)})
}

func (c *call) listMemberships() error {
	var rows []keyed[any]
	for _, u := range c.e.st.usersByID() {
		for i, g := range u.GroupIDs {
			id := u.ID*100 + int64(i)
			rows = append(rows, keyed[any]{idKey(id), object{"id": id, "url": c.e.api("group_memberships", id), "user_id": u.ID,
				"group_id": g, "default": i == 0, "created_at": accountBorn, "updated_at": accountBorn}})
		}
	}
	out, beside, err := page(c, rows, false, 100)
	if err != nil {
		return err
	}
	beside["group_memberships"] = out
	return c.answer(http.StatusOK, beside)
}

func (c *call) organizationPage(keep func(*organization) bool) error {
	var rows []keyed[any]
	for _, o := range c.e.st.Orgs {
		if keep(o) {
			rows = append(rows, keyed[any]{idKey(o.ID), c.e.organizationView(o)})
		}
	}
	out, beside, err := page(c, rows, false, 100)
	if err != nil {
		return err
	}
	beside["organizations"] = out
	return c.answer(http.StatusOK, beside)
}

func (c *call) listOrganizations() error {
	return c.organizationPage(func(*organization) bool { return true })
}

func (c *call) showOrganizations() error {
	ids, external := c.ids("ids"), strings.Split(strings.ToLower(c.query("external_ids")), ",")
	return c.organizationPage(func(o *organization) bool {
		return slices.Contains(ids, o.ID) || o.ExternalID != "" && slices.Contains(external, strings.ToLower(o.ExternalID))
	})
}

func (c *call) getOrganization() error {
	o := c.e.st.Orgs[c.pathID("organization_id")]
	if o == nil {
		return notFound()
	}
	return c.answer(http.StatusOK, object{"organization": c.e.organizationView(o)})
}
