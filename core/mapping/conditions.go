package mapping

import (
	"fmt"

	"github.com/google/cel-go/cel"

	"duplex/core"
)

// flows reads the flow of a rule: a word, or a condition per side that values may flow to.
func (c *compiler) flows(n *node, absent core.Flow) core.Flow {
	if n == nil || n.shape != mapped {
		return c.flow(n, absent, false)
	}
	var to [2]bool
	for _, e := range n.entries {
		s, ok := c.sideKey(e)
		if !ok {
			return absent
		}
		if to[s] = e.value.value != false; !to[s] {
			c.r.at(e.value, "false would never hold; leave the side out")
			c.r.code(CodeWrongValue)
		}
	}
	switch {
	case to[core.A] && to[core.B]:
		return core.FlowBoth
	case to[core.A]:
		return core.FlowToA
	}
	return core.FlowToB
}

// conditions reads if, and the conditions under flow, for every side that the rule writes.
func (c *compiler) conditions(n *node, rule *core.Rule) {
	var asked [2][]*expression
	var broken [2]bool
	for _, to := range core.Sides {
		if !rule.Flow.Allows(to) {
			continue
		}
		before := len(c.facts.all)
		if at := n.get("if"); at != nil {
			asked[to] = append(asked[to], c.condition(at, rule, to))
		}
		broken[to] = len(c.facts.all) > before
		if flow := n.get("flow"); flow != nil && flow.shape == mapped {
			if at := flow.get(c.names[to]); at != nil && at.value != true {
				asked[to] = append(asked[to], c.condition(at, rule, to))
			}
		}
	}
	if rule.Flow == core.FlowBoth && broken[core.A] != broken[core.B] {
		to := core.A
		if broken[core.A] {
			to = core.B
		}
		last := &c.facts.all[len(c.facts.all)-1]
		last.Text += fmt.Sprintf("; if is asked both ways: for one way write flow: {%s: …} in its place", c.names[to])
	}
	for _, to := range core.Sides {
		xs := asked[to]
		if len(xs) == 0 {
			continue
		}
		where := fmt.Sprintf("%s (condition towards %s)", rule.Where, c.names[to])
		rule.May[to] = func(m core.Moment) (bool, error) {
			for _, x := range xs {
				yes, err := x.holds(inputs{item: m.Item, twin: m.Twin})
				if err != nil {
					return false, &ConvertError{Where: where, Text: err.Error()}
				}
				if !yes {
					return false, nil
				}
			}
			return true, nil
		}
	}
}

// condition compiles one condition towards a side; nil after reporting what is wrong, and then the rule is not used.
func (c *compiler) condition(n *node, rule *core.Rule, to core.Side) *expression {
	x := c.expression(n, c.itemOf(item, to.Other()), c.itemOf(twin, to))
	if x == nil {
		return nil
	}
	if x.out.Kind() != cel.BoolKind && x.out.Kind() != cel.DynKind {
		c.r.atf(n, "a condition is true or false, this one is %s", resultWords(x.out))
		c.r.code(CodeWrongType)
		return nil
	}
	c.reading(rule, to.Other(), x.reads[item])
	c.reading(rule, to, x.reads[twin])
	return x
}

// reading notes fields that a rule's expressions read beside the ones it carries.
func (c *compiler) reading(rule *core.Rule, s core.Side, fields []string) {
	c.read(s, fields...)
	for _, f := range fields {
		if !contains(rule.Reads[s], f) {
			rule.Reads[s] = append(rule.Reads[s], f)
		}
	}
}
