package github

import "strings"

func (e *Emulator) repoNamed(full string) *repo {
	for _, r := range e.st.Repos {
		if strings.EqualFold(r.full(), full) {
			return r
		}
	}
	return nil
}

// remove deletes an issue, as an admin does on its page: there is no such call in REST. Its comments go with it.
func (c *call) remove(i *issue) {
	c.emit("issues", "deleted", i, nil)
	c.queue() // while its comments are still counted
	i.Deleted = true
	for id, m := range c.e.st.Comments {
		if m.Issue == i.ID {
			delete(c.e.st.Comments, id)
		}
	}
	c.e.index.note(i, c.e.skew.Now())
	c.dirty = true
}

// transfer moves an issue to another repository: a new number, the same id here, and a redirect from the old place.
// Labels and milestone of the old repository are lost where the new one has none of the same name.
func (c *call) transfer(i *issue, to *repo) {
	from := c.e.st.Repos[i.Repo]
	old := *i
	var labels []int64
	for _, id := range i.Labels {
		if l := to.label(from.labelByID(id).Name); l != nil {
			labels = append(labels, l.ID)
		}
	}
	before := c.issueView(&old)
	i.Was = append(i.Was, place{from.ID, i.Number})
	to.LastNumber++
	i.Repo, i.Number, i.Labels, i.Milestone = to.ID, to.LastNumber, labels, 0
	c.note(i, "transferred", nil)
	c.touch(i)
	c.emitRepo("issues", "transferred", from, object{"issue": before,
		"changes": object{"new_issue": c.issueView(i), "new_repository": c.repoView(to)}})
	c.emit("issues", "opened", i, object{"changes": object{"old_issue": before, "old_repository": c.repoView(from)}})
}

// rename gives a repository another name; the old one redirects.
func (c *call) rename(r *repo, name string) {
	r.Old = append(r.Old, r.full())
	was := r.Name
	r.Name = name
	c.dirty = true
	c.emitRepo("repository", "renamed", r, object{"changes": object{"repository": object{"name": object{"from": was}}}})
}
