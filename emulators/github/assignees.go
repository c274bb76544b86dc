package github

import (
	"net/http"
	"slices"
)

// canHold says whether somebody can be assigned in the repository.
func canHold(r *repo, u *user) bool { return u != nil && !u.Gone && r.Roles[u.ID] >= roleTriage }

// assignable keeps those of the logins who can be assigned, at most ten; the others are dropped in silence.
func (c *call) assignable(r *repo, logins []any) []int64 {
	ids := []int64{}
	for _, login := range logins {
		u := c.e.st.userByLogin(text(login))
		if canHold(r, u) && !slices.Contains(ids, u.ID) && len(ids) < mostHands {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

func (c *call) setAssignees(i *issue, want []int64) {
	for _, id := range slices.Clone(i.Assignees) {
		if !slices.Contains(want, id) {
			c.unassign(i, id)
		}
	}
	for _, id := range want {
		c.assign(i, id)
	}
}

func (c *call) assign(i *issue, id int64) {
	if slices.Contains(i.Assignees, id) || len(i.Assignees) >= mostHands {
		return
	}
	i.Assignees = append(i.Assignees, id)
	c.note(i, "assigned", nil).User = id
	c.touch(i)
	c.emit("issues", "assigned", i, object{"assignee": c.userView(c.e.st.Users[id])})
}

func (c *call) unassign(i *issue, id int64) {
	if !slices.Contains(i.Assignees, id) {
		return
	}
	i.Assignees = slices.DeleteFunc(i.Assignees, func(o int64) bool { return o == id })
	c.note(i, "unassigned", nil).User = id
	c.touch(i)
	c.emit("issues", "unassigned", i, object{"assignee": c.userView(c.e.st.Users[id])})
}

func (c *call) changeAssignees() error {
	i, r, err := c.issue()
	if err != nil {
		return err
	}
	if _, err := c.writable(roleRead, "issues"); err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	logins, _ := in["assignees"].([]any)
	status := http.StatusOK
	if c.req.Method == http.MethodPost {
		status = http.StatusCreated
	}
	if c.role(r) >= roleWrite { // for others the call does nothing, in silence
		for _, login := range logins {
			u := c.e.st.userByLogin(text(login))
			switch {
			case u == nil:
			case status == http.StatusOK:
				c.unassign(i, u.ID)
			case canHold(r, u):
				c.assign(i, u.ID)
			}
		}
	}
	return c.answer(status, c.issueAnswer(i))
}

func (c *call) listAssignees() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	out := []any{}
	for _, u := range c.usersByID() {
		if canHold(r, u) {
			out = append(out, c.userView(u))
		}
	}
	return page(c, out)
}

// checkAssignee serves the repository's and the issue's check: 204 or 404.
func (c *call) checkAssignee() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	if !canHold(r, c.e.st.userByLogin(c.req.PathValue("assignee"))) {
		return notFound()
	}
	return c.answer(http.StatusNoContent, nil)
}
