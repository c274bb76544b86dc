package mapping

import (
	"fmt"
	"strings"

	"duplex/core"
)

// policy reads latest, park or a side's name.
func (c *compiler) policy(n *node, none core.Policy) core.Policy {
	if n == nil {
		return none
	}
	if p, ok := c.policyNamed(n.text); ok && p != core.PolicyMerge {
		return p
	}
	right := []string{"latest", c.names[core.A], c.names[core.B], "park"}
	c.r.suggest(n, fmt.Sprintf("%q does not say who wins; it is one of: %s", n.text, strings.Join(right, ", ")), Nearest(n.text, right))
	c.r.code(CodeWrongValue)
	return none
}

func (c *compiler) policyNamed(name string) (core.Policy, bool) {
	switch name {
	case "latest":
		return core.PolicyLatest, true
	case "park":
		return core.PolicyPark, true
	case "merge":
		return core.PolicyMerge, true
	case c.names[core.A]:
		return core.PolicyA, true
	case c.names[core.B]:
		return core.PolicyB, true
	}
	return "", false
}

func (c *compiler) loser(n *node, none core.LoserPolicy) core.LoserPolicy {
	if n == nil {
		return none
	}
	if n.text == string(core.LoserComment) {
		return core.LoserComment
	}
	return core.LoserLedger
}

// decided reads who wins a conflict of the rule.
func (c *compiler) decided(n *node, rule *core.Rule) {
	at := n.get("conflict")
	rule.Conflict = c.m.Connection.Conflicts
	switch {
	case at == nil:
	case at.shape == mapped:
		rule.Conflict = core.PolicyChoose
		rule.Choose = c.choose(at.get("choose"))
	default:
		if p, ok := c.policyNamed(at.text); ok {
			rule.Conflict = p
			return
		}
		right := []string{"latest", c.names[core.A], c.names[core.B], "park", "merge"}
		c.r.suggest(at, fmt.Sprintf("%q does not say who wins; it is one of: %s, or {choose: an expression}", at.text, strings.Join(right, ", ")), Nearest(at.text, right))
		c.r.code(CodeWrongValue)
	}
}

// texts reads what a rule says about texts: whether two edits are merged, and what becomes of formatting that the other side
// cannot express.
func (c *compiler) texts(n *node, rule *core.Rule, fields [2]Field) core.LossPolicy {
	text := func(f Field) bool { return f.Kind == "" || f.Kind == core.KindText || f.Kind == core.KindString }
	if rule.Conflict == core.PolicyMerge || rule.Conflict == core.PolicyChoose {
		rule.Merge = mergeTexts
	}
	for _, s := range core.Sides {
		if rule.Conflict == core.PolicyMerge && !text(fields[s]) {
			c.facts.atf(n.get("conflict"), "merge is for texts, and %s of %s is %s; let a side or the latest edit win", fields[s].Name, c.names[s], kindText(fields[s]))
			c.facts.code(CodeNoConversion)
			break
		}
	}
	if rule.Conflict == core.PolicyMerge && rule.Flow != core.FlowBoth {
		c.r.at(n.get("conflict"), "merge writes to both sides, and the rule flows to one; leave it out: the side that flows wins")
		c.r.code(CodeWrongValue)
	}
	at := n.get("loss")
	if at == nil {
		return core.LossKeep
	}
	if rich := func(f Field) bool { return f.Kind == "" || f.Kind == core.KindText }; !rich(fields[core.A]) && !rich(fields[core.B]) {
		c.facts.atf(at, "loss is about formatted text, and neither %s of %s nor %s of %s is", fields[core.A].Name, c.names[core.A], fields[core.B].Name, c.names[core.B])
		c.facts.code(CodeNoConversion)
	}
	switch at.text {
	case "warn":
		rule.Loss = core.LossWarn
	case "park":
		rule.Loss = core.LossPark
	}
	return rule.Loss
}
