package mapping

import (
	"fmt"

	"duplex/core"
)

// link is the conversion of a rule with as: link. A reference becomes one to the twin of the item it names; of a set, those
// without a twin are left out.
type link struct {
	where string
	to    Field
}

func (l link) run(in core.ConvertInput) (core.Value, error) {
	v := in.Value
	kind := l.to.Kind
	if kind == "" {
		kind = v.Kind()
	}
	switch {
	case v.IsAbsent():
		return v, nil
	case v.Kind() == core.KindSet || v.Kind() == core.KindList:
		var out []core.Value
		for _, e := range v.Items() {
			if twin, ok := in.Twins.Of(e); ok {
				out = append(out, core.Reference(twin.ID, twin.Key))
			}
		}
		return many(kind, out), nil
	case v.IsEmpty():
		return core.Empty(kind), nil
	case v.Kind() != core.KindReference || v.ID() == "":
		return core.Value{}, &ConvertError{Where: l.where, Text: "the value names no item, and as: link carries references", value: v.String()}
	}
	twin, ok := in.Twins.Of(v)
	if !ok {
		return core.Value{}, fmt.Errorf("%s: %w", l.where, core.ErrNoTwin)
	}
	return core.Reference(twin.ID, twin.Key), nil
}

// besideLink are the keys of rules that mean something beside as: link.
var besideLink = []string{"as", "flow", "when", "conflict", "loser", "if"}

// linked compiles {support: problem_id, engineering: parent, as: link}, once its fields are known.
func (c *compiler) linked(n *node, rule *core.Rule, fields [2]Field) {
	rule.Link = true
	for _, k := range ruleKeys {
		if v := n.get(k); v != nil && !contains(besideLink, k) {
			c.r.atf(v, "%s has no meaning beside as: link, which carries a reference to the twin of the item it names", k)
			c.r.code(CodeNoMeaning)
		}
	}
	for _, s := range core.Sides {
		if f := fields[s]; !refers(f) {
			c.facts.atf(n.get(c.names[s]), "as: link is for fields that name items, and %s of %s is %s", f.Name, c.names[s], kindText(f))
			return
		}
	}
	if a, b := fields[core.A], fields[core.B]; a.Kind != "" && b.Kind != "" && a.isMany() != b.isMany() {
		one, several := core.A, core.B
		if a.isMany() {
			one, several = several, one
		}
		c.facts.atf(n.get("as"), "%s of %s names one item, and %s of %s several: both sides name one, or both several",
			fields[one].Name, c.names[one], fields[several].Name, c.names[several])
		return
	}
	for _, to := range core.Sides {
		rule.AsSet = rule.AsSet || fields[to].isMany()
		if !rule.Flow.Allows(to) {
			continue
		}
		c.writable(n, to, fields[to], rule)
		_, scoped := c.m.Connection.Sides[to].Scope[fields[to].Name]
		rule.Needed[to] = fields[to].Required && !scoped
		rule.Convert[to] = link{where: fmt.Sprintf("%s (%s to %s.%s)", c.where(n), fields[to.Other()].Name, c.names[to], fields[to].Name), to: fields[to]}.run
	}
}

// refers reports whether a field names items, as far as that is known.
func refers(f Field) bool {
	if f.isMany() {
		return f.Of == "" || f.Of == core.KindReference
	}
	return f.Kind == "" || f.Kind == core.KindReference
}
