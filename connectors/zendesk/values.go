package zendesk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

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

// body is a comment's text. A comment without HTML (a voice comment) shows its plain text.
func (m comment) body() core.Value {
	html := m.HTML
	if html == "" {
		html, _ = richtext.Convert(richtext.Plain, richtext.HTML, m.Body)
	}
	return htmlText(html)
}

func word(w *string) core.Value {
	if w == nil || *w == "" {
		return core.Empty(core.KindOption)
	}
	return core.Option(*w, *w)
}

func text(s *string) core.Value {
	if s == nil {
		return core.Empty(core.KindString)
	}
	return core.String(*s)
}

// digits is an id as a scope names it.
func digits(id *int64) core.Value {
	if id == nil {
		return core.Empty(core.KindString)
	}
	return core.String(strconv.FormatInt(*id, 10))
}

// read is a custom field's value. What cannot be read is absent, so that it is never taken for a change.
func (f custom) read(raw json.RawMessage) core.Value {
	null := len(raw) == 0 || bytes.Equal(raw, []byte("null"))
	switch {
	case f.kind == core.KindBool:
		return core.Bool(string(raw) == "true") // never set is shown as unchecked
	case null:
		return core.Empty(f.kind)
	case f.kind == core.KindSet:
		return f.readSet(raw)
	}
	s := scalar(raw)
	if s == "" {
		return core.Empty(f.kind)
	}
	switch f.kind {
	case core.KindNumber:
		if v, err := core.Number(s); err == nil {
			return v
		}
		return core.Absent()
	case core.KindDate:
		if v, err := core.Date(s[:min(len(s), len("2006-01-02"))]); err == nil {
			return v
		}
		return core.Absent()
	case core.KindOption:
		return f.option(s)
	case core.KindReference:
		return core.Reference(s, "")
	}
	return core.String(s)
}

func (f custom) readSet(raw json.RawMessage) core.Value {
	var tags []string
	if json.Unmarshal(raw, &tags) != nil {
		return core.Absent()
	}
	var items []core.Value
	for _, t := range tags {
		items = append(items, f.option(t))
	}
	return core.Set(items...)
}

// option is the option of that tag, by id alone when it is not defined (any more).
func (f custom) option(tag string) core.Value {
	for _, o := range f.options {
		if o.ID() == tag {
			return o
		}
	}
	return core.Option(tag, "")
}

// scalar is the text of a JSON string or number.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// write is the JSON value of a custom field, or why it cannot be written.
func (f custom) write(v core.Value) (value any, why string) {
	switch {
	case v.IsEmpty() && f.kind == core.KindBool:
		return false, ""
	case v.IsEmpty() && f.kind == core.KindSet:
		return []string{}, ""
	case v.IsEmpty():
		return nil, ""
	case v.Kind() != f.kind:
		return nil, fmt.Sprintf("it takes a %s, not a %s", f.kind, v.Kind())
	}
	switch f.kind {
	case core.KindBool:
		return v.Source() == "true", ""
	case core.KindNumber:
		if f.typ == "integer" && strings.Contains(v.Source(), ".") {
			return nil, "it takes a whole number"
		}
		return json.Number(v.Source()), ""
	case core.KindOption:
		o, why := connectors.Pick(f.options, v)
		return o.ID(), why
	case core.KindSet:
		tags := []string{}
		for _, e := range v.Items() {
			o, why := connectors.Pick(f.options, e)
			if why != "" {
				return nil, why
			}
			tags = append(tags, o.ID())
		}
		return tags, ""
	case core.KindReference:
		id, err := strconv.ParseInt(v.ID(), 10, 64)
		if err != nil {
			return nil, "it takes the id of a record"
		}
		return id, ""
	}
	return v.Source(), ""
}

// tags are the tags that a field's value keeps in the ticket's tag list.
func (f custom) tags(v core.Value) []string {
	switch {
	case v.IsAbsent() || v.IsEmpty():
		return nil
	case f.typ == "checkbox" && f.tag != "" && v.Source() == "true":
		return []string{f.tag}
	case f.typ == "tagger":
		return []string{f.tagOf(v)}
	case f.typ == "multiselect":
		var ts []string
		for _, o := range v.Items() {
			ts = append(ts, f.tagOf(o))
		}
		return ts
	}
	return nil
}

// tagOf is the tag of an option, which may be given by its name.
func (f custom) tagOf(v core.Value) string {
	if o, why := connectors.Pick(f.options, v); why == "" {
		return o.ID()
	}
	return v.ID()
}
