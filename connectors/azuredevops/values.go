package azuredevops

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

// workItem is an item as the vendor shows it. A field without a value is not in Fields.
type workItem struct {
	ID        int64
	Rev       int64
	Fields    map[string]json.RawMessage
	Relations []relation
	Formats   map[string]string `json:"multilineFieldsFormat"`
}

type relation struct {
	Rel        string                     `json:"rel"`
	URL        string                     `json:"url"`
	Attributes map[string]json.RawMessage `json:"attributes,omitempty"`
}

func (w workItem) text(ref string) string { return scalar(w.Fields[ref]) }

func (w workItem) at(ref string) time.Time { return instant(w.text(ref)) }

// format is how a long text of the item is written.
func (w workItem) format(ref string) richtext.Format {
	for r, f := range w.Formats {
		if strings.EqualFold(r, ref) && strings.EqualFold(f, "markdown") {
			return richtext.MarkdownAzure
		}
	}
	return richtext.HTMLAzure
}

func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// scalar is the text of a JSON string, number or boolean; "" for null.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if bytes.Equal(raw, []byte("null")) {
		return ""
	}
	return string(raw)
}

// identity is a person as the vendor shows them.
type identity struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	UniqueName  string `json:"uniqueName"`
}

// readIdentity takes the object, and the text "Name <unique name>" of events.
func readIdentity(raw json.RawMessage) identity {
	var who identity
	if json.Unmarshal(raw, &who) == nil {
		return who
	}
	text := scalar(raw)
	name, rest, ok := strings.Cut(text, " <")
	if ok {
		return identity{DisplayName: name, UniqueName: strings.TrimSuffix(rest, ">")}
	}
	return identity{DisplayName: text}
}

// value is the person; on Server the unique name is no address.
func (i identity) value() core.Value {
	email := i.UniqueName
	if !strings.Contains(email, "@") {
		email = ""
	}
	if i.ID == "" && email == "" && i.DisplayName == "" {
		return core.Empty(core.KindUser)
	}
	return core.Person(strings.ToLower(i.ID), email, i.DisplayName)
}

// richText is a long text in normal form.
func richText(f richtext.Format, source string) core.Value {
	normal := richtext.Normal(f, source)
	if richtext.IsEmpty(f, normal) {
		return core.Empty(core.KindText)
	}
	return core.Text(string(f), normal)
}

// read is a field's value on an item. What cannot be read is absent, so that it is never taken for a change.
func (c *Connector) read(f *field, w workItem, t *typeInfo) core.Value {
	raw, kind := w.Fields[f.ref], kindOf(f, t)
	s := scalar(raw)
	switch {
	case kind == core.KindUser && len(raw) > 0:
		return c.person(readIdentity(raw))
	case kind == core.KindSet:
		return core.Strings(slices.DeleteFunc(splitTags(s), isMark)...)
	case kind == core.KindBool && s == "":
		return core.Bool(false) // never set is shown as unchecked
	case s == "":
		return core.Empty(kind)
	}
	switch kind {
	case core.KindText:
		return richText(w.format(f.ref), s)
	case core.KindNumber:
		if v, err := core.Number(s); err == nil {
			return v
		}
		return core.Absent()
	case core.KindBool:
		return core.Bool(strings.EqualFold(s, "true"))
	case core.KindDateTime:
		if at := instant(s); !at.IsZero() {
			return core.DateTime(at)
		}
		return core.Absent()
	case core.KindOption:
		return core.Option(s, s)
	}
	return core.String(s)
}

func splitTags(s string) []string {
	var tags []string
	for _, t := range strings.Split(s, ";") {
		if t = strings.TrimSpace(t); t != "" {
			tags = append(tags, t)
		}
	}
	return tags
}

// write is the JSON value of a field, nil to empty it; or why it cannot be written. Options are checked against the list, if there is one.
func (c *Connector) write(f *field, v core.Value, w workItem, t *typeInfo, in *trees) (value any, why string) {
	kind := kindOf(f, t)
	switch {
	case f.readOnly:
		return nil, "it cannot be written"
	case v.IsAbsent():
		return nil, "there is no value to write"
	case v.IsEmpty() && kind == core.KindUser:
		return "", "" // an identity is emptied by the empty text (vendor page "Work Items - Update")
	case v.IsEmpty() && kind == core.KindBool:
		return false, ""
	case v.IsEmpty():
		return nil, ""
	case kind == core.KindUser && v.Kind() == core.KindUser:
		return c.written(v)
	case kind == core.KindOption && (v.Kind() == core.KindString || v.Kind() == core.KindNumber):
		v = core.Option("", v.Source())
	}
	if v.Kind() != kind {
		return nil, fmt.Sprintf("it takes a %s, not a %s", kind, v.Kind())
	}
	switch kind {
	case core.KindOption:
		o, why := pick(c.optionsOf(f, t, in), v)
		if why != "" {
			return nil, why
		}
		if !f.numeric() {
			return o, ""
		}
		if _, err := core.Number(o); err != nil {
			return nil, "it takes a number"
		}
		return json.Number(o), ""
	case core.KindNumber:
		if strings.HasSuffix(strings.ToLower(f.typ), "integer") && strings.Contains(v.Source(), ".") {
			return nil, "it takes a whole number"
		}
		return json.Number(v.Source()), ""
	case core.KindBool:
		return v.Source() == "true", ""
	case core.KindDateTime:
		return v.Time().UTC().Format("2006-01-02T15:04:05.999Z"), ""
	case core.KindText:
		text := v.Source()
		if to := w.format(f.ref); richtext.Format(v.Format()) != to {
			text, _ = richtext.Convert(richtext.Format(v.Format()), to, text)
		}
		return text, ""
	}
	return v.Source(), ""
}

func (f *field) numeric() bool {
	return slices.Contains([]string{"integer", "double", "picklistInteger", "picklistDouble"}, f.typ)
}

// pick is the option that v means, by id or name, then in another case; else why there is none. Without a list any will do.
func pick(options []core.Value, v core.Value) (string, string) {
	want := cmp.Or(v.ID(), v.Name())
	if len(options) == 0 {
		return want, ""
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, o := range options {
			if same(o.ID(), v.ID()) && v.ID() != "" || same(o.Name(), v.Name()) && v.Name() != "" {
				return o.ID(), ""
			}
		}
	}
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Name()
	}
	return "", httpx.Short(fmt.Sprintf("there is no option %q; there are: %s", v, strings.Join(names, ", ")))
}

// written is how a person is named in a write: by the unique name, which may be one that was seen before.
func (c *Connector) written(v core.Value) (any, string) {
	if unique, ok := c.accounts.Get(v.ID()); ok && v.ID() != "" {
		return unique, ""
	}
	if v.Email() != "" {
		return v.Email(), ""
	}
	if v.ID() != "" {
		return map[string]string{"id": v.ID()}, ""
	}
	return nil, "a person needs an e-mail or an id"
}

// quote is a text as JSON.
func quote(s string) json.RawMessage {
	b, _ := json.Marshal(s) // a text always marshals
	return b
}
