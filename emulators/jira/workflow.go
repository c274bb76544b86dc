package jira

// transition is one edge of the workflow all projects share:
//
//	To Do ─Start progress→ In Progress ─Send to review→ In Review ─Approve | Decline→ Done ─Reopen→ To Do
//	In Progress ─Close→ Done (not for bugs), In Progress ─Stop progress→ To Do, In Review ─Request changes→ In Progress
//
// So a bug needs three hops from To Do to Done and every other type two; none is direct. Everything
// that leads to Done asks for a resolution on its screen; Reopen clears it.
type transition struct {
	ID, Name string
	From, To string // status ids
	Screen   []string
	Required []string
	NotFor   string // issue type the condition shuts out
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
	{ID: "21", Name: "Send to review", From: statusInProgress, To: statusInReview},
	{ID: "31", Name: "Approve", From: statusInReview, To: statusDone, Screen: []string{"resolution", "assignee"}, Required: []string{"resolution"}},
	{ID: "32", Name: "Decline", From: statusInReview, To: statusDone, Screen: []string{"resolution"}, Required: []string{"resolution"}},
	{ID: "41", Name: "Reopen", From: statusDone, To: statusToDo},
	{ID: "51", Name: "Close", From: statusInProgress, To: statusDone, Screen: []string{"resolution"}, Required: []string{"resolution"}, NotFor: typeBug},
	{ID: "61", Name: "Stop progress", From: statusInProgress, To: statusToDo},
	{ID: "71", Name: "Request changes", From: statusInReview, To: statusInProgress},
}

// transitionsFrom lists the transitions a person may take from a status with an issue of this type.
func transitionsFrom(status, issueType string) []*transition {
	var out []*transition
	for _, t := range transitions {
		if t.From == status && t.NotFor != issueType {
			out = append(out, t)
		}
	}
	return out
}
