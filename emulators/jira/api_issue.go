package jira

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const issueExpand = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"

// wanted is which parts of an issue a caller asks for.
type wanted struct {
	fields     []string
	expand     []string
	properties []string
}

func list(values ...string) []string {
	var out []string
	for _, v := range values {
		for _, part := range strings.Split(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// chosen resolves the fields parameter: names, *all, *navigable, and -name to leave one out.
func (wn wanted) chosen(fields []*field) []*field {
	all := len(wn.fields) == 0 || slices.Contains(wn.fields, "*all") || slices.Contains(wn.fields, "*navigable")
	onlyMinus := len(wn.fields) > 0 && !slices.ContainsFunc(wn.fields, func(n string) bool { return !strings.HasPrefix(n, "-") })
	var out []*field
	for _, f := range fields {
		in := all || onlyMinus || slices.Contains(wn.fields, f.ID)
		if in && !slices.Contains(wn.fields, "-"+f.ID) {
			out = append(out, f)
		}
	}
	return out
}

// bare tells whether only ids and keys are asked for.
func (wn wanted) bare() bool {
	return len(wn.fields) > 0 && !slices.ContainsFunc(wn.fields, func(n string) bool { return n != "id" && n != "key" })
}

func (c *call) renderIssue(i *issue, wn wanted) object {
	v := c.view()
	out := object{"id": i.ID}
	if wn.bare() {
		if slices.Contains(wn.fields, "key") || v.dc {
			out["key"], out["self"] = i.Key, v.self("/issue/"+i.ID)
		}
	} else {
		shown := object{}
		for _, f := range wn.chosen(c.fields()) {
			if f.Kind == kindParent && i.Values["parent"].empty() {
				continue
			}
			shown[f.ID] = v.fieldOf(i, f)
		}
		out["key"], out["self"], out["expand"], out["fields"] = i.Key, v.self("/issue/"+i.ID), issueExpand, shown
	}
	for _, e := range wn.expand {
		switch e {
		case "names":
			names := map[string]string{}
			for _, f := range wn.chosen(c.fields()) {
				names[f.ID] = f.Name
			}
			out["names"] = names
		case "schema":
			schemas := object{}
			for _, f := range wn.chosen(c.fields()) {
				schemas[f.ID] = f.schema()
			}
			out["schema"] = schemas
		case "changelog":
			out["changelog"] = c.newestChanges(i)
		case "transitions":
			out["transitions"] = c.renderTransitions(i, false)
		case "editmeta":
			out["editmeta"] = object{"fields": c.editFields(i)}
		case "renderedFields":
			out["renderedFields"] = v.renderedFields(i, wn.chosen(c.fields()))
		}
	}
	if len(wn.properties) > 0 {
		found := object{}
		for key, raw := range i.Properties {
			if slices.Contains(wn.properties, key) || slices.Contains(wn.properties, "*all") {
				found[key] = raw
			}
		}
		out["properties"] = found
	}
	return out
}

// renderedFields are the documents of an issue as HTML.
func (v view) renderedFields(i *issue, chosen []*field) object {
	out := object{}
	for _, f := range chosen {
		if f.Kind == kindDoc {
			out[f.ID] = v.html(i.Values[f.ID].Doc)
		}
	}
	return out
}

// newestChanges is the truncated history of expand=changelog: newest first, at most 40 entries.
func (c *call) newestChanges(i *issue) object {
	v, out := c.view(), []object{}
	if v.dc { // all of them, oldest first
		for _, ch := range i.History {
			out = append(out, v.change(ch))
		}
		return object{"startAt": 0, "maxResults": len(out), "total": len(out), "histories": out}
	}
	for _, ch := range slices.Backward(i.History) {
		if len(out) == 40 {
			break
		}
		out = append(out, v.change(ch))
	}
	return object{"startAt": 0, "maxResults": len(out), "total": len(i.History), "histories": out}
}

func (c *call) getIssue() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	return ok(c.renderIssue(i, wanted{fields: list(c.query["fields"]...), expand: list(c.query["expand"]...), properties: list(c.query["properties"]...)}))
}

func (c *call) createIssue() (reply, error) {
	var in issueInput
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	out, err := c.createOne(in)
	if err != nil {
		return reply{}, err
	}
	return created(out)
}

// createOne creates and answers ids only, with the outcome of a transition where one was asked for.
func (c *call) createOne(in issueInput) (object, error) {
	i, err := c.create(in)
	if err != nil {
		return nil, err
	}
	out := object{"id": i.ID, "key": i.Key, "self": c.view().self("/issue/" + i.ID)}
	if in.Transition != nil {
		nested := object{"status": http.StatusOK, "errorCollection": object{"errorMessages": []string{}, "errors": object{}}}
		if err := c.transit(i, in.Transition.ID, issueInput{}); err != nil {
			if refused, isRefusal := err.(*apiError); isRefusal {
				nested = object{"status": refused.Status, "errorCollection": refused.body()}
			}
		}
		out["transition"] = nested
	}
	return out, nil
}

func (c *call) createIssues() (reply, error) {
	var in struct {
		IssueUpdates []issueInput `json:"issueUpdates"`
	}
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	if len(in.IssueUpdates) > 50 {
		return reply{}, fail(http.StatusBadRequest, "The number of issues to create must be at most 50.")
	}
	done, failed := []object{}, []object{}
	for n, one := range in.IssueUpdates {
		out, err := c.createOne(one)
		if refused, isRefusal := err.(*apiError); isRefusal {
			failed = append(failed, object{"status": refused.Status, "elementErrors": refused.body(), "failedElementNumber": n})
			continue
		}
		done = append(done, out)
	}
	status := http.StatusCreated
	if len(done) == 0 && len(failed) > 0 {
		status = http.StatusBadRequest
	}
	return reply{status: status, body: object{"issues": done, "errors": failed}}, nil
}

func (c *call) putIssue() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var in issueInput
	if err := c.decode(&in, false); err != nil {
		return reply{}, err
	}
	if err := c.change(i, in); err != nil {
		return reply{}, err
	}
	if c.query.Get("returnIssue") == "true" && !c.v2 {
		return ok(c.renderIssue(i, wanted{expand: list(c.query["expand"]...)}))
	}
	return noContent()
}

func (c *call) deleteIssue() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	if err := c.remove(i, c.query.Get("deleteSubtasks") == "true"); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) putAssignee() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	raw := rawDoc(c.body)
	var who struct {
		AccountID *string `json:"accountId"`
		Name      *string `json:"name"`
	}
	if err := c.decode(&who, false); err != nil {
		return reply{}, err
	}
	if c.v2 {
		who.AccountID = who.Name
	}
	if who.AccountID == nil {
		raw = rawDoc("null")
	}
	if err := c.change(i, issueInput{Fields: map[string]rawDoc{"assignee": raw}}); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) bulkFetch() (reply, error) {
	var in struct {
		IssueIdsOrKeys []string `json:"issueIdsOrKeys"`
		Fields         []string `json:"fields"`
		Expand         []string `json:"expand"`
		Properties     []string `json:"properties"`
		FieldsByKeys   bool     `json:"fieldsByKeys"`
	}
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	if len(in.IssueIdsOrKeys) == 0 || len(in.IssueIdsOrKeys) > 100 {
		return reply{}, fail(http.StatusBadRequest, "issueIdsOrKeys must have between 1 and 100 entries.")
	}
	found, missing, seen := []object{}, []object{}, map[string]bool{}
	for _, name := range in.IssueIdsOrKeys {
		i := c.state.find(name)
		switch {
		case i == nil:
			missing = append(missing, object{"id": name, "errorMessage": noIssue().Messages[0]})
		case !seen[i.ID]:
			seen[i.ID] = true
			found = append(found, c.renderIssue(i, wanted{fields: in.Fields, expand: in.Expand, properties: in.Properties}))
		}
	}
	return ok(object{"issues": found, "issueErrors": missing})
}

func (c *call) getChangelog() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	v, all := c.view(), []object{}
	for _, ch := range i.History {
		all = append(all, v.change(ch))
	}
	return ok(pageBean(c, all, 100, 100))
}

func (c *call) listChangelog() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		ChangelogIDs []int64 `json:"changelogIds"`
	}
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	v, out := c.view(), []object{}
	for _, ch := range i.History {
		if slices.Contains(in.ChangelogIDs, number(ch.ID)) {
			out = append(out, v.change(ch))
		}
	}
	return ok(object{"startAt": 0, "maxResults": len(out), "total": len(out), "histories": out})
}

func (c *call) bulkChangelog() (reply, error) {
	var in struct {
		IssueIdsOrKeys []string `json:"issueIdsOrKeys"`
		FieldIDs       []string `json:"fieldIds"`
		MaxResults     int      `json:"maxResults"`
		NextPageToken  string   `json:"nextPageToken"`
	}
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	if len(in.IssueIdsOrKeys) == 0 || len(in.IssueIdsOrKeys) > 1000 || len(in.FieldIDs) > 10 {
		return reply{}, fail(http.StatusBadRequest, "Give 1 to 1000 issues and at most 10 fields.")
	}
	if in.MaxResults == 0 {
		in.MaxResults = 1000
	}
	skip := int(number(in.NextPageToken))
	v, out, count, more := c.view(), []object{}, 0, false
	for _, name := range in.IssueIdsOrKeys {
		i := c.state.find(name)
		if i == nil {
			continue
		}
		var entries []object
		for _, ch := range i.History {
			if len(in.FieldIDs) > 0 && !slices.ContainsFunc(ch.Items, func(it changeItem) bool { return slices.Contains(in.FieldIDs, it.FieldID) }) {
				continue
			}
			count++
			if count <= skip {
				continue
			}
			if count > skip+in.MaxResults {
				more = true
				break
			}
			entries = append(entries, v.change(ch))
		}
		if len(entries) > 0 {
			out = append(out, object{"issueId": i.ID, "changeHistories": entries})
		}
	}
	body := object{"issueChangeLogs": out}
	if more {
		body["nextPageToken"] = strconv.Itoa(skip + in.MaxResults)
	}
	return ok(body)
}
