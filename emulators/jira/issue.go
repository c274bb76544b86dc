package jira

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"
)

// issueInput is the body of create, edit and transition.
type issueInput struct {
	Fields     map[string]rawDoc              `json:"fields"`
	Update     map[string][]map[string]rawDoc `json:"update"`
	Properties []property                     `json:"properties"`
	Transition *struct {
		ID string `json:"id"`
	} `json:"transition"`
	HistoryMetadata rawDoc `json:"historyMetadata"`
}

type property struct {
	Key   string `json:"key"`
	Value rawDoc `json:"value"`
}

// edit is a checked input: what to store, nothing stored yet.
type edit struct {
	values     map[string]value
	comments   []*comment
	links      []newLink
	properties []property
	metadata   rawDoc
}

// plan checks an input against the fields a screen offers and the issue as it is, nil for one that is
// yet to be created. ignored fields are passed over in silence. It changes nothing; the error carries every refused field.
func (s *session) plan(in issueInput, i *issue, projectID, typeID string, onScreen func(*field) bool, ignored []string) (edit, error) {
	var now map[string]value
	if i != nil {
		now = i.Values
	}
	rd := reading{issue: i, projectID: projectID, typeID: typeID, now: now, find: s.state.find, sprint: s.state.sprint, v2: s.v2, jsonCount: s.opts.CountDocumentJSON}
	ed := edit{values: map[string]value{}, properties: in.Properties, metadata: in.HistoryMetadata}
	var refused refusals
	for _, id := range slices.Sorted(maps.Keys(in.Fields)) {
		if slices.Contains(ignored, id) {
			continue
		}
		if _, twice := in.Update[id]; twice {
			refused.add(badField(id, "Field '%s' cannot be in both fields and update.", id))
			continue
		}
		f := findField(id)
		if f == nil || !onScreen(f) || s.lacks(f, typeID) {
			refused.add(notOnScreen(id))
			continue
		}
		v, err := rd.read(f, in.Fields[id])
		if err != nil {
			refused.add(err)
			continue
		}
		ed.values[id] = v
	}
	for _, id := range slices.Sorted(maps.Keys(in.Update)) {
		if id == "comment" {
			for _, verb := range in.Update[id] {
				c, err := s.readComment(verb["add"], i)
				if err != nil {
					refused.add(err)
					continue
				}
				ed.comments = append(ed.comments, c)
			}
			continue
		}
		f := findField(id)
		if f == nil || !onScreen(f) || s.lacks(f, typeID) {
			refused.add(notOnScreen(id))
			continue
		}
		if id == "issuelinks" {
			for _, verb := range in.Update[id] {
				l, err := s.readLink(verb)
				if err != nil {
					refused.add(err)
					continue
				}
				ed.links = append(ed.links, l)
			}
			continue
		}
		v, err := rd.changeVerbs(f, now[id], in.Update[id])
		if err != nil {
			refused.add(err)
			continue
		}
		ed.values[id] = v
	}
	for _, p := range in.Properties {
		if err := checkProperty(p.Key, p.Value); err != nil {
			refused.add(err)
		}
	}
	return ed, refused.err()
}

func notOnScreen(id string) error {
	return badField(id, "Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", id)
}

// create makes an issue and answers it. A transition in the input is taken after the creation; what
// came of it is nested in the answer, as the vendor does.
func (s *session) create(in issueInput) (*issue, error) {
	p, typeID, err := readHome(in)
	if err != nil {
		return nil, err
	}
	onCreate := func(f *field) bool { return f.OnCreate && f.onScreens(p.ID, typeID) }
	ed, planErr := s.plan(in, nil, p.ID, typeID, onCreate, []string{"project", "issuetype"})
	var refused refusals
	if planErr != nil {
		refused.add(planErr)
	}
	_, hasSummary := in.Fields["summary"]
	if !hasSummary && in.Update["summary"] == nil {
		refused.add(badField("summary", "You must specify a summary of the issue."))
	}
	for _, f := range s.fields() {
		if ed.values[f.ID].empty() && slices.Contains(f.Needed, typeID) && !refused.names(f.ID) {
			refused.add(badField(f.ID, "%s is required.", f.Name))
		}
	}
	if isSubtask(typeID) && ed.values["parent"].empty() && !refused.names("parent") && !refused.names("parentId") {
		refused.add(badField("parent", "Issue type is a sub-task but parent issue key or id not specified."))
	}
	if err := refused.err(); err != nil {
		return nil, err
	}
	i := &issue{ID: s.state.nextID(), ProjectID: p.ID, TypeID: typeID, StatusID: statusToDo, Key: s.state.nextKey(p),
		CreatorID: s.user.AccountID, Created: s.now, Updated: s.now, CategoryAt: s.now,
		Values: map[string]value{"priority": {Text: defaultPriority}, "reporter": {Text: s.user.AccountID}}}
	for id, v := range ed.values {
		if v.empty() {
			delete(i.Values, id)
			continue
		}
		i.Values[id] = v
	}
	i.Watchers = []string{s.user.AccountID}
	i.Properties = map[string]rawDoc{}
	for _, pr := range ed.properties {
		i.Properties[pr.Key] = pr.Value
	}
	s.state.Issues[i.ID] = i
	s.touch(i)
	s.emitIssue("jira:issue_created", "issue_created", i, s.nextChange(s.creationItems(i)), nil)
	for _, c := range ed.comments {
		s.attachComment(i, c)
		s.emitComment("comment_created", i, c)
	}
	for _, l := range ed.links {
		l.make(s, i)
	}
	return i, nil
}

// readHome finds the project and the type an issue is to be created in.
func readHome(in issueInput) (*project, string, error) {
	var ref struct{ ID, Key string }
	var refused refusals
	if raw, ok := in.Fields["project"]; !ok || json.Unmarshal(raw, &ref) != nil || ref.ID == "" && ref.Key == "" {
		refused.add(badField("project", "Specify a valid project ID or key"))
	}
	name := ref.ID
	if name == "" {
		name = ref.Key
	}
	p := findProject(name)
	if p == nil && refused.all == nil {
		refused.add(badField("project", "valid project is required"))
	}
	raw, ok := in.Fields["issuetype"]
	if !ok {
		refused.add(badField("issuetype", "Specify an issue type"))
		return nil, "", refused.err()
	}
	typeID, err := readEntry(findField("issuetype"), raw, issueTypes)
	if err != nil {
		refused.add(err)
	}
	return p, typeID, refused.err()
}

func isSubtask(typeID string) bool { return findNamed(issueTypes, typeID, "").Subtask }

// editable tells which fields the edit screen of an issue's type offers.
func editable(projectID, typeID string) func(*field) bool {
	return func(f *field) bool { return f.OnEdit && f.onScreens(projectID, typeID) }
}

// change applies a PUT. Fields that keep their value do not count; when none changes and there is no
// comment or new property, nothing happens and updated stays.
func (s *session) change(i *issue, in issueInput) error {
	// A status in PUT is passed over in silence, like everything else the server keeps itself.
	ed, err := s.plan(in, i, i.ProjectID, i.TypeID, editable(i.ProjectID, i.TypeID), []string{"status"})
	if err != nil {
		return err
	}
	if v, named := ed.values["issuetype"]; named && isSubtask(v.Text) != isSubtask(i.TypeID) {
		return badField("issuetype", "The issue type selected is invalid.") // becoming a sub-task is a move
	}
	s.apply(i, ed, nil, "")
	return nil
}

// apply stores a checked edit with further history items (a status change) and tells the world.
// eventType overrides the webhook's issue_event_type_name.
func (s *session) apply(i *issue, ed edit, items []changeItem, eventType string) {
	assigned := false
	for _, f := range fields {
		v, named := ed.values[f.ID]
		if !named {
			continue
		}
		if f.ID == "issuetype" {
			if v.Text != i.TypeID {
				items = append(items, typeItem(i.TypeID, v.Text))
				i.TypeID = v.Text
			}
			continue
		}
		old := i.Values[f.ID]
		if same(f, old, v) {
			continue
		}
		assigned = assigned || f.ID == "assignee"
		items = append(items, s.fieldItems(f, old, v)...)
		if v.empty() {
			delete(i.Values, f.ID)
		} else {
			i.Values[f.ID] = v
		}
	}
	for _, p := range ed.properties {
		s.setProperty(i, p.Key, p.Value)
	}
	for _, l := range ed.links {
		l.make(s, i)
	}
	for _, c := range ed.comments {
		s.attachComment(i, c)
	}
	if len(items) == 0 {
		for _, c := range ed.comments {
			s.emitComment("comment_created", i, c)
		}
		return
	}
	ch := s.nextChange(items)
	ch.Metadata = ed.metadata
	i.History = append(i.History, ch)
	s.touch(i)
	if eventType == "" {
		eventType = "issue_updated"
		if assigned && len(items) == 1 {
			eventType = "issue_assigned"
		}
	}
	// A comment made together with a change travels inside the issue event only.
	var with *comment
	if len(ed.comments) > 0 {
		with = ed.comments[0]
	}
	s.emitIssue("jira:issue_updated", eventType, i, ch, with)
	if s.opts.DataCenter { // which tells of the comment by itself too
		for _, c := range ed.comments {
			s.emit("comment_created", i, object{"comment": s.webhookView().comment(i, c)}, nil)
		}
	}
}

// nextChange gives history items their entry; it is stored by whoever keeps it.
func (s *session) nextChange(items []changeItem) *change {
	return &change{ID: s.state.nextID(), AuthorID: s.user.AccountID, At: s.now, Items: items}
}

// record adds history items to an issue, moves its time and sends the update.
func (s *session) record(i *issue, items ...changeItem) {
	ch := s.nextChange(items)
	i.History = append(i.History, ch)
	s.touch(i)
	s.emitIssue("jira:issue_updated", "issue_updated", i, ch, nil)
}

// remove deletes an issue with everything on it. With subtasks it is refused unless they may go too.
func (s *session) remove(i *issue, withSubtasks bool) error {
	children := s.state.subtasks(i.ID)
	if len(children) > 0 && !withSubtasks {
		return fail(http.StatusBadRequest, "The issue '%s' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.", i.Key)
	}
	for _, child := range children {
		if err := s.remove(child, true); err != nil {
			return err
		}
	}
	for _, name := range []string{"parent", epicField} { // what an epic held goes on without it
		for _, child := range s.state.holding(name, i.ID) {
			items := s.fieldItems(findField(name), child.Values[name], value{})
			delete(child.Values, name)
			s.record(child, items...)
		}
	}
	s.emitIssue("jira:issue_deleted", "", i, nil, nil)
	for _, l := range s.state.linksOf(i.ID) {
		s.dropLink(l)
	}
	for _, a := range i.Attachments {
		s.gone = append(s.gone, a.ID)
	}
	for key, id := range s.state.Moved {
		if id == i.ID {
			delete(s.state.Moved, key)
		}
	}
	delete(s.state.Issues, i.ID)
	s.changed = true
	s.index.put(i.ID, nil, s.now)
	return nil
}

// move puts an issue into another project: it keeps its id and gets a new key; the old key goes on
// working. Components and versions of the old project are left behind.
func (s *session) move(i *issue, to *project) {
	from := i.project()
	if from == to {
		return
	}
	old := i.Key
	s.state.Moved[old] = i.ID
	i.Key, i.ProjectID = s.state.nextKey(to), to.ID
	for _, id := range []string{"components", "fixVersions", "versions", "parent", sprintField} {
		delete(i.Values, id)
	}
	s.record(i,
		changeItem{Field: "project", FieldType: "jira", FieldID: "project", From: &from.ID, FromString: &from.Name, To: &to.ID, ToString: &to.Name},
		changeItem{Field: "Key", FieldType: "jira", FieldID: "issuekey", FromString: &old, ToString: &i.Key})
}

func categoryOf(statusID string) string { return findNamed(statuses, statusID, "").Category }

func formatTime(t time.Time, u *User) any {
	if t.IsZero() {
		return nil
	}
	return t.In(u.zone()).Format(timeLayout)
}

func (u *User) zone() *time.Location {
	if u != nil {
		if zone, err := time.LoadLocation(u.TimeZone); err == nil {
			return zone
		}
	}
	return time.UTC
}
