package core

import (
	"fmt"
	"math/big"
	"sort"
	"strings"
	"time"
)

// Kind is the type of a Value.
type Kind string

// The kinds a field can have. A connector says in its Description which one each field has.
const (
	KindString    Kind = "string"
	KindNumber    Kind = "number"   // exact decimal, kept as text
	KindBool      Kind = "bool"     //
	KindDate      Kind = "date"     // a calendar day without a zone, 2006-01-02
	KindDateTime  Kind = "datetime" // an instant with the zone it was shown in
	KindOption    Kind = "option"   // one of a closed list, by id and name
	KindUser      Kind = "user"     //
	KindText      Kind = "text"     // rich text in its system's own format
	KindReference Kind = "reference"
	KindSet       Kind = "set"  // order and repetition mean nothing
	KindList      Kind = "list" // order means something
)

// Value is one field's value as a side shows it, in that side's own vocabulary. It is immutable.
//
// Two states must never be confused. The zero Value is *absent*: the system did not show the field, so
// nothing is known about it and it is never a source of change. An *empty* value is present and holds
// nothing: somebody may have cleared it.
type Value struct {
	kind  Kind
	text  string // string, number, bool, date, datetime, rich text source; for user the e-mail
	id    string // option, user, reference
	name  string // option, user, reference: what people read; for rich text the format
	items []Value
}

// Absent is the value of a field its system did not show.
func Absent() Value { return Value{} }

// Empty is a field that is shown and holds nothing.
func Empty(k Kind) Value { return Value{kind: k} }

// String is plain text. String("") is Empty(KindString).
func String(s string) Value { return Value{kind: KindString, text: s} }

// Number is an exact decimal. "1.50" and "1.5" are the same number. Text that is no number is an error.
func Number(s string) (Value, error) {
	r, ok := new(big.Rat).SetString(strings.TrimSpace(s))
	if !ok {
		return Value{}, fmt.Errorf("%q is not a number", s)
	}
	t := r.FloatString(12)
	t = strings.TrimRight(strings.TrimRight(t, "0"), ".")
	if t == "-0" {
		t = "0"
	}
	return Value{kind: KindNumber, text: t}, nil
}

// Int is a whole number.
func Int(n int64) Value { return Value{kind: KindNumber, text: fmt.Sprint(n)} }

// Bool is true or false; Empty(KindBool) is neither.
func Bool(b bool) Value { return Value{kind: KindBool, text: fmt.Sprint(b)} }

// Date is a calendar day, given as 2006-01-02.
func Date(day string) (Value, error) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return Value{}, fmt.Errorf("%q is not a date of the form 2006-01-02", day)
	}
	return Value{kind: KindDate, text: day}, nil
}

// DateTime is an instant. The zone is kept for display; equality compares instants.
func DateTime(t time.Time) Value {
	if t.IsZero() {
		return Empty(KindDateTime)
	}
	return Value{kind: KindDateTime, text: t.Format(time.RFC3339Nano)}
}

// Option is one entry of a closed list. Either part may be "" when it is not known; not both.
func Option(id, name string) Value { return Value{kind: KindOption, id: id, name: name} }

// Person is a user as a system knows them. Any part may be "" when it is not shown.
func Person(id, email, name string) Value {
	return Value{kind: KindUser, id: id, text: email, name: name}
}

// Text is rich text in the format its system speaks ("adf", "html", "markdown", "plain").
func Text(format, source string) Value { return Value{kind: KindText, name: format, text: source} }

// Reference names another item of the same system.
func Reference(id, name string) Value { return Value{kind: KindReference, id: id, name: name} }

// Set holds each distinct element once, in a canonical order.
func Set(items ...Value) Value {
	v := Value{kind: KindSet}
	for _, it := range items {
		if !it.IsAbsent() && !v.Has(it) {
			v.items = append(v.items, it)
		}
	}
	sort.SliceStable(v.items, func(i, j int) bool { return v.items[i].key() < v.items[j].key() })
	return v
}

// Strings is a set of plain strings.
func Strings(items ...string) Value {
	vs := make([]Value, len(items))
	for i, s := range items {
		vs[i] = String(s)
	}
	return Set(vs...)
}

// List keeps order and repetition.
func List(items ...Value) Value { return Value{kind: KindList, items: append([]Value(nil), items...)} }

// Kind is "" for an absent value.
func (v Value) Kind() Kind { return v.kind }

// IsAbsent reports that the system did not show the field.
func (v Value) IsAbsent() bool { return v.kind == "" }

// IsEmpty reports a present value that holds nothing. An absent value is not empty.
func (v Value) IsEmpty() bool {
	if v.kind == KindText {
		return v.text == ""
	}
	return v.kind != "" && v.text == "" && v.id == "" && v.name == "" && len(v.items) == 0
}

// ID is the system's id of an option, user or reference, "" otherwise.
func (v Value) ID() string { return v.id }

// Name is what people read of an option, user or reference, "" otherwise.
func (v Value) Name() string {
	if v.kind == KindText {
		return ""
	}
	return v.name
}

// Email is the e-mail address of a user, "" when not shown or not a user.
func (v Value) Email() string {
	if v.kind == KindUser {
		return v.text
	}
	return ""
}

// Format is the rich-text format of a text, "" otherwise.
func (v Value) Format() string {
	if v.kind == KindText {
		return v.name
	}
	return ""
}

// Source is the text of a string, number, bool, date, datetime or rich text as its system writes it.
func (v Value) Source() string {
	if v.kind == KindUser {
		return ""
	}
	return v.text
}

// Time is the instant of a datetime (zone kept) or midnight UTC of a date; the zero time otherwise.
func (v Value) Time() time.Time {
	switch v.kind {
	case KindDateTime:
		t, _ := time.Parse(time.RFC3339Nano, v.text)
		return t
	case KindDate:
		t, _ := time.Parse(time.DateOnly, v.text)
		return t
	}
	return time.Time{}
}

// Items are the elements of a set or list. The caller must not change the slice.
func (v Value) Items() []Value { return v.items }

// Has reports whether a set or list holds an equal element.
func (v Value) Has(e Value) bool {
	for _, it := range v.items {
		if Equal(it, e) {
			return true
		}
	}
	return false
}

// String is a short form for people: logs never print it, screens and plans do.
func (v Value) String() string {
	switch {
	case v.IsAbsent():
		return "(not shown)"
	case v.IsEmpty():
		return "(empty)"
	}
	switch v.kind {
	case KindErased:
		return "(erased)"
	case KindOption, KindReference:
		return firstOf(v.name, v.id)
	case KindUser:
		return firstOf(v.name, v.text, v.id)
	case KindSet, KindList:
		parts := make([]string, len(v.items))
		for i, it := range v.items {
			parts[i] = it.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return v.text
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}
