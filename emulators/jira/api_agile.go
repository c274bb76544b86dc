package jira

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parts of the Jira Software API an integration needs to work with sprints.

func (c *call) agilePage(all []object) object {
	page, startAt, maxResults := window(c, all, 50, 50)
	return object{"startAt": startAt, "maxResults": maxResults, "total": len(all), "isLast": startAt+len(page) >= len(all), "values": append([]object{}, page...)}
}

func (c *call) agileBoard(b *board) object {
	p := findProject(b.ProjectID)
	kind := c.view().project(p)["projectTypeKey"]
	out := object{"id": b.ID, "self": c.base + "/rest/agile/1.0/board/" + strconv.FormatInt(b.ID, 10), "name": b.Name, "type": b.Type}
	if c.opts.DataCenter {
		return out
	}
	out["location"] = object{"projectId": number(p.ID), "displayName": p.Name + " (" + p.Key + ")", "projectName": p.Name, "projectKey": p.Key,
		"projectTypeKey": kind, "name": p.Name + " (" + p.Key + ")"}
	return out
}

func (c *call) getBoards() (reply, error) {
	key, name, kinds := c.query.Get("projectKeyOrId"), strings.ToLower(c.query.Get("name")), list(c.query["type"]...)
	var only *project
	if key != "" {
		if only = findProject(key); only == nil {
			return reply{}, fail(http.StatusBadRequest, "No project could be found with key or id '%s'.", key)
		}
	}
	out := []object{}
	for _, b := range boards {
		if only != nil && b.ProjectID != only.ID || len(kinds) > 0 && !slices.Contains(kinds, b.Type) || !strings.Contains(strings.ToLower(b.Name), name) {
			continue
		}
		out = append(out, c.agileBoard(b))
	}
	return ok(c.agilePage(out))
}

func (c *call) oneBoard() (*board, error) {
	id, err := strconv.ParseInt(c.vars["boardId"], 10, 64)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "The board id must be a number.")
	}
	if b := findBoard(id); b != nil {
		return b, nil
	}
	return nil, fail(http.StatusNotFound, "Board does not exist or you do not have permission to see it.")
}

func (c *call) getBoard() (reply, error) {
	b, err := c.oneBoard()
	if err != nil {
		return reply{}, err
	}
	return ok(c.agileBoard(b))
}

func (c *call) boardSprints() (reply, error) {
	b, err := c.oneBoard()
	if err != nil {
		return reply{}, err
	}
	if b.Type != "scrum" {
		return reply{}, fail(http.StatusBadRequest, "The board does not support sprints")
	}
	asked := list(c.query["state"]...)
	for _, st := range asked {
		if !slices.Contains(sprintStates, st) {
			return reply{}, fail(http.StatusBadRequest, "The sprint state '%s' is not valid.", st)
		}
	}
	out := []object{}
	for _, st := range sprintStates {
		for _, sp := range c.state.Sprints {
			if sp.BoardID == b.ID && sp.State == st && (len(asked) == 0 || slices.Contains(asked, st)) {
				out = append(out, c.agileSprint(sp))
			}
		}
	}
	return ok(c.agilePage(out))
}

func (c *call) oneSprint() (*sprint, error) {
	id, err := strconv.ParseInt(c.vars["sprintId"], 10, 64)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "The sprint id must be a number.")
	}
	if sp := c.state.sprint(id); sp != nil {
		return sp, nil
	}
	return nil, fail(http.StatusNotFound, "Sprint does not exist or you do not have permission to see it.")
}

func (c *call) getSprint() (reply, error) {
	sp, err := c.oneSprint()
	if err != nil {
		return reply{}, err
	}
	return ok(c.agileSprint(sp))
}

type sprintInput struct {
	Name          *string `json:"name"`
	State         string  `json:"state"`
	Goal          *string `json:"goal"`
	StartDate     *string `json:"startDate"`
	EndDate       *string `json:"endDate"`
	OriginBoardID int64   `json:"originBoardId"`
}

// write puts what an input names into a sprint. The error is the vendor's 400.
func (in sprintInput) write(sp *sprint) error {
	if in.Name != nil {
		if sp.Name = strings.TrimSpace(*in.Name); sp.Name == "" {
			return badField("name", "The sprint name must not be empty.")
		}
	}
	if in.Goal != nil {
		sp.Goal = *in.Goal
	}
	for _, d := range []struct {
		name string
		text *string
		to   *time.Time
	}{{"startDate", in.StartDate, &sp.Start}, {"endDate", in.EndDate, &sp.End}} {
		if d.text == nil {
			continue
		}
		at, err := time.Parse("2006-01-02T15:04:05Z07:00", *d.text)
		if err != nil {
			return badField(d.name, "The date '%s' is not valid.", *d.text)
		}
		*d.to = at.UTC()
	}
	if !sp.Start.IsZero() && !sp.End.IsZero() && !sp.Start.Before(sp.End) {
		return badField("endDate", "The end date must be after the start date.")
	}
	return nil
}

func (c *call) createSprint() (reply, error) {
	var in sprintInput
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	b := findBoard(in.OriginBoardID)
	switch {
	case in.Name == nil:
		return reply{}, badField("name", "The sprint name must not be empty.")
	case b == nil:
		return reply{}, fail(http.StatusNotFound, "Board does not exist or you do not have permission to see it.")
	case b.Type != "scrum":
		return reply{}, fail(http.StatusBadRequest, "The board does not support sprints")
	}
	sp := &sprint{ID: 1, BoardID: b.ID, State: "future", Created: c.now}
	for _, have := range c.state.Sprints {
		sp.ID = max(sp.ID, have.ID+1)
	}
	if err := in.write(sp); err != nil {
		return reply{}, err
	}
	c.state.Sprints = append(c.state.Sprints, sp)
	c.changed = true
	c.emitSprint("sprint_created", c.agileSprint(sp))
	return created(c.agileSprint(sp))
}

// updateSprint serves POST, which changes what is named, and PUT, which empties what is not.
func (c *call) updateSprint() (reply, error) {
	sp, err := c.oneSprint()
	if err != nil {
		return reply{}, err
	}
	var in sprintInput
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	if sp.State == "closed" {
		return reply{}, fail(http.StatusBadRequest, "A closed sprint cannot be updated.")
	}
	next := *sp
	if c.r.Method == http.MethodPut {
		if in.Name == nil {
			return reply{}, badField("name", "The sprint name must not be empty.")
		}
		next.Goal, next.Start, next.End = "", time.Time{}, time.Time{}
	}
	if err := in.write(&next); err != nil {
		return reply{}, err
	}
	event := "sprint_updated"
	if in.State != "" {
		if event, err = c.setState(&next, in.State); err != nil {
			return reply{}, err
		}
	}
	*sp = next
	c.changed = true
	c.emitSprint(event, c.agileSprint(sp))
	return ok(c.agileSprint(sp))
}

func (c *call) deleteSprint() (reply, error) {
	sp, err := c.oneSprint()
	if err != nil {
		return reply{}, err
	}
	for _, i := range c.state.sorted() {
		if slices.Contains(c.state.sprintsOf(i), sp) && sp.State != "closed" && !isSubtask(i.TypeID) {
			if err := c.place(i, nil); err != nil {
				return reply{}, err
			}
		}
	}
	c.state.Sprints = slices.DeleteFunc(c.state.Sprints, func(have *sprint) bool { return have == sp })
	c.changed = true
	c.emitSprint("sprint_deleted", c.agileSprint(sp))
	return noContent()
}

// movedIssues reads the issues of a request that moves them, at most 50.
func (c *call) movedIssues() ([]*issue, error) {
	var in struct {
		Issues []string `json:"issues"`
	}
	if err := c.decode(&in, false); err != nil {
		return nil, err
	}
	if len(in.Issues) > 50 {
		return nil, fail(http.StatusBadRequest, "The maximum number of issues that can be moved in one operation is 50.")
	}
	var out []*issue
	for _, name := range in.Issues {
		i := c.state.find(name)
		if i == nil {
			return nil, fail(http.StatusBadRequest, "Issue '%s' does not exist or you do not have permission to see it.", name)
		}
		out = append(out, i)
	}
	return out, nil
}

func (c *call) moveToSprint() (reply, error) {
	sp, err := c.oneSprint()
	if err != nil {
		return reply{}, err
	}
	return c.move50(sp)
}

func (c *call) moveToBacklog() (reply, error) { return c.move50(nil) }

func (c *call) move50(sp *sprint) (reply, error) {
	all, err := c.movedIssues()
	if err != nil {
		return reply{}, err
	}
	for _, i := range all {
		if err := c.place(i, sp); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}

func (c *call) sprintIssues() (reply, error) {
	sp, err := c.oneSprint()
	if err != nil {
		return reply{}, err
	}
	var all []*issue
	for _, i := range c.state.sorted() {
		if slices.Contains(c.state.sprintsOf(i), sp) {
			all = append(all, i)
		}
	}
	page, startAt, maxResults := window(c, all, 50, 100)
	out := []object{}
	for _, i := range page {
		out = append(out, c.renderIssue(i, wanted{fields: list(c.query["fields"]...)}))
	}
	return ok(object{"expand": "names,schema", "startAt": startAt, "maxResults": maxResults, "total": len(all), "issues": out})
}
