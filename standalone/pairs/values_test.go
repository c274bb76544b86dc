package pairs_test

import (
	"fmt"

	"duplex/connectors"
	"duplex/core"
	"duplex/standalone/kinds"
)

// value is a field's value from the text that a profile gives.
func (l *life) value(p *place, field, text string) core.Value {
	f, ok := p.fields.Find(field)
	if !ok {
		l.Fatalf("%s has no field %q", p.Kind, field)
	}
	v, err := kinds.Value(f.Kind, text)
	l.must(err)
	return v
}

// is compares a value with the text that a profile gives.
func is(text string) func(core.Value) error {
	return func(v core.Value) error {
		if v.Name() == text || v.Source() == text || v.ID() == text {
			return nil
		}
		return fmt.Errorf("%s, want %s", v, text)
	}
}

// means compares a status with a canonical word.
func (l *life) means(p *place, word string) func(core.Value) error {
	return func(v core.Value) error {
		if p.Status.Word(v.Name()) == word || p.Status.Word(v.Source()) == word {
			return nil
		}
		return fmt.Errorf("%s, want what means %s", v, word)
	}
}

// person is the value that assigns somebody.
func (l *life) person(p *place, email string) core.Value {
	who := core.Person(p.Assignee.Hidden[email], "", "")
	if who.ID() == "" {
		var err error
		who, err = p.ada.(connectors.UserResolver).ResolveUser(ctx(), p.Type, core.Person("", email, ""))
		l.must(err)
	}
	if f, _ := p.fields.Find(p.Assignee.Field); f.Kind == core.KindSet {
		return core.Set(who)
	}
	return who
}

// isPerson holds that somebody, and nobody else, is assigned.
func (l *life) isPerson(p *place, email string, v core.Value) error {
	if want := l.person(p, email); !core.Equal(v, want) {
		return fmt.Errorf("%s, want %s", v, want)
	}
	return nil
}
