package jira

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// entry is how clients name an entry of a list.
type entry struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

func readEntry(f *field, raw json.RawMessage, list []*named) (string, error) {
	var e entry
	if json.Unmarshal(raw, &e) != nil || e.ID == "" && e.Name == "" && e.Value == "" {
		if f.hasOptions() {
			return "", badField(f.ID, "Specify a valid 'id' or 'name' for %s", f.Name)
		}
		return "", badField(f.ID, "Could not find valid 'id' or 'name' in %s object.", f.ID)
	}
	name := e.Name
	isOption := f.hasOptions()
	if isOption {
		name = e.Value
	}
	if n := findNamed(list, e.ID, name); n != nil && !n.Disabled {
		return n.ID, nil
	}
	shown := e.ID
	if shown == "" {
		shown = name
	}
	switch {
	case isOption && e.ID != "":
		return "", badField(f.ID, "Option id '%s' is not valid", e.ID)
	case isOption:
		return "", badField(f.ID, "Option value '%s' is not valid", name)
	case f.Kind == kindPriority:
		return "", badField(f.ID, "The priority selected is invalid.")
	case f.Kind == kindIssueType:
		return "", badField(f.ID, "Specify a valid issue type")
	case f.Kind == kindComponents:
		return "", badField(f.ID, "Component name '%s' is not valid", shown)
	case f.Kind == kindVersions:
		return "", badField(f.ID, "Version name '%s' is not valid", shown)
	}
	return "", badField(f.ID, "%s '%s' is not valid", f.Name, shown)
}

// readCascade reads an option with its child: {"value": …, "child": {"value": …}}, both also by id. The
// option's id is kept as text and the child's as the only entry of the list.
func readCascade(f *field, raw json.RawMessage) (value, error) {
	id, err := readEntry(f, raw, f.Options)
	if err != nil {
		return value{}, err
	}
	var with struct {
		Child json.RawMessage `json:"child"`
	}
	_ = json.Unmarshal(raw, &with) // readEntry read it as an object
	if len(with.Child) == 0 || string(with.Child) == "null" {
		return value{Text: id}, nil
	}
	child, err := readEntry(f, with.Child, findNamed(f.Options, id, "").Children)
	if err != nil {
		return value{}, err
	}
	return value{Text: id, List: []string{child}}, nil
}

func readEntries(f *field, raw json.RawMessage, list []*named) (value, error) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return value{}, badField(f.ID, "data was not an array")
	}
	var ids []string
	for _, item := range items {
		id, err := readEntry(f, item, list)
		if err != nil {
			return value{}, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return value{List: ids}, nil
}

func readLabels(f *field, raw json.RawMessage) (value, error) {
	var labels []string
	if json.Unmarshal(raw, &labels) != nil {
		return value{}, badField(f.ID, "data was not an array of strings")
	}
	for _, l := range labels {
		if err := checkLabel(f.ID, l); err != nil {
			return value{}, err
		}
	}
	labels = slices.Clone(labels)
	slices.Sort(labels)
	labels = slices.Compact(labels)
	if len(labels) == 0 {
		labels = nil
	}
	return value{List: labels}, nil
}

func checkLabel(fieldID, l string) error {
	switch {
	case l == "" || strings.ContainsAny(l, " \t\r\n"):
		return badField(fieldID, "The label '%s' contains spaces which is invalid.", l)
	case utf8.RuneCountInString(l) > 255:
		return badField(fieldID, "The label '%s' exceeds 255 characters.", l)
	}
	return nil
}

func (rd reading) readUser(f *field, raw json.RawMessage) (value, error) {
	if rd.v2 {
		return rd.readUserByName(f, raw)
	}
	var members map[string]*string
	if json.Unmarshal(raw, &members) != nil {
		return value{}, badField(f.ID, "expected Object containing an account id")
	}
	given, id := false, ""
	for _, name := range []string{"id", "accountId"} {
		if m, has := members[name]; has {
			given = true
			if m != nil {
				id = *m
			}
		}
	}
	switch {
	case given && id == "":
		return value{}, nil // an account id of null is nobody
	case id == "" && members["name"] != nil:
		return value{}, badField(f.ID, "'accountId' must be the only user identifying query parameter in GDPR strict mode.")
	case id == "":
		return value{}, badField(f.ID, "expected Object containing an account id")
	case id == "-1" && f.ID == "assignee":
		if p := findProject(rd.projectID); p != nil {
			return value{Text: p.LeadID}, nil
		}
	}
	if findUser(id) == nil {
		return value{}, badField(f.ID, "Specify a valid value for %s", f.ID)
	}
	return value{Text: id}, nil
}

func (rd reading) readUsers(f *field, raw json.RawMessage) (value, error) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return value{}, badField(f.ID, "data was not an array")
	}
	var ids []string
	for _, item := range items {
		one, err := rd.readUser(f, item)
		if err != nil {
			return value{}, err
		}
		if one.Text != "" && !slices.Contains(ids, one.Text) {
			ids = append(ids, one.Text)
		}
	}
	return value{List: ids}, nil
}

func (rd reading) readParent(f *field, raw json.RawMessage) (value, error) {
	var p struct {
		ID   string `json:"id"`
		Key  string `json:"key"`
		None bool   `json:"none"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return value{}, badField(f.ID, "data was not an object")
	}
	if p.None {
		return rd.noParent()
	}
	name := p.ID
	if name == "" {
		name = p.Key
	}
	parent := rd.find(name)
	if parent == nil {
		return value{}, badField(f.ID, "Could not find issue by id or key.")
	}
	switch child := findNamed(issueTypes, rd.typeID, ""); {
	case rd.issue == parent:
		return value{}, badField(f.ID, "An issue cannot be its own parent.")
	case child.Subtask && parent.ProjectID != rd.projectID:
		return value{}, badField(f.ID, "Given parent issue does not belong to the same project.")
	case findNamed(issueTypes, parent.TypeID, "").Level != child.Level+1:
		return value{}, badField("parentId", "Given parent issue does not belong to appropriate hierarchy.")
	}
	return value{Text: parent.ID}, nil
}
