package mapping

import (
	"math/big"

	"duplex/core"
)

// decimals is how many of them a rule's numbers are written with; nil: as they come.
type decimals *int

// rounded is a number with so many decimals at most, half away from zero, computed exactly; any other value as it is.
func rounded(v core.Value, to decimals) core.Value {
	if to == nil || v.Kind() != core.KindNumber || v.IsEmpty() {
		return v
	}
	exact, ok := new(big.Rat).SetString(v.Source())
	if !ok {
		return v
	}
	out, err := core.Number(exact.FloatString(*to))
	if err != nil {
		return v
	}
	return out
}

// decimals reads round for a rule that writes the fields of the given kinds.
func (c *compiler) decimals(n *node, fields ...Field) decimals {
	if n == nil {
		return nil
	}
	numbers := false
	for _, f := range fields {
		k := f.one().Kind
		numbers = numbers || k == "" || k == core.KindNumber
	}
	if !numbers {
		c.facts.atf(n, "round is for numbers, and %s is %s", fields[0].Name, kindText(fields[0]))
		c.facts.code(CodeNoMeaning)
	}
	d := int(number(n))
	return &d
}

// roundedResult is a conversion whose result is written with so many decimals.
func roundedResult(run func(core.ConvertInput) (core.Value, error), to decimals) func(core.ConvertInput) (core.Value, error) {
	if to == nil {
		return run
	}
	return func(in core.ConvertInput) (core.Value, error) {
		v, err := run(in)
		return rounded(v, to), err
	}
}
