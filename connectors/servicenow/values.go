package servicenow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"duplex/core"
	"duplex/core/richtext"
)

// read is the value of a column. What cannot be read is absent, so that it is never taken for a change.
func (c *Connector) read(col column, v cell) core.Value {
	s := v.Value
	if col.kind == core.KindBool {
		return core.Bool(s == "true" || s == "1") // never set is shown as false
	}
	if s == "" {
		return core.Empty(col.kind)
	}
	switch col.kind {
	case core.KindNumber:
		if n, err := core.Number(s); err == nil {
			return n
		}
		return core.Absent()
	case core.KindDate:
		if d, err := core.Date(s[:min(len(s), len(time.DateOnly))]); err == nil {
			return d
		}
		return core.Absent()
	case core.KindDateTime:
		if t := instant(s); !t.IsZero() {
			return core.DateTime(t)
		}
		return core.Absent()
	case core.KindOption:
		if col.typ == "reference" {
			return core.Option(s, v.Shown)
		}
		return col.option(s, v.Shown)
	case core.KindUser:
		return c.person(s, v.Shown)
	case core.KindReference:
		return core.Reference(s, v.Shown)
	case core.KindSet:
		return c.readSet(col, s)
	case core.KindText:
		return html(s)
	}
	return core.String(s)
}

// option is the choice with that stored value: by its English label where it is known, else as the instance shows it.
func (col column) option(value, shown string) core.Value {
	label := ""
	for _, o := range col.options {
		if o.value == value && (label == "" || o.label == shown) {
			label = o.label
		}
	}
	return core.Option(value, cmp.Or(label, shown))
}

func (c *Connector) readSet(col column, s string) core.Value {
	var items []core.Value
	for _, id := range strings.Split(s, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if col.of == core.KindUser {
			items = append(items, c.person(id, ""))
		} else {
			items = append(items, core.Option(id, ""))
		}
	}
	return core.Set(items...)
}

func html(s string) core.Value {
	normal := richtext.Normal(richtext.HTML, s)
	if richtext.IsEmpty(richtext.HTML, normal) {
		return core.Empty(core.KindText)
	}
	return core.Text(string(richtext.HTML), normal)
}

// write is what is stored for a value, or why it cannot be. Users and options of references are looked up before.
func (col column) write(v core.Value) (stored, why string) {
	switch {
	case v.IsAbsent():
		return "", "there is no value to write"
	case col.readOnly:
		return "", "it cannot be written"
	case v.IsEmpty():
		return "", ""
	case col.kind == core.KindText && v.Kind() == core.KindString:
		html, _ := richtext.Convert(richtext.Plain, richtext.HTML, v.Source())
		return col.fits(html)
	case v.Kind() != col.kind:
		return "", fmt.Sprintf("it takes a %s, not a %s", col.kind, v.Kind())
	}
	switch col.kind {
	case core.KindOption:
		if col.typ == "reference" {
			return v.ID(), ""
		}
		o, why := col.pick(v)
		return o.value, why
	case core.KindUser, core.KindReference:
		if !sysID(v.ID()) {
			return "", "it takes a record of this instance"
		}
		return v.ID(), ""
	case core.KindDateTime:
		return v.Time().UTC().Format(layout), ""
	case core.KindSet:
		return col.writeSet(v)
	case core.KindText:
		if v.Format() != string(richtext.HTML) {
			return "", "it takes text in the format html, not " + v.Format()
		}
		return col.fits(v.Source())
	case core.KindNumber:
		if (col.typ == "integer" || col.typ == "longint") && strings.Contains(v.Source(), ".") {
			return "", "it takes a whole number"
		}
		return v.Source(), ""
	case core.KindString:
		return col.fits(v.Source())
	}
	return v.Source(), ""
}

// fits refuses what the instance would cut off without a word.
func (col column) fits(s string) (string, string) {
	if n := utf8.RuneCountInString(s); col.max > 0 && n > col.max {
		return "", fmt.Sprintf("it holds %d characters, and the text has %d", col.max, n)
	}
	return s, ""
}

func (col column) writeSet(v core.Value) (string, string) {
	var ids []string
	for _, e := range v.Items() {
		if e.Kind() != col.of || e.ID() == "" {
			return "", fmt.Sprintf("it takes a set of %s of this instance", col.of)
		}
		ids = append(ids, e.ID())
	}
	return col.fits(strings.Join(ids, ","))
}

// pick is the choice that v means: by stored value, then by label, then by label in another case; else why there is none.
func (col column) pick(v core.Value) (choice, string) {
	for _, match := range []func(o choice) bool{
		func(o choice) bool {
			return v.ID() != "" && o.value == v.ID() && (v.Name() == "" || o.label == v.Name())
		},
		func(o choice) bool { return v.ID() != "" && o.value == v.ID() },
		func(o choice) bool { return v.Name() != "" && o.label == v.Name() },
		func(o choice) bool { return v.Name() != "" && strings.EqualFold(o.label, v.Name()) },
		func(o choice) bool { return v.ID() == "" && o.value == v.Name() },
	} {
		if i := slices.IndexFunc(col.options, match); i >= 0 {
			return col.options[i], ""
		}
	}
	var names []string
	for _, o := range col.listedAsOptions() {
		names = append(names, o.Name())
	}
	return choice{}, fmt.Sprintf("there is no option %q; there are: %s", v, strings.Join(names, ", "))
}

// dependentFits tells why an option does not go with the value of the column it depends on, "" when it does.
func (col column) dependentFits(value, above string) string {
	if col.dependsOn == "" || value == "" || len(col.options) == 0 {
		return ""
	}
	var needs []string
	for _, o := range col.options {
		if o.value != value {
			continue
		}
		if o.dependent == "" || o.dependent == above {
			return ""
		}
		needs = append(needs, o.dependent)
	}
	return fmt.Sprintf("%q goes with %s %s, not with %q", value, col.dependsOn, strings.Join(needs, " or "), above)
}

// kept tells whether the instance stored what was sent. A text may be written in another form; of anything else only the very
// value counts.
func (col column) kept(sent, before, got string) bool {
	if sent == got {
		return true
	}
	switch col.kind {
	case core.KindNumber:
		a, err := core.Number(sent)
		b, err2 := core.Number(got)
		return err == nil && err2 == nil && core.Equal(a, b)
	case core.KindBool:
		return (sent == "true") == (got == "true" || got == "1")
	case core.KindSet:
		return slices.Equal(unique(strings.Split(sent, ",")), unique(strings.Split(got, ",")))
	case core.KindString, core.KindText:
		return got != before && (got == "") == (strings.TrimSpace(sent) == "")
	}
	return false
}
