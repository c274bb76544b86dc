package mapping

import (
	"fmt"

	"duplex/core"
)

// converts reads the expressions of a rule, per written side.
func (c *compiler) converts(n *node, rule *core.Rule, fields [2]Field, tables [2]valueTable) (out [2]*expression) {
	at := n.get("convert")
	if at == nil {
		return out
	}
	for _, e := range at.entries {
		to, ok := c.sideKey(e)
		if !ok {
			continue
		}
		from := to.Other()
		switch {
		case !rule.Flow.Allows(to):
			c.r.atf(e.value, "the rule writes nothing to %s, so an expression for it has no meaning", e.key)
			c.r.code(CodeWrongValue)
			continue
		case len(tables[to]) > 0:
			c.r.atf(e.value, "values says already what is written to %s; say it in one of the two", e.key)
			c.r.code(CodeTwice)
			continue
		}
		x := c.expression(e.value, variable{name: value, field: fields[from]}, c.itemOf(item, from))
		if x == nil {
			continue
		}
		c.resultFits(e.value, x, to, fields[to])
		c.reading(rule, from, x.reads[item])
		out[to] = x
	}
	return out
}

// expressed is the conversion of a direction that has an expression. What the target shows stays where the way back gives
// the source's value again, as far as the way back looks at the value alone.
func (c *conversion) expressed(in core.ConvertInput, to Field) (core.Value, error) {
	if !in.Target.IsAbsent() && in.Target.IsEmpty() == in.Value.IsEmpty() && (c.back.expr == nil || !c.back.expr.uses[item]) {
		back, err := c.back.one(in.Target, c.back.shaped(in.Value))
		if err == nil && c.back.expr != nil && same(back, in.Value) {
			return in.Target, nil
		}
	}
	v, err := c.give(in.Value, in.Item, to)
	if err == nil && !in.Target.IsAbsent() && same(v, in.Target) {
		return in.Target, nil
	}
	return v, err
}

// give runs the expression on a value. Nothing stays nothing.
func (c *conversion) give(v core.Value, o *core.Observation, to Field) (core.Value, error) {
	if v.IsEmpty() {
		return convert(v, to)
	}
	if o == nil && c.expr.uses[item] {
		return core.Value{}, fmt.Errorf("the item is not known")
	}
	out, err := c.expr.result(inputs{item: o, value: celValue(v, c.from.isMany())}, to)
	if err != nil {
		return core.Value{}, c.fail(v, err.Error())
	}
	return rounded(out, c.decimals), nil
}
