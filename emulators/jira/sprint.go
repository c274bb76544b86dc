package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// board is a board of the site. Kanban boards have no sprints.
type board struct {
	ID         int64
	Name, Type string
	ProjectID  string
}

var boards = []*board{
	{ID: 1, Name: "ENG board", Type: "scrum", ProjectID: "10000"},
	{ID: 2, Name: "OPS board", Type: "kanban", ProjectID: "10001"},
}

// sprint is a period of work on a board. Vendor source: "Sprint" of the Jira Software REST API.
type sprint struct {
	ID        int64     `json:"id"`
	BoardID   int64     `json:"board"`
	Name      string    `json:"name"`
	State     string    `json:"state"` // future, active, closed: in this order only
	Goal      string    `json:"goal,omitempty"`
	Start     time.Time `json:"start,omitzero"`
	End       time.Time `json:"end,omitzero"`
	Completed time.Time `json:"completed,omitzero"`
	Created   time.Time `json:"created"`
}

// sprintField is the custom field an issue's sprints are in.
const sprintField = "customfield_10020"

var sprintStates = []string{"closed", "active", "future"} // in the order boards list them

// seedSprints are the sprints every site starts with.
func seedSprints() []*sprint {
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 9, 0, 0, 0, time.UTC) }
	return []*sprint{
		{ID: 1, BoardID: 1, Name: "ENG Sprint 1", State: "closed", Goal: "Sign-in works", Start: day(4, 6), End: day(4, 20), Completed: day(4, 20), Created: day(4, 1)},
		{ID: 2, BoardID: 1, Name: "ENG Sprint 2", State: "active", Goal: "Billing works", Start: day(4, 20), End: day(5, 4), Created: day(4, 1)},
		{ID: 3, BoardID: 1, Name: "ENG Sprint 3", State: "future", Created: day(4, 20)},
		{ID: 4, BoardID: 1, Name: "ENG Sprint 4", State: "future", Created: day(4, 20)},
	}
}

func findBoard(id int64) *board {
	for _, b := range boards {
		if b.ID == id {
			return b
		}
	}
	return nil
}

func (s *state) sprint(id int64) *sprint {
	for _, sp := range s.Sprints {
		if sp.ID == id {
			return sp
		}
	}
	return nil
}

// sprintsOf are an issue's sprints, oldest first: those it was in when they closed and at most one
// other. A sub-task is where its parent is.
func (s *state) sprintsOf(i *issue) []*sprint {
	if parent := s.Issues[i.Values["parent"].Text]; parent != nil && isSubtask(i.TypeID) {
		i = parent
	}
	var out []*sprint
	for _, id := range i.Values[sprintField].List {
		if sp := s.sprint(number(id)); sp != nil {
			out = append(out, sp)
		}
	}
	return out
}

// readSprint reads the sprint's id, a bare number, or null. Closed sprints the issue was in stay.
func (rd reading) readSprint(f *field, raw json.RawMessage) (value, error) {
	var kept []string
	for _, id := range rd.now[f.ID].List {
		if sp := rd.sprint(number(id)); sp != nil && sp.State == "closed" {
			kept = append(kept, id)
		}
	}
	if string(raw) == "null" {
		return value{List: kept}, nil
	}
	var id int64
	if json.Unmarshal(raw, &id) != nil {
		return value{}, &apiError{Status: http.StatusBadRequest, Messages: []string{"Number value expected as the Sprint id."},
			Fields: map[string]string{f.ID: "The Sprint (id) must be a number"}}
	}
	switch sp := rd.sprint(id); {
	case sp == nil:
		return value{}, badField(f.ID, "Sprint with id '%d' does not exist or you do not have permission to view it.", id)
	case sp.State == "closed":
		return value{}, badField(f.ID, "Issue can be assigned only active or future sprints.")
	}
	return value{List: append(kept, strconv.FormatInt(id, 10))}, nil
}

// place puts an issue into a sprint, or into the backlog where sp is nil.
func (s *session) place(i *issue, sp *sprint) error {
	raw := rawDoc("null")
	if sp != nil {
		raw = quoted(sp.ID)
	}
	if isSubtask(i.TypeID) {
		return fail(http.StatusBadRequest, "Issue '%s' cannot be moved on its own: it is a sub-task.", i.Key)
	}
	return s.change(i, issueInput{Fields: map[string]rawDoc{sprintField: raw}})
}

// sprintValue is a sprint inside an issue; in webhooks it is the text the vendor has there.
func (v view) sprintValue(sp *sprint) any {
	if v.version == "2" {
		return fmt.Sprintf("com.atlassian.greenhopper.service.sprint.Sprint@%08x[id=%d,rapidViewId=%d,state=%s,name=%s,goal=%s,startDate=%s,endDate=%s,completeDate=%s,sequence=%d]",
			sp.ID, sp.ID, sp.BoardID, strings.ToUpper(sp.State), sp.Name, sp.Goal, javaTime(sp.Start), javaTime(sp.End), javaTime(sp.Completed), sp.ID)
	}
	out := object{"id": sp.ID, "name": sp.Name, "state": sp.State, "boardId": sp.BoardID, "goal": sp.Goal}
	sp.addTimes(out)
	return out
}

func javaTime(t time.Time) string {
	if t.IsZero() {
		return "<null>"
	}
	return agileTime(t)
}

func agileTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (sp *sprint) addTimes(out object) {
	for name, at := range map[string]time.Time{"startDate": sp.Start, "endDate": sp.End, "completeDate": sp.Completed} {
		if !at.IsZero() {
			out[name] = agileTime(at)
		}
	}
}

func (v view) sprints(i *issue) any {
	all := v.state.sprintsOf(i)
	if len(all) == 0 {
		return nil
	}
	out := []any{}
	for _, sp := range all {
		out = append(out, v.sprintValue(sp))
	}
	return out
}

// agileSprint is a sprint as the Jira Software API answers it.
func (c *call) agileSprint(sp *sprint) object {
	out := object{"id": sp.ID, "self": c.base + "/rest/agile/1.0/sprint/" + strconv.FormatInt(sp.ID, 10), "state": sp.State, "name": sp.Name,
		"createdDate": agileTime(sp.Created), "originBoardId": sp.BoardID, "goal": sp.Goal}
	sp.addTimes(out)
	return out
}

// sprintItems words a change of an issue's sprints: empty texts, not null, where there is none.
func (s *session) sprintItems(f *field, old, v value) []changeItem {
	words := func(v value) (ids, names *string) {
		var all []string
		for _, id := range v.List {
			if sp := s.state.sprint(number(id)); sp != nil {
				all = append(all, sp.Name)
			}
		}
		a, b := strings.Join(v.List, ", "), strings.Join(all, ", ")
		return &a, &b
	}
	it := changeItem{Field: f.Name, FieldType: "custom", FieldID: f.ID}
	it.From, it.FromString = words(old)
	it.To, it.ToString = words(v)
	return []changeItem{it}
}

// sprintWords are what an issue answers to in JQL's sprint field.
func (s *state) sprintWords(i *issue) []string {
	var out []string
	for _, sp := range s.sprintsOf(i) {
		out = append(out, strconv.FormatInt(sp.ID, 10), sp.Name)
	}
	return out
}

// sprintsIn resolves openSprints() and its kin to the ids of the sprints meant.
func (s *state) sprintsIn(function string) []operand {
	state := map[string]string{"opensprints": "active", "futuresprints": "future", "closedsprints": "closed"}[function]
	var out []operand
	for _, sp := range s.Sprints {
		if sp.State == state {
			out = append(out, operand{text: strconv.FormatInt(sp.ID, 10)})
		}
	}
	return out
}

// sprintClause replaces sprint functions by what they stand for.
func (s *state) sprintClause(c *clause) *clause {
	out := *c
	out.values = nil
	for _, v := range c.values {
		if strings.HasSuffix(v.call, "sprints") {
			out.values = append(out.values, s.sprintsIn(v.call)...)
		} else {
			out.values = append(out.values, v)
		}
	}
	return &out
}

func (s *session) emitSprint(event string, out object) {
	s.emit(event, nil, object{"sprint": out}, nil)
}

// setState moves a sprint on. The error is the vendor's 400.
func (s *session) setState(sp *sprint, to string) (event string, err error) {
	switch {
	case to == sp.State:
		return "sprint_updated", nil
	case sp.State == "future" && to == "active":
		if sp.Start.IsZero() || sp.End.IsZero() {
			return "", fail(http.StatusBadRequest, "The sprint must have a start and an end date to be started.")
		}
		sp.State = to
		return "sprint_started", nil
	case sp.State == "active" && to == "closed":
		sp.State, sp.Completed = to, s.now
		return "sprint_closed", nil
	case !slices.Contains(sprintStates, to):
		return "", fail(http.StatusBadRequest, "The sprint state '%s' is not valid.", to)
	}
	return "", fail(http.StatusBadRequest, "A sprint cannot go from %s to %s.", sp.State, to)
}
