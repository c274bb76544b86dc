package azuredevops

import (
	"net/http"
	"reflect"
	"strconv"
)

// updateView is one entry of the history: what differs between two revisions, or relations only.
func (e *Emulator) updateView(it *item, u *update) object {
	id, project := strconv.Itoa(it.ID), it.text(fieldProject)
	by := e.identityRef(u.By)
	by["name"] = e.combined(u.By)
	out := object{"id": u.ID, "workItemId": it.ID, "rev": u.Rev, "revisedBy": by, "revisedDate": never,
		"url": e.itemURL(project, id, "updates", strconv.Itoa(u.ID))}
	if u.ID < len(it.Updates) {
		out["revisedDate"] = stamp(it.Updates[u.ID].At)
	}
	if u.Revised {
		out["fields"] = e.deltas(it, u.Rev)
	}
	relations := object{}
	for name, list := range map[string][]relation{"added": u.Added, "removed": u.Removed, "updated": u.Changed} {
		if len(list) > 0 {
			relations[name] = e.relationViews(list)
		}
	}
	if len(relations) > 0 {
		out["relations"] = relations
	}
	return out
}

// deltas are the fields that a revision changed.
func (e *Emulator) deltas(it *item, rev int) object {
	next := it.Revs[rev-1]
	var old *revision
	if rev > 1 {
		old = it.Revs[rev-2]
	}
	out := object{}
	for _, f := range fields {
		if f.ref == "System.Id" && old != nil {
			continue
		}
		is, was := e.value(it, next, f, false), any(nil)
		if old != nil {
			was = e.value(it, old, f, false)
		}
		if f.kind == "history" {
			was = nil
		}
		if reflect.DeepEqual(is, was) {
			continue
		}
		delta := object{}
		if was != nil {
			delta["oldValue"] = was
		}
		if is != nil {
			delta["newValue"] = is
		}
		out[f.ref] = delta
	}
	return out
}

func (c *call) paged(n int) (from, to int, err error) {
	top, err := c.number("$top", 200)
	if err != nil {
		return 0, 0, err
	}
	skip, err := c.number("$skip", 0)
	if err != nil {
		return 0, 0, err
	}
	from = min(skip, n)
	return from, min(from+min(top, 200), n), nil
}

func (c *call) listUpdates() error {
	it, err := c.item("id")
	if err != nil {
		return err
	}
	from, to, err := c.paged(len(it.Updates))
	if err != nil {
		return err
	}
	out := []any{}
	for _, u := range it.Updates[from:to] {
		out = append(out, c.e.updateView(it, u))
	}
	return c.list(out)
}

func (c *call) getUpdate() error {
	it, err := c.item("id")
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(c.params["update"])
	if n < 1 || n > len(it.Updates) {
		return refuse(http.StatusNotFound, "WorkItemUpdateNotFoundException", "VS403302: The update "+c.params["update"]+" does not exist.")
	}
	return c.answer(c.e.updateView(it, it.Updates[n-1]))
}

func (c *call) listRevisions() error {
	it, err := c.item("id")
	if err != nil {
		return err
	}
	s, _, err := readShape(nil, c.query("$expand"), "")
	if err != nil {
		return err
	}
	from, to, err := c.paged(len(it.Revs))
	if err != nil {
		return err
	}
	out := []any{}
	for _, r := range it.Revs[from:to] {
		out = append(out, c.e.view(it, r, s, false))
	}
	return c.list(out)
}

func (c *call) getRevision() error {
	it, err := c.item("id")
	if err != nil {
		return err
	}
	s, _, err := readShape(nil, c.query("$expand"), "")
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(c.params["rev"])
	if n < 1 || n > len(it.Revs) {
		return refuse(http.StatusNotFound, "WorkItemRevisionNotFoundException", "VS403301: The revision "+c.params["rev"]+" does not exist.")
	}
	return c.answer(c.e.view(it, it.Revs[n-1], s, false))
}
