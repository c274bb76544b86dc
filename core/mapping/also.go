package mapping

import (
	"github.com/google/cel-go/common/types"

	"duplex/core"
)

// beside is one further field that a rule writes together with its own.
type beside struct {
	field Field
	x     *expression
	where string
}

// also reads the fields that a rule writes together with its own, per side. They belong to the rule: no other one writes them.
func (c *compiler) also(n *node, rule *core.Rule) {
	at := n.get("also")
	if at == nil {
		return
	}
	if rule.AsSet {
		c.r.atf(at, "also has no meaning beside as: %s, which writes element by element", textOf(n.get("as")))
		c.r.code(CodeNoMeaning)
		return
	}
	for _, e := range at.entries {
		to, ok := c.sideKey(e)
		if !ok {
			continue
		}
		if !rule.Flow.Allows(to) {
			c.r.atf(e.value, "the rule writes nothing to %s, so there is nothing to write also", e.key)
			c.r.code(CodeNoMeaning)
			continue
		}
		var all []beside
		for _, f := range e.value.entries {
			if b, ok := c.besides(n, rule, to, f); ok {
				all = append(all, b)
			}
		}
		rule.Also[to] = alsoWritten(all, c.field(to, rule.Fields[to]).isMany())
	}
}

// besides compiles one of them.
func (c *compiler) besides(n *node, rule *core.Rule, to core.Side, e entry) (beside, bool) {
	at := &node{path: e.value.path, line: e.line, column: e.column, text: e.key, file: e.value.file}
	f, ok := c.named(to, at)
	if !ok {
		return beside{}, false
	}
	if f.Name == rule.Fields[to] {
		c.r.atf(at, "%s is what the rule itself writes; also is for other fields", f.Name)
		c.r.code(CodeTwice)
		return beside{}, false
	}
	if f.ReadOnly && !(f.OnCreate && rule.When == core.WhenCreate) {
		c.facts.atf(at, "%s cannot be written", f.Name)
		c.facts.code(CodeReadOnly)
	}
	c.writeField(at, to, f.Name)
	c.read(to, f.Name)
	x := c.expression(e.value, variable{name: value, field: c.field(to, rule.Fields[to]), empty: true}, c.itemOf(item, to.Other()))
	if x == nil {
		return beside{}, false
	}
	c.resultFits(e.value, x, to, f)
	c.reading(rule, to.Other(), x.reads[item])
	return beside{field: f, x: x, where: c.where(n) + " (also " + c.names[to] + "." + f.Name + ")"}, true
}

// alsoWritten gives the fields' values. A field whose expression gives null is not written.
func alsoWritten(all []beside, many bool) func(core.AlsoInput) (map[string]core.Value, error) {
	return func(in core.AlsoInput) (map[string]core.Value, error) {
		out := map[string]core.Value{}
		for _, b := range all {
			vars := inputs{item: in.Item, value: celValue(in.Value, many)}
			given, err := b.x.eval(vars)
			if err == nil && given.Type() == types.NullType {
				continue
			}
			var v core.Value
			if err == nil {
				v, err = b.x.result(vars, b.field)
			}
			if err != nil {
				return nil, &ConvertError{Where: b.where, Text: err.Error()}
			}
			out[b.field.Name] = v
		}
		return out, nil
	}
}
