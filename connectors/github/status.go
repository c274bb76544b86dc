package github

import (
	"strings"

	"duplex/core"
)

// The states with their reasons.
const (
	statusOpen       = "open"
	statusCompleted  = "completed"
	statusNotPlanned = "not_planned"
	statusDuplicate  = "duplicate"
)

var statuses = []string{statusOpen, statusCompleted, statusNotPlanned, statusDuplicate}

// status is the state with its reason in one word.
func (is issue) status() string {
	if is.State != "closed" {
		return statusOpen
	}
	switch reason := deref(is.Reason); reason {
	case statusNotPlanned, statusDuplicate:
		return reason
	}
	return statusCompleted
}

// statusMeant is the word that a value means, or why it means none.
func statusMeant(v core.Value) (word, why string) {
	for _, s := range statuses {
		if v.Kind() == core.KindOption && (v.ID() == s || v.ID() == "" && strings.EqualFold(v.Name(), s)) {
			return s, ""
		}
	}
	return "", "a status is one of " + strings.Join(statuses, ", ")
}

// hops are the changes of state that lead from one status to another. GitHub ignores a reason unless the state changes with it: from one reason to
// another the issue is opened in between.
func hops(from, to string) []map[string]any {
	open := map[string]any{"state": "open", "state_reason": "reopened"}
	closed := map[string]any{"state": "closed", "state_reason": to}
	switch {
	case from == to:
		return nil
	case to == statusOpen:
		return []map[string]any{open}
	case from == statusOpen:
		return []map[string]any{closed}
	}
	return []map[string]any{open, closed}
}
