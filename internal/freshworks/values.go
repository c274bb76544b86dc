package freshworks

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// htmlText is rich text in normal form.
func htmlText(html string) core.Value {
	normal := richtext.Normal(richtext.HTML, html)
	if richtext.IsEmpty(richtext.HTML, normal) {
		return core.Empty(core.KindText)
	}
	return core.Text("html", normal)
}

// read is a field's value. What the answer does not show, or cannot be read, is absent, so that it is never taken for a change. People are
// ids alone.
func (f Field) read(raw json.RawMessage) core.Value {
	if len(raw) == 0 {
		return core.Absent()
	}
	s := scalar(raw)
	switch f.Shape {
	case Flag:
		return core.Bool(s == "true") // never set is shown as null
	case Words, Labels:
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			return core.Absent()
		}
		var items []core.Value
		for _, one := range list {
			if f.Shape == Labels {
				items = append(items, core.Option(one, one))
			} else if !markForm.MatchString(one) {
				items = append(items, core.String(one))
			}
		}
		return core.Set(items...)
	case Rich:
		return htmlText(s)
	}
	if s == "" {
		return core.Empty(f.kind())
	}
	switch f.Shape {
	case Code, Group:
		for _, o := range f.Options {
			if o.ID() == s {
				return o
			}
		}
		return core.Option(s, "")
	case Label:
		return core.Option(s, s)
	case Agent, Person:
		return core.Person(s, "", "")
	case Instant:
		if t := instant(s); !t.IsZero() {
			return core.DateTime(t)
		}
		return core.Absent()
	case Day:
		if v, err := core.Date(s[:min(len(s), len(time.DateOnly))]); err == nil {
			return v
		}
		return core.Absent()
	case Number:
		if v, err := core.Number(s); err == nil {
			return v
		}
		return core.Absent()
	}
	return core.String(s)
}

// write is the JSON value of a field that names no person, or why it cannot be written. Canon is the value as a read will show it.
func (f Field) write(v core.Value) (value any, canon core.Value, why string) {
	switch {
	case v.IsAbsent():
		return nil, v, "there is no value to write"
	case v.IsEmpty() && f.Shape == Flag:
		return false, core.Bool(false), ""
	case v.IsEmpty() && (f.Shape == Words || f.Shape == Labels):
		return []string{}, core.Set(), ""
	case v.IsEmpty() && (f.Shape == Code || f.Key == "subject"):
		return nil, v, "it cannot be emptied"
	case v.IsEmpty() && f.Shape == Rich:
		return "", core.Empty(core.KindText), ""
	case v.IsEmpty():
		return nil, core.Empty(f.kind()), ""
	case v.Kind() != f.kind():
		return nil, v, fmt.Sprintf("it takes a %s, not a %s", f.kind(), v.Kind())
	}
	switch f.Shape {
	case Rich:
		if v.Format() != "html" {
			return nil, v, "it takes HTML text"
		}
		html := richtext.EscapePlaceholders(v.Source())
		return html, htmlText(html), ""
	case Code, Group, Label:
		return f.writeOption(v)
	case Labels:
		list, items := []string{}, []core.Value{}
		for _, e := range v.Items() {
			o, why := connectors.Pick(f.Options, e)
			if why != "" {
				return nil, v, why
			}
			list, items = append(list, o.ID()), append(items, o)
		}
		return list, core.Set(items...), ""
	case Words:
		list := []string{}
		for _, e := range v.Items() {
			if e.Kind() != core.KindString {
				return nil, v, "it takes words"
			}
			list = append(list, e.Source())
		}
		return list, v, ""
	case Instant:
		at := v.Time().UTC().Truncate(time.Second)
		return at.Format(time.RFC3339), core.DateTime(at), ""
	case Number:
		if f.Whole && strings.Contains(v.Source(), ".") {
			return nil, v, "it takes a whole number"
		}
		return json.Number(v.Source()), v, ""
	case Flag:
		return v.Source() == "true", v, ""
	case ID:
		id, err := strconv.ParseInt(v.Source(), 10, 64)
		if err != nil {
			return nil, v, "it takes an id, which is a number"
		}
		return id, v, ""
	}
	return v.Source(), v, ""
}

func (f Field) writeOption(v core.Value) (any, core.Value, string) {
	if f.Shape == Label && len(f.Options) == 0 { // the form tells no options: the vendor judges
		name := v.Name()
		if name == "" {
			name = v.ID()
		}
		return name, core.Option(name, name), ""
	}
	o, why := connectors.Pick(f.Options, v)
	if why != "" {
		return nil, v, why
	}
	if f.Shape == Label {
		return o.ID(), o, ""
	}
	n, err := strconv.ParseInt(o.ID(), 10, 64)
	if err != nil {
		return nil, v, "its option has no number"
	}
	return n, o, ""
}
