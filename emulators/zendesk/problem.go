package zendesk

import (
	"net/http"
	"strings"
)

// incidentsOf are the tickets linked to a problem, by id.
func (e *Emulator) incidentsOf(problem int64) []*ticket {
	var out []*ticket
	for _, t := range sortedValues(e.st.Tickets, func(t *ticket) int64 { return t.ID }) {
		if t.Type == "incident" && t.ProblemID == problem && !t.deleted() {
			out = append(out, t)
		}
	}
	return out
}

// solveIncidents solves what is linked to a problem that has just been solved, with the same comment.
// Nothing an incident lacks stands in the way. Vendor source: "Working with problem and incident tickets".
func (e *Emulator) solveIncidents(by author, problem *ticket, in map[string]any) []webhookEvent {
	var events []webhookEvent
	for _, t := range e.incidentsOf(problem.ID) {
		if t.Status == "solved" || t.Status == "closed" {
			continue
		}
		also := map[string]any{"status": "solved"}
		if c, ok := in["comment"].(map[string]any); ok {
			copied := map[string]any{}
			for k, v := range c {
				if k != "uploads" { // a token is good for one comment
					copied[k] = v
				}
			}
			also["comment"] = copied
		}
		ch := &change{e: e, actor: by.user, channel: by.channel, now: e.now(), old: t, next: t.clone(), in: also, problems: problems{}, cascade: true}
		if _, more, err := ch.run(); err == nil {
			events = append(events, more...)
		}
	}
	return events
}

func (c *call) listIncidents() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	return c.ticketPage(c.e.incidentsOf(t.ID))
}

// listProblems gives problem tickets, the one changed last first.
func (c *call) listProblems() error {
	var rows []keyed[*ticket]
	for _, t := range c.live() {
		if t.Type == "problem" {
			rows = append(rows, keyed[*ticket]{timeKey(t.Updated, t.ID), t})
		}
	}
	tickets, beside, err := page(c, rows, true, 100)
	if err != nil {
		return err
	}
	beside["tickets"] = c.views(tickets)
	return c.answer(http.StatusOK, beside)
}

func (c *call) ticketPage(all []*ticket) error {
	var rows []keyed[*ticket]
	for _, t := range all {
		rows = append(rows, keyed[*ticket]{idKey(t.ID), t})
	}
	tickets, beside, err := page(c, rows, false, 100)
	if err != nil {
		return err
	}
	beside["tickets"] = c.views(tickets)
	return c.answer(http.StatusOK, beside)
}

// includes tells whether the request asks for a side-load.
func (c *call) includes(name string) bool {
	return strings.Contains(","+c.query("include")+",", ","+name+",")
}

// sideload adds the people, groups and organizations of tickets to an answer, each once, where the
// request asks for them (vendor page "Side-Loading").
func (c *call) sideload(out object, tickets ...*ticket) object {
	users, groupIDs, orgs := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	for _, t := range tickets {
		for _, id := range []int64{t.RequesterID, t.SubmitterID, t.AssigneeID} {
			users[id] = true
		}
		for _, id := range t.Collaborators {
			users[id] = true
		}
		groupIDs[t.GroupID], orgs[t.OrganizationID] = true, true
	}
	if c.includes("users") {
		list := []any{}
		for _, u := range c.e.st.usersByID() {
			if users[u.ID] {
				list = append(list, c.e.userView(u))
			}
		}
		out["users"] = list
	}
	if c.includes("groups") {
		list := []any{}
		for _, g := range groups {
			if groupIDs[g.id] {
				list = append(list, c.e.groupView(g))
			}
		}
		out["groups"] = list
	}
	if c.includes("organizations") {
		list := []any{}
		for _, o := range sortedValues(c.e.st.Orgs, func(o *organization) int64 { return o.ID }) {
			if orgs[o.ID] {
				list = append(list, c.e.organizationView(o))
			}
		}
		out["organizations"] = list
	}
	return out
}
