package merge

import (
	"maps"

	"duplex/core"
)

// Patch gathers what the decisions write to an existing item; nil when nothing.
func Patch(ds []core.Decision, to core.Side) *core.Patch {
	p := core.Patch{Fields: map[string]core.Value{}, Sets: map[string]core.SetChange{}}
	for _, d := range ds {
		switch {
		case d.Action == core.ActionWrite && d.To == to && changes(d.Sets[to]): // an operator's value for a set
			p.Sets[d.Fields[to]] = d.Sets[to]
		case d.Action == core.ActionWrite && d.To == to && d.Parts != nil:
			maps.Copy(p.Fields, d.Parts)
		case d.Action == core.ActionWrite && d.To == to:
			p.Fields[d.Fields[to]] = d.Value
			maps.Copy(p.Fields, d.Also)
		case d.Action == core.ActionMerge && changes(d.Sets[to]):
			p.Sets[d.Fields[to]] = d.Sets[to]
		}
	}
	if p.IsEmpty() {
		return nil
	}
	return &p
}

// Draft gathers what the decisions give a new item.
func Draft(ds []core.Decision, to core.Side, t string, scope map[string]string, mark string) *core.Draft {
	d := core.Draft{Type: t, Scope: scope, Mark: mark, Fields: map[string]core.Value{}}
	for _, dec := range ds {
		switch {
		case dec.Action != core.ActionWrite || dec.To != to:
		case dec.Parts != nil:
			maps.Copy(d.Fields, dec.Parts)
		default:
			d.Fields[dec.Fields[to]] = dec.Value
			maps.Copy(d.Fields, dec.Also)
		}
	}
	return &d
}

func changes(c core.SetChange) bool {
	return len(c.Add.Items())+len(c.Remove.Items()) > 0
}
