package jira

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"duplex/core"
	"duplex/core/richtext"
)

// stamp is the vendor's form of an instant.
const stamp = "2006-01-02T15:04:05.000-0700"

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{stamp, "2006-01-02T15:04:05-0700", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// user is a person as Jira shows them; the e-mail address is often hidden. AccountID is the user name on Data Center, which has
// no account ids.
type user struct {
	AccountID    string `json:"accountId"`
	AccountType  string `json:"accountType"`
	EmailAddress string `json:"emailAddress"`
	DisplayName  string `json:"displayName"`
	Active       *bool  `json:"active"`
}

func (u *user) value() core.Value {
	if u == nil || u.AccountID == "" {
		return core.Empty(core.KindUser)
	}
	return core.Person(u.AccountID, u.EmailAddress, u.DisplayName)
}

// thing is anything with an id and something people call it.
type thing struct {
	ID       string  `json:"id"`
	Key      string  `json:"key"`
	Name     string  `json:"name"`
	Value    string  `json:"value"`
	GroupID  string  `json:"groupId"`
	Child    *thing  `json:"child"`
	Children []thing `json:"children"`
}

// UnmarshalJSON reads an id also where it is a number, as sprints have it.
func (t *thing) UnmarshalJSON(b []byte) error {
	type plain thing
	var w struct {
		plain
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*t = thing(w.plain)
	t.ID = strings.Trim(string(w.ID), `"`)
	return nil
}

// cascade joins the two levels of a cascading select list, in ids and in names.
const cascade = " > "

func (t thing) option(s shape) core.Value {
	switch s {
	case shapeOption:
		return core.Option(t.ID, t.Value)
	case shapeCascade:
		if t.Child != nil {
			return core.Option(t.ID+cascade+t.Child.ID, t.Value+cascade+t.Child.Value)
		}
		return core.Option(t.ID, t.Value)
	case shapeGroup:
		return core.Option(cmp.Or(t.GroupID, t.Name), t.Name)
	case shapeProject:
		return core.Option(t.ID, t.Key)
	}
	return core.Option(t.ID, t.Name)
}

// read turns a field's JSON into a value. JSON of an unexpected form gives an absent value: nothing is known of it.
func (f field) read(raw json.RawMessage) core.Value {
	raw = f.inside(raw)
	if len(raw) == 0 {
		return core.Absent()
	}
	if string(raw) == "null" {
		if f.multi {
			return core.Set()
		}
		return core.Empty(f.kind())
	}
	if f.shape == shapeSprint {
		return readSprint(raw)
	}
	switch {
	case f.shape == shapeLink:
		return f.readLinks(raw)
	case !f.multi:
		return f.readOne(raw)
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return core.Absent()
	}
	vs := make([]core.Value, 0, len(items))
	for _, it := range items {
		v := f.readOne(it)
		if v.IsAbsent() {
			return core.Absent()
		}
		vs = append(vs, v)
	}
	return core.Set(vs...)
}

func (f field) readOne(raw json.RawMessage) core.Value {
	switch f.shape {
	case shapeText:
		return f.on.text(raw)
	case shapeNumber:
		var n json.Number
		if json.Unmarshal(raw, &n) == nil {
			if v, err := core.Number(n.String()); err == nil {
				return v
			}
		}
	case shapeUser:
		var u user
		if json.Unmarshal(raw, &u) == nil {
			return u.value()
		}
	case shapeNamed, shapeOption, shapeCascade, shapeGroup, shapeProject:
		var t thing
		if json.Unmarshal(raw, &t) == nil {
			return t.option(f.shape)
		}
	case shapeIssue, shapeEpic:
		var t thing
		if json.Unmarshal(raw, &t) == nil {
			return core.Reference(t.ID, t.Key)
		}
	default:
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return f.readString(s)
		}
	}
	return core.Absent()
}

func (f field) readString(s string) core.Value {
	if s == "" {
		return core.Empty(f.element())
	}
	switch f.shape {
	case shapeDate:
		if v, err := core.Date(s); err == nil {
			return v
		}
		return core.Absent()
	case shapeDateTime:
		if t, ok := parseTime(s); ok {
			return core.DateTime(t)
		}
		return core.Absent()
	}
	return core.String(s)
}

// plain is a value as one plain string: what a text field without formatting takes.
func plain(v core.Value) string {
	if v.Kind() == core.KindText {
		return richtext.PlainText(richtext.Format(v.Format()), v.Source())
	}
	if v.IsEmpty() {
		return ""
	}
	return v.String()
}

// write is the JSON of one element for a request. Options must carry an id and people an account id where they can;
// see Connector.settle. Why is set when the value does not fit the field.
func (f field) write(v core.Value) (out any, why string) {
	if v.IsEmpty() {
		return nil, ""
	}
	switch f.shape {
	case shapeText:
		return f.on.send(v), ""
	case shapeNumber:
		n, err := core.Number(plain(v))
		if err != nil {
			return nil, err.Error()
		}
		return json.Number(n.Source()), ""
	case shapeDate:
		if v.Kind() == core.KindDateTime {
			return v.Time().Format(time.DateOnly), ""
		}
		d, err := core.Date(plain(v))
		if err != nil {
			return nil, err.Error()
		}
		return d.Source(), ""
	case shapeDateTime:
		t := v.Time()
		if v.Kind() == core.KindString {
			t, _ = parseTime(v.Source())
		}
		if t.IsZero() {
			return nil, fmt.Sprintf("a value of kind %s is no instant", v.Kind())
		}
		return t.Format(stamp), ""
	case shapeUser:
		if v.Kind() != core.KindUser || v.ID() == "" {
			return nil, "a person is needed here"
		}
		return f.on.person(v.ID()), ""
	case shapeLink:
		if v.Kind() != core.KindReference {
			return nil, "an issue is needed here"
		}
		return nil, ""
	case shapeNamed, shapeOption, shapeProject, shapeIssue:
		if v.ID() != "" {
			return map[string]string{"id": v.ID()}, ""
		}
		return map[string]string{f.nameKey(): plain(v)}, ""
	case shapeEpic:
		return v.Name(), ""
	case shapeGroup:
		return map[string]string{"name": cmp.Or(v.Name(), plain(v))}, ""
	case shapeCascade:
		return writeCascade(v), ""
	}
	s := plain(v)
	if f.id == "summary" {
		s = strings.Join(strings.Fields(s), " ") // the vendor takes one line only
	}
	return s, ""
}

func (f field) nameKey() string {
	switch f.shape {
	case shapeOption:
		return "value"
	case shapeProject, shapeIssue:
		return "key"
	}
	return "name"
}

func writeCascade(v core.Value) any {
	key, joined := "id", v.ID()
	if joined == "" {
		key, joined = "value", plain(v)
	}
	parent, child, ok := strings.Cut(joined, cascade)
	out := map[string]any{key: parent}
	if ok {
		out["child"] = map[string]string{key: child}
	}
	return out
}
