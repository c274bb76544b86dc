package github

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// setMilestone moves the issue to a milestone by its number; 0 is none.
func (c *call) setMilestone(i *issue, r *repo, number int64) {
	if number == i.Milestone {
		return
	}
	if old := r.milestone(i.Milestone); old != nil {
		i.Milestone = 0
		c.note(i, "demilestoned", object{"milestone": object{"title": old.Title}})
		c.emit("issues", "demilestoned", i, object{"milestone": c.milestoneView(r, old)})
	}
	if m := r.milestone(number); m != nil {
		i.Milestone = number
		c.note(i, "milestoned", object{"milestone": object{"title": m.Title}})
		c.emit("issues", "milestoned", i, object{"milestone": c.milestoneView(r, m)})
	}
	c.touch(i)
}

func (c *call) listMilestones() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	state, out := cmp.Or(c.query("state"), "open"), []object{}
	for _, m := range r.Milestones {
		if state == "all" || m.State == state {
			out = append(out, c.milestoneView(r, m))
		}
	}
	if c.query("direction") == "desc" {
		slices.Reverse(out)
	}
	return page(c, out)
}

func (c *call) milestone() (*repo, *milestone, error) {
	r, err := c.repo()
	if err != nil {
		return nil, nil, err
	}
	m := r.milestone(c.pathID("milestone_number"))
	if m == nil {
		return nil, nil, notFound()
	}
	return r, m, nil
}

func (c *call) getMilestone() error {
	r, m, err := c.milestone()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, c.milestoneView(r, m))
}

// saveMilestone makes or changes a milestone. Titles are unique; a new title does not move updated_at of its issues.
func (c *call) saveMilestone() error {
	r, err := c.writable(roleWrite, "issues")
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	m, status, action := &milestone{State: "open", Creator: c.actor.user.ID, Created: c.now}, http.StatusCreated, "created"
	if c.req.Method == http.MethodPatch {
		if _, m, err = c.milestone(); err != nil {
			return err
		}
		status, action = http.StatusOK, "edited"
	}
	title := m.Title
	if v, ok := in["title"]; ok {
		title = text(v)
	}
	if strings.TrimSpace(title) == "" {
		return invalid(problem("Milestone", "title", "missing_field", ""))
	}
	for _, other := range r.Milestones {
		if other != m && other.Title == title {
			return invalid(problem("Milestone", "title", "already_exists", ""))
		}
	}
	due := m.Due
	if v, ok := in["due_on"]; ok {
		var fine bool
		if due, fine = timeOf(v); !fine {
			return invalid(problem("Milestone", "due_on", "invalid", ""))
		}
	}
	extra := object{}
	if action == "edited" {
		changes := object{}
		if title != m.Title {
			changes["title"] = object{"from": m.Title}
		}
		extra["changes"] = changes
	}
	if state := text(in["state"]); state != "" && state != m.State {
		m.State, m.Closed = state, nil
		action = map[string]string{"open": "opened", "closed": "closed"}[state]
		delete(extra, "changes")
		if at := c.now; state == "closed" {
			m.Closed = &at
		}
	}
	m.Title, m.Due, m.Updated = title, due, c.now
	if v, ok := in["description"].(string); ok {
		m.Description = &v
	}
	if status == http.StatusCreated {
		m.ID, m.Number, action = c.e.st.id(), 1, "created"
		for _, other := range r.Milestones {
			m.Number = max(m.Number, other.Number+1)
		}
		r.Milestones = append(r.Milestones, m)
	}
	c.dirty = true
	extra["milestone"] = c.milestoneView(r, m)
	c.emitRepo("milestone", action, r, extra)
	return c.answer(status, c.milestoneView(r, m))
}

func (c *call) deleteMilestone() error {
	r, err := c.writable(roleWrite, "issues")
	if err != nil {
		return err
	}
	m := r.milestone(c.pathID("milestone_number"))
	if m == nil {
		return notFound()
	}
	c.emitRepo("milestone", "deleted", r, object{"milestone": c.milestoneView(r, m)})
	r.Milestones = slices.DeleteFunc(r.Milestones, func(o *milestone) bool { return o == m })
	for _, i := range c.e.st.Issues {
		if i.Repo == r.ID && i.Milestone == m.Number {
			i.Milestone = 0
			c.e.index.note(i, c.e.skew.Now())
		}
	}
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}
