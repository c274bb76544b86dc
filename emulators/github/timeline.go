package github

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
)

// note writes an entry into the issue's timeline.
func (c *call) note(i *issue, kind string, extra object) *event {
	ev := &event{ID: c.e.st.id(), Issue: i.ID, Actor: c.actor.user.ID, Kind: kind, At: c.now, ViaApp: c.actor.app(), Extra: extra}
	c.e.st.Events = append(c.e.st.Events, ev)
	c.dirty = true
	return ev
}

// onlyTimeline are entries that the list of events leaves out.
var onlyTimeline = []string{"cross-referenced"}

func (c *call) eventView(ev *event, timeline bool) object {
	i := c.e.st.Issues[ev.Issue]
	r := c.e.st.Repos[i.Repo]
	actor := c.userView(c.e.st.Users[ev.Actor])
	if ev.Kind == "cross-referenced" {
		return object{"event": ev.Kind, "actor": actor, "created_at": stamp(ev.At), "updated_at": stamp(ev.At),
			"source": object{"type": "issue", "issue": c.issueView(c.e.st.Issues[ev.Other])}}
	}
	out := object{"id": ev.ID, "node_id": node("E", ev.ID), "url": fmt.Sprintf("%s/issues/events/%d", c.repoURL(r), ev.ID), "actor": actor,
		"event": ev.Kind, "commit_id": nil, "commit_url": nil, "created_at": stamp(ev.At), "performed_via_github_app": c.via(ev.ViaApp)}
	for k, v := range ev.Extra {
		out[k] = v
	}
	if u := c.e.st.Users[ev.User]; ev.User != 0 {
		out["assignee"] = c.userView(u)
		if !timeline { // the list of events alone names who assigned
			out["assigner"] = actor
		}
	}
	if other := c.e.st.Issues[ev.Other]; other != nil {
		key := map[string]string{"sub_issue_added": "sub_issue", "sub_issue_removed": "sub_issue", "parent_issue_added": "parent_issue",
			"parent_issue_removed": "parent_issue", "blocked_by_added": "blocked_by", "blocked_by_removed": "blocked_by",
			"blocking_added": "blocking", "blocking_removed": "blocking"}[ev.Kind]
		if key != "" {
			out[key] = c.reference(other)
		}
	}
	return out
}

func (c *call) reference(i *issue) object {
	r := c.e.st.Repos[i.Repo]
	out := object{"number": i.Number, "title": i.Title, "state": i.State, "repository": c.repoView(r), "issue_type": nil}
	if t := typeByID(i.Type); t != nil {
		out["issue_type"] = object{"id": t.id, "name": t.name, "color": t.color}
	}
	return out
}

func (c *call) eventsOf(i *issue, timeline bool) []*event {
	var out []*event
	for _, ev := range c.e.st.Events {
		if ev.Issue == i.ID && (timeline || !slices.Contains(onlyTimeline, ev.Kind)) {
			out = append(out, ev)
		}
	}
	return out
}

func (c *call) listIssueEvents() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	out := []object{}
	for _, ev := range c.eventsOf(i, false) {
		out = append(out, c.eventView(ev, false))
	}
	return page(c, out)
}

// listTimeline is events and comments by time.
func (c *call) listTimeline() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	type entry struct {
		id   int64
		view object
	}
	var rows []entry
	for _, ev := range c.eventsOf(i, true) {
		rows = append(rows, entry{ev.ID, c.eventView(ev, true)})
	}
	for _, m := range c.e.st.commentsOf(func(m *comment) bool { return m.Issue == i.ID }) {
		view := c.commentView(m)
		view["event"], view["actor"] = "commented", view["user"]
		rows = append(rows, entry{m.ID, view})
	}
	slices.SortFunc(rows, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	out := []object{}
	for _, row := range rows {
		out = append(out, row.view)
	}
	return page(c, out)
}

// listRepoEvents is newest first and takes no since.
func (c *call) listRepoEvents() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	if err := c.permit("issues"); err != nil {
		return err
	}
	out := []object{}
	for _, ev := range slices.Backward(c.e.st.Events) {
		i := c.e.st.Issues[ev.Issue]
		if i.Repo == r.ID && !i.Deleted && !slices.Contains(onlyTimeline, ev.Kind) {
			view := c.eventView(ev, false)
			view["issue"] = c.issueView(i)
			out = append(out, view)
		}
	}
	return page(c, out)
}

func (c *call) getEvent() error {
	r, err := c.repo()
	if err != nil {
		return err
	}
	for _, ev := range c.e.st.Events {
		if i := c.e.st.Issues[ev.Issue]; ev.ID == c.pathID("event_id") && i.Repo == r.ID {
			if i.Deleted {
				return refuse(http.StatusGone, "This issue was deleted")
			}
			view := c.eventView(ev, false)
			view["issue"] = c.issueView(i)
			return c.answer(http.StatusOK, view)
		}
	}
	return notFound()
}
