package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// instant reads a time as the manifest says times are written; the zero time when it is none.
func (c *Connector) instant(x any) time.Time {
	switch x := x.(type) {
	case time.Time:
		return x.UTC()
	case int64:
		if c.m.Times == "unix-ms" {
			return time.UnixMilli(x).UTC()
		}
		return time.Unix(x, 0).UTC()
	case float64:
		return c.instant(int64(x))
	case string:
		for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
			if t, err := time.Parse(form, x); err == nil {
				return t.UTC()
			}
		}
		if n, err := strconv.ParseInt(x, 10, 64); err == nil {
			return c.instant(n)
		}
	}
	return time.Time{}
}

// written is a time as requests write it.
func written(t time.Time, form string) any {
	t = t.UTC()
	switch form {
	case "unix":
		return t.Unix()
	case "unix-ms":
		return t.UnixMilli()
	case "date":
		return t.Format(time.DateOnly)
	case "seconds":
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format(time.RFC3339Nano)
}

// read turns what an answer shows into a value of the field's kind.
func (c *Connector) read(ctx context.Context, f *Field, x any, v vars) (core.Value, error) {
	if f.Kind == "set" || f.Kind == "list" {
		return c.readMany(ctx, f, x, v)
	}
	return c.readOne(ctx, f, core.Kind(f.Kind), x, v)
}

func (c *Connector) readMany(ctx context.Context, f *Field, x any, v vars) (core.Value, error) {
	var list []any
	switch x := x.(type) {
	case []any:
		list = x
	case string:
		for _, s := range strings.Split(x, cmp.Or(f.Split, ",")) {
			if s = strings.TrimSpace(s); s != "" {
				list = append(list, s)
			}
		}
	case nil:
	default:
		list = []any{x}
	}
	var items []core.Value
	for _, e := range list {
		if e == nil || e == "" {
			continue
		}
		one, err := c.readOne(ctx, f, core.Kind(cmp.Or(f.Of, "string")), e, v)
		if err != nil {
			return one, err
		}
		items = append(items, one)
	}
	if f.Kind == "list" {
		return core.List(items...), nil
	}
	return core.Set(items...), nil
}

func (c *Connector) readOne(ctx context.Context, f *Field, kind core.Kind, x any, v vars) (core.Value, error) {
	if x == nil || x == "" {
		return core.Empty(kind), nil
	}
	wrong := func() (core.Value, error) {
		return core.Absent(), fmt.Errorf("%w: the field %s shows what is no %s: mend its kind in the manifest", connectors.ErrUnsupported, f.Label, kind)
	}
	switch x.(type) {
	case []any:
		return wrong()
	case map[string]any:
		if kind != core.KindUser && kind != core.KindReference && kind != core.KindOption {
			return wrong()
		}
	}
	switch kind {
	case core.KindString:
		return core.String(textOf(x)), nil
	case core.KindText:
		return core.Text(c.format, richtext.Normal(richtext.Format(c.format), textOf(x))), nil
	case core.KindNumber:
		n, err := core.Number(textOf(x))
		if err != nil {
			return wrong()
		}
		return n, nil
	case core.KindBool:
		switch textOf(x) {
		case "true", "1", "yes":
			return core.Bool(true), nil
		case "false", "0", "no":
			return core.Bool(false), nil
		}
		return wrong()
	case core.KindDate:
		s := textOf(x)
		if len(s) > 10 {
			s = s[:10]
		}
		d, err := core.Date(s)
		if err != nil {
			return wrong()
		}
		return d, nil
	case core.KindDateTime:
		t := c.instant(x)
		if t.IsZero() {
			return wrong()
		}
		return core.DateTime(t), nil
	case core.KindUser:
		return c.person(ctx, x)
	case core.KindReference:
		m, _ := x.(map[string]any)
		if m == nil {
			return core.Reference(textOf(x), ""), nil
		}
		return core.Reference(textOf(m["id"]), cmp.Or(textOf(m["key"]), textOf(m["name"]))), nil
	case core.KindOption:
		return c.readOption(ctx, f, x, v)
	}
	return wrong()
}

// readOption shows an option by id and name: as the answer does, or else as the field's options do.
func (c *Connector) readOption(ctx context.Context, f *Field, x any, v vars) (core.Value, error) {
	if m, ok := x.(map[string]any); ok {
		return core.Option(textOf(m["id"]), cmp.Or(textOf(m["name"]), textOf(m["value"]), textOf(m["title"]), textOf(m["label"]))), nil
	}
	id := textOf(x)
	if f.Options == nil {
		return core.Option(id, id), nil
	}
	all, err := c.options(ctx, f, v, false)
	if err != nil {
		return core.Absent(), err
	}
	for _, o := range all {
		if o.ID() == id {
			return o, nil
		}
	}
	for _, o := range all {
		if o.Name() == id {
			return o, nil
		}
	}
	return core.Option(id, id), nil
}

// options are those of a field; nil when nobody lists them.
func (c *Connector) options(ctx context.Context, f *Field, v vars, fresh bool) ([]core.Value, error) {
	if f.Options == nil {
		return nil, nil
	}
	var out []core.Value
	for _, o := range f.Options.Inline {
		out = append(out, core.Option(cmp.Or(o.ID, o.Name), cmp.Or(o.Name, o.ID)))
	}
	from := f.Options.From
	if from == nil {
		return out, nil
	}
	list, err := c.listed(ctx, &from.Request, v, fresh)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		at := vars{"option": o, "settings": c.settings}
		id, err := from.ID.text(at)
		if err != nil {
			return nil, err
		}
		name, err := from.Name.text(at)
		if err != nil {
			return nil, err
		}
		if id != "" || name != "" {
			out = append(out, core.Option(cmp.Or(id, name), cmp.Or(name, id)))
		}
	}
	return out, nil
}

// settle turns a value that is to be written into one the system knows: an option by its name, a person by e-mail. Why says what is
// wrong with it.
func (c *Connector) settle(ctx context.Context, f *Field, x core.Value, v vars) (settled core.Value, why string, err error) {
	kind := core.Kind(f.Kind)
	many := kind == core.KindSet || kind == core.KindList
	switch {
	case x.IsAbsent():
		return x, "there is no value to write", nil
	case x.IsEmpty() && f.Required:
		return x, "it must not be empty", nil
	case x.IsEmpty():
		return core.Empty(kind), "", nil
	case many && x.Kind() != core.KindSet && x.Kind() != core.KindList:
		x = core.Set(x)
	case !many && (x.Kind() == core.KindSet || x.Kind() == core.KindList):
		return x, "the field holds one value, not several", nil
	}
	if !many {
		return c.settleOne(ctx, f, kind, x, v)
	}
	var items []core.Value
	for _, e := range x.Items() {
		one, why, err := c.settleOne(ctx, f, core.Kind(cmp.Or(f.Of, "string")), e, v)
		if why != "" || err != nil {
			return x, why, err
		}
		items = append(items, one)
	}
	if kind == core.KindList {
		return core.List(items...), "", nil
	}
	return core.Set(items...), "", nil
}

func (c *Connector) settleOne(ctx context.Context, f *Field, kind core.Kind, x core.Value, v vars) (core.Value, string, error) {
	takes := fmt.Sprintf("it takes a %s, not a %s", kind, x.Kind())
	switch kind {
	case core.KindOption:
		return c.settleOption(ctx, f, x, v)
	case core.KindUser:
		return c.settleUser(ctx, f, x)
	case core.KindString:
		s := x.Source()
		if x.Kind() == core.KindOption || x.Kind() == core.KindReference {
			s = x.String()
		}
		if f.MaxLen > 0 && len([]rune(s)) > f.MaxLen {
			return x, fmt.Sprintf("it holds at most %d characters", f.MaxLen), nil
		}
		return core.String(s), "", nil
	case core.KindText:
		if x.Kind() != core.KindText || x.Format() != c.format {
			return x, fmt.Sprintf("it takes %s text", c.format), nil
		}
		return x, "", nil
	case core.KindNumber:
		if x.Kind() == core.KindString {
			if n, err := core.Number(x.Source()); err == nil {
				return n, "", nil
			}
		}
	case core.KindReference:
		if x.Kind() == core.KindReference && x.ID() == "" {
			return x, "the item it names has no id", nil
		}
	}
	if x.Kind() != kind {
		return x, takes, nil
	}
	return x, "", nil
}

func (c *Connector) settleOption(ctx context.Context, f *Field, x core.Value, v vars) (core.Value, string, error) {
	name := cmp.Or(x.Name(), x.ID(), x.Source())
	for _, fresh := range []bool{false, true} {
		all, err := c.options(ctx, f, v, fresh)
		if err != nil {
			return x, "", err
		}
		if f.Options == nil {
			return core.Option(cmp.Or(x.ID(), name), name), "", nil
		}
		for _, fits := range []func(o core.Value) bool{
			func(o core.Value) bool { return x.ID() != "" && o.ID() == x.ID() },
			func(o core.Value) bool { return x.ID() == "" && o.Name() == name },
			func(o core.Value) bool { return x.ID() == "" && strings.EqualFold(o.Name(), name) },
			func(o core.Value) bool { return x.ID() == "" && o.ID() == name },
		} {
			if i := slices.IndexFunc(all, fits); i >= 0 {
				return all[i], "", nil
			}
		}
		if fresh || f.Options.From == nil {
			var names []string
			for _, o := range all {
				names = append(names, o.Name())
			}
			return x, httpx.Short(fmt.Sprintf("there is no option %q; there are: %s", name, strings.Join(names, ", "))), nil
		}
	}
	return x, "", nil
}

// encode writes a settled value as the system wants it.
func (c *Connector) encode(f *Field, x core.Value) any {
	if x.Kind() == core.KindSet || x.Kind() == core.KindList || f.Kind == "set" || f.Kind == "list" {
		list := []any{}
		var texts []string
		for _, e := range x.Items() {
			got := c.encodeOne(f, e)
			list, texts = append(list, got), append(texts, textOf(got))
		}
		if f.Split != "" {
			return strings.Join(texts, f.Split)
		}
		return list
	}
	if x.IsEmpty() {
		if f.Empty != nil {
			return *f.Empty
		}
		return nil
	}
	return c.encodeOne(f, x)
}

func (c *Connector) encodeOne(f *Field, x core.Value) any {
	var out any
	switch x.Kind() {
	case core.KindNumber:
		out = json.Number(x.Source())
	case core.KindBool:
		out = x.Source() == "true"
		if f.As == "flag" {
			out = map[bool]string{true: "1", false: "0"}[x.Source() == "true"]
		}
	case core.KindDateTime:
		out = written(x.Time(), cmp.Or(c.m.Times, "rfc3339"))
	case core.KindOption, core.KindReference:
		out = cmp.Or(x.ID(), x.Name())
		if f.As == "name" {
			out = cmp.Or(x.Name(), x.ID())
		}
	case core.KindUser:
		out = cmp.Or(x.ID(), x.Email())
		switch f.As {
		case "email":
			out = x.Email()
		case "name":
			out = x.Name()
		}
	default:
		out = x.Source()
	}
	switch f.As {
	case "number":
		if s := textOf(out); s != "" {
			if _, err := strconv.ParseFloat(s, 64); err == nil {
				return json.Number(s)
			}
		}
	case "text":
		return textOf(out)
	}
	return out
}
