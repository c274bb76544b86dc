package jira

import (
	"net/http"
	"slices"
	"time"
)

// transit takes an issue along a transition with the fields of its screen. The transition must lead
// from the present status and what its screen requires must be there.
func (s *session) transit(i *issue, id string, in issueInput) error {
	var t *transition
	for _, one := range transitionsFrom(i.StatusID, i.TypeID, s.user) {
		if one.ID == id {
			t = one
		}
	}
	if t == nil {
		return fail(http.StatusBadRequest, "Transition id '%s' is not valid for this issue.", id)
	}
	onScreen := func(f *field) bool { return slices.Contains(t.Screen, f.ID) }
	ed, err := s.plan(in, i, i.ProjectID, i.TypeID, onScreen, nil)
	if err != nil {
		return err
	}
	var refused refusals
	for _, need := range slices.Concat(t.Required, t.Validated) {
		if v, given := ed.values[need]; v.empty() && (given || i.Values[need].empty()) {
			refused.add(badField(need, "%s is required.", findField(need).Name))
		}
	}
	if err := refused.err(); err != nil {
		return err
	}
	if t.To == statusToDo || t.To == statusInProgress {
		ed.values["resolution"] = value{}
	}
	from := i.StatusID
	i.StatusID = t.To
	if categoryOf(from) != categoryOf(t.To) {
		i.CategoryAt = s.now
	}
	i.Resolved = s.resolvedAt(i, ed)
	s.apply(i, ed, []changeItem{statusItem(from, t.To)}, "issue_generic")
	return nil
}

// resolvedAt sets and clears the moment an issue was resolved along with its resolution.
func (s *session) resolvedAt(i *issue, ed edit) time.Time {
	now := i.Values["resolution"]
	if v, given := ed.values["resolution"]; given {
		now = v
	}
	switch {
	case now.empty():
		return time.Time{}
	case i.Resolved.IsZero():
		return s.now
	}
	return i.Resolved
}
