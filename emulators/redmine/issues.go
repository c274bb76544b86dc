package redmine

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (c *call) getIssue() error {
	i, err := c.issue()
	if err != nil {
		return err
	}
	out := c.issueView(i)
	c.include(out, i, "attachments", "relations", "children", "journals", "allowed_statuses")
	return c.answer(http.StatusOK, object{"issue": out})
}

// projectOf reads project_id, which is a number or an identifier; 0 is none.
func projectOf(v any) int {
	s := text(v)
	if id, ok := identifiers[s]; ok {
		return id
	}
	if id, _ := strconv.Atoi(s); byID(projects, id) != nil {
		return id
	}
	return 0
}

// postIssue creates. An issue begins in New, whatever status is asked for: no role may begin elsewhere. Notes are left out.
func (c *call) postIssue() error {
	in, err := c.object("issue")
	if err != nil {
		return err
	}
	project := projectOf(in["project_id"])
	if project == 0 || !c.seesProject(project) {
		if c.user == nil {
			return empty(http.StatusUnauthorized)
		}
		return invalid("Project cannot be blank", "Tracker cannot be blank", "Status cannot be blank")
	}
	if !c.admin() && c.role(project) == 0 {
		return c.denied()
	}
	i := &issue{Project: project, Tracker: TrackerBug, Status: StatusNew, Priority: PriorityNormal, Author: c.user.id, Values: map[int][]string{},
		Created: c.now, Updated: c.now, Start: c.now.Format(time.DateOnly)}
	delete(in, "status_id")
	if err := c.fill(i, in); err != nil {
		return err
	}
	c.e.st.LastIssue++
	i.ID = c.e.st.LastIssue
	if _, err := c.attach(i, in); err != nil {
		c.e.st.LastIssue--
		return err
	}
	c.e.st.Issues[i.ID] = i
	c.parentHears(i, nil, 0)
	c.dirty = true
	c.w.Header().Set("Location", c.e.base+"/issues/"+strconv.Itoa(i.ID))
	return c.answer(http.StatusCreated, object{"issue": c.issueView(i)})
}

// putIssue changes what it takes and leaves out the rest without a word; then it answers 204.
func (c *call) putIssue() error {
	i, err := c.issue()
	if err != nil {
		return err
	}
	if c.user == nil || !c.admin() && c.role(i.Project) == 0 {
		return c.denied()
	}
	in, err := c.object("issue")
	if err != nil {
		return err
	}
	if lock, ok := in["lock_version"]; ok && number(lock) != i.Lock {
		return invalid() // the real one has no words for it
	}
	next := *i
	next.Values = map[int][]string{}
	for id, v := range i.Values {
		next.Values[id] = v
	}
	reporter := !c.admin() && c.role(i.Project) == roleReporter
	if !reporter { // a reporter only comments
		if err := c.fill(&next, in); err != nil {
			return err
		}
	}
	added, err := c.attach(&next, in)
	if err != nil {
		return err
	}
	details := append(differences(i, &next), added...)
	notes := text(in["notes"])
	private := truth(in["private_notes"]) && c.privateNotes(i.Project)
	if len(details) == 0 && notes == "" {
		return c.answer(http.StatusNoContent, nil)
	}
	old := *i
	*i = next
	i.Updated = c.now
	i.Lock++
	switch {
	case notes != "" && private && len(details) > 0:
		c.e.journal(i, c.user.id, nil, false, c.now, details)
		c.e.journal(i, c.user.id, &notes, true, c.now, nil)
	default:
		c.e.journal(i, c.user.id, &notes, private && notes != "", c.now, details)
	}
	c.parentHears(i, &old, old.Parent)
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func (e *Emulator) journal(i *issue, user int, notes *string, private bool, now time.Time, details []detail) {
	e.st.LastJournal++
	e.st.Journals[e.st.LastJournal] = &journal{e.st.LastJournal, i.ID, user, notes, private, now, details}
}

// parentHears rolls up to the issue above, and notes there that a subtask came or went.
func (c *call) parentHears(i, old *issue, was int) {
	id := strconv.Itoa(i.ID)
	none := ""
	if i.Parent != was {
		if above := c.e.st.Issues[was]; above != nil {
			c.e.journal(above, c.user.id, &none, false, c.now, []detail{{"attr", "child_id", &id, nil}})
			above.Updated = c.now
			c.e.st.roll(above, c.now)
		}
		if above := c.e.st.Issues[i.Parent]; above != nil {
			c.e.journal(above, c.user.id, &none, false, c.now, []detail{{"attr", "child_id", nil, &id}})
			above.Updated = c.now
		}
	}
	moved := old == nil || old.Priority != i.Priority || old.Start != i.Start || old.Due != i.Due || old.Done != i.Done || old.Status != i.Status || i.Parent != was
	if above := c.e.st.Issues[i.Parent]; above != nil && moved {
		c.e.st.roll(above, c.now)
	}
}

// deleteIssue deletes an issue with its subtasks, journals and files.
func (c *call) deleteIssue() error {
	i, err := c.issue()
	if err != nil {
		return err
	}
	if !c.admin() && c.role(i.Project) != roleManager {
		return c.denied()
	}
	above := c.e.st.Issues[i.Parent]
	c.e.drop(i)
	if above != nil {
		c.e.st.roll(above, c.now)
	}
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func (e *Emulator) drop(i *issue) {
	for _, sub := range e.st.below(i.ID) {
		e.drop(sub)
	}
	delete(e.st.Issues, i.ID)
	for id, j := range e.st.Journals {
		if j.Issue == i.ID {
			delete(e.st.Journals, id)
		}
	}
	for id, f := range e.st.Files {
		if f.Issue == i.ID {
			delete(e.st.Files, id)
		}
	}
	for _, r := range e.relationsOf(i.ID) {
		delete(e.st.Relations, r.ID)
		other := r.From + r.To - i.ID
		for id, j := range e.st.Journals { // the real one forgets that there was a relation
			if j.Issue == other && len(j.Details) == 1 && j.Details[0].Property == "relation" && j.Details[0].New != nil && *j.Details[0].New == strconv.Itoa(i.ID) {
				delete(e.st.Journals, id)
			}
		}
	}
}

// allowed are the statuses the caller may choose, the present one first.
func (c *call) allowed(i *issue) []int {
	out := []int{i.Status}
	for _, s := range statuses {
		if s.id != i.Status && c.mayMove(i, s.id) {
			out = append(out, s.id)
		}
	}
	slices.Sort(out)
	return out
}

// mayMove asks the workflow, and whether subtasks are open.
func (c *call) mayMove(i *issue, to int) bool {
	if closed(to) && slices.ContainsFunc(c.e.st.below(i.ID), func(sub *issue) bool { return !closed(sub.Status) }) {
		return false
	}
	role := c.role(i.Project)
	if c.admin() || role == roleManager {
		return true
	}
	return slices.Contains(workflow[role][i.Status], to)
}

// differences are the details of a journal.
func differences(old, now *issue) []detail {
	var out []detail
	add := func(property, name, a, b string) {
		if a == b {
			return
		}
		d := detail{Property: property, Name: name}
		if a != "" {
			d.Old = &a
		}
		if b != "" {
			d.New = &b
		}
		out = append(out, d)
	}
	id := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	hours := func(h *float64) string {
		if h == nil {
			return ""
		}
		return fmt.Sprint(*h)
	}
	truth := map[bool]string{true: "1", false: "0"}
	add("attr", "tracker_id", id(old.Tracker), id(now.Tracker))
	add("attr", "project_id", id(old.Project), id(now.Project))
	add("attr", "subject", old.Subject, now.Subject)
	add("attr", "description", old.Description, now.Description)
	add("attr", "due_date", old.Due, now.Due)
	add("attr", "status_id", id(old.Status), id(now.Status))
	add("attr", "assigned_to_id", id(old.Assigned), id(now.Assigned))
	add("attr", "priority_id", id(old.Priority), id(now.Priority))
	add("attr", "start_date", old.Start, now.Start)
	add("attr", "done_ratio", strconv.Itoa(old.Done), strconv.Itoa(now.Done))
	add("attr", "estimated_hours", hours(old.Estimated), hours(now.Estimated))
	add("attr", "parent_id", id(old.Parent), id(now.Parent))
	add("attr", "is_private", truth[old.Private], truth[now.Private])
	for _, f := range fields {
		name, a, b := strconv.Itoa(f.id), old.Values[f.id], now.Values[f.id]
		if !f.multiple {
			first := func(v []string) string { return append(v, "")[0] }
			add("cf", name, first(a), first(b))
			continue
		}
		for _, v := range a { // one detail per value that came or went
			if !slices.Contains(b, v) {
				add("cf", name, v, "")
			}
		}
		for _, v := range b {
			if !slices.Contains(a, v) {
				add("cf", name, "", v)
			}
		}
	}
	return out
}
