package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// agile is the API of boards and sprints.
const agile = "/rest/agile/1.0"

// sprint is one of those an issue is or was in, or that a board has.
type sprint struct {
	thing
	State string
}

// serverSprint is how Data Center writes a sprint of an issue, as its webhooks do: a text with the sprint's members in square brackets.
var serverSprint = regexp.MustCompile(`(?s)\[id=(\d+),(?:.*?,)??state=([A-Z]+),(?:.*?,)??name=(.*?)(?:,(?:startDate|goal)=.*)?\]$`)

func (s *sprint) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		m := serverSprint.FindStringSubmatch(text)
		if m == nil {
			return errors.New("a sprint in an unknown form")
		}
		s.thing, s.State = thing{ID: m[1], Name: m[3]}, m[2]
		return nil
	}
	var state struct {
		State string `json:"state"`
	}
	if err := json.Unmarshal(b, &state); err != nil {
		return err
	}
	s.State = state.State
	return s.thing.UnmarshalJSON(b)
}

func (s sprint) open() bool { return !strings.EqualFold(s.State, "closed") }

// sprintsIn reads the field of sprints; not ok when it has another form.
func sprintsIn(raw json.RawMessage) (all []sprint, ok bool) {
	return all, json.Unmarshal(raw, &all) == nil
}

// readSprint is the sprint that an issue is in: the open one, else the last it was in. It is pure.
func readSprint(raw json.RawMessage) core.Value {
	all, ok := sprintsIn(raw)
	switch {
	case !ok:
		return core.Absent()
	case len(all) == 0:
		return core.Empty(core.KindOption)
	}
	last := all[len(all)-1]
	for _, s := range all {
		if s.open() {
			last = s
		}
	}
	return core.Option(last.ID, last.Name)
}

// setSprint plans to move an issue to a sprint, or to the backlog. Jira never takes an issue out of a closed sprint.
func (e *edit) setSprint(f field, raw json.RawMessage, v core.Value) (why string) {
	cur := f.read(raw)
	if core.Equal(cur, v) || cur.IsAbsent() && v.IsEmpty() {
		return ""
	}
	if v.IsEmpty() {
		all, _ := sprintsIn(raw)
		for _, s := range all {
			if !s.open() {
				return fmt.Sprintf("the issue was in the closed sprint %q, and Jira keeps that on it", s.Name)
			}
		}
	}
	e.sprint = v
	return ""
}

// moveToSprint carries that out ("Move issues to sprint and rank", "Move issues to backlog").
func (c *Connector) moveToSprint(ctx context.Context, issueID string, f field, v core.Value) error {
	path := agile + "/backlog/issue"
	if !v.IsEmpty() {
		path = agile + "/sprint/" + url.PathEscape(v.ID()) + "/issue"
	}
	err := c.do(ctx, http.MethodPost, path, map[string][]string{"issues": {issueID}}, nil)
	var invalid *connectors.InvalidError
	switch {
	case errors.As(err, &invalid):
		return connectors.Invalid(c.system+": move issue to sprint", f.name, strings.Join(sortedValues(invalid.Fields), "; "))
	case errors.Is(err, connectors.ErrNotFound):
		return connectors.Invalid(c.system+": move issue to sprint", f.name, "there is no such sprint, or the account may not see it")
	}
	return err
}

func sortedValues(m map[string]string) []string {
	var out []string
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out
}

// openSprints lists the active and future sprints of a project's boards ("Get all boards", "Get all sprints"). A site without
// Jira Software, or an account that may not see its boards, has none.
func (c *Connector) openSprints(ctx context.Context, project string) ([]core.Value, error) {
	if v, ok := c.sprints.Get(project); ok {
		return v, nil
	}
	var out []core.Value
	seen := map[string]bool{}
	err := pages(ctx, c, agile+"/board", url.Values{"projectKeyOrId": {project}}, func(b struct {
		ID   int64  `json:"id"`
		Type string `json:"type"`
	}) error {
		if b.Type == "kanban" {
			return nil
		}
		err := pages(ctx, c, agile+"/board/"+strconv.FormatInt(b.ID, 10)+"/sprint", url.Values{"state": {"active,future"}}, func(s sprint) error {
			if !seen[s.ID] {
				seen[s.ID] = true
				out = append(out, core.Option(s.ID, s.Name))
			}
			return nil
		})
		var invalid *connectors.InvalidError
		if errors.As(err, &invalid) { // a board without sprints
			return nil
		}
		return err
	})
	if errors.Is(err, connectors.ErrUnauthenticated) { // of an app without the scopes of boards, unless the account is refused everywhere
		if lost := c.do(ctx, http.MethodGet, c.api+"/myself", nil, nil); lost != nil {
			return nil, lost
		}
	}
	if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) {
		out, err = nil, nil
	}
	if err == nil {
		c.sprints.Put(project, out)
	}
	return out, err
}

// pages reads a list of the agile API to its end.
func pages[T any](ctx context.Context, c *Connector, path string, q url.Values, each func(T) error) error {
	for at := 0; ; {
		q.Set("startAt", strconv.Itoa(at))
		q.Set("maxResults", "50")
		var page struct {
			Values []T  `json:"values"`
			IsLast bool `json:"isLast"`
		}
		if err := c.get(ctx, path, q, &page); err != nil {
			return err
		}
		for _, v := range page.Values {
			if err := each(v); err != nil {
				return err
			}
		}
		if at += len(page.Values); page.IsLast || len(page.Values) == 0 {
			return nil
		}
	}
}

// settleSprint finds an open sprint by name or takes the id that a value carries.
func (s *screen) settleSprint(ctx context.Context, v core.Value) (core.Value, string, error) {
	if v.Kind() == core.KindOption && v.ID() != "" {
		return v, "", nil
	}
	_, remembered := s.c.sprints.Get(s.project)
	open, err := s.c.openSprints(ctx, s.project)
	found := sprintsCalled(open, plain(v))
	if err == nil && len(found) == 0 && remembered { // somebody may have just made it
		s.c.sprints.Forget(s.project)
		open, err = s.c.openSprints(ctx, s.project)
		found = sprintsCalled(open, plain(v))
	}
	if err != nil {
		return v, "", err
	}
	switch len(found) {
	case 1:
		return found[0], "", nil
	case 0:
		return v, "no board of the project has an open sprint of that name; " + knownSprints(open), nil
	}
	return v, fmt.Sprintf("%d open sprints have that name; rename all but one", len(found)), nil
}

func sprintsCalled(sprints []core.Value, name string) []core.Value {
	return slices.DeleteFunc(slices.Clone(sprints), func(o core.Value) bool { return o.Name() != name })
}

func knownSprints(open []core.Value) string {
	if len(open) == 0 {
		return "there is none"
	}
	var names []string
	for _, o := range open {
		names = append(names, o.Name())
	}
	return "there are: " + strings.Join(names, ", ")
}
