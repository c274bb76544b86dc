package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

// screen is where allowed values are looked up: the create screen of the issue's type, which is remembered, then the
// edit screen of the issue itself.
type screen struct {
	c       *Connector
	project string
	typeID  string
	issueID string // "" for an issue that does not exist yet
	edit    map[string]fieldMeta
}

// allowed lists the values of a field, nil when no screen tells. Again means that the remembered list had not what was
// looked for.
func (s *screen) allowed(ctx context.Context, id string, again bool) ([]thing, error) {
	age := fresh
	if again {
		age = 30 * time.Second
	}
	m, err := s.c.metaYoungerThan(ctx, s.project, s.typeID, age)
	if err != nil && !hidden(err) {
		return nil, err // without the right to create, the edit screen tells
	}
	if vs := m[id].Allowed; len(vs) > 0 || s.issueID == "" {
		return vs, nil
	}
	if s.edit == nil {
		if s.edit, err = s.c.editMeta(ctx, s.issueID); err != nil {
			return nil, err
		}
	}
	return s.edit[id].Allowed, nil
}

// settle turns names into the ids a write needs: options by name, people by e-mail address. Why is set when the value
// cannot be written; err when the answer could not be had.
func (s *screen) settle(ctx context.Context, f field, v core.Value) (settled core.Value, why string, err error) {
	if f.multi {
		return s.settleSet(ctx, f, v)
	}
	if k := v.Kind(); k == core.KindSet || k == core.KindList {
		return v, "the field holds one value, not several", nil
	}
	return s.settleOne(ctx, f, v)
}

func (s *screen) settleSet(ctx context.Context, f field, v core.Value) (core.Value, string, error) {
	items := v.Items()
	if k := v.Kind(); k != core.KindSet && k != core.KindList && !v.IsEmpty() {
		items = []core.Value{v}
	}
	out := make([]core.Value, 0, len(items))
	for _, it := range items {
		e, why, err := s.settleOne(ctx, f, it)
		if why != "" || err != nil {
			return v, why, err
		}
		out = append(out, e)
	}
	return core.Set(out...), "", nil
}

func (s *screen) settleOne(ctx context.Context, f field, v core.Value) (core.Value, string, error) {
	if v.IsEmpty() {
		return core.Empty(f.element()), "", nil
	}
	switch f.shape {
	case shapeUser:
		return s.settleUser(ctx, v)
	case shapeSprint:
		return s.settleSprint(ctx, v)
	case shapeEpic:
		return s.settleEpic(ctx, v)
	case shapeNamed, shapeOption, shapeCascade:
		return s.settleOption(ctx, f, v)
	case shapeString:
		return core.String(plain(v)), "", nil
	}
	_, why := f.write(v)
	return v, why, nil
}

func (s *screen) settleUser(ctx context.Context, v core.Value) (core.Value, string, error) {
	if v.Kind() == core.KindString && strings.Contains(v.Source(), "@") {
		v = core.Person("", v.Source(), "")
	}
	if v.Kind() == core.KindUser && v.ID() != "" {
		return v, "", nil
	}
	if v.Email() == "" {
		return v, "a person with an account id or an e-mail address is needed", nil
	}
	found, err := s.c.ResolveUser(ctx, connectors.ItemType{}, v)
	if errors.Is(err, connectors.ErrNotFound) {
		return v, "no active Jira account, or more than one, has this e-mail address", nil
	}
	return found, "", err
}

func (s *screen) settleOption(ctx context.Context, f field, v core.Value) (core.Value, string, error) {
	if v.Kind() == core.KindOption && v.ID() != "" {
		return v, "", nil
	}
	name := plain(v)
	for _, again := range []bool{false, true} {
		options, err := s.options(ctx, f, again)
		if err != nil {
			return v, "", err
		}
		if found, ok := named(options, name); ok {
			return found, "", nil
		}
		if len(options) == 0 {
			return core.Option("", name), "", nil // no screen lists the values: Jira decides
		}
		if again {
			return v, unknownOption(name, options), nil
		}
	}
	return v, "", nil
}

func (s *screen) options(ctx context.Context, f field, again bool) ([]core.Value, error) {
	if f.id == "status" {
		all, err := s.c.statusesOf(ctx, s.project)
		if err != nil {
			return nil, err
		}
		var out []core.Value
		for _, st := range all[s.typeID] {
			out = append(out, core.Option(st.ID, st.Name))
		}
		return out, nil
	}
	if f.id == "issuetype" {
		types, err := s.c.issueTypes(ctx, s.project)
		if err != nil {
			return nil, err
		}
		var out []core.Value
		for _, t := range types {
			out = append(out, core.Option(t.ID, t.Name))
		}
		return out, nil
	}
	allowed, err := s.allowed(ctx, f.id, again)
	if err != nil {
		return nil, err
	}
	if f.id == "resolution" && len(allowed) == 0 { // only transitions' screens show it
		return s.c.allResolutions(ctx)
	}
	return optionsOf(f, allowed), nil
}

func optionsOf(f field, allowed []thing) []core.Value {
	var out []core.Value
	for _, t := range allowed {
		out = append(out, t.option(f.shape))
		for _, child := range t.Children {
			out = append(out, thing{ID: t.ID, Value: t.Value, Child: &child}.option(f.shape))
		}
	}
	return out
}

// named finds an option by name: exactly, else without regard to case. It is pure.
func named(options []core.Value, name string) (core.Value, bool) {
	for _, o := range options {
		if o.Name() == name {
			return o, true
		}
	}
	for _, o := range options {
		if strings.EqualFold(o.Name(), name) {
			return o, true
		}
	}
	return core.Absent(), false
}

func unknownOption(name string, options []core.Value) string {
	var known []string
	for _, o := range options {
		known = append(known, o.Name())
	}
	return httpx.Short(fmt.Sprintf("there is no option %q; there are: %s", name, strings.Join(known, ", ")))
}

// same reports whether writing v over cur would change nothing.
func (f field) same(cur, v core.Value) bool {
	if cur.IsAbsent() {
		return false
	}
	if core.Equal(cur, v) {
		return true
	}
	switch f.shape {
	case shapeText:
		return !cur.IsEmpty() && !v.IsEmpty() && richtext.Equal(f.on.format(), cur.Source(), f.on.source(v))
	case shapeDateTime, shapeUser, shapeNamed, shapeOption, shapeCascade, shapeGroup, shapeIssue, shapeEpic, shapeProject, shapeSprint:
		return false
	}
	a, _ := f.write(cur)
	b, _ := f.write(v)
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
