package mapping

import (
	"fmt"
	"strings"

	"duplex/core"
)

// besideJoin are the keys of rules that mean something beside join.
var besideJoin = []string{"join", "flow", "when", "conflict", "loser", "if"}

// combines reports a rule that names several fields of one side.
func (c *compiler) combines(n *node) bool {
	for _, s := range core.Sides {
		if f := n.get(c.names[s]); f != nil && f.shape == listed {
			return true
		}
	}
	return n.get("join") != nil
}

// combined compiles {support: [first_name, last_name], engineering: full_name, join: ' '}.
func (c *compiler) combined(n *node, rule *core.Rule) {
	join := n.get("join")
	for _, e := range n.entries {
		if contains(ruleKeys, e.key) && !contains(besideJoin, e.key) {
			c.r.atf(e.value, "%s has no meaning beside join, which carries texts", e.key)
			c.r.code(CodeWrongValue)
		}
	}
	if join == nil {
		c.r.at(n, "names several fields of one side and no join: the text that stands between their values on the other side")
		c.r.code(CodeMissingKey)
		return
	}
	var several []core.Side
	for _, s := range core.Sides {
		f := n.get(c.names[s])
		switch {
		case f == nil:
			c.r.atf(n, "names no field of %s; join carries several fields of one side to one of the other", c.names[s])
			c.r.code(CodeMissingKey)
			return
		case f.shape == listed:
			several = append(several, s)
		}
	}
	if len(several) != 1 {
		c.r.at(join, "join is for several fields of one side and one of the other")
		c.r.code(CodeWrongValue)
		return
	}
	many, one := several[0], several[0].Other()
	rule.Flow = c.flows(n.get("flow"), core.FlowBoth)
	whole, ok := c.named(one, n.get(c.names[one]))
	if !ok || !c.joinable(n.get(c.names[one]), one, whole) {
		return
	}
	var parts []Field
	for _, at := range n.get(c.names[many]).items {
		f, ok := c.named(many, at)
		if !ok || !c.joinable(at, many, f) {
			return
		}
		parts = append(parts, f)
		rule.Parts[many] = append(rule.Parts[many], f.Name)
		if rule.Flow.Allows(many) {
			c.takes(at, many, f, rule)
		}
	}
	if rule.Flow.Allows(one) {
		c.takes(n.get(c.names[one]), one, whole, rule)
	}
	rule.Fields[one], rule.Fields[many] = whole.Name, strings.Join(rule.Parts[many], " + ")
	rule.ID = rule.Fields[core.A] + "~" + rule.Fields[core.B]
	c.read(one, whole.Name)
	c.read(many, rule.Parts[many]...)
	j := joining{by: join.text, parts: parts, whole: whole}
	for _, to := range core.Sides {
		if !rule.Flow.Allows(to) {
			continue
		}
		where := fmt.Sprintf("%s (%s to %s.%s)", c.where(n), rule.Fields[to.Other()], c.names[to], rule.Fields[to])
		run := j.apart
		if to == one {
			run = j.together
		}
		rule.Convert[to] = func(in core.ConvertInput) (core.Value, error) {
			v, err := run(in)
			if err != nil {
				return v, &ConvertError{Where: where, Text: err.Error(), value: in.Value.String()}
			}
			return v, nil
		}
	}
}

// joinable checks that a field can be part of a text, or hold one.
func (c *compiler) joinable(at *node, s core.Side, f Field) bool {
	switch f.Kind {
	case "", core.KindString, core.KindText, core.KindNumber, core.KindOption, core.KindDate:
		return true
	}
	c.facts.atf(at, "join is for texts, numbers, days and options, and %s of %s is %s", f.Name, c.names[s], kindText(f))
	c.facts.code(CodeWrongType)
	return c.facts != c.r
}

// takes checks that a field named at a place takes writes at the moments of the rule.
func (c *compiler) takes(at *node, to core.Side, f Field, rule *core.Rule) {
	if !f.ReadOnly || f.OnCreate && rule.When == core.WhenCreate {
		return
	}
	c.facts.atf(at, "%s cannot be written; add flow: to-%s", f.Name, c.names[to.Other()])
	c.facts.code(CodeReadOnly)
}

// joining carries several fields to one and back.
type joining struct {
	by    string
	parts []Field
	whole Field
}

// words joins the parts that hold something.
func (j joining) words(parts core.Value) string {
	var words []string
	for _, it := range parts.Items() {
		if w := wordsOf(it); w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, j.by)
}

func (j joining) together(in core.ConvertInput) (core.Value, error) {
	if in.Value.IsAbsent() {
		return in.Value, nil
	}
	words := j.words(in.Value)
	if !in.Target.IsAbsent() && wordsOf(in.Target) == words {
		return in.Target, nil
	}
	return j.read(words, j.whole)
}

// apart splits at the text between: the last part gets the rest, and what has no part is empty. Parts that give the same
// text already stay.
func (j joining) apart(in core.ConvertInput) (core.Value, error) {
	if in.Value.IsAbsent() {
		return in.Value, nil
	}
	words := wordsOf(in.Value)
	if !in.Target.IsAbsent() && j.words(in.Target) == words {
		return in.Target, nil
	}
	if words == "" {
		return core.Empty(core.KindList), nil
	}
	texts := strings.SplitN(words, j.by, len(j.parts))
	values := make([]core.Value, len(j.parts))
	for i, f := range j.parts {
		text := ""
		if i < len(texts) {
			text = strings.TrimSpace(texts[i])
		}
		v, err := j.read(text, f)
		if err != nil {
			return core.Value{}, err
		}
		values[i] = v
	}
	return core.List(values...), nil
}

func (j joining) read(text string, f Field) (core.Value, error) {
	if text == "" {
		if f.Kind == "" {
			return core.Empty(core.KindString), nil
		}
		return core.Empty(f.Kind), nil
	}
	if f.Kind == core.KindOption && f.Options != nil {
		if _, ok := f.option(text); !ok {
			return core.Value{}, fmt.Errorf("a part is no option of %s", f.Name)
		}
	}
	v, err := literal(text, f)
	if err != nil {
		return core.Value{}, fmt.Errorf("the part for %s %w", f.Name, err)
	}
	return v, nil
}
