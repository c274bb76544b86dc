package azuredevops

import (
	"net/http"
	"slices"
	"strconv"
)

// binView is an item in the recycle bin.
func (e *Emulator) binView(it *item, resource bool) object {
	r := it.latest()
	out := object{"id": it.ID, "type": r.Fields[fieldType], "name": r.Fields["System.Title"], "project": r.Fields[fieldProject],
		"url": e.api(projectBy(it.text(fieldProject)).id, "_apis", "wit", "recyclebin", strconv.Itoa(it.ID)), "code": 200}
	if it.Deleted != nil {
		out["deletedDate"], out["deletedBy"] = stamp(it.Deleted.At), e.combined(it.Deleted.By)
	}
	if resource {
		out["resource"] = e.view(it, r, shape{expand: "none"}, true)
	}
	return out
}

// deleteItem moves an item to the recycle bin, which is a revision; with destroy it is gone for good.
func (c *call) deleteItem() error {
	it, err := c.anyItem("id")
	if err != nil || it.Deleted != nil && !c.flag("destroy") {
		return noItem(c.params["id"])
	}
	if c.flag("destroy") && !c.user.admin {
		return refuse(http.StatusForbidden, "AccessCheckException", "TF401027: You need the Permanently delete work items permission on this resource to perform this action.")
	}
	was := it.Deleted != nil
	ch := c.begin(it)
	ch.next.Deleted = true
	ch.named["System.IsDeleted"] = true
	if err := c.force(ch); err != nil {
		return err
	}
	it.Deleted, it.Gone = &deletion{By: c.user.mail, At: it.latest().At}, c.flag("destroy")
	if !was {
		c.happened("workitem.deleted", it)
	}
	return c.answer(c.e.binView(it, true))
}

// force makes a revision although no field differs.
func (c *call) force(ch *change) error {
	ch.edited = append(ch.edited, relation{})
	if _, err := ch.commit(); err != nil {
		return err
	}
	last := ch.it.Updates[len(ch.it.Updates)-1]
	last.Changed = nil
	return nil
}

func (c *call) binned() (*item, error) {
	it, err := c.anyItem("id")
	if err == nil && it.Deleted == nil {
		return nil, noItem(c.params["id"])
	}
	return it, err
}

func (c *call) getBin() error {
	it, err := c.binned()
	if err != nil {
		return err
	}
	return c.answer(c.e.binView(it, true))
}

// listBin lists the bin: references only, or the deleted items asked for by ?ids=.
func (c *call) listBin() error {
	ids, out := c.words("ids"), []any{}
	for _, it := range c.e.sorted() {
		id := strconv.Itoa(it.ID)
		switch {
		case it.Deleted == nil || it.Gone || it.text(fieldProject) != c.project:
		case len(ids) == 0:
			out = append(out, object{"id": it.ID, "url": c.e.api(projectBy(c.project).id, "_apis", "wit", "recyclebin", id)})
		case slices.Contains(ids, id):
			out = append(out, c.e.binView(it, false))
		}
	}
	return c.list(out)
}

// patchBin restores, which is a revision again.
func (c *call) patchBin() error {
	var in struct {
		IsDeleted *bool `json:"isDeleted"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	it, err := c.binned()
	if err != nil {
		return err
	}
	if in.IsDeleted == nil || *in.IsDeleted {
		return bad("VssPropertyValidationException", "You must pass isDeleted false to restore a work item.")
	}
	ch := c.begin(it)
	ch.next.Deleted = false
	if err := c.force(ch); err != nil {
		return err
	}
	it.Deleted = nil
	c.happened("workitem.restored", it)
	return c.answer(c.e.binView(it, true))
}

// sorted are all items by id.
func (e *Emulator) sorted() []*item {
	var out []*item
	for _, it := range e.st.Items {
		out = append(out, it)
	}
	slices.SortFunc(out, func(a, b *item) int { return a.ID - b.ID })
	return out
}
