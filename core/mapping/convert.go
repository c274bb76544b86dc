package mapping

import (
	"fmt"
	"strings"
	"time"

	"duplex/core"
	"duplex/core/richtext"
)

// convert gives v as the target field can hold it. Absent stays absent and empty stays empty; ids of options and users
// belong to their own system and are never carried over. When the target's kind is not known the value keeps its own.
//
// An error means that this very value has no expression there; which kinds can go where at all is said by convertible.
func convert(v core.Value, to Field) (core.Value, error) {
	switch {
	case v.IsAbsent():
		return v, nil
	case v.IsEmpty():
		if to.Kind == "" {
			return core.Empty(v.Kind()), nil
		}
		return core.Empty(to.Kind), nil
	case to.Kind == "":
		return neutral(v, to)
	}
	switch to.Kind {
	case core.KindString:
		return core.String(wordsOf(named(v, to.refer))), nil
	case core.KindText:
		return toText(v, to), nil
	case core.KindSet, core.KindList:
		return toMany(v, to)
	case core.KindUser:
		return toUser(v)
	case core.KindDate:
		return toDate(v)
	case core.KindDateTime:
		return toDateTime(v)
	}
	return literal(wordsOf(v), to)
}

// neutral is a value without what only its own system understands.
func neutral(v core.Value, to Field) (core.Value, error) {
	switch v.Kind() {
	case core.KindOption:
		return core.Option("", v.String()), nil
	case core.KindUser:
		return core.Person("", v.Email(), v.Name()), nil
	case core.KindReference:
		return core.String(v.String()), nil
	case core.KindText:
		return toText(v, to), nil
	case core.KindSet, core.KindList:
		items := make([]core.Value, 0, len(v.Items()))
		for _, it := range v.Items() {
			n, err := neutral(it, to)
			if err != nil {
				return core.Value{}, err
			}
			items = append(items, n)
		}
		return many(v.Kind(), items), nil
	}
	return v, nil
}

// wordsOf is a value as plain text, for string fields, tables and literals.
func wordsOf(v core.Value) string {
	switch v.Kind() {
	case core.KindText:
		return strings.TrimSpace(richtext.PlainText(richtext.Format(v.Format()), v.Source()))
	case core.KindSet, core.KindList:
		words := make([]string, len(v.Items()))
		for i, it := range v.Items() {
			words[i] = wordsOf(it)
		}
		return strings.Join(words, ", ")
	}
	if v.IsEmpty() || v.IsAbsent() {
		return ""
	}
	return v.String()
}

func toText(v core.Value, to Field) core.Value {
	format, source := "plain", wordsOf(v)
	if v.Kind() == core.KindText {
		format, source = v.Format(), v.Source()
	}
	want := to.Format
	if want == "" {
		want = format
	}
	out := Carry(format, want, source, to.refer)
	if richtext.IsEmpty(richtext.Format(want), out) {
		return core.Empty(core.KindText)
	}
	return core.Text(want, out)
}

func toMany(v core.Value, to Field) (core.Value, error) {
	source := []core.Value{v}
	if v.Kind() == core.KindSet || v.Kind() == core.KindList {
		source = v.Items()
	}
	items := make([]core.Value, 0, len(source))
	for _, it := range source {
		c, err := convert(it, to.element())
		if err != nil {
			return core.Value{}, err
		}
		items = append(items, c)
	}
	return many(to.Kind, items), nil
}

func many(k core.Kind, items []core.Value) core.Value {
	if k == core.KindList {
		return core.List(items...)
	}
	return core.Set(items...)
}

func toUser(v core.Value) (core.Value, error) {
	if v.Kind() == core.KindUser {
		return core.Person("", v.Email(), v.Name()), nil
	}
	return person(wordsOf(v))
}

// person reads how files name people: by e-mail address, else by the system's id.
func person(s string) (core.Value, error) {
	switch {
	case s == "":
		return core.Empty(core.KindUser), nil
	case strings.Contains(s, "@"):
		return core.Person("", s, ""), nil
	case strings.ContainsAny(s, " \t\n"):
		return core.Value{}, fmt.Errorf("a person is named by e-mail address or id, and this is neither")
	}
	return core.Person(s, "", ""), nil
}

// toDate keeps the day that people saw: a datetime's day in the zone it was shown in.
func toDate(v core.Value) (core.Value, error) {
	if v.Kind() == core.KindDateTime {
		return core.Date(v.Time().Format(time.DateOnly))
	}
	return literal(wordsOf(v), Field{Kind: core.KindDate})
}

// toDateTime makes a day its midnight in UTC, because a day alone has no zone.
func toDateTime(v core.Value) (core.Value, error) {
	if v.Kind() == core.KindDate || v.Kind() == core.KindDateTime {
		return core.DateTime(v.Time()), nil
	}
	return literal(wordsOf(v), Field{Kind: core.KindDateTime})
}

// literal reads a value from text, as mapping files and string fields write it.
func literal(s string, to Field) (core.Value, error) {
	if s == "" && to.Kind != "" {
		return core.Empty(to.Kind), nil
	}
	switch to.Kind {
	case "", core.KindString:
		return core.String(s), nil
	case core.KindNumber:
		v, err := core.Number(s)
		if err != nil || strings.ContainsAny(s, "/pP_") {
			return core.Value{}, fmt.Errorf("is not a number")
		}
		return v, nil
	case core.KindBool:
		switch strings.ToLower(s) {
		case "true", "yes":
			return core.Bool(true), nil
		case "false", "no":
			return core.Bool(false), nil
		}
		return core.Value{}, fmt.Errorf("is neither true nor false")
	case core.KindDate:
		v, err := core.Date(s)
		if err != nil {
			return core.Value{}, fmt.Errorf("is not a date like 2006-01-02")
		}
		return v, nil
	case core.KindDateTime:
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return core.Value{}, fmt.Errorf("is not a time like 2006-01-02T15:04:05Z")
		}
		return core.DateTime(t), nil
	case core.KindOption:
		if o, ok := to.option(s); ok {
			return o, nil
		}
		return core.Option("", s), nil
	case core.KindUser:
		return person(s)
	case core.KindText:
		return toText(core.Text("plain", s), to), nil
	case core.KindSet, core.KindList:
		item, err := literal(s, to.element())
		if err != nil {
			return core.Value{}, err
		}
		return many(to.Kind, []core.Value{item}), nil
	}
	return core.Value{}, fmt.Errorf("cannot be written as a %s", to.Kind)
}

// convertible says whether values of one kind can go to another at all, and if not, what to do instead.
func convertible(from, to Field) (ok bool, instead string) {
	if from.Kind == "" || to.Kind == "" {
		return true, ""
	}
	if from.isMany() && to.isMany() {
		return convertible(from.element(), to.element())
	}
	if from.isMany() {
		if to.Kind == core.KindString || to.Kind == core.KindText {
			return true, ""
		}
		return false, "choose one element with set"
	}
	if to.isMany() {
		if from.Kind == core.KindOption || from.Kind == core.KindUser {
			return convertible(from, to.element())
		}
		return false, "make a list with set, for example set: '[item.x]'"
	}
	if from.Kind == core.KindReference && to.Kind == core.KindReference {
		return false, "a reference names an item of its own system; as: link carries it to the twin of that item"
	}
	if from.Kind == core.KindReference && to.Kind != core.KindString && to.Kind != core.KindText {
		return false, "a reference names an item of its own system; it can only go to text"
	}
	table := map[core.Kind][]core.Kind{
		core.KindString:   {core.KindNumber, core.KindBool, core.KindDate, core.KindDateTime, core.KindOption, core.KindUser, core.KindText},
		core.KindNumber:   {core.KindString, core.KindOption, core.KindText},
		core.KindBool:     {core.KindString, core.KindOption, core.KindText},
		core.KindDate:     {core.KindString, core.KindDateTime, core.KindText},
		core.KindDateTime: {core.KindString, core.KindDate, core.KindText},
		core.KindOption:   {core.KindString, core.KindNumber, core.KindBool, core.KindText},
		core.KindUser:     {core.KindString, core.KindText},
		core.KindText:     {core.KindString},
	}
	if from.Kind == to.Kind {
		return true, ""
	}
	for _, k := range table[from.Kind] {
		if k == to.Kind {
			return true, ""
		}
	}
	if from.Kind == core.KindReference {
		return true, ""
	}
	return false, "use values or set"
}

// same reports whether two values of one side mean the same: core.Equal, and rich text by what it says.
func same(a, b core.Value) bool {
	if a.Kind() == core.KindText && b.Kind() == core.KindText && a.Format() == b.Format() {
		return richtext.Equal(richtext.Format(a.Format()), a.Source(), b.Source())
	}
	return core.Equal(a, b)
}
