package asana

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

const format = string(richtext.Asana)

// task is a task as far as an answer shows it. What was not asked for is not there.
type task map[string]json.RawMessage

// get reads a key. shown is false where the answer does not have it, or has something else.
func get[T any](t task, key string) (v T, shown bool) {
	raw, ok := t[key]
	return v, ok && json.Unmarshal(raw, &v) == nil
}

func (t task) gid() string { s, _ := get[string](t, "gid"); return s }

func (t task) at(key string) time.Time {
	at, _ := get[*time.Time](t, key)
	if at == nil {
		return time.Time{}
	}
	return at.UTC()
}

// user, named and membership are parts of a task.
type user struct {
	GID   string `json:"gid"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

func (u user) value() core.Value {
	if u.GID == "" {
		return core.Empty(core.KindUser)
	}
	return core.Person(u.GID, u.Email, u.Name)
}

type named struct {
	GID  string `json:"gid"`
	Name string `json:"name"`
}

func (x named) reference() core.Value { return core.Reference(x.GID, x.Name) }
func (x named) bare() core.Value      { return core.Reference(x.GID, "") }
func (x named) option() core.Value    { return core.Option(x.GID, x.Name) }

type membership struct {
	Project named  `json:"project"`
	Section *named `json:"section"`
}

func (t task) memberships() []membership { m, _ := get[[]membership](t, "memberships"); return m }

func (t task) in(project string) (membership, bool) {
	all := t.memberships()
	i := slices.IndexFunc(all, func(m membership) bool { return m.Project.GID == project })
	if i < 0 {
		return membership{}, false
	}
	return all[i], true
}

// one reads a part that may be null.
func one[T any](t task, key string, k core.Kind, value func(T) core.Value) core.Value {
	v, shown := get[*T](t, key)
	switch {
	case !shown:
		return core.Absent()
	case v == nil:
		return core.Empty(k)
	}
	return value(*v)
}

// many reads a list as a set.
func many[T any](t task, key string, value func(T) core.Value) core.Value {
	all, shown := get[[]T](t, key)
	if !shown {
		return core.Absent()
	}
	return setOf(all, value)
}

func setOf[T any](all []T, value func(T) core.Value) core.Value {
	items := []core.Value{}
	for _, x := range all {
		items = append(items, value(x))
	}
	return core.Set(items...)
}

func date(t task, key string) core.Value {
	s, shown := get[*string](t, key)
	switch {
	case !shown:
		return core.Absent()
	case s == nil:
		return core.Empty(core.KindDate)
	}
	v, err := core.Date(*s)
	if err != nil {
		return core.Absent()
	}
	return v
}

func moment(t task, key string) core.Value {
	at, shown := get[*time.Time](t, key)
	switch {
	case !shown:
		return core.Absent()
	case at == nil:
		return core.Empty(core.KindDateTime)
	}
	return core.DateTime(at.UTC())
}

func word(t task, key string) core.Value {
	s, shown := get[*string](t, key)
	if !shown || s == nil || *s == "" {
		return core.Absent() // a task of another subtype has no such field
	}
	return core.Option(*s, *s)
}

func richText(t task, key string) core.Value {
	s, shown := get[string](t, key)
	if !shown {
		return core.Absent()
	}
	return core.Text(format, richtext.Normal(richtext.Asana, s))
}

func readProjects(t task, _ string) core.Value {
	if _, shown := t["memberships"]; !shown {
		return core.Absent()
	}
	return setOf(t.memberships(), func(m membership) core.Value { return m.Project.option() })
}

func readProject(t task, project string) core.Value {
	if m, ok := t.in(project); ok {
		return m.Project.option()
	}
	if all := t.memberships(); len(all) > 0 {
		return all[0].Project.option()
	}
	return core.Empty(core.KindOption)
}

// customKey is where a body holds custom fields.
const customKey = "custom_fields"

// customOpts is what a read asks of custom fields; single ones cannot be asked for.
var customOpts = under(customKey, []string{".gid", ".display_value", ".text_value", ".number_value", ".enum_value.name", ".multi_enum_values.name",
	".date_value", ".people_value.name", ".people_value.email", ".reference_value.name"})

// held is a custom field's value in a task.
type held struct {
	GID     string       `json:"gid"`
	Display *string      `json:"display_value"`
	Text    *string      `json:"text_value"`
	Number  *json.Number `json:"number_value"`
	Enum    *named       `json:"enum_value"`
	Multi   []named      `json:"multi_enum_values"`
	Date    *struct {
		Date string `json:"date"`
	} `json:"date_value"`
	People     []user  `json:"people_value"`
	References []named `json:"reference_value"`
}

// custom makes a field of a custom field. One that Asana works out, or of a type that is not known here, is the text Asana shows.
func custom(d definition, name string) field {
	f := field{Field: connectors.Field{Name: name, Label: d.Name, ID: d.GID, Kind: core.KindString, OnCreate: true}, opts: customOpts, how: byCustom, key: customKey}
	value := func(h held) core.Value { return textOf(h.Display) }
	computed := d.ReadOnly || d.Shown == "formula" || d.Shown == "custom_id"
	switch typ := cmp.Or(d.Subtype, d.Type); {
	case computed:
		f.ReadOnly, f.OnCreate = true, false
	case typ == "text":
		f.MaxLen = 1024
		value = func(h held) core.Value { return textOf(h.Text) }
	case typ == "number":
		f.Kind = core.KindNumber
		value = func(h held) core.Value {
			if h.Number == nil {
				return core.Empty(core.KindNumber)
			}
			n, err := core.Number(h.Number.String())
			if err != nil {
				return core.Absent()
			}
			return n
		}
	case typ == "enum":
		f.Kind, f.Options = core.KindOption, enabled(d.Options)
		value = func(h held) core.Value {
			if h.Enum == nil {
				return core.Empty(core.KindOption)
			}
			return h.Enum.option()
		}
	case typ == "multi_enum":
		f.Kind, f.Of, f.Options = core.KindSet, core.KindOption, enabled(d.Options)
		value = func(h held) core.Value { return setOf(h.Multi, named.option) }
	case typ == "date":
		f.Kind = core.KindDate
		value = func(h held) core.Value {
			if h.Date == nil || len(h.Date.Date) < 10 {
				return core.Empty(core.KindDate)
			}
			v, err := core.Date(h.Date.Date[:10])
			if err != nil {
				return core.Absent()
			}
			return v
		}
	case typ == "people":
		f.Kind, f.Of = core.KindSet, core.KindUser
		value = func(h held) core.Value { return setOf(h.People, user.value) }
	case typ == "reference":
		f.Kind, f.Of, f.ReadOnly, f.OnCreate = core.KindSet, core.KindReference, true, false
		value = func(h held) core.Value { return setOf(h.References, named.bare) }
	default:
		f.ReadOnly, f.OnCreate = true, false
	}
	f.read = func(t task, _ string) core.Value {
		all, _ := get[[]held](t, customKey)
		for _, h := range all {
			if h.GID == d.GID {
				return value(h)
			}
		}
		return core.Absent() // the task is not in a project that has the field
	}
	return f
}

func textOf(s *string) core.Value {
	if s == nil {
		return core.Empty(core.KindString)
	}
	return core.String(*s)
}

// enabled are the options a person may choose. Disabled ones stay readable in tasks that have them.
func enabled(all []option) []core.Value {
	var out []core.Value
	for _, o := range all {
		if o.Enabled {
			out = append(out, core.Option(o.GID, o.Name))
		}
	}
	return out
}

// choose finds an option by its id, else by its name.
func choose(options []core.Value, v core.Value) (core.Value, bool) {
	for _, same := range []func(o core.Value) bool{
		func(o core.Value) bool { return v.ID() != "" && o.ID() == v.ID() },
		func(o core.Value) bool { return v.Name() != "" && o.Name() == v.Name() },
		func(o core.Value) bool { return v.ID() == "" && strings.EqualFold(o.Name(), v.Name()) },
	} {
		if i := slices.IndexFunc(options, same); i >= 0 {
			return options[i], true
		}
	}
	return core.Absent(), false
}
