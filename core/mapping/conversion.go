package mapping

import (
	"fmt"

	"duplex/core"
)

// ConvertError is the error of a rule's conversion: a value that has no expression on the target. Its text is for the
// author of the mapping. It names options, which are the systems' vocabulary; any other value is content and only in
// Value.
type ConvertError struct {
	Where string // rules[3] (priority to engineering.priority)
	Text  string
	value string
}

func (e *ConvertError) Error() string { return e.Where + ": " + e.Text }

// Value is the value that could not be converted: content, for the ledger only.
func (e *ConvertError) Value() string { return e.value }

// conversion carries a rule's values to one side. It is immutable.
type conversion struct {
	where    string
	side     core.Side // the target
	from, to Field
	table    valueTable  // nil: by kind
	expr     *expression // nil: by table or kind
	people   *people     // nil: by kind
	fallback core.Value
	leave    bool // without a value in the table, the target keeps what it has
	decimals decimals
	days     *days
	asSet    bool
	loss     core.LossPolicy
	back     *conversion // the way back, to tell whether the target already says the same
}

// run gives the target's value. What the target shows stays where it already means the source's value: a table that is
// many to one, a text that says the same, a time within the day.
func (c *conversion) run(in core.ConvertInput) (core.Value, error) {
	if in.Value.IsAbsent() {
		return in.Value, nil
	}
	to := c.shaped(in.Target)
	to.refer = in.Refer[c.side]
	if c.expr != nil {
		return c.expressed(in, to)
	}
	if c.elementwise(in.Value, to) {
		return c.elements(in.Value, in.Target, to)
	}
	if !in.Target.IsAbsent() && (c.table != nil || in.Target.IsEmpty() == in.Value.IsEmpty()) {
		from := c.back.shaped(in.Value)
		from.refer = in.Refer[c.back.side]
		back, err := c.back.one(in.Target, from)
		if err == nil && same(back, in.Value) || c.people.sameName(c.side, in.Value, in.Target) {
			return in.Target, nil
		}
	}
	out, err := c.one(in.Value, to)
	if err == nil && c.loss != core.LossWarn {
		out, _ = graft(in.Value, out, in.Target)
	}
	return out, err
}

// shaped is the target field, with the kind of its present value where the system was not asked.
func (c *conversion) shaped(present core.Value) Field {
	to := c.to
	if to.Kind == "" && !present.IsAbsent() {
		to.Kind = present.Kind()
		if len(present.Items()) > 0 {
			to.Of = present.Items()[0].Kind()
		}
		if f := present.Format(); f != "" {
			to.Format = f
		}
	}
	return to
}

func (c *conversion) elementwise(v core.Value, to Field) bool {
	many := v.Kind() == core.KindSet || v.Kind() == core.KindList
	return many && (to.isMany() || to.Kind == "")
}

// elements converts one by one. An element that already is there under another name of the same meaning keeps it. In a
// merged set an element that the table does not name stays on its own side.
func (c *conversion) elements(v, target core.Value, to Field) (core.Value, error) {
	kind, of := to.Kind, to.element()
	if kind == "" {
		kind = v.Kind()
	}
	var out []core.Value
	for _, e := range v.Items() {
		var there []core.Value
		for _, t := range target.Items() {
			if back, err := c.back.one(t, c.back.to.element()); err == nil && same(back, e) {
				there = append(there, t)
			}
		}
		if len(there) > 0 {
			out = append(out, there...)
			continue
		}
		converted, err := c.one(e, of)
		switch {
		case err == nil && converted.IsAbsent(): // it stays on its own side
		case err == nil:
			out = append(out, converted)
		case c.asSet && c.table != nil:
		default:
			return core.Value{}, err
		}
	}
	return many(kind, out), nil
}

// one converts a single value, without a look at the target. Absent: the target is left alone.
func (c *conversion) one(v core.Value, to Field) (core.Value, error) {
	switch {
	case v.IsAbsent():
		return v, nil
	case c.expr != nil:
		return c.give(v, nil, to)
	case c.table != nil:
		row, ok := c.table.find(v)
		if ok && row.leave {
			return core.Absent(), nil
		}
		if ok {
			if to.Kind == "" && v.Kind() == core.KindOption {
				to.Kind = core.KindOption
			}
			return c.checked(v)(literal(row.to, to))
		}
		if v.IsEmpty() {
			return convert(v, to)
		}
		if !c.fallback.IsAbsent() || c.leave {
			return c.fallback, nil
		}
		return core.Value{}, c.fail(v, "has no value in the table; add it to values, or a default")
	case c.people != nil && v.Kind() == core.KindUser && !v.IsEmpty() && (to.Kind == core.KindUser || to.Kind == ""):
		p, ok := c.people.to(c.side, v)
		switch {
		case ok:
			return p, nil
		case !c.fallback.IsAbsent() || c.leave || c.people.unknown[c.side].Keep:
			return c.fallback, nil
		}
		return core.Value{}, c.fail(v, "the person is not in the table of users; add a line, or a default")
	}
	if out, ok := c.days.convert(v, to.Kind); ok {
		return out, nil
	}
	out, err := convert(rounded(v, c.decimals), to)
	return c.checked(v)(rounded(out, c.decimals), err)
}

func (c *conversion) checked(v core.Value) func(core.Value, error) (core.Value, error) {
	return func(out core.Value, err error) (core.Value, error) {
		if err != nil {
			return core.Value{}, c.fail(v, "the value "+err.Error())
		}
		return out, nil
	}
}

func (c *conversion) fail(v core.Value, text string) error {
	if v.Kind() == core.KindOption || v.Kind() == core.KindBool {
		text = fmt.Sprintf("%q %s", v.String(), text)
	}
	return &ConvertError{Where: c.where, Text: text, value: v.String()}
}

// computed is the conversion of a rule with set.
func computed(where string, x *expression, to Field) func(core.ConvertInput) (core.Value, error) {
	return func(in core.ConvertInput) (core.Value, error) {
		fail := func(text string) error { return &ConvertError{Where: where, Text: text} }
		v, err := x.result(inputs{item: in.Item}, to)
		if err != nil {
			return core.Value{}, fail(err.Error())
		}
		if !in.Target.IsAbsent() && same(v, in.Target) {
			return in.Target, nil
		}
		return v, nil
	}
}
