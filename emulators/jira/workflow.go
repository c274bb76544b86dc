package jira

import "slices"

// transition is one edge of the workflow all projects share:
//
//	To Do ─Start progress→ In Progress ─Send to review→ In Review ─Approve | Decline→ Done ─Reopen→ To Do
//	In Progress ─Close→ Done (not for bugs), In Progress ─Stop progress→ To Do, In Review ─Request changes→ In Progress
//
// So a bug needs three hops from To Do to Done and every other type two; none is direct. Everything
// that leads to Done asks for a resolution on its screen; Reopen clears it.
//
// Incidents have Resolve (which requires Customer impact) instead of Send to review and Close, and
// Reject: from everywhere to Done, for administrators only, with a resolution and, by a rule that the
// screen does not tell of, a Workaround.
type transition struct {
	ID, Name  string
	From, To  string // status ids; From "" is a global transition, offered everywhere but at its end
	Screen    []string
	Required  []string
	Validated []string // asked for by the workflow, not by the screen: transitions.fields does not say so
	NotFor    []string // issue types the condition shuts out
	OnlyFor   string   // the only issue type it is there for
	Role      string   // the role its condition asks for
}

const (
	statusToDo       = "10000"
	statusInProgress = "3"
	statusInReview   = "10001"
	statusDone       = "10002"
	typeBug          = "10004"
	typeIncident     = "10005"
)

var transitions = []*transition{
	{ID: "11", Name: "Start progress", From: statusToDo, To: statusInProgress},
	{ID: "21", Name: "Send to review", From: statusInProgress, To: statusInReview, NotFor: []string{typeIncident}},
	{ID: "31", Name: "Approve", From: statusInReview, To: statusDone, Screen: []string{"resolution", "assignee"}, Required: []string{"resolution"}},
	{ID: "32", Name: "Decline", From: statusInReview, To: statusDone, Screen: []string{"resolution"}, Required: []string{"resolution"}},
	{ID: "41", Name: "Reopen", From: statusDone, To: statusToDo},
	{ID: "51", Name: "Close", From: statusInProgress, To: statusDone, Screen: []string{"resolution"}, Required: []string{"resolution"}, NotFor: []string{typeBug, typeIncident}},
	{ID: "61", Name: "Stop progress", From: statusInProgress, To: statusToDo},
	{ID: "71", Name: "Request changes", From: statusInReview, To: statusInProgress},
	{ID: "81", Name: "Resolve", From: statusInProgress, To: statusInReview, Screen: []string{"customfield_10039", "assignee"}, Required: []string{"customfield_10039"}, OnlyFor: typeIncident},
	{ID: "91", Name: "Reject", To: statusDone, Screen: []string{"resolution", "customfield_10035"}, Required: []string{"resolution"}, Validated: []string{"customfield_10035"},
		OnlyFor: typeIncident, Role: "Administrators"},
}

// conditional tells whether the workflow offers the transition under a condition only.
func (t *transition) conditional() bool { return t.NotFor != nil || t.OnlyFor != "" || t.Role != "" }

// transitionsFrom lists the transitions a person may take from a status with an issue of this type.
func transitionsFrom(status, issueType string, u *User) []*transition {
	var out []*transition
	for _, t := range transitions {
		here := t.From == status || t.From == "" && t.To != status
		fits := !slices.Contains(t.NotFor, issueType) && (t.OnlyFor == "" || t.OnlyFor == issueType)
		if here && fits && (t.Role == "" || slices.Contains(u.Roles, t.Role)) {
			out = append(out, t)
		}
	}
	return out
}
