package jira

import (
	"encoding/json"
	"fmt"
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
	issue     *issue // nil: it is yet to be created
	projectID string
	typeID    string
	now       map[string]value // what is stored at present
	sprint    func(id int64) *sprint
	find      func(idOrKey string) *issue // for the parent field
	v2        bool                        // the shape of API version 2
	jsonCount bool                        // count a document's limit on its JSON
}

// read turns what a client sent for a field into what is stored, or says what is wrong with it in
// the vendor's words. null empties the field.
func (rd reading) read(f *field, raw json.RawMessage) (value, error) {
	if f.Kind == kindSprint {
		return rd.readSprint(f, raw)
	}
	if string(raw) == "null" {
		if f.Kind == kindParent {
			return rd.noParent()
		}
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
		return rd.readUser(f, raw)
	case kindUsers:
		return rd.readUsers(f, raw)
	case kindTimes:
		return readEstimates(f, raw, rd.now[f.ID])
	case kindParent:
		return rd.readParent(f, raw)
	case kindEpic:
		return rd.readEpic(f, raw)
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

// noParent takes an issue out of its parent; a sub-task cannot be without one.
func (rd reading) noParent() (value, error) {
	if isSubtask(rd.typeID) {
		return value{}, badField("parent", "Issue type is a sub-task but parent issue key or id not specified.")
	}
	return value{}, nil
}

func (rd reading) readDoc(f *field, raw json.RawMessage) (value, error) {
	if rd.v2 {
		doc, refused := readWiki(raw)
		if refused != "" {
			return value{}, badField(f.ID, "%s", refused)
		}
		return value{Doc: doc}, nil
	}
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
	if err := checkMedia(doc, rd.issue, rd.now[f.ID].Doc); err != nil {
		return value{}, err
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
