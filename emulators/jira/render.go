package jira

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
)

type object = map[string]any

// view renders the site as one person sees it: API version 3 in answers, 2 in webhooks.
type view struct {
	base    string
	state   *state
	viewer  *User // nil in webhooks: nothing is hidden by rights
	version string
	dc      bool // Data Center's shapes
}

func (s *session) view() view {
	return view{base: s.base, state: s.state, viewer: s.user, version: s.version(), dc: s.opts.DataCenter}
}

func (v view) self(path string) string { return v.base + "/rest/api/" + v.version + path }

func (v view) user(accountID string) any {
	u := findUser(accountID)
	if u == nil {
		return nil
	}
	if v.dc {
		return v.namedUser(u)
	}
	avatar := func(size string) string {
		return v.base + "/secure/useravatar?size=" + size + "&ownerId=" + u.AccountID
	}
	out := object{
		"self": v.self("/user?accountId=" + url.QueryEscape(u.AccountID)), "accountId": u.AccountID, "accountType": "atlassian",
		"avatarUrls":  object{"48x48": avatar("48"), "24x24": avatar("24"), "16x16": avatar("16"), "32x32": avatar("32")},
		"displayName": u.Name, "active": true, "timeZone": u.TimeZone,
	}
	if !u.EmailHidden || v.viewer == u {
		out["emailAddress"] = u.Email
	}
	return out
}

func (v view) issueType(id string) object {
	t := findNamed(issueTypes, id, "")
	out := object{"self": v.self("/issuetype/" + id), "id": id, "description": t.Description, "iconUrl": v.base + "/icons/type-" + id + ".svg",
		"name": t.Name, "subtask": t.Subtask, "avatarId": 10300 + number(id)%100}
	if !v.dc {
		out["hierarchyLevel"] = t.Level
	}
	return out
}

var categories = map[string]object{
	"new":           {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
	"indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
	"done":          {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}

func (v view) category(key string) object {
	out := object{}
	for k, x := range categories[key] {
		out[k] = x
	}
	out["self"] = v.self("/statuscategory/" + strconv.Itoa(out["id"].(int)))
	return out
}

func (v view) status(id string) object {
	n := findNamed(statuses, id, "")
	return object{"self": v.self("/status/" + id), "description": n.Description, "iconUrl": v.base + "/", "name": n.Name, "id": id,
		"statusCategory": v.category(n.Category)}
}

func (v view) project(p *project) object {
	avatar := func(size string) string { return v.base + "/projectavatar?size=" + size + "&pid=" + p.ID }
	kind := "software"
	if p.ServiceDesk {
		kind = "service_desk"
	}
	out := object{"self": v.self("/project/" + p.ID), "id": p.ID, "key": p.Key, "name": p.Name, "projectTypeKey": kind,
		"avatarUrls": object{"48x48": avatar("48"), "24x24": avatar("24"), "16x16": avatar("16"), "32x32": avatar("32")}}
	if !v.dc {
		out["simplified"] = false
	}
	return out
}

func (v view) priority(id string) object {
	n := findNamed(priorities, id, "")
	return object{"self": v.self("/priority/" + id), "iconUrl": v.base + "/icons/priority-" + id + ".svg", "name": n.Name, "id": id}
}

func (v view) resolution(id string) object {
	n := findNamed(resolutions, id, "")
	return object{"self": v.self("/resolution/" + id), "id": id, "description": n.Description, "name": n.Name}
}

func (v view) component(id string) object {
	n := findNamed(components, id, "")
	return object{"self": v.self("/component/" + id), "id": id, "name": n.Name, "description": n.Description}
}

func (v view) release(id string) object {
	n := findNamed(versions, id, "")
	return object{"self": v.self("/version/" + id), "id": id, "description": n.Description, "name": n.Name, "archived": false, "released": false}
}

func (v view) option(f *field, id string) object { return v.optionOf(findNamed(f.Options, id, "")) }

func (v view) optionOf(n *named) object {
	return object{"self": v.self("/customFieldOption/" + n.ID), "value": n.Name, "id": n.ID}
}

// cascade is an option with its child, where one is chosen.
func (v view) cascade(f *field, val value) object {
	parent := findNamed(f.Options, val.Text, "")
	out := v.optionOf(parent)
	if len(val.List) > 0 {
		out["child"] = v.optionOf(findNamed(parent.Children, val.List[0], ""))
	}
	return out
}

// choices are the options of a field that may be chosen now, with their children.
func (v view) choices(list []*named) []object {
	out := []object{}
	for _, n := range list {
		if n.Disabled {
			continue
		}
		one := v.optionOf(n)
		if len(n.Children) > 0 {
			one["children"] = v.choices(n.Children)
		}
		out = append(out, one)
	}
	return out
}

// stub is an issue as it appears inside another one: a parent, a subtask, a link's end.
func (v view) stub(i *issue) object {
	return object{"id": i.ID, "key": i.Key, "self": v.self("/issue/" + i.ID), "fields": object{
		"summary": i.Values["summary"].Text, "status": v.status(i.StatusID),
		"priority": v.optional(i.Values["priority"], v.priority), "issuetype": v.issueType(i.TypeID)}}
}

func (v view) optional(val value, render func(string) object) any {
	if val.Text == "" {
		return nil
	}
	return render(val.Text)
}

func (v view) each(ids []string, render func(string) object) []object {
	out := []object{}
	for _, id := range ids {
		out = append(out, render(id))
	}
	return out
}

// fieldOf renders one field of an issue.
func (v view) fieldOf(i *issue, f *field) any {
	val := i.Values[f.ID]
	switch f.Kind {
	case kindText, kindDate:
		if val.Text == "" {
			return nil
		}
		return val.Text
	case kindDateTime:
		return v.moment(val.Text)
	case kindDoc:
		if val.Doc == nil {
			return nil
		}
		if v.version == "2" {
			return v.wiki(val.Doc)
		}
		return val.Doc
	case kindNumber:
		if val.Number == nil {
			return nil
		}
		return *val.Number
	case kindOption:
		return v.optional(val, func(id string) object { return v.option(f, id) })
	case kindOptions:
		if len(val.List) == 0 {
			return nil
		}
		return v.each(val.List, func(id string) object { return v.option(f, id) })
	case kindCascade:
		if val.Text == "" {
			return nil
		}
		return v.cascade(f, val)
	case kindUser:
		return v.user(val.Text)
	case kindUsers:
		if len(val.List) == 0 {
			return nil
		}
		people := []any{}
		for _, id := range val.List {
			people = append(people, v.user(id))
		}
		return people
	case kindLabels:
		if f.Custom != "" && len(val.List) == 0 {
			return nil
		}
		return append([]string{}, val.List...)
	case kindComponents:
		return v.each(val.List, v.component)
	case kindVersions:
		return v.each(val.List, v.release)
	case kindPriority:
		return v.optional(val, v.priority)
	case kindResolution:
		return v.optional(val, v.resolution)
	case kindIssueType:
		return v.issueType(i.TypeID)
	case kindProject:
		return v.project(i.project())
	case kindSprint:
		return v.sprints(i)
	case kindParent:
		if parent := v.state.Issues[val.Text]; parent != nil {
			return v.stub(parent)
		}
		return nil
	case kindEpic:
		if epic := v.state.Issues[val.Text]; epic != nil {
			return epic.Key
		}
		return nil
	}
	return v.computed(i, f.ID)
}

func (v view) computed(i *issue, id string) any {
	switch id {
	case "status":
		return v.status(i.StatusID)
	case "created":
		return formatTime(i.Created, v.viewer)
	case "updated":
		return formatTime(i.Updated, v.viewer)
	case "resolutiondate":
		return formatTime(i.Resolved, v.viewer)
	case "statuscategorychangedate":
		return formatTime(i.CategoryAt, v.viewer)
	case "creator":
		return v.user(i.CreatorID)
	case "attachment":
		out := []object{}
		for _, a := range i.Attachments {
			out = append(out, v.attachment(a))
		}
		return out
	case "comment":
		list := v.comments(i)
		return object{"comments": list, "self": v.self("/issue/" + i.ID + "/comment"), "maxResults": len(list), "total": len(list), "startAt": 0}
	case "issuelinks":
		return v.links(i)
	case "subtasks":
		out := []object{}
		for _, child := range v.state.subtasks(i.ID) {
			if isSubtask(child.TypeID) {
				out = append(out, v.stub(child))
			}
		}
		return out
	case "watches":
		watching := v.viewer != nil && slices.Contains(i.Watchers, v.viewer.AccountID)
		return object{"self": v.self("/issue/" + i.Key + "/watchers"), "watchCount": len(i.Watchers), "isWatching": watching}
	case "votes":
		return object{"self": v.self("/issue/" + i.Key + "/votes"), "votes": 0, "hasVoted": false}
	case "worklog":
		return v.worklogField(i)
	case rankField:
		return rank(i)
	}
	return v.trackedField(i, id)
}

func (v view) comments(i *issue) []object {
	out := []object{}
	for _, c := range i.Comments {
		if v.viewer.mayRead(c) {
			out = append(out, v.comment(i, c))
		}
	}
	return out
}

func (v view) comment(i *issue, c *comment) object {
	out := object{
		"self": v.self("/issue/" + i.ID + "/comment/" + c.ID), "id": c.ID, "author": v.user(c.AuthorID), "updateAuthor": v.user(c.UpdaterID),
		"created": formatTime(c.Created, v.viewer), "updated": formatTime(c.Updated, v.viewer),
	}
	if !v.dc {
		out["jsdPublic"] = c.public(i.project())
	}
	if v.version == "2" {
		out["body"] = v.wiki(c.Body)
	} else {
		out["body"] = c.Body
	}
	if c.Visibility != nil {
		out["visibility"] = v.visibility(c.Visibility)
	}
	return out
}

func (v view) linkType(t *linkType) object {
	return object{"id": t.ID, "name": t.Name, "inward": t.Inward, "outward": t.Outward, "self": v.self("/issueLinkType/" + t.ID)}
}

// links lists an issue's links with the other end only, as the vendor does.
func (v view) links(i *issue) []object {
	out := []object{}
	for _, l := range v.state.linksOf(i.ID) {
		one := object{"id": l.ID, "self": v.self("/issueLink/" + l.ID), "type": v.linkType(findLinkType(l.TypeID, ""))}
		if l.InwardID == i.ID {
			one["outwardIssue"] = v.stub(v.state.Issues[l.OutwardID])
		} else {
			one["inwardIssue"] = v.stub(v.state.Issues[l.InwardID])
		}
		out = append(out, one)
	}
	return out
}

func (v view) remoteLink(i *issue, l *remoteLink) object {
	out := object{"id": l.ID, "self": v.self("/issue/" + i.ID + "/remotelink/" + strconv.FormatInt(l.ID, 10)), "object": json.RawMessage(l.Object)}
	if l.GlobalID != "" {
		out["globalId"] = l.GlobalID
	}
	if l.Relationship != "" {
		out["relationship"] = l.Relationship
	}
	if len(l.Application) > 0 {
		out["application"] = json.RawMessage(l.Application)
	}
	return out
}

func (v view) change(c *change) object {
	items := []object{}
	for _, it := range c.Items {
		one := object{"field": it.Field, "fieldtype": it.FieldType}
		if !v.dc {
			one["fieldId"] = it.FieldID
		}
		for name, text := range map[string]*string{"from": it.From, "fromString": it.FromString, "to": it.To, "toString": it.ToString} {
			if text != nil {
				one[name] = *text
			} else {
				one[name] = nil
			}
		}
		items = append(items, one)
	}
	out := object{"id": c.ID, "author": v.user(c.AuthorID), "created": formatTime(c.At, v.viewer), "items": items}
	if len(c.Metadata) > 0 {
		out["historyMetadata"] = json.RawMessage(c.Metadata)
	}
	return out
}

// moment shows a stored moment in the viewer's time zone.
func (v view) moment(text string) any {
	if text == "" {
		return nil
	}
	at, err := parseMoment(text)
	if err != nil {
		return text
	}
	return formatTime(at, v.viewer)
}
