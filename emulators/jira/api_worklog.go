package jira

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Vendor source: "Issue worklogs" and "Issue worklog properties" of the REST API, version 3.

// renderWorklog adds to a worklog what expand asks for.
func (c *call) renderWorklog(i *issue, w *worklog) object {
	out := c.view().worklog(i, w)
	if slices.Contains(list(c.query["expand"]...), "properties") {
		out["properties"] = renderProperties(w.Properties)
	}
	return out
}

func (c *call) getWorklogs() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	after, before := c.number("startedAfter", 0), c.number("startedBefore", 0)
	var seen []*worklog
	for _, w := range i.Worklogs {
		started := int(w.Started.UnixMilli())
		if c.user.maySee(w.Visibility) && started >= after && (before == 0 || started < before) {
			seen = append(seen, w)
		}
	}
	slices.SortStableFunc(seen, func(a, b *worklog) int { return cmp.Compare(number(a.ID), number(b.ID)) })
	page, startAt, maxResults := window(c, seen, 5000, 5000)
	out := []object{}
	for _, w := range page {
		out = append(out, c.renderWorklog(i, w))
	}
	return ok(object{"startAt": startAt, "maxResults": maxResults, "total": len(seen), "worklogs": out})
}

func (c *call) postWorklog() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	in, err := c.decodeWorklog()
	if err != nil {
		return reply{}, err
	}
	a, err := c.readAdjustment("reduceBy")
	if err != nil {
		return reply{}, err
	}
	w, err := c.readWorklog(i, in, worklog{Started: c.now, Properties: map[string]rawDoc{}})
	if err != nil {
		return reply{}, err
	}
	c.logWork(i, w, a)
	return created(c.renderWorklog(i, w))
}

// oneWorklog finds the worklog of the path among those the caller may see.
func (c *call) oneWorklog() (*issue, *worklog, error) {
	i, err := c.issue()
	if err != nil {
		return nil, nil, err
	}
	w := i.worklog(c.vars["id"])
	if w == nil || !c.user.maySee(w.Visibility) {
		return nil, nil, noWorklog(c.vars["id"])
	}
	return i, w, nil
}

func (c *call) getWorklog() (reply, error) {
	i, w, err := c.oneWorklog()
	if err != nil {
		return reply{}, err
	}
	return ok(c.renderWorklog(i, w))
}

func (c *call) putWorklog() (reply, error) {
	i, old, err := c.oneWorklog()
	if err != nil {
		return reply{}, err
	}
	if !c.user.mayEditWork(old) {
		return reply{}, fail(http.StatusBadRequest, "You do not have permission to edit this worklog.")
	}
	in, err := c.decodeWorklog()
	if err != nil {
		return reply{}, err
	}
	a, err := c.readAdjustment("")
	if err != nil {
		return reply{}, err
	}
	w, err := c.readWorklog(i, in, *old)
	if err != nil {
		return reply{}, err
	}
	c.relogWork(i, old, w, a)
	return ok(c.renderWorklog(i, w))
}

func (c *call) deleteWorklog() (reply, error) {
	i, w, err := c.oneWorklog()
	if err != nil {
		return reply{}, err
	}
	if !c.user.mayEditWork(w) {
		return reply{}, fail(http.StatusBadRequest, "You do not have permission to delete this worklog.")
	}
	a, err := c.readAdjustment("increaseBy")
	if err != nil {
		return reply{}, err
	}
	c.dropWork(i, w, a)
	return noContent()
}

func (c *call) worklogProperties() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	w := i.worklog(c.vars["worklogId"])
	if w == nil || !c.user.maySee(w.Visibility) {
		return reply{}, noWorklog(c.vars["worklogId"])
	}
	store := func(change func(map[string]rawDoc)) {
		next := *w // the search index may hold the old one
		next.Properties = map[string]rawDoc{}
		for k, v := range w.Properties {
			next.Properties[k] = v
		}
		change(next.Properties)
		i.Worklogs = slices.Clone(i.Worklogs)
		i.Worklogs[slices.Index(i.Worklogs, w)] = &next
		c.keep(i)
	}
	return c.properties(w.Properties,
		func(key string, raw rawDoc) bool {
			_, had := w.Properties[key]
			store(func(all map[string]rawDoc) { all[key] = raw })
			return !had
		},
		func(key string) { store(func(all map[string]rawDoc) { delete(all, key) }) })
}

// worklogPage is how many changed worklogs one answer lists.
const worklogPage = 1000

// changedWorklogs answers the ids of worklogs that changed since a moment, oldest change first. What
// changed within the last minute is left for later, as the vendor does.
func (c *call) changedWorklogs(all []goneWorklog, path string) (reply, error) {
	since, until := int64(c.number("since", 0)), c.now.Add(-time.Minute).UnixMilli()
	var found []goneWorklog
	for _, one := range all {
		if at := one.At.UnixMilli(); at >= since && at <= until {
			found = append(found, one)
		}
	}
	slices.SortStableFunc(found, func(a, b goneWorklog) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(number(a.ID), number(b.ID))) })
	last := len(found) <= worklogPage
	found = found[:min(len(found), worklogPage)]
	values := []object{}
	for _, one := range found {
		values = append(values, object{"worklogId": number(one.ID), "updatedTime": one.At.UnixMilli(), "properties": []object{}})
		until = one.At.UnixMilli()
	}
	self := c.view().self("/worklog/" + path)
	out := object{"self": self + "?since=" + strconv.FormatInt(since, 10), "since": since, "until": until, "lastPage": last, "values": values}
	if !last {
		out["nextPage"] = self + "?since=" + strconv.FormatInt(until, 10)
	}
	return ok(out)
}

func (c *call) updatedWorklogs() (reply, error) {
	var all []goneWorklog
	for _, i := range c.state.sorted() {
		for _, w := range i.Worklogs {
			all = append(all, goneWorklog{w.ID, w.Updated})
		}
	}
	return c.changedWorklogs(all, "updated")
}

func (c *call) deletedWorklogs() (reply, error) {
	return c.changedWorklogs(c.state.GoneWorklogs, "deleted")
}

func (c *call) listWorklogs() (reply, error) {
	var in struct {
		IDs []int64 `json:"ids"`
	}
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	if len(in.IDs) == 0 || len(in.IDs) > worklogPage {
		return reply{}, fail(http.StatusBadRequest, "Give between 1 and 1000 worklog ids.")
	}
	out := []object{}
	for _, i := range c.state.sorted() {
		for _, w := range i.Worklogs {
			if slices.Contains(in.IDs, number(w.ID)) && c.user.maySee(w.Visibility) {
				out = append(out, c.renderWorklog(i, w))
			}
		}
	}
	return ok(out)
}
