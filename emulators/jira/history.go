package jira

import (
	"slices"
	"strconv"
	"strings"
)

// fieldItems words a change of one field as the vendor's history does: one item, or one per entry
// that came or went for components and versions.
func (s *session) fieldItems(f *field, old, v value) []changeItem {
	base := changeItem{Field: f.ID, FieldType: "jira", FieldID: f.ID}
	if f.Custom != "" {
		base.Field, base.FieldType = f.Name, "custom"
	}
	switch f.Kind {
	case kindComponents, kindVersions:
		return entryItems(f, base, old, v)
	case kindSprint:
		return s.sprintItems(f, old, v)
	case kindTimes:
		return estimateItems(old, v)
	case kindParent:
		base.Field = "IssueParentAssociation"
	}
	base.From, base.FromString = s.described(f, old)
	base.To, base.ToString = s.described(f, v)
	return []changeItem{base}
}

func entryItems(f *field, base changeItem, old, v value) []changeItem {
	list := components
	base.Field = "Component"
	if f.Kind == kindVersions {
		list = versions
		base.Field = "Version"
		if f.ID == "fixVersions" {
			base.Field = "Fix Version"
		}
	}
	var items []changeItem
	for _, id := range old.List {
		if !slices.Contains(v.List, id) {
			it := base
			it.From, it.FromString = &id, &findNamed(list, id, "").Name
			items = append(items, it)
		}
	}
	for _, id := range v.List {
		if !slices.Contains(old.List, id) {
			it := base
			it.To, it.ToString = &id, &findNamed(list, id, "").Name
			items = append(items, it)
		}
	}
	return items
}

// described gives the id and the words of a value; nil where there is none.
func (s *session) described(f *field, v value) (id, words *string) {
	if v.empty() {
		if f.Kind == kindLabels {
			empty := ""
			return nil, &empty
		}
		return nil, nil
	}
	text := v.Text
	switch f.Kind {
	case kindUser:
		u := findUser(v.Text)
		known := s.accountOf(u)
		id, text = &known, u.Name
	case kindPriority:
		id, text = &v.Text, findNamed(priorities, v.Text, "").Name
	case kindResolution:
		id, text = &v.Text, findNamed(resolutions, v.Text, "").Name
	case kindOption:
		id, text = &v.Text, findNamed(f.Options, v.Text, "").Name
	case kindOptions:
		ids := "[" + strings.Join(v.List, ", ") + "]"
		var names []string
		for _, one := range v.List {
			names = append(names, findNamed(f.Options, one, "").Name)
		}
		id, text = &ids, strings.Join(names, ",")
	case kindCascade:
		parent := findNamed(f.Options, v.Text, "")
		text = "Parent values: " + parent.Name + "(" + parent.ID + ")"
		if len(v.List) > 0 {
			text += "Level 1 values: " + findNamed(parent.Children, v.List[0], "").Name + "(" + v.List[0] + ")"
		}
	case kindUsers:
		var known, names []string
		for _, one := range v.List {
			known, names = append(known, s.accountOf(findUser(one))), append(names, findUser(one).Name)
		}
		ids := "[" + strings.Join(known, ", ") + "]"
		id, text = &ids, "["+strings.Join(names, ", ")+"]"
	case kindLabels:
		text = strings.Join(v.List, " ")
	case kindDoc:
		text = s.webhookView().wiki(v.Doc)
	case kindNumber:
		text = strconv.FormatFloat(*v.Number, 'f', -1, 64)
	case kindDate, kindDateTime:
		id = &v.Text
	case kindParent, kindEpic:
		id = &v.Text
		if parent := s.state.Issues[v.Text]; parent != nil {
			text = parent.Key
		}
	}
	return id, &text
}

func typeItem(from, to string) changeItem {
	return changeItem{Field: "issuetype", FieldType: "jira", FieldID: "issuetype",
		From: &from, FromString: &findNamed(issueTypes, from, "").Name, To: &to, ToString: &findNamed(issueTypes, to, "").Name}
}

func statusItem(from, to string) changeItem {
	return changeItem{Field: "status", FieldType: "jira", FieldID: "status",
		From: &from, FromString: &findNamed(statuses, from, "").Name, To: &to, ToString: &findNamed(statuses, to, "").Name}
}

// creationItems are what the created webhook tells as changelog: each value from nothing.
func (s *session) creationItems(i *issue) []changeItem {
	var items []changeItem
	for _, f := range s.fields() {
		if v, ok := i.Values[f.ID]; ok && !v.empty() {
			items = append(items, s.fieldItems(f, value{}, v)...)
		}
	}
	return append(items, changeItem{Field: "Status", FieldType: "jira", FieldID: "status", To: &i.StatusID, ToString: &findNamed(statuses, i.StatusID, "").Name})
}
