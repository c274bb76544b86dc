package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// value is what is stored for one field: a text, id, date or account id in Text, ids or labels in
// List. The zero value is an empty field. Values are never changed in place.
type value struct {
	Text   string   `json:"text,omitempty"`
	Number *float64 `json:"number,omitempty"`
	List   []string `json:"list,omitempty"`
	Doc    *node    `json:"doc,omitempty"`
}

func (v value) empty() bool {
	return v.Text == "" && v.Number == nil && len(v.List) == 0 && v.Doc == nil
}

// same tells whether storing b over a would change anything a reader sees.
func same(f *field, a, b value) bool {
	if f.Kind == kindDoc {
		return sameText(a.Doc, b.Doc)
	}
	return reflect.DeepEqual(a, b)
}

// reading is the context a value is read in.
type reading struct {
	projectID string
	typeID    string
	find      func(idOrKey string) *issue // for the parent field
	jsonCount bool                        // count a document's limit on its JSON
}

// read turns what a client sent for a field into what is stored, or says what is wrong with it in
// the vendor's words. null empties the field.
func (rd reading) read(f *field, raw json.RawMessage) (value, error) {
	if string(raw) == "null" {
		if f.required(rd.typeID) {
			return value{}, badField(f.ID, "%s is required.", f.Name)
		}
		return value{}, nil
	}
	switch f.Kind {
	case kindText:
		return readText(f, raw)
	case kindDoc:
		return rd.readDoc(f, raw)
	case kindNumber:
		var n float64
		if json.Unmarshal(raw, &n) != nil {
			return value{}, badField(f.ID, "Operation value must be a number")
		}
		return value{Number: &n}, nil
	case kindDate, kindDateTime:
		return readTime(f, raw)
	case kindOption:
		id, err := readEntry(f, raw, f.Options)
		return value{Text: id}, err
	case kindOptions:
		return readEntries(f, raw, f.Options)
	case kindCascade:
		return readCascade(f, raw)
	case kindComponents:
		return readEntries(f, raw, ofProject(components, rd.projectID))
	case kindVersions:
		return readEntries(f, raw, ofProject(versions, rd.projectID))
	case kindPriority:
		id, err := readEntry(f, raw, priorities)
		return value{Text: id}, err
	case kindResolution:
		id, err := readEntry(f, raw, resolutions)
		return value{Text: id}, err
	case kindIssueType:
		id, err := readEntry(f, raw, issueTypes)
		return value{Text: id}, err
	case kindLabels:
		return readLabels(f, raw)
	case kindUser:
		return readUser(f, raw, rd.projectID)
	case kindUsers:
		return readUsers(f, raw)
	case kindParent:
		return rd.readParent(f, raw)
	}
	return value{}, badField(f.ID, "Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", f.ID)
}

func readText(f *field, raw json.RawMessage) (value, error) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return value{}, badField(f.ID, "Operation value must be a string")
	}
	if f.ID == "summary" {
		switch {
		case strings.TrimSpace(s) == "":
			return value{}, badField(f.ID, "You must specify a summary of the issue.")
		case strings.ContainsAny(s, "\r\n"):
			return value{}, badField(f.ID, "The summary is invalid because it contains newline characters.")
		case utf8.RuneCountInString(s) > summaryLimit:
			return value{}, badField(f.ID, "Summary can't exceed 255 characters.")
		}
		s = strings.TrimSpace(s)
	}
	if strings.HasSuffix(f.Custom, ":url") && s != "" {
		if u, err := url.Parse(s); err != nil || u.Scheme == "" || u.Host == "" {
			return value{}, badField(f.ID, "Not a valid URL")
		}
	}
	if f.Limit > 0 && utf8.RuneCountInString(s) > f.Limit {
		return value{}, badField(f.ID, "The entered text is too long. It exceeds the allowed limit of %d characters.", f.Limit)
	}
	return value{Text: s}, nil
}

func (rd reading) readDoc(f *field, raw json.RawMessage) (value, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return value{}, badField(f.ID, "Operation value must be an Atlassian Document (see the Atlassian Document Format)")
	}
	doc, err := parseADF(raw)
	if err != nil {
		return value{}, badDocument(err)
	}
	if tooLongDoc(doc, len(raw), rd.jsonCount) {
		return value{}, badField(f.ID, tooLong)
	}
	return value{Doc: rewriteADF(doc)}, nil
}

func tooLongDoc(doc *node, jsonLength int, jsonCount bool) bool {
	if jsonCount {
		return jsonLength > textLimit
	}
	return utf8.RuneCountInString(doc.plainText()) > textLimit
}

func readTime(f *field, raw json.RawMessage) (value, error) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return value{}, badField(f.ID, "Operation value must be a string")
	}
	if f.Kind == kindDate {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return value{}, badField(f.ID, "Error parsing date string: %s", s)
		}
		return value{Text: s}, nil
	}
	for _, layout := range []string{timeLayout, "2006-01-02T15:04:05.000Z07:00", time.RFC3339, "2006-01-02T15:04:05-0700"} {
		if at, err := time.Parse(layout, s); err == nil {
			return value{Text: at.UTC().Format(timeLayout)}, nil
		}
	}
	return value{}, badField(f.ID, "Error parsing time: %s", s)
}

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

func readUser(f *field, raw json.RawMessage, projectID string) (value, error) {
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
		for _, p := range projects {
			if p.ID == projectID {
				return value{Text: p.LeadID}, nil
			}
		}
	}
	if findUser(id) == nil {
		return value{}, badField(f.ID, "Specify a valid value for %s", f.ID)
	}
	return value{Text: id}, nil
}

func readUsers(f *field, raw json.RawMessage) (value, error) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return value{}, badField(f.ID, "data was not an array")
	}
	var ids []string
	for _, item := range items {
		one, err := readUser(f, item, "")
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
		return value{}, nil
	}
	name := p.ID
	if name == "" {
		name = p.Key
	}
	parent := rd.find(name)
	if parent == nil {
		return value{}, badField(f.ID, "Could not find issue by id or key.")
	}
	if parent.ProjectID != rd.projectID {
		return value{}, badField(f.ID, "Given parent issue does not belong to the same project.")
	}
	return value{Text: parent.ID}, nil
}

// changeVerbs applies the entries of an update section to the present value.
func (rd reading) changeVerbs(f *field, now value, verbs []map[string]json.RawMessage) (value, error) {
	for _, verb := range verbs {
		for name, raw := range verb {
			if !slices.Contains(f.operations(), name) {
				return value{}, badField(f.ID, "Field does not support update '%s'", name)
			}
			if name == "set" {
				v, err := rd.read(f, raw)
				if err != nil {
					return value{}, err
				}
				now = v
				continue
			}
			one, err := rd.read(f, json.RawMessage(fmt.Sprintf("[%s]", raw)))
			if err != nil {
				return value{}, err
			}
			list := slices.Clone(now.List)
			for _, id := range one.List {
				list = slices.DeleteFunc(list, func(have string) bool { return have == id })
				if name == "add" {
					list = append(list, id)
				}
			}
			if f.Kind == kindLabels {
				slices.Sort(list)
			}
			if len(list) == 0 {
				list = nil
			}
			now = value{List: list}
		}
	}
	return now, nil
}

// refusals collects what is wrong with several fields into one answer, as the vendor gives it.
type refusals struct{ all *apiError }

func (r *refusals) add(err error) {
	e, ok := err.(*apiError)
	if !ok {
		e = fail(http.StatusBadRequest, "%s", err.Error())
	}
	if r.all == nil {
		r.all = &apiError{Status: e.Status, Fields: map[string]string{}}
	}
	r.all.Messages = append(r.all.Messages, e.Messages...)
	for k, v := range e.Fields {
		r.all.Fields[k] = v
	}
	if e.Detail != "" {
		r.all.Detail = e.Detail
	}
}

// names tells whether something is said about a field already.
func (r *refusals) names(fieldID string) bool {
	return r.all != nil && r.all.Fields[fieldID] != ""
}

func (r *refusals) err() error {
	if r.all == nil {
		return nil
	}
	return r.all
}
