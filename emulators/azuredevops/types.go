package azuredevops

import (
	"slices"
	"strings"
)

// project is one project with its types.
type project struct {
	name, id string
	types    []*workType
}

func (p *project) team() string   { return p.name + " Team" }
func (p *project) teamID() string { return guid("team "+p.name, 0) }

// workType is a work item type of a project.
type workType struct {
	name, ref, color string
	states           []workState
	steps            map[string][]step // by state; "" is the beginning
	required         map[string]string // by state: a field it needs
}

type workState struct{ name, category, color string }

// step is a transition with its reasons; the first is the default.
type step struct {
	to      string
	reasons []string
}

var agile = []workState{{"New", "Proposed", "b2b2b2"}, {"Active", "InProgress", "007acc"}, {"Resolved", "Resolved", "ff9d00"},
	{"Closed", "Completed", "339933"}, {"Removed", "Removed", "ffffff"}}

// agileSteps are the transitions of the Agile process, with the reasons a new item, a start and an end have there.
func agileSteps(created, resolved, closed string) map[string][]step {
	removed := step{"Removed", []string{"Removed from the backlog"}}
	return map[string][]step{
		"":         {{"New", []string{created}}},
		"New":      {{"Active", []string{"Implementation started", "Investigate"}}, {"Resolved", []string{resolved, "As Designed"}}, {"Closed", []string{closed, "Duplicate"}}, removed},
		"Active":   {{"New", []string{"Implementation halted"}}, {"Resolved", []string{resolved, "As Designed", "Cannot Reproduce"}}, {"Closed", []string{closed, "Duplicate"}}, removed},
		"Resolved": {{"Active", []string{"Not fixed", "Test Failed"}}, {"Closed", []string{closed, "Verified"}}, removed},
		"Closed":   {{"Active", []string{"Reactivated", "Regression"}}, {"Resolved", []string{"Closed in error"}}},
		"Removed":  {{"New", []string{"Reconsidering"}}},
	}
}

// scrumSteps go one state at a time.
func scrumSteps(created string) map[string][]step {
	removed := step{"Removed", []string{"Removed from the backlog"}}
	return map[string][]step{
		"":          {{"New", []string{created}}},
		"New":       {{"Approved", []string{"Approved by the Product Owner"}}, removed},
		"Approved":  {{"Committed", []string{"Commitment made by the team"}}, {"New", []string{"Reconsidering"}}, removed},
		"Committed": {{"Done", []string{"Work finished"}}, {"Approved", []string{"Work stopped"}}},
		"Done":      {{"Committed", []string{"Additional work found"}}},
		"Removed":   {{"New", []string{"Reconsidering"}}},
	}
}

var scrum = []workState{{"New", "Proposed", "b2b2b2"}, {"Approved", "Proposed", "b2b2b2"}, {"Committed", "InProgress", "007acc"},
	{"Done", "Completed", "339933"}, {"Removed", "Removed", "ffffff"}}

var projects = []*project{
	{name: "Fabrikam", id: "66776c68-10ec-4679-9652-000000000001", types: []*workType{
		{name: "Bug", ref: "Microsoft.VSTS.WorkItemTypes.Bug", color: "CC293D", states: agile, steps: agileSteps("New defect reported", "Fixed", "Fixed and verified")},
		{name: "User Story", ref: "Microsoft.VSTS.WorkItemTypes.UserStory", color: "009CCC", states: agile, steps: agileSteps("New", "Code complete and unit tests pass", "Acceptance tests pass")},
		{name: "Task", ref: "Microsoft.VSTS.WorkItemTypes.Task", color: "F2CB1D", states: agile, steps: agileSteps("New", "Completed", "Completed")},
		{name: "Feature", ref: "Microsoft.VSTS.WorkItemTypes.Feature", color: "773B93", states: agile, steps: agileSteps("New feature", "Stories complete", "Acceptance tests pass")},
		{name: "Epic", ref: "Microsoft.VSTS.WorkItemTypes.Epic", color: "FF7B00", states: agile, steps: agileSteps("Added to backlog", "Features complete", "Acceptance tests pass")},
	}},
	{name: "Helpdesk", id: "66776c68-10ec-4679-9652-000000000002", types: []*workType{
		{name: "Bug", ref: "Microsoft.VSTS.WorkItemTypes.Bug", color: "CC293D", states: scrum, steps: scrumSteps("New defect reported")},
		{name: "Product Backlog Item", ref: "Microsoft.VSTS.WorkItemTypes.ProductBacklogItem", color: "009CCC", states: scrum, steps: scrumSteps("New backlog item")},
		{name: "Störung", ref: "Helpdesk.Stoerung", color: "FF0000",
			states: []workState{{"Neu", "Proposed", "b2b2b2"}, {"In Arbeit", "InProgress", "007acc"}, {"Erledigt", "Completed", "339933"}},
			steps: map[string][]step{"": {{"Neu", []string{"Gemeldet"}}}, "Neu": {{"In Arbeit", []string{"Begonnen"}}},
				"In Arbeit": {{"Neu", []string{"Angehalten"}}, {"Erledigt", []string{"Behoben", "Abgelehnt"}}}, "Erledigt": {{"In Arbeit", []string{"Wieder geöffnet"}}}},
			required: map[string]string{"Erledigt": fieldCause}},
	}},
}

func projectBy(name string) *project {
	i := slices.IndexFunc(projects, func(p *project) bool { return strings.EqualFold(p.name, name) || strings.EqualFold(p.id, name) })
	if i < 0 {
		return nil
	}
	return projects[i]
}

func (p *project) kind(name string) *workType {
	i := slices.IndexFunc(p.types, func(t *workType) bool { return strings.EqualFold(t.name, name) })
	if i < 0 {
		return nil
	}
	return p.types[i]
}

func (t *workType) state(name string) *workState {
	i := slices.IndexFunc(t.states, func(s workState) bool { return strings.EqualFold(s.name, name) })
	if i < 0 {
		return nil
	}
	return &t.states[i]
}

func (t *workType) step(from, to string) *step {
	i := slices.IndexFunc(t.steps[from], func(s step) bool { return s.to == to })
	if i < 0 {
		return nil
	}
	return &t.steps[from][i]
}

func kindOf(project, name string) *workType {
	if p := projectBy(project); p != nil {
		return p.kind(name)
	}
	return nil
}
