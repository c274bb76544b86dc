package github

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

func (c *call) usersByID() []*user {
	var out []*user
	for _, u := range c.e.st.Users {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b *user) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// profile is a user with what their page shows; the e-mail address only where it is public.
func (c *call) profile(u *user) object {
	out := c.userView(u).(object)
	for _, key := range []string{"company", "location", "hireable", "bio", "twitter_username", "email"} {
		out[key] = nil
	}
	out["name"], out["blog"], out["public_repos"], out["public_gists"], out["followers"], out["following"] = orNull(u.Name), "", 0, 0, 0, 0
	out["created_at"], out["updated_at"] = stamp(accountBorn), stamp(accountBorn)
	if u.Public {
		out["email"] = u.Email
	}
	return out
}

func (c *call) getUser() error {
	u := c.e.st.userByLogin(c.req.PathValue("username"))
	if u == nil {
		return notFound()
	}
	return c.answer(http.StatusOK, c.profile(u))
}

// getMe is for people: an installation's token may not call it.
func (c *call) getMe() error {
	switch {
	case c.actor.app():
		return refuse(http.StatusForbidden, "Resource not accessible by integration")
	case c.actor.user == nil:
		return refuse(http.StatusUnauthorized, "Requires authentication")
	}
	return c.answer(http.StatusOK, c.profile(c.actor.user))
}

// searchUsers finds people by login, name, or e-mail address where that is public (in:email).
func (c *call) searchUsers() error {
	words := strings.Fields(c.query("q"))
	if len(words) == 0 {
		return invalid(problem("Search", "q", "missing", ""))
	}
	in := ""
	words = slices.DeleteFunc(words, func(word string) bool {
		where, ok := strings.CutPrefix(word, "in:")
		if ok {
			in = where
		}
		return ok
	})
	rows := []object{}
	for _, u := range c.usersByID() {
		hay := u.Login + " " + u.Name
		switch {
		case in == "login":
			hay = u.Login
		case in == "email" && u.Public:
			hay = u.Email
		case in == "email":
			hay = ""
		}
		if u.Gone || u.Kind == "Bot" || u.ID == userGhost || slices.ContainsFunc(words, func(word string) bool {
			return !strings.Contains(strings.ToLower(hay), strings.ToLower(word))
		}) {
			continue
		}
		view := c.userView(u).(object)
		view["score"] = 1.0
		rows = append(rows, view)
	}
	return c.searchPage(rows, nil)
}

func (c *call) listCollaborators() error {
	r, err := c.writable(roleWrite, "issues")
	if err != nil {
		return err
	}
	out := []object{}
	for _, u := range c.usersByID() {
		if role := r.Roles[u.ID]; role > roleNone && !u.Gone {
			view := c.userView(u).(object)
			view["role_name"] = roleNames[role]
			view["permissions"] = object{"admin": role == roleAdmin, "maintain": role == roleAdmin, "push": role >= roleWrite,
				"triage": role >= roleTriage, "pull": true}
			out = append(out, view)
		}
	}
	return page(c, out)
}

func (c *call) getPermission() error {
	r, err := c.writable(roleWrite, "issues")
	if err != nil {
		return err
	}
	u := c.e.st.userByLogin(c.req.PathValue("username"))
	if u == nil {
		return notFound()
	}
	role := r.Roles[u.ID]
	if role == roleNone && !r.Private {
		role = roleRead
	}
	permission := map[int]string{roleNone: "none", roleRead: "read", roleTriage: "read", roleWrite: "write", roleAdmin: "admin"}[role]
	view := c.userView(u).(object)
	view["role_name"] = roleNames[role]
	return c.answer(http.StatusOK, object{"permission": permission, "role_name": roleNames[role], "user": view})
}
