package mapping

import (
	"fmt"

	"github.com/google/cel-go/cel"

	"duplex/core"
)

// ruleKeys are what a rule may say beside its fields.
var ruleKeys = []string{"flow", "when", "conflict", "values", "default", "users", "as", "set", "value", "convert", "join", "if", "round", "zone", "at",
	"unknown", "also",
	"loser", "loss",
}

func (c *compiler) rules() {
	for _, root := range append([]*node{c.root}, c.included...) {
		list := root.get("rules")
		if list == nil {
			continue
		}
		for _, n := range list.items {
			if c.brokenNode(n) {
				continue
			}
			if rule, ok := c.rule(n); ok {
				c.m.Rules = append(c.m.Rules, rule)
			}
		}
	}
}

// where is the place of a rule for messages: its path, after the name of an included file.
func (c *compiler) where(n *node) string {
	if n.file == c.file {
		return n.path
	}
	return n.file + ": " + n.path
}

// rule compiles one rule; false when something is wrong with it.
func (c *compiler) rule(n *node) (core.Rule, bool) {
	before := len(c.r.all)
	right := append(append([]string(nil), ruleKeys...), c.names[:]...)
	for _, e := range n.entries {
		if !contains(right, e.key) {
			c.r.key(e, fmt.Sprintf("is neither a side nor a key of rules; the sides are %s and %s", c.names[0], c.names[1]), Nearest(e.key, right))
			c.r.code(CodeUnknownKey)
		}
	}
	if len(c.r.all) > before {
		return core.Rule{}, false
	}
	rule := core.Rule{
		Where:   c.where(n),
		When:    core.WhenAlways,
		Loser:   c.loser(n.get("loser"), c.m.Connection.Losers),
		AsSet:   n.get("as") != nil && textOf(n.get("as")) != "link",
		AddOnly: textOf(n.get("as")) == "add-only",
	}
	if n.get("when") != nil {
		rule.When = core.When(n.get("when").text)
	}
	c.decided(n, &rule)
	switch {
	case n.get("set") != nil || n.get("value") != nil:
		c.computed(n, &rule)
	case c.combines(n):
		c.combined(n, &rule)
	default:
		c.paired(n, &rule)
	}
	if len(c.r.all) == before {
		c.conditions(n, &rule)
		c.also(n, &rule)
	}
	if len(c.r.all) > before {
		return core.Rule{}, false
	}
	if first, ok := c.ids[rule.ID]; ok {
		c.r.atf(n, "says the same fields as %s; one pair of fields has one rule", first)
		c.r.code(CodeTwice)
		return core.Rule{}, false
	}
	c.ids[rule.ID] = c.where(n)
	for _, to := range core.Sides {
		switch {
		case !rule.Flow.Allows(to):
		case len(rule.Parts[to]) > 0:
			for _, part := range rule.Parts[to] {
				c.write(n, to, part)
			}
		default:
			c.write(n, to, rule.Fields[to])
		}
	}
	return rule, len(c.r.all) == before
}

// computed compiles {engineering: components, set: …}: one field, its value an expression over the other side's item, or a
// constant.
func (c *compiler) computed(n *node, rule *core.Rule) {
	var to core.Side
	fields, key := 0, "set"
	if n.get(key) == nil {
		key = "value"
	}
	for _, s := range core.Sides {
		if n.get(c.names[s]) != nil {
			to, fields = s, fields+1
		}
	}
	if fields != 1 {
		text := "a rule with " + key + " has exactly one field, of the side it writes"
		if key == "set" {
			text += "; the expression reads the other side's item"
		}
		c.r.at(n, text)
		return
	}
	if as := n.get("as"); textOf(as) == "link" {
		c.r.at(as, "as: link has no meaning beside set; it carries a field that names items to a field of the other side")
		c.r.code(CodeNoMeaning)
		return
	}
	for _, k := range []string{"values", "default", "users", "unknown", "convert", "join", "zone", "at"} {
		switch v := n.get(k); {
		case v == nil:
		case key == "value":
			c.r.atf(v, "%s has no meaning beside value", k)
			c.r.code(CodeNoMeaning)
		default:
			c.r.atf(v, "%s has no meaning beside set; say it in the expression", k)
			c.r.code(CodeNoMeaning)
		}
	}
	if v := n.get("value"); v != nil && key == "set" {
		c.r.at(v, "value has no meaning beside set; a rule has one of them")
		c.r.code(CodeNoMeaning)
	}
	one := core.FlowToA
	if to == core.B {
		one = core.FlowToB
	}
	rule.Flow = c.flows(n.get("flow"), one)
	if rule.Flow != one {
		c.r.suggest(n.get("flow"), fmt.Sprintf("a rule with "+key+" only goes to the side of its field, %s", c.names[to]), "to-"+c.names[to])
		c.r.code(CodeWrongValue)
	}
	target, ok := c.named(to, n.get(c.names[to]))
	if !ok {
		return
	}
	rule.Fields[to] = target.Name
	rule.ID = "set~" + c.names[to] + "." + target.Name
	c.writable(n, to, target, rule)
	c.merged(n, target)
	c.read(to, target.Name)
	if key == "value" {
		if v, ok := c.constant(n.get(key), to, target); ok {
			rule.Convert[to] = constant(v)
		}
		return
	}
	set := n.get("set")
	x := c.expression(set, c.itemOf(item, to.Other()))
	if x == nil {
		return
	}
	c.resultFits(set, x, to, target)
	c.reading(rule, to.Other(), x.reads[item])
	rule.Convert[to] = roundedResult(computed(fmt.Sprintf("%s (set %s.%s)", c.where(n), c.names[to], target.Name), x, target),
		c.decimals(n.get("round"), target))
}

// paired compiles {support: priority, engineering: priority, …}.
func (c *compiler) paired(n *node, rule *core.Rule) {
	rule.Flow = c.flows(n.get("flow"), core.FlowBoth)
	var fields [2]Field
	for _, s := range core.Sides {
		name := n.get(c.names[s])
		if name == nil {
			c.r.atf(n, "names no field of %s; a rule names one field per side, or has set", c.names[s])
			c.r.code(CodeMissingKey)
			continue
		}
		f, ok := c.named(s, name)
		if ok {
			fields[s], rule.Fields[s] = f, f.Name
		}
	}
	if rule.Fields[core.A] == "" || rule.Fields[core.B] == "" {
		return
	}
	rule.ID = rule.Fields[core.A] + "~" + rule.Fields[core.B]
	if textOf(n.get("as")) == "link" {
		c.linked(n, rule, fields)
		for _, s := range core.Sides {
			c.read(s, rule.Fields[s])
		}
		return
	}
	w := ways{asSet: rule.AsSet, loss: c.texts(n, rule, fields)}
	w.tables = c.values(c.table(n.get("values")), fields, rule.Flow)
	w.convert = c.converts(n, rule, fields, w.tables)
	c.uncovered(n.get("values"), n.get("default"), w.tables, fields, rule.Flow)
	w.people = c.matching(n.get("users"), fields)
	w.defaults, w.leave = c.defaults(n.get("default"), fields, rule.Flow)
	w.decimals = c.decimals(n.get("round"), fields[:]...)
	w.days = c.days(n, fields)
	rule.Unknown = c.unknown(n.get("unknown"), w.people, rule)
	if w.people != nil {
		rule.ByName = w.people.name
		c.onePerson(n, fields)
		for _, to := range core.Sides {
			rule.Unknown[to].Keep = rule.Unknown[to].Keep || w.leave[to]
		}
		w.people.unknown = rule.Unknown
	}
	for _, to := range core.Sides {
		if !rule.Flow.Allows(to) {
			continue
		}
		c.writable(n, to, fields[to], rule)
		c.merged(n, fields[to])
		if ok, instead := convertible(fields[to.Other()], fields[to]); !ok && w.tables[to] == nil && w.convert[to] == nil {
			c.facts.atf(n, "%s of %s (%s) cannot become %s of %s (%s): %s", fields[to.Other()].Name, c.names[to.Other()], kindText(fields[to.Other()]),
				fields[to].Name, c.names[to], kindText(fields[to]), instead)
			c.facts.code(CodeNoConversion)
		}
		rule.Default[to] = w.defaults[to]
		conversion := c.conversion(n, to, fields, w)
		rule.Convert[to], rule.Lost[to] = conversion.run, conversion.lost
	}
	for _, s := range core.Sides {
		c.read(s, rule.Fields[s])
	}
}

// ways is what a rule says about its values, per written side.
type ways struct {
	tables   [2]valueTable
	convert  [2]*expression
	people   *people
	defaults [2]core.Value
	leave    [2]bool // without a value in the table, the side keeps what it has
	decimals decimals
	days     *days
	asSet    bool
	loss     core.LossPolicy
}

// conversion joins the way to a side with the way back.
func (c *compiler) conversion(n *node, to core.Side, fields [2]Field, w ways) *conversion {
	one := func(to core.Side) *conversion {
		return &conversion{
			where: fmt.Sprintf("%s (%s to %s.%s)", c.where(n), fields[to.Other()].Name, c.names[to], fields[to].Name),
			side:  to, from: fields[to.Other()], to: fields[to], table: w.tables[to], expr: w.convert[to], people: w.people, fallback: w.defaults[to],
			leave: w.leave[to], decimals: w.decimals, days: w.days, asSet: w.asSet, loss: w.loss,
		}
	}
	there, back := one(to), one(to.Other())
	there.back, back.back = back, there
	return there
}

// named is the field that a rule names; false after reporting that there is none.
func (c *compiler) named(s core.Side, n *node) (Field, bool) {
	if _, ok := c.desc[s].find(n.text); !ok && c.desc[s] != nil {
		c.facts.suggest(n, fmt.Sprintf("%s has no field %q", c.names[s], n.text), Nearest(n.text, c.desc[s].names()))
		c.facts.code(CodeUnknownField)
		return c.field(s, n.text), c.facts != c.r
	}
	return c.field(s, n.text), true
}

// writable checks that the target takes writes at the moments of the rule.
func (c *compiler) writable(n *node, to core.Side, f Field, rule *core.Rule) {
	at := n.get(c.names[to])
	switch {
	case !f.ReadOnly, f.OnCreate && rule.When == core.WhenCreate:
	case f.OnCreate:
		c.facts.atf(at, "%s can only be set when the item is created; add flow: to-%s and when: create, or a flow that does not write it", f.Name, c.names[to])
		c.facts.code(CodeReadOnly)
	case rule.Computed(to.Other()):
		c.facts.atf(at, "%s cannot be written", f.Name)
		c.facts.code(CodeReadOnly)
	default:
		c.facts.atf(at, "%s cannot be written; add flow: to-%s", f.Name, c.names[to.Other()])
		c.facts.code(CodeReadOnly)
	}
}

// merged checks that as: set and as: add-only are about sets.
func (c *compiler) merged(n *node, f Field) {
	if as := n.get("as"); as != nil && f.Kind != "" && f.Kind != core.KindSet {
		c.facts.atf(as, as.text+" is for fields that hold sets, and %s is %s", f.Name, kindText(f))
		c.facts.code(CodeWrongType)
	}
}

// write notes who writes a field, and reports a second writer: every moment includes the creation.
func (c *compiler) write(n *node, to core.Side, field string) {
	if first, ok := c.writes[to][field]; ok {
		c.r.atf(n.get(c.names[to]), "%s of %s is already written by %s; two rules for one field would fight", field, c.names[to], first)
		c.r.code(CodeTwice)
		return
	}
	c.writes[to][field] = c.where(n)
}

// resultFits checks an expression's type and the texts written in it against the field they go to.
func (c *compiler) resultFits(n *node, x *expression, to core.Side, f Field) {
	list := x.out.Kind() == cel.ListKind
	known := x.out.Kind() != cel.DynKind && x.out.Kind() != cel.AnyKind && x.out.Kind() != cel.NullTypeKind
	switch {
	case f.Kind == "" || !known:
	case f.isMany() && !list:
		c.facts.atf(n, "%s holds several values, so the expression must give a list, not %s", f.Name, resultWords(x.out))
		c.facts.code(CodeWrongType)
		return
	case !f.isMany() && list && f.Kind != core.KindString && f.Kind != core.KindText:
		c.facts.atf(n, "%s holds one value, not a list", f.Name)
		c.facts.code(CodeWrongType)
		return
	}
	element := f
	if f.isMany() {
		element = f.element()
	}
	for _, l := range x.results {
		c.option(l.at, l.text, c.names[to], element)
	}
}

// option reports a text that is no option of the field, or cannot be a value of it.
func (c *compiler) option(at *node, text, side string, f Field) {
	if text == "" || f.Kind == "" {
		return
	}
	if f.Kind == core.KindOption {
		if _, ok := f.option(text); !ok && f.Options != nil {
			names := f.optionNames()
			c.facts.suggest(at, fmt.Sprintf("%s of %s has no option %q; there are: %s", f.Name, side, text, known(names)), Nearest(text, names))
			c.facts.code(CodeUnknownOption)
		}
		return
	}
	if _, err := literal(text, f); err != nil {
		c.facts.atf(at, "%q %v, and %s of %s is %s", text, err, f.Name, side, kindText(f))
		c.facts.code(CodeWrongType)
	}
}

func kindText(f Field) string {
	if f.isMany() && f.Of != "" {
		return fmt.Sprintf("a %s of %s", f.Kind, f.Of)
	}
	if f.Kind == core.KindOption {
		return "an option"
	}
	return "a " + string(f.Kind)
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
