package github

import (
	"net/http"
	"slices"
)

// otherIssue finds the issue a body names by its global id; a number of the repository is not one.
func (c *call) otherIssue(in object, key string) (*issue, error) {
	id, ok := number(in[key])
	if !ok || in[key] == nil {
		return nil, invalid(problem("Issue", key, "missing_field", ""))
	}
	return c.visible(id)
}

func (c *call) visible(id int64) (*issue, error) {
	i := c.e.st.Issues[id]
	if i == nil || i.Deleted || c.role(c.e.st.Repos[i.Repo]) == roleNone {
		return nil, refuse(http.StatusNotFound, "The provided issue does not exist.")
	}
	return i, nil
}

func (c *call) existing(ids []int64) []*issue {
	var out []*issue
	for _, id := range ids {
		if i := c.e.st.Issues[id]; i != nil && !i.Deleted {
			out = append(out, i)
		}
	}
	return out
}

func (c *call) listSubIssues() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	return c.issuePage(c.existing(i.Children))
}

func (c *call) getParent() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	p := c.e.st.Issues[i.Parent]
	if p == nil || p.Deleted || c.role(c.e.st.Repos[p.Repo]) == roleNone {
		return notFound()
	}
	return c.answer(http.StatusOK, c.issueAnswer(p))
}

func (c *call) addSubIssue() error {
	i, r, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	child, err := c.otherIssue(in, "sub_issue_id")
	if err != nil {
		return err
	}
	for up := i; up != nil; up = c.e.st.Issues[up.Parent] {
		if up == child {
			return invalidText("Sub issue may not create a circular dependency")
		}
	}
	if c.e.st.Repos[child.Repo].Owner != r.Owner {
		return invalidText("The sub-issue must belong to the same repository owner as the parent issue")
	}
	if child.Parent != 0 && child.Parent != i.ID {
		if replace, _ := in["replace_parent"].(bool); !replace {
			return invalidText("Issue may only have one parent")
		}
		c.part(c.e.st.Issues[child.Parent], child)
	}
	if child.Parent == i.ID {
		return invalidText("Issue may not contain duplicate sub-issues")
	}
	child.Parent = i.ID
	i.Children = append(i.Children, child.ID)
	c.join(i, child, "sub_issue_added", "parent_issue_added")
	return c.answer(http.StatusCreated, c.issueAnswer(i))
}

// join writes both timelines and sends both events of a link that came or went.
func (c *call) join(i, child *issue, down, up string) {
	c.note(i, down, nil).Other = child.ID
	c.note(child, up, nil).Other = i.ID
	c.touch(i)
	c.touch(child)
	extra := object{"sub_issue_id": child.ID, "sub_issue": c.issueView(child), "parent_issue_id": i.ID, "parent_issue": c.issueView(i),
		"sub_issue_repo": c.repoView(c.e.st.Repos[child.Repo]), "parent_issue_repo": c.repoView(c.e.st.Repos[i.Repo])}
	c.emitRepo("sub_issues", down, c.e.st.Repos[i.Repo], without(extra, "parent_issue_repo"))
	c.emitRepo("sub_issues", up, c.e.st.Repos[child.Repo], without(extra, "sub_issue_repo"))
}

func without(o object, key string) object {
	out := object{}
	for k, v := range o {
		if k != key {
			out[k] = v
		}
	}
	return out
}

func (c *call) part(i, child *issue) {
	child.Parent = 0
	i.Children = slices.DeleteFunc(i.Children, func(id int64) bool { return id == child.ID })
	c.join(i, child, "sub_issue_removed", "parent_issue_removed")
}

func (c *call) removeSubIssue() error {
	i, _, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	child, err := c.otherIssue(in, "sub_issue_id")
	if err != nil {
		return err
	}
	if child.Parent != i.ID {
		return refuse(http.StatusBadRequest, "The provided sub-issue does not belong to this issue.")
	}
	c.part(i, child)
	return c.answer(http.StatusOK, c.issueAnswer(i))
}

// moveSubIssue puts a sub-issue before or behind another.
func (c *call) moveSubIssue() error {
	i, _, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	id, _ := number(in["sub_issue_id"])
	after, hasAfter := in["after_id"]
	before, hasBefore := in["before_id"]
	if hasAfter == hasBefore || !slices.Contains(i.Children, id) {
		return invalidText("Provide a sub-issue of this issue and one of after_id and before_id")
	}
	place := after
	if hasBefore {
		place = before
	}
	other, _ := number(place)
	rest := slices.DeleteFunc(slices.Clone(i.Children), func(o int64) bool { return o == id })
	at := slices.Index(rest, other)
	if at < 0 {
		return invalidText("The other sub-issue does not belong to this issue")
	}
	if hasAfter {
		at++
	}
	i.Children = slices.Insert(rest, at, id)
	c.touch(i)
	return c.answer(http.StatusOK, c.issueAnswer(i))
}

func (c *call) blockers(i *issue) []*issue { return c.existing(i.BlockedBy) }

func (c *call) blocked(i *issue) []*issue {
	return c.e.st.issuesOf(func(o *issue) bool { return slices.Contains(o.BlockedBy, i.ID) })
}

func (c *call) listBlockedBy() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	return c.issuePage(c.blockers(i))
}

func (c *call) listBlocking() error {
	i, _, err := c.issue()
	if err != nil {
		return err
	}
	return c.issuePage(c.blocked(i))
}

func (c *call) addBlockedBy() error {
	i, _, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	by, err := c.otherIssue(in, "issue_id")
	if err != nil {
		return err
	}
	if by == i || slices.Contains(i.BlockedBy, by.ID) {
		return invalidText("The dependency exists already, or is the issue itself")
	}
	i.BlockedBy = append(i.BlockedBy, by.ID)
	c.depend(i, by, "added")
	return c.answer(http.StatusCreated, c.issueAnswer(i))
}

func (c *call) removeBlockedBy() error {
	i, _, err := c.writableIssue(roleTriage)
	if err != nil {
		return err
	}
	by, err := c.visible(c.pathID("issue_id"))
	if err != nil {
		return err
	}
	if !slices.Contains(i.BlockedBy, by.ID) {
		return refuse(http.StatusBadRequest, "The provided issue does not block this one.")
	}
	i.BlockedBy = slices.DeleteFunc(i.BlockedBy, func(id int64) bool { return id == by.ID })
	c.depend(i, by, "removed")
	return c.answer(http.StatusOK, c.issueAnswer(i))
}

func (c *call) depend(i, by *issue, what string) {
	c.note(i, "blocked_by_"+what, nil).Other = by.ID
	c.note(by, "blocking_"+what, nil).Other = i.ID
	c.touch(i)
	c.touch(by)
	extra := object{"blocked_issue_id": i.ID, "blocked_issue": c.issueView(i), "blocking_issue_id": by.ID, "blocking_issue": c.issueView(by),
		"blocking_issue_repo": c.repoView(c.e.st.Repos[by.Repo]), "blocked_issue_repo": c.repoView(c.e.st.Repos[i.Repo])}
	c.emitRepo("issue_dependencies", "blocked_by_"+what, c.e.st.Repos[i.Repo], without(extra, "blocked_issue_repo"))
	c.emitRepo("issue_dependencies", "blocking_"+what, c.e.st.Repos[by.Repo], without(extra, "blocking_issue_repo"))
}
