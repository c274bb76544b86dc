package redmine

import (
	"net/http"
	"strconv"
)

// putJournal changes notes. Managers may change all, others none: the default roles may not even change their own by this call. Empty
// notes without changes make the journal vanish; the issue does not count as updated.
func (c *call) putJournal() error {
	id, _ := strconv.Atoi(c.req.PathValue("id"))
	j := c.e.st.Journals[id]
	if j == nil {
		return empty(http.StatusNotFound)
	}
	i := c.e.st.Issues[j.Issue]
	if !c.admin() && c.role(i.Project) != roleManager {
		return c.denied()
	}
	in, err := c.object("journal")
	if err != nil {
		return err
	}
	if v, ok := in["notes"]; ok {
		notes := text(v)
		j.Notes = &notes
	}
	if v, ok := in["private_notes"]; ok {
		j.Private = truth(v)
	}
	if (j.Notes == nil || *j.Notes == "") && len(j.Details) == 0 {
		delete(c.e.st.Journals, id)
	}
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

var relationTypes = map[string]bool{"relates": true, "duplicates": true, "blocks": true, "precedes": true, "follows": true, "copied_to": true}

func (c *call) listRelations() error {
	i, err := c.issue()
	if err != nil {
		return err
	}
	list := []any{}
	for _, r := range c.e.relationsOf(i.ID) {
		list = append(list, relationView(r))
	}
	return c.answer(http.StatusOK, object{"relations": list})
}

func (c *call) postRelation() error {
	i, err := c.issue()
	if err != nil {
		return err
	}
	if !c.admin() && c.role(i.Project) != roleManager && c.role(i.Project) != roleDeveloper {
		return c.denied()
	}
	in, err := c.object("relation")
	if err != nil {
		return err
	}
	to := c.e.st.Issues[number(in["issue_to_id"])]
	kind := text(in["relation_type"])
	if kind == "" {
		kind = "relates"
	}
	switch {
	case to == nil || !c.sees(to):
		return invalid("Related issue cannot be blank")
	case to.ID == i.ID:
		return invalid("Related issue is invalid")
	case !relationTypes[kind]:
		return invalid("Relation type is not included in the list")
	case to.Parent == i.ID || i.Parent == to.ID:
		return invalid("An issue cannot be linked to one of its subtasks")
	}
	for _, r := range c.e.relationsOf(i.ID) {
		if r.From+r.To == i.ID+to.ID {
			return invalid("Related issue has already been taken")
		}
	}
	c.e.st.LastRelation++
	r := &relation{ID: c.e.st.LastRelation, From: i.ID, To: to.ID, Type: kind}
	c.e.st.Relations[r.ID] = r
	none, a, b := "", strconv.Itoa(i.ID), strconv.Itoa(to.ID)
	c.e.journal(i, c.user.id, &none, false, c.now, []detail{{"relation", kind, nil, &b}})
	c.e.journal(to, c.user.id, &none, false, c.now, []detail{{"relation", kind, nil, &a}})
	c.dirty = true
	return c.answer(http.StatusCreated, object{"relation": relationView(r)})
}

func (c *call) deleteRelation() error {
	id, _ := strconv.Atoi(c.req.PathValue("id"))
	r := c.e.st.Relations[id]
	if r == nil {
		return empty(http.StatusNotFound)
	}
	if i := c.e.st.Issues[r.From]; !c.admin() && c.role(i.Project) != roleManager && c.role(i.Project) != roleDeveloper {
		return c.denied()
	}
	delete(c.e.st.Relations, id)
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}
