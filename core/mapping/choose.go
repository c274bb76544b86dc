package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"duplex/core"
)

// sidesVar is the one variable of expressions that choose who wins: both items, by the names of their sides.
const sidesVar = "sides"

// chooser is a compiled expression that says who wins a conflict.
type chooser struct {
	program cel.Program
	names   [2]string
	fields  [2]map[string]bool // the fields that are read, and whether each is a set or list
	policy  func(name string) (core.Policy, bool)
	where   string
}

// choose compiles the expression of {choose: …}; nil after reporting what is wrong.
func (c *compiler) choose(n *node) func([2]*core.Observation) (core.Policy, error) {
	env, err := celEnv().Extend(cel.Variable(sidesVar, cel.MapType(cel.StringType, cel.MapType(cel.StringType, cel.DynType))), cel.Variable(item, cel.DynType))
	if err != nil {
		panic("mapping: CEL: " + err.Error())
	}
	d := &draft{c: c, n: n}
	if !d.parse() {
		return nil
	}
	checked, issues := env.Check(d.parsed)
	if issues != nil && issues.Err() != nil {
		for _, e := range issues.Errors() {
			c.r.at(n.inside(e.Location.Line(), e.Location.Column()), strings.ReplaceAll(celText(e.Message), knows(nil), "an expression that chooses knows sides."+c.names[core.A]+" and sides."+c.names[core.B]))
			c.r.code(CodeExpression)
		}
		return nil
	}
	if out := checked.OutputType(); out.Kind() != cel.StringKind && out.Kind() != cel.DynKind {
		c.r.atf(n, "the expression must give who wins as text, this one is %s", out)
		c.r.code(CodeExpression)
		return nil
	}
	before := len(c.r.all)
	x := &chooser{names: c.names, fields: [2]map[string]bool{{}, {}}, policy: c.policyNamed, where: n.path}
	native := checked.NativeRep()
	place := func(e ast.Expr) *node {
		l := native.SourceInfo().GetStartLocation(e.ID())
		return n.inside(l.Line(), l.Column())
	}
	c.sidesRead(x, native, place)
	c.choices(native.Expr(), place)
	if len(c.r.all) > before {
		return nil
	}
	if x.program, err = env.Program(checked, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize)); err != nil {
		c.r.at(n, celText(err.Error()))
		c.r.code(CodeExpression)
		return nil
	}
	return x.run
}

// sidesRead finds every sides.<name>.field and checks that the side and the field are there.
func (c *compiler) sidesRead(x *chooser, a *ast.AST, place func(ast.Expr) *node) {
	used := map[int64]bool{}
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		field, of, ok := step(e)
		if ok {
			if name, root, ok := step(of); ok && root.Kind() == ast.IdentKind && root.AsIdent() == sidesVar {
				used[root.ID()] = true
				s := core.Side(slices.Index(c.names[:], name))
				if s < 0 {
					c.r.suggest(place(of), fmt.Sprintf("there is no side %q; the sides are %s and %s", name, c.names[0], c.names[1]), Nearest(name, c.names[:]))
					c.r.code(CodeUnknownName)
					return
				}
				f, described := c.desc[s].find(field)
				if c.desc[s] != nil && !described {
					c.facts.suggest(place(e), fmt.Sprintf("%s has no field %q", name, field), Nearest(field, c.desc[s].names()))
					c.facts.code(CodeUnknownField)
				}
				x.fields[s][field] = f.isMany()
				c.read(s, field)
			}
		}
		if e.Kind() == ast.IdentKind && e.AsIdent() == item {
			c.r.at(place(e), fmt.Sprintf("item is not known where two items are compared; read sides.%s and sides.%s", c.names[0], c.names[1]))
			c.r.code(CodeExpression)
		}
		if e.Kind() == ast.IdentKind && e.AsIdent() == sidesVar && !used[e.ID()] {
			c.r.at(place(e), fmt.Sprintf("sides can only be read field by field: sides.%s.x", c.names[0]))
			c.r.code(CodeExpression)
		}
	}))
}

// step takes a.b or a["b"] apart.
func step(e ast.Expr) (name string, of ast.Expr, ok bool) {
	switch e.Kind() {
	case ast.SelectKind:
		s := e.AsSelect()
		return s.FieldName(), s.Operand(), true
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() == operators.Index && call.Args()[1].Kind() == ast.LiteralKind {
			if s, is := call.Args()[1].AsLiteral().(types.String); is {
				return string(s), call.Args()[0], true
			}
		}
	}
	return "", nil, false
}

// choices checks the texts that the expression may give, as far as they are written out.
func (c *compiler) choices(e ast.Expr, place func(ast.Expr) *node) {
	var results expression
	results.readResults(e, place)
	right := []string{"latest", c.names[core.A], c.names[core.B], "park", "merge"}
	for _, l := range results.results {
		if _, ok := c.policyNamed(l.text); !ok {
			c.r.suggest(l.at, fmt.Sprintf("%q does not say who wins; it is one of: %s", l.text, strings.Join(right, ", ")), Nearest(l.text, right))
			c.r.code(CodeWrongValue)
		}
	}
}

// run asks the expression. An error names no content of the items.
func (x *chooser) run(now [2]*core.Observation) (core.Policy, error) {
	vars := map[string]map[string]any{}
	for _, s := range core.Sides {
		fields := make(map[string]any, len(x.fields[s]))
		for f, many := range x.fields[s] {
			fields[f] = celValue(now[s].Field(f), many)
		}
		vars[x.names[s]] = fields
	}
	out, _, err := x.program.Eval(map[string]any{sidesVar: vars})
	if err != nil {
		return "", &ConvertError{Where: x.where, Text: "the expression that chooses who wins fails on these items: " + evalText(err) + "; a field without a value is null"}
	}
	name, _ := out.Value().(string)
	p, ok := x.policy(name)
	if !ok {
		return "", &ConvertError{Where: x.where, Text: "the expression that chooses who wins gives neither latest, park, merge nor a side's name"}
	}
	return p, nil
}
