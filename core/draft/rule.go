package draft

import (
	"fmt"

	"duplex/core"
	"duplex/core/mapping"
)

// way says when values may go to a side.
type way int

const (
	never way = iota
	created
	always
)

// rule proposes how two fields correspond: which way, when, with which table. The problem says why nothing can flow.
func (w *work) rule(a, b Field) (r Rule, problem string) {
	fields := [2]Field{a, b}
	r = Rule{Fields: [2]string{a.Name, b.Name}, When: core.WhenAlways}
	var ways [2]way
	var said [2]string
	for _, to := range core.Sides {
		ways[to], said[to] = w.way(fields[to.Other()], fields[to], to)
	}
	elements := [2]Field{element(a), element(b)}
	if elements[0].Kind == core.KindOption && elements[1].Kind == core.KindOption && (ways[0] > never || ways[1] > never) {
		w.options(&r, fields, ways)
	}
	switch {
	case ways[0] == never && ways[1] == never:
		if said[0] == said[1] {
			return r, said[0]
		}
		return r, said[0] + ", and " + said[1]
	case ways[0] == never:
		w.oneWay(&r, core.B, ways[core.B], said[core.A])
	case ways[1] == never:
		w.oneWay(&r, core.A, ways[core.A], said[core.B])
	case ways[0] != ways[1]:
		w.mixed(&r, fields, ways)
	case ways[0] == created:
		r.Flow, r.When = core.FlowBoth, core.WhenCreate
		r.Reasons = append(r.Reasons, "both can only be set when the item is created")
	default:
		r.Flow = core.FlowBoth
	}
	w.kinds(&r, fields)
	return r, ""
}

// way says whether values of one field can safely go to another, and if not, why: what might be refused there is left out.
func (w *work) way(from, to Field, side core.Side) (way, string) {
	name := fmt.Sprintf("%s of %s", to.Name, w.draft.Sides[side].Name)
	switch {
	case to.ReadOnly && !to.OnCreate:
		return never, name + " cannot be written"
	case links(from, to) && isMany(from) != isMany(to):
		return never, fmt.Sprintf("one of %s and %s names several items and the other one", from.Name, to.Name)
	case links(from, to) && to.ReadOnly:
		return created, ""
	case links(from, to):
		return always, ""
	case !mapping.May(from.Field, to.Field):
		return never, fmt.Sprintf("%s is %s and cannot become %s", from.Name, kindText(from), kindText(to))
	case !isMany(from) && isMany(to):
		return never, name + " holds several values and would lose the others"
	case !sure(element(from), element(to)):
		return never, fmt.Sprintf("%s of %s would refuse what is not %s", to.Name, w.draft.Sides[side].Name, kindText(to))
	case to.ReadOnly:
		return created, ""
	}
	return always, ""
}

// links tells two fields that name other items: what they name is carried to the twin of the item.
func links(a, b Field) bool {
	return element(a).Kind == core.KindReference && element(b).Kind == core.KindReference
}

// sure tells the conversions that no value is refused by.
func sure(from, to Field) bool {
	switch {
	case from.Kind == to.Kind, to.Kind == core.KindString, to.Kind == core.KindText:
		return true
	case from.Kind == core.KindDate, from.Kind == core.KindDateTime:
		return to.Kind == core.KindDate || to.Kind == core.KindDateTime
	}
	return false
}

func (w *work) oneWay(r *Rule, to core.Side, when way, said string) {
	r.Flow = core.FlowToA
	if to == core.B {
		r.Flow = core.FlowToB
	}
	r.Reasons = append(r.Reasons, said)
	if when == created {
		r.When = core.WhenCreate
		r.Reasons = append(r.Reasons, fmt.Sprintf("%s of %s can only be set when the item is created", r.Fields[to], w.draft.Sides[to].Name))
	}
}

// mixed is a pair of which one can be written always and the other only when its item is created.
func (w *work) mixed(r *Rule, fields [2]Field, ways [2]way) {
	once := core.A
	if ways[core.B] == created {
		once = core.B
	}
	r.Reasons = append(r.Reasons, fmt.Sprintf("%s of %s can only be set when the item is created", r.Fields[once], w.draft.Sides[once].Name))
	if fields[once.Other()].OnCreate {
		r.Flow, r.When = core.FlowBoth, core.WhenCreate
		return
	}
	r.Flow = core.FlowToA
	if once == core.A {
		r.Flow = core.FlowToB
	}
}

// kinds says what has to be said of the kinds of the two fields.
func (w *work) kinds(r *Rule, fields [2]Field) {
	a, b := element(fields[0]), element(fields[1])
	if r.Link = links(fields[0], fields[1]); r.Link {
		r.Reasons = append(r.Reasons, "what one names is carried to the twin of that item")
		return
	}
	if fields[0].Kind == core.KindSet && fields[1].Kind == core.KindSet && (r.Flow == core.FlowBoth || len(r.Table)+len(r.Tables[0])+len(r.Tables[1]) > 0) {
		r.AsSet = true
		r.Reasons = append(r.Reasons, "merged element by element")
	}
	if a.Kind == core.KindUser && b.Kind == core.KindUser {
		for _, to := range core.Sides {
			if r.Flow.Allows(to) && !fields[to].Required && !isMany(fields[to]) {
				r.Alone[to] = true
			}
		}
		r.Reasons = append(r.Reasons, "people are found by e-mail address; whoever is not found changes nothing")
		if meaning(fields[0]) == "requester" || meaning(fields[1]) == "requester" {
			r.Doubt = "changing who asked may send mail to people outside"
		}
	}
	if a.Kind == core.KindText && b.Kind == core.KindString || a.Kind == core.KindString && b.Kind == core.KindText {
		r.Reasons = append(r.Reasons, "formatting stays on the side that has it")
	}
	if a.Kind == core.KindDate && b.Kind == core.KindDateTime || a.Kind == core.KindDateTime && b.Kind == core.KindDate {
		r.Reasons = append(r.Reasons, "one is a day, the other a time: zone and at say which (see the documentation)")
	}
	if a.Kind == core.KindNumber && b.Kind == core.KindNumber && fold(fields[0].Name) != fold(fields[1].Name) && r.Doubt == "" {
		r.Doubt = "the two may count in different units"
	}
}

func element(f Field) Field {
	if !isMany(f) {
		return f
	}
	g := f
	g.Kind, g.Of = f.Of, ""
	return g
}

func isMany(f Field) bool { return f.Kind == core.KindSet || f.Kind == core.KindList }

// kindText is a field's kind in words.
func kindText(f Field) string {
	if isMany(f) {
		return "a " + string(f.Kind) + " of " + plural(f.Of)
	}
	switch f.Kind {
	case core.KindOption:
		return "an option"
	case core.KindUser:
		return "a person"
	case core.KindReference:
		return "another item"
	case core.KindString:
		return "a text"
	case core.KindText:
		return "a rich text"
	case core.KindBool:
		return "yes or no"
	case core.KindDateTime:
		return "a time"
	}
	return "a " + string(f.Kind)
}

func plural(k core.Kind) string {
	switch k {
	case core.KindUser:
		return "people"
	case core.KindReference:
		return "items"
	case core.KindString, core.KindText, "":
		return "texts"
	}
	return string(k) + "s"
}
