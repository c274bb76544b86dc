package freshworks

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Shape is what values a field takes.
type Shape string

// The shapes.
const (
	Text    Shape = "text"
	HTML    Shape = "html"
	Integer Shape = "integer"
	Decimal Shape = "decimal"
	Check   Shape = "check"
	Date    Shape = "date"
	Moment  Shape = "moment"
	Label   Shape = "label" // one of the choices, by its text
	Code    Shape = "code"  // one of the choices, by its number; never null
	Agent   Shape = "agent"
	Someone Shape = "person"
	Team    Shape = "group"
	Number  Shape = "id" // an id that is not looked up
	Words   Shape = "words"
	Open    Shape = "open" // an object or a list, kept as it is
)

// Field of a kind of record.
type Field struct {
	ID        int64
	Name      string // how the field's description calls it; also the key under custom_fields
	Key       string // of the record; "" for a custom field
	Label     string
	Type      string // the vendor's word
	Shape     Shape
	Choices   []Choice
	Under     string // the field of the level above, for the lower levels of a nested field
	Level     int    // 2 and 3 for those
	Workspace int64  // 0: everywhere
	Needed    bool
	ToClose   bool
	ReadOnly  bool
	Silent    bool // not described
	Fresh     bool // made a short time ago: the index does not know its name
}

// Choice of a field.
type Choice struct {
	ID       int64
	Value    any // a float64 for Code, else the label
	Label    string
	Customer string // the label customers see, of a status
	Below    []Choice
}

// Kind is a type of record.
type Kind struct {
	Name   string
	Fields []Field
	Closed []int64 // statuses that need the fields for closing
	Prefix string  // of ids in texts
}

// Kind finds a kind by name.
func (v Vendor) Kind(name string) Kind {
	i := slices.IndexFunc(v.Kinds, func(k Kind) bool { return k.Name == name })
	return v.Kinds[i]
}

// Fields are the fields of a kind that a workspace has; workspace 0 has those of none alone.
func (a *Account) Fields(kind string, workspace int64) []Field {
	var out []Field
	for _, f := range a.State.Fields[kind] {
		if f.Workspace == 0 || f.Workspace == workspace {
			out = append(out, f)
		}
	}
	return out
}

// Lookup finds a field by its name or its key.
func Lookup(fields []Field, name string, custom bool) *Field {
	for i, f := range fields {
		if custom && f.Key == "" && f.Name == name || !custom && f.Key == name && f.Key != "" {
			return &fields[i]
		}
	}
	return nil
}

// Codes are choices of a Code field: label, number, label, number, …
func Codes(pairs ...any) []Choice {
	var out []Choice
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Choice{ID: int64(1000 + i), Label: pairs[i].(string), Value: float64(pairs[i+1].(int))})
	}
	return out
}

// Labels are choices of a Label field.
func Labels(labels ...string) []Choice {
	var out []Choice
	for i, l := range labels {
		out = append(out, Choice{ID: int64(2000 + i), Label: l, Value: l})
	}
	return out
}

// Tree is a choice with choices below.
func Tree(label string, below ...Choice) Choice {
	return Choice{ID: int64(3000 + len(label)), Label: label, Value: label, Below: below}
}

func mismatch(p *Problems, field, want string) any {
	p.Add(field, "datatype_mismatch", "Value set is of an unexpected type. It should be a/an "+want)
	return nil
}

// accept gives the value a field keeps for what was sent, and notes what is wrong with it. A form's values are text of any type.
func (c *Call) accept(f *Field, v any, p *Problems) any {
	name := f.Key
	if name == "" {
		name = f.Name
	}
	if v == nil {
		if f.Shape == Code {
			p.Add(name, "invalid_value", "It should be one of these values: "+numbers(f.Choices))
		}
		return nil
	}
	if s, ok := v.(string); ok && c.Form {
		v = typed(f.Shape, s)
	}
	switch f.Shape {
	case Text, HTML:
		s, ok := v.(string)
		if !ok {
			return mismatch(p, name, "String")
		}
		if f.Shape == HTML {
			return c.A.Vendor.Rewrite(s)
		}
		return s
	case Integer, Decimal, Number:
		n, ok := v.(float64)
		if !ok || f.Shape != Decimal && n != float64(int64(n)) {
			return mismatch(p, name, "Integer")
		}
		return n
	case Check:
		if b, ok := v.(bool); ok {
			return b
		}
		return mismatch(p, name, "Boolean")
	case Date, Moment:
		return acceptTime(f, name, v, p)
	case Label:
		return c.acceptLabel(f, name, v, p)
	case Code:
		n, ok := v.(float64)
		if !ok {
			return mismatch(p, name, "Integer")
		}
		if !slices.ContainsFunc(f.Choices, func(ch Choice) bool { return ch.Value == n }) {
			p.Add(name, "invalid_value", "It should be one of these values: "+numbers(f.Choices))
		}
		return n
	case Agent, Someone, Team:
		return c.acceptID(f, name, v, p)
	case Words:
		return acceptWords(name, v, p)
	}
	return v
}

// typed reads the text of a form as the type its field has; what cannot be read stays text.
func typed(s Shape, text string) any {
	switch s {
	case Integer, Decimal, Number, Code, Agent, Someone, Team:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case Check:
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	}
	return text
}

func acceptTime(f *Field, name string, v any, p *Problems) any {
	s, ok := v.(string)
	if !ok {
		return mismatch(p, name, "String")
	}
	if f.Shape == Date {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			p.Add(name, "invalid_value", "It should be in the 'yyyy-mm-dd' format")
		}
		return s
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		p.Add(name, "invalid_value", "It should be in the ISO 8601 format")
		return nil
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// acceptLabel takes a choice at any level; whether it lies below what the level above holds is looked at when all values are known.
func (c *Call) acceptLabel(f *Field, name string, v any, p *Problems) any {
	s, ok := v.(string)
	if !ok {
		return mismatch(p, name, "String")
	}
	if f.Under == "" && !slices.ContainsFunc(f.Choices, func(ch Choice) bool { return ch.Label == s }) {
		p.Add(name, "invalid_value", "It should be one of these values: "+labels(f.Choices))
	}
	return s
}

func (c *Call) acceptID(f *Field, name string, v any, p *Problems) any {
	n, ok := v.(float64)
	if !ok {
		return mismatch(p, name, "Positive Integer")
	}
	st := c.A.State
	person := st.People[int64(n)]
	known := false
	switch f.Shape {
	case Agent:
		known = person != nil && person.Agent && person.Active
	case Someone:
		known = person != nil && !person.Deleted
	case Team:
		known = slices.ContainsFunc(st.Groups, func(g Group) bool { return g.ID == int64(n) })
	}
	if !known {
		p.Add(name, "invalid_value", "There is no "+string(f.Shape)+" matching the given "+name)
	}
	return n
}

func acceptWords(name string, v any, p *Problems) any {
	in, ok := v.([]any)
	if !ok {
		return mismatch(p, name, "Array")
	}
	out := []any{}
	for _, w := range in {
		s, ok := w.(string)
		if !ok {
			return mismatch(p, name, "Array of Strings")
		}
		if !slices.Contains(out, any(s)) {
			out = append(out, s)
		}
	}
	return out
}

func labels(choices []Choice) string {
	out := ""
	for i, c := range choices {
		if i > 0 {
			out += ","
		}
		out += c.Label
	}
	return out
}

func numbers(choices []Choice) string {
	out := ""
	for i, c := range choices {
		if i > 0 {
			out += ","
		}
		out += fmt.Sprint(c.Value)
	}
	return out
}

// checkNested holds the lower levels of nested fields against the levels above: a value that does not lie below them is refused, also
// where it was there before and the level above has changed.
func checkNested(fields []Field, value func(Field) any, p *Problems) {
	for _, top := range fields {
		choices, above := top.Choices, top
		for _, f := range fields {
			if f.Under != above.Name || f.Under == "" || top.Under != "" {
				continue
			}
			var below []Choice
			for _, ch := range choices {
				if ch.Label == value(above) {
					below = ch.Below
				}
			}
			if v, _ := value(f).(string); v != "" && !slices.ContainsFunc(below, func(ch Choice) bool { return ch.Label == v }) {
				name := f.Name
				if f.Key != "" {
					name = f.Key
				}
				p.Add(name, "invalid_value", "It should be one of these values: "+labels(below))
			}
			choices, above = below, f
		}
	}
}

// Shown is a value as people read it: the label of a code, the name of an agent.
func (a *Account) Shown(f *Field, v any) any {
	switch f.Shape {
	case Code:
		for _, ch := range f.Choices {
			if ch.Value == v {
				return ch.Label
			}
		}
	case Agent, Someone:
		if n, ok := v.(float64); ok && a.State.People[int64(n)] != nil {
			return a.State.People[int64(n)].Name
		}
	case Team:
		for _, g := range a.State.Groups {
			if float64(g.ID) == v {
				return g.Name
			}
		}
	}
	return v
}
