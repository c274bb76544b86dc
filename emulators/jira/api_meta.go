package jira

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// allowed lists the values a field takes, nil where there is no list.
func (c *call) allowed(f *field, projectID, typeID string) any {
	v := c.view()
	switch f.Kind {
	case kindOption, kindOptions, kindCascade:
		return v.choices(f.Options)
	case kindPriority:
		return v.each(ids(priorities), v.priority)
	case kindResolution:
		return v.each(ids(resolutions), v.resolution)
	case kindComponents:
		return v.each(ids(ofProject(components, projectID)), v.component)
	case kindVersions:
		return v.each(ids(ofProject(versions, projectID)), v.release)
	case kindIssueType:
		if typeID != "" {
			return []object{v.issueType(typeID)}
		}
		return v.each(ids(issueTypes), v.issueType)
	case kindProject:
		return []object{v.project(findProject(projectID))}
	}
	return nil
}

func ids(list []*named) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.ID)
	}
	return out
}

// fieldMeta is what createmeta, editmeta and a transition's screen tell of a field.
func (c *call) fieldMeta(f *field, projectID, typeID string, required bool) object {
	out := object{"required": required, "schema": f.schema(), "name": f.Name, "hasDefaultValue": f.ID == "priority" || f.ID == "reporter",
		"operations": f.operations()}
	if c.opts.DataCenter {
		out["fieldId"] = f.ID
	} else {
		out["key"] = f.ID
	}
	if f.ID == "priority" {
		out["defaultValue"] = c.view().priority(defaultPriority)
	}
	if values := c.allowed(f, projectID, typeID); values != nil {
		out["allowedValues"] = values
	}
	switch f.Kind {
	case kindUser, kindUsers:
		out["autoCompleteUrl"] = c.base + "/rest/api/3/user/search?query="
		if c.opts.DataCenter {
			out["autoCompleteUrl"] = c.base + "/rest/api/latest/user/search?username="
		}
	case kindLabels:
		out["autoCompleteUrl"] = c.base + "/rest/api/1.0/labels/suggest?query="
		if f.Custom != "" {
			out["autoCompleteUrl"] = c.base + "/rest/api/1.0/labels/suggest?customFieldId=" + strconv.FormatInt(f.CustomID, 10) + "&query="
		}
	}
	return out
}

func (c *call) editFields(i *issue) object {
	out := object{}
	for _, f := range c.fields() {
		if f.OnEdit && f.onScreens(i.ProjectID, i.TypeID) && !c.lacks(f, i.TypeID) && !(f.Kind == kindComponents && len(ofProject(components, i.ProjectID)) == 0) {
			out[f.ID] = c.fieldMeta(f, i.ProjectID, "", f.required(i.TypeID))
		}
	}
	return out
}

func (c *call) editMeta() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	return ok(object{"fields": c.editFields(i)})
}

func (c *call) renderTransitions(i *issue, withFields bool) []object {
	out := []object{}
	for _, t := range transitionsFrom(i.StatusID, i.TypeID, c.user) {
		one := object{"id": t.ID, "name": t.Name, "to": c.view().status(t.To)}
		if !c.opts.DataCenter {
			one["hasScreen"], one["isGlobal"], one["isInitial"] = len(t.Screen) > 0, t.From == "", false
			one["isAvailable"], one["isConditional"], one["looped"] = true, t.conditional(), false
		}
		if withFields {
			screen := object{}
			for _, id := range t.Screen {
				screen[id] = c.fieldMeta(findField(id), i.ProjectID, "", slices.Contains(t.Required, id))
			}
			one["fields"] = screen
		}
		out = append(out, one)
	}
	return out
}

func (c *call) getTransitions() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	all := c.renderTransitions(i, slices.Contains(list(c.query["expand"]...), "transitions.fields"))
	if id := c.query.Get("transitionId"); id != "" {
		all = slices.DeleteFunc(all, func(t object) bool { return t["id"] != id })
	}
	return ok(object{"expand": "transitions", "transitions": all})
}

func (c *call) postTransition() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var in issueInput
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	if in.Transition == nil || in.Transition.ID == "" {
		return reply{}, fail(http.StatusBadRequest, "Missing 'transition' identifier")
	}
	if err := c.transit(i, in.Transition.ID, in); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) createMetaTypes() (reply, error) {
	if _, err := c.projectOf("projectIdOrKey"); err != nil {
		return reply{}, err
	}
	all := c.view().each(ids(issueTypes), c.view().issueType)
	return ok(c.createMetaPage("issueTypes", all))
}

func (c *call) createMetaFields() (reply, error) {
	p, err := c.projectOf("projectIdOrKey")
	if err != nil {
		return reply{}, err
	}
	t := findNamed(issueTypes, c.vars["issueTypeId"], "")
	if t == nil {
		return reply{}, fail(http.StatusBadRequest, "The issue type with id '%s' does not exist in the project.", c.vars["issueTypeId"])
	}
	all := []object{}
	for _, f := range c.fields() {
		if !f.OnCreate || !f.onScreens(p.ID, t.ID) || c.lacks(f, t.ID) {
			continue
		}
		one := c.fieldMeta(f, p.ID, t.ID, f.required(t.ID) || f.ID == "parent" && t.Subtask)
		one["fieldId"] = f.ID
		all = append(all, one)
	}
	return ok(c.createMetaPage("fields", all))
}

// createMetaPage is a page of what a create screen offers: in a member of its own name on Cloud, in values on Data Center.
func (c *call) createMetaPage(name string, all []object) object {
	page, startAt, maxResults := window(c, all, 50, 200)
	if c.opts.DataCenter {
		return object{"startAt": startAt, "maxResults": maxResults, "total": len(all), "isLast": startAt+len(page) >= len(all), "values": append([]object{}, page...)}
	}
	return object{"startAt": startAt, "maxResults": maxResults, "total": len(all), name: page}
}

func (c *call) getFields() (reply, error) {
	out := []object{}
	for _, f := range c.fields() {
		names := []string{f.ID}
		if f.Custom != "" {
			names = []string{"cf[" + strings.TrimPrefix(f.ID, "customfield_") + "]", f.Name}
		}
		out = append(out, object{"id": f.ID, "key": f.ID, "name": f.Name, "custom": f.Custom != "", "orderable": true, "navigable": true,
			"searchable": true, "clauseNames": names, "schema": f.schema()})
	}
	return ok(out)
}

func (c *call) searchFields() (reply, error) {
	query, wantedIDs, kinds := strings.ToLower(c.query.Get("query")), list(c.query["id"]...), list(c.query["type"]...)
	out := []object{}
	for _, f := range c.fields() {
		kind := "system"
		if f.Custom != "" {
			kind = "custom"
		}
		if len(kinds) > 0 && !slices.Contains(kinds, kind) || len(wantedIDs) > 0 && !slices.Contains(wantedIDs, f.ID) ||
			query != "" && !strings.Contains(strings.ToLower(f.Name), query) {
			continue
		}
		out = append(out, object{"id": f.ID, "key": f.ID, "name": f.Name, "schema": f.schema(), "description": "", "isLocked": false})
	}
	return ok(pageBean(c, out, 50, 50))
}

// customOnly finds the custom field of the path.
func (c *call) customOnly() (*field, error) {
	if f := findField(c.vars["fieldId"]); f != nil && f.Custom != "" {
		return f, nil
	}
	return nil, fail(http.StatusNotFound, "The custom field was not found.")
}

func (c *call) fieldContexts() (reply, error) {
	f, err := c.customOnly()
	if err != nil {
		return reply{}, err
	}
	return ok(pageBean(c, []object{{"id": f.CustomID, "name": "Default Configuration Scheme for " + f.Name}}, 50, 50))
}

func (c *call) fieldOptions() (reply, error) {
	f, err := c.customOnly()
	if err != nil {
		return reply{}, err
	}
	out := []object{}
	for _, o := range f.Options {
		out = append(out, object{"id": o.ID, "value": o.Name, "disabled": o.Disabled})
		for _, child := range o.Children {
			out = append(out, object{"id": child.ID, "value": child.Name, "optionId": o.ID, "disabled": child.Disabled})
		}
	}
	return ok(pageBean(c, out, 100, 100))
}
