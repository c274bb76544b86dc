package redmine

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func ref(list []named, id int) object {
	n := byID(list, id)
	return object{"id": n.id, "name": n.name}
}

func userRef(id int) object { return object{"id": id, "name": userBy(id).name()} }

func statusView(id int) object {
	return object{"id": id, "name": byID(statuses, id).name, "is_closed": closed(id)}
}

func valuesView(i *issue) []any {
	out := []any{}
	for _, f := range fields {
		have := i.Values[f.id]
		if f.multiple {
			list := []any{}
			for _, v := range have {
				list = append(list, v)
			}
			out = append(out, object{"id": f.id, "name": f.name, "multiple": true, "value": list})
			continue
		}
		var v any
		if len(have) > 0 {
			v = have[0]
		}
		out = append(out, object{"id": f.id, "name": f.name, "value": v})
	}
	return out
}

// issueView is an issue without what has to be included. What it does not have (assigned_to, parent) is left out, not null.
func (c *call) issueView(i *issue) object {
	out := object{"id": i.ID, "project": ref(projects, i.Project), "tracker": ref(trackers, i.Tracker), "status": statusView(i.Status),
		"priority": ref(priorities, i.Priority), "author": userRef(i.Author), "subject": i.Subject, "description": orNull(i.Description),
		"start_date": orNull(i.Start), "due_date": orNull(i.Due), "done_ratio": i.Done, "is_private": i.Private, "estimated_hours": nil,
		"total_estimated_hours": nil, "custom_fields": valuesView(i), "created_on": stamp(i.Created), "updated_on": stamp(i.Updated), "closed_on": stamp(i.Closed)}
	if i.Assigned != 0 {
		out["assigned_to"] = userRef(i.Assigned)
	}
	if i.Parent != 0 {
		out["parent"] = object{"id": i.Parent}
	}
	total, some := 0.0, i.Estimated != nil
	if i.Estimated != nil {
		out["estimated_hours"], total = *i.Estimated, *i.Estimated
	}
	for _, sub := range c.e.st.below(i.ID) {
		some = true
		if sub.Estimated != nil {
			total += *sub.Estimated
		}
	}
	if some {
		out["total_estimated_hours"] = total
	}
	return out
}

// include adds what ?include= asks for and is allowed there.
func (c *call) include(out object, i *issue, allowed ...string) {
	for _, name := range strings.Split(c.req.URL.Query().Get("include"), ",") {
		if !slices.Contains(allowed, name) {
			continue
		}
		switch name {
		case "attachments":
			list := []any{}
			for _, f := range c.e.filesOf(i.ID) {
				list = append(list, c.fileView(f))
			}
			out[name] = list
		case "relations":
			list := []any{}
			for _, r := range c.e.relationsOf(i.ID) {
				list = append(list, relationView(r))
			}
			out[name] = list
		case "children":
			if list := c.children(i); len(list) > 0 {
				out[name] = list
			}
		case "journals":
			out[name] = c.journalsView(i)
		case "allowed_statuses":
			list := []any{}
			for _, s := range c.allowed(i) {
				list = append(list, statusView(s))
			}
			out[name] = list
		}
	}
}

func (c *call) children(i *issue) []any {
	var out []any
	for _, sub := range c.e.st.below(i.ID) {
		if !c.sees(sub) {
			continue
		}
		one := object{"id": sub.ID, "tracker": ref(trackers, sub.Tracker), "subject": sub.Subject}
		if list := c.children(sub); len(list) > 0 {
			one["children"] = list
		}
		out = append(out, one)
	}
	return out
}

// journalsView are the journals the caller may see, oldest first.
func (c *call) journalsView(i *issue) []any {
	out := []any{}
	for _, j := range c.e.journalsOf(i.ID) {
		if j.Private && !c.privateNotes(i.Project) && (c.user == nil || j.User != c.user.id) {
			continue
		}
		details := j.Details
		if details == nil {
			details = []detail{}
		}
		out = append(out, object{"id": j.ID, "user": userRef(j.User), "notes": j.Notes, "created_on": stamp(j.Created), "private_notes": j.Private, "details": details})
	}
	return out
}

func (e *Emulator) journalsOf(id int) []*journal {
	var out []*journal
	for _, j := range e.st.Journals {
		if j.Issue == id {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b *journal) int { return a.ID - b.ID })
	return out
}

func (e *Emulator) filesOf(id int) []*file {
	var out []*file
	for _, f := range e.st.Files {
		if f.Issue == id && id != 0 {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *file) int { return a.ID - b.ID })
	return out
}

func (e *Emulator) relationsOf(id int) []*relation {
	var out []*relation
	for _, r := range e.st.Relations {
		if r.From == id || r.To == id {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *relation) int { return a.ID - b.ID })
	return out
}

func relationView(r *relation) object {
	return object{"id": r.ID, "issue_id": r.From, "issue_to_id": r.To, "relation_type": r.Type, "delay": r.Delay}
}

func (c *call) fileView(f *file) object {
	return object{"id": f.ID, "filename": f.Name, "filesize": f.Size, "content_type": f.Type, "description": orNull(f.Description),
		"content_url": c.e.base + "/attachments/download/" + strconv.Itoa(f.ID) + "/" + url.PathEscape(f.Name), "author": userRef(f.Author), "created_on": stamp(f.Created)}
}
