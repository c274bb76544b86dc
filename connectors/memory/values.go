package memory

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"duplex/connectors"
	"duplex/core"
)

// accept turns a written value into what the system stores, or says why it refuses it. The caller holds the lock.
func (s *System) accept(f connectors.Field, v core.Value) (core.Value, string) {
	switch {
	case v.IsAbsent():
		return v, "there is no value to write"
	case v.IsEmpty():
		if f.Required {
			return v, "it must not be empty"
		}
		return core.Empty(f.Kind), ""
	case v.Kind() != f.Kind:
		return v, fmt.Sprintf("it takes a %s, not a %s", f.Kind, v.Kind())
	}
	switch f.Kind {
	case core.KindString, core.KindText:
		return s.acceptText(f, v)
	case core.KindOption:
		return acceptOption(f.Options, v)
	case core.KindUser:
		if u, ok := s.user(v); ok {
			return u, ""
		}
		return v, "there is no such user"
	case core.KindSet, core.KindList:
		return s.acceptAll(f, v)
	}
	return v, ""
}

func (s *System) acceptText(f connectors.Field, v core.Value) (core.Value, string) {
	if f.MaxLen > 0 && utf8.RuneCountInString(v.Source()) > f.MaxLen {
		return v, fmt.Sprintf("it holds at most %d characters", f.MaxLen)
	}
	if f.Kind == core.KindText {
		if v.Format() != s.facts.RichText {
			return v, fmt.Sprintf("it takes %s text, not %s", s.facts.RichText, v.Format())
		}
		if s.rewrite != nil {
			v = s.rewrite(v)
		}
	}
	return v, ""
}

func acceptOption(options []core.Value, v core.Value) (core.Value, string) {
	if i := slices.IndexFunc(options, func(o core.Value) bool { return core.Equal(o, v) }); i >= 0 {
		return options[i], ""
	}
	known := make([]string, len(options))
	for i, o := range options {
		if strings.EqualFold(o.Name(), v.Name()) {
			return o, ""
		}
		known[i] = o.Name()
	}
	return v, fmt.Sprintf("there is no option %q; there are: %s", v, strings.Join(known, ", "))
}

func (s *System) acceptAll(f connectors.Field, v core.Value) (core.Value, string) {
	of := connectors.Field{Name: f.Name, Kind: f.Of, Options: f.Options}
	var items []core.Value
	for _, e := range v.Items() {
		e, why := s.accept(of, e)
		if why != "" {
			return v, why
		}
		items = append(items, e)
	}
	if f.Kind == core.KindList {
		return core.List(items...), ""
	}
	return core.Set(items...), ""
}

// user is the known user that v means, by id or e-mail.
func (s *System) user(v core.Value) (core.Value, bool) {
	for _, u := range append([]core.Value{s.self}, s.users...) {
		if v.ID() != "" && v.ID() == u.ID() || v.ID() == "" && v.Email() != "" && strings.EqualFold(v.Email(), u.Email()) {
			return u, true
		}
	}
	return core.Value{}, false
}

// path is the shortest way from one status to another, without the first; ok is false where there is none.
func (s *System) path(from, to string) (hops []string, ok bool) {
	if s.transitions == nil || from == "" || from == to {
		return []string{to}, true
	}
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range s.transitions[queue[0]] {
			if _, seen := came[next]; seen {
				continue
			}
			came[next] = queue[0]
			queue = append(queue, next)
		}
	}
	if _, ok := came[to]; !ok {
		return nil, false
	}
	for at := to; at != from; at = came[at] {
		hops = append([]string{at}, hops...)
	}
	return hops, true
}
