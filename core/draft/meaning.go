package draft

import (
	"strings"
	"unicode"
)

// meanings are words for the same thing in different products, the usual ones first. The order of the meanings is the
// order of rules in a draft.
var meanings = []struct {
	name  string
	words []string
}{
	{"title", []string{"title", "summary", "subject", "shortdescription", "headline", "name"}},
	{"description", []string{"description", "body", "details", "content", "longdescription", "htmldescription", "notes"}},
	{"status", []string{"status", "state", "stage", "section", "column"}},
	{"priority", []string{"priority", "urgency"}},
	{"severity", []string{"severity", "impact"}},
	{"type", []string{"type", "issuetype", "tickettype", "workitemtype", "category"}},
	{"assignee", []string{"assignee", "assignedto", "owner", "agent", "responder", "responsible"}},
	{"requester", []string{"requester", "reporter", "caller", "requestedby", "openedby", "contact", "customer", "creator", "createdby"}},
	{"team", []string{"group", "team", "assignmentgroup", "queue", "squad"}},
	{"labels", []string{"labels", "tags", "label", "tag", "keywords"}},
	{"due", []string{"due", "duedate", "dueat", "dueon", "deadline", "targetdate"}},
	{"start", []string{"start", "startdate", "starts", "startat", "starton", "plannedstart"}},
	{"estimate", []string{"estimate", "originalestimate", "storypoints", "storypointestimate", "points", "effort"}},
	{"organization", []string{"organization", "company", "account", "organisation"}},
	{"component", []string{"component", "components", "module", "area", "product"}},
	{"resolution", []string{"resolution", "closecode", "resolutioncode"}},
	{"environment", []string{"environment"}},
	{"parent", []string{"parent", "parentissue", "parentincident"}},
	{"created", []string{"created", "createdat", "createdon", "openedat", "createddate"}},
	{"updated", []string{"updated", "updatedat", "updatedon", "modified", "lastmodifieddate"}},
	{"resolved", []string{"resolved", "resolvedat", "resolutiondate", "solvedat", "closedat"}},
}

// meaning is what a field is about, by its name, else by its label; "" when neither is a known word.
func meaning(f Field) string {
	for _, word := range []string{fold(f.Name), fold(f.Label)} {
		for _, m := range meanings {
			for _, w := range m.words {
				if w == word {
					return m.name
				}
			}
		}
	}
	return ""
}

// usual is how usual a field's word for its meaning is: 0 is the first of the words.
func usual(f Field) int {
	for _, word := range []string{fold(f.Name), fold(f.Label)} {
		for _, m := range meanings {
			for i, w := range m.words {
				if w == word {
					return i
				}
			}
		}
	}
	return 0
}

func rankOf(name string) int {
	for i, m := range meanings {
		if m.name == name {
			return i
		}
	}
	return -1
}

// fold is a name without what people write differently: case, spaces, hyphens.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// ladders are words of options in order, with words of one step meaning the same. Where a step is missing, near tells
// which other steps stand in for it, the best first.
var ladders = []struct {
	name  string
	steps [][]string
	near  [][]int
}{
	{"status", [][]string{
		{"new", "backlog", "triage", "submitted", "created", "unassigned"},
		{"open", "todo", "ready", "reopened", "accepted", "approved", "planned", "assigned", "selectedfordevelopment"},
		{"inprogress", "pending", "active", "doing", "started", "wip", "working", "workinprogress", "indevelopment", "committed"},
		{"onhold", "hold", "waiting", "blocked", "paused", "awaiting", "waitingforcustomer", "waitingforsupport", "suspended"},
		{"inreview", "review", "testing", "intesting", "test", "qa", "verification", "uat", "validation"},
		{"done", "solved", "resolved", "fixed", "completed", "complete", "finished"},
		{"closed", "archived", "cancelled", "canceled", "rejected", "declined", "wontdo", "removed"},
	}, [][]int{{0, 1, 2}, {1, 0, 2}, {2, 4, 3, 1}, {3, 2, 1}, {4, 2, 3}, {5, 6}, {6, 5}}},
	{"priority", [][]string{
		{"highest", "urgent", "critical", "blocker", "immediate", "emergency", "veryhigh", "p0", "p1", "sev1", "1"},
		{"high", "major", "important", "p2", "sev2", "2"},
		{"medium", "normal", "moderate", "standard", "average", "default", "p3", "sev3", "3"},
		{"low", "minor", "p4", "sev4", "4"},
		{"lowest", "trivial", "verylow", "planning", "p5", "sev5", "5"},
	}, [][]int{{0, 1, 2}, {1, 0, 2}, {2, 3, 1}, {3, 4, 2}, {4, 3, 2}}},
	{"type", [][]string{
		{"bug", "incident", "defect", "problem"},
		{"feature", "newfeature", "enhancement", "story", "userstory", "featurerequest", "improvement"},
		{"task", "todo", "action"},
		{"question", "support", "inquiry", "servicerequest"},
	}, [][]int{{0}, {1}, {2}, {3}}},
}

// step is where an option stands on a ladder, and how usual its word is; -1 when it is not on it.
func step(ladder int, option string) (at, usual int) {
	word := strings.TrimLeft(fold(option), "0123456789")
	for i, words := range ladders[ladder].steps {
		for j, w := range words {
			if w == word || w == fold(option) {
				return i, j
			}
		}
	}
	return -1, 0
}
