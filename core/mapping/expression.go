package mapping

import (
	"fmt"
	"sort"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"duplex/core"
)

// expression is a compiled CEL expression.
type expression struct {
	program cel.Program
	out     *cel.Type
	reads   map[string][]string // by variable, the fields of the item that are read, sorted
	results []literalAt         // texts the expression may give as its value or as an element of it
	uses    map[string]bool     // the variables it names
}

type literalAt struct {
	text string
	at   *node
}

// inputs are the values of an expression's variables.
type inputs struct {
	item, twin *core.Observation
	value      any
}

// ResolveName and Parent make inputs what CEL asks for variables.
func (in *inputs) ResolveName(name string) (any, bool) {
	switch name {
	case item:
		return in.item, true
	case twin:
		return in.twin, true
	case value:
		return in.value, true
	}
	return nil, false
}

// Parent is nil: there is nothing around an expression.
func (in *inputs) Parent() cel.Activation { return nil }

// draft is an expression on its way from text to program.
type draft struct {
	c      *compiler
	n      *node
	vars   []variable
	head   string // the function whose body it is
	parsed *cel.Ast
	called map[int64]call // nodes that come from the body of a named function
}

// expression compiles the text of n: every field is checked against its description, and every operator and function
// against the types of what it is given, where the systems were asked. It returns nil after reporting what is wrong.
//
// What is wrong whatever the systems say is an error. What is wrong only for a system as it is now is a fact: of a version
// that was applied before it is a warning, and the expression then meets its values as they come.
func (c *compiler) expression(n *node, vars ...variable) *expression {
	x := &expression{reads: map[string][]string{}, uses: map[string]bool{}}
	loose := make([]variable, len(vars))
	for i, v := range vars {
		loose[i] = v.untyped()
	}
	plain := &draft{c: c, n: n, vars: loose}
	before := len(c.r.all)
	if !plain.parse() {
		return nil
	}
	plain.readFields(x, vars)
	if len(c.r.all) > before {
		return nil
	}
	x.readResults(plain.parsed.NativeRep().Expr(), plain.place)
	env := c.environment(loose)
	checked := plain.check(env, c.r)
	if checked == nil {
		return nil
	}
	plain.constants(checked.NativeRep().Expr())
	if len(c.r.all) > before {
		return nil
	}
	typed := &draft{c: c, n: n, vars: vars}
	typed.parse()
	typedEnv := c.environment(vars)
	if better := typed.check(typedEnv, c.facts); better != nil {
		checked, env = better, typedEnv
	} else if c.facts == c.r {
		return nil
	}
	x.out = checked.OutputType()
	program, err := env.Program(checked, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		c.r.at(n, celText(err.Error()))
		c.r.code(CodeExpression)
		return nil
	}
	x.program = program
	return x
}

// parse reads the text and writes named functions out; false after reporting what is wrong.
func (d *draft) parse() bool {
	parsed, issues := celEnv().Parse(d.n.text)
	if issues != nil && issues.Err() != nil {
		for _, e := range issues.Errors() {
			d.c.r.at(d.n.inside(e.Location.Line(), e.Location.Column()), celText(e.Message))
			d.c.r.code(CodeExpression)
		}
		return false
	}
	d.parsed = parsed
	if !d.inline() {
		return false
	}
	rewrite(parsed.NativeRep(), d.vars)
	return true
}

// check type-checks; nil after reporting what is wrong.
func (d *draft) check(env *cel.Env, r *report) *cel.Ast {
	checked, issues := env.Check(d.parsed)
	if issues == nil || issues.Err() == nil {
		return checked
	}
	var names []string
	for _, v := range d.vars {
		names = append(names, v.name)
	}
	if len(names) == 1 && names[0] == item {
		names = nil
	}
	for _, e := range issues.Errors() {
		text, near := celText(e.Message, names...), ""
		if name, ok := strings.CutPrefix(e.Message, "undeclared reference to '"); ok {
			name, _, _ = strings.Cut(name, "'")
			switch {
			case d.c.heads[name] && d.head == "": // its own mistake is told where it stands
				continue
			case d.c.heads[name]:
				text = name + " is not known yet; a function calls only those written before it"
			default:
				if near = Nearest(name, d.c.callable()); near == name {
					near = ""
				}
			}
		}
		if f, ok := d.called[e.ExprID]; ok {
			text = fmt.Sprintf("%s cannot be called with this: %s (in its body, %s)", f.name, text, f.at.where())
		}
		r.suggest(d.n.inside(e.Location.Line(), e.Location.Column()), text, near)
		r.code(CodeExpression)
	}
	return nil
}

func (d *draft) place(e ast.Expr) *node {
	l := d.parsed.NativeRep().SourceInfo().GetStartLocation(e.ID())
	return d.n.inside(l.Line(), l.Column())
}

// readFields finds every item.field, of all items that the expression can name.
func (d *draft) readFields(x *expression, vars []variable) {
	r, facts := d.c.r, d.c.facts
	seen := map[string]map[string]bool{}
	hidden := map[string]bool{}
	owned := map[int64]bool{} // uses of an item that name a field
	isItem := func(name string) (variable, bool) {
		v, ok := find(vars, name)
		return v, ok && v.isItem()
	}
	ast.PreOrderVisit(d.parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.SelectKind:
			s := e.AsSelect()
			if s.Operand().Kind() != ast.IdentKind {
				return
			}
			v, ok := isItem(s.Operand().AsIdent())
			if !ok {
				return
			}
			owned[s.Operand().ID()] = true
			if _, known := v.desc.find(s.FieldName()); v.desc != nil && !known {
				facts.suggest(d.place(s.Operand()), fmt.Sprintf("%s has no field %q", v.owner, s.FieldName()), Nearest(s.FieldName(), v.desc.names()))
				facts.code(CodeUnknownField)
			}
			if seen[v.name] == nil {
				seen[v.name] = map[string]bool{}
			}
			seen[v.name][s.FieldName()] = true
		case ast.ComprehensionKind:
			for _, name := range []string{e.AsComprehension().IterVar(), e.AsComprehension().IterVar2()} {
				if _, ok := find(vars, name); ok && !hidden[name] {
					hidden[name] = true
					r.atf(d.place(e), "%s is %s; give the element another name", name, meaning[name])
					r.code(CodeExpression)
				}
			}
		case ast.IdentKind:
			name := e.AsIdent()
			if _, ok := find(vars, name); ok {
				x.uses[name] = true
			}
			if _, ok := isItem(name); ok && !owned[e.ID()] && !hidden[name] {
				r.atf(d.place(e), `%s can only be read field by field: %[1]s.subject or %[1]s["Story points"]`, name)
				r.code(CodeExpression)
			}
		}
	}))
	for name, fields := range seen {
		for f := range fields {
			x.reads[name] = append(x.reads[name], f)
		}
		sort.Strings(x.reads[name])
	}
}

// meaning is what variables are, for messages.
var meaning = map[string]string{item: "the work item", twin: "the item that is written", value: "the value that goes over"}

// readResults finds the texts that the expression may give, through conditions and lists, as far as they are written
// out, so that options can be checked when the file is read.
func (x *expression) readResults(e ast.Expr, place func(ast.Expr) *node) {
	switch e.Kind() {
	case ast.LiteralKind:
		if s, ok := e.AsLiteral().(types.String); ok {
			x.results = append(x.results, literalAt{string(s), place(e)})
		}
	case ast.ListKind:
		for _, el := range e.AsList().Elements() {
			x.readResults(el, place)
		}
	case ast.CallKind:
		c := e.AsCall()
		if c.FunctionName() == operators.Conditional {
			x.readResults(c.Args()[1], place)
			x.readResults(c.Args()[2], place)
		}
	}
}

// inside is the place of a line (1 is the first) and column (0 is the first) within a scalar's text.
func (n *node) inside(line, column int) *node {
	at := *n
	if line < 1 || column < 0 {
		return &at
	}
	lines := strings.Split(n.text, "\n")
	switch {
	case n.style == block:
		at.line, at.column = n.line+line, n.indent+column
	case len(lines) > 1:
	case n.style == quoted:
		before := []rune(lines[0])
		extra := 1
		for _, c := range before[:min(column, len(before))] {
			if c == n.quote || (n.quote == '"' && c == '\\') {
				extra++
			}
		}
		at.column += column + extra
	default:
		at.column += column
	}
	return &at
}

// eval runs the expression. An error names no content.
func (x *expression) eval(in inputs) (ref.Val, error) {
	out, _, err := x.program.Eval(cel.Activation(&in))
	if err != nil {
		if strings.Contains(err.Error(), "cost limit") {
			return nil, fmt.Errorf("the expression takes too many steps on this item")
		}
		return nil, fmt.Errorf("the expression fails on this item: %s; a field without a value is null, ask item.x != null first", evalText(err))
	}
	return out, nil
}

// result runs the expression for the value of a field.
func (x *expression) result(in inputs, to Field) (core.Value, error) {
	out, err := x.eval(in)
	if err != nil {
		return core.Value{}, err
	}
	v, err := fromCEL(out, to)
	if err != nil {
		return core.Value{}, err
	}
	if to.isMany() && !v.IsEmpty() && v.Kind() != core.KindSet && v.Kind() != core.KindList {
		return core.Value{}, fmt.Errorf("the expression gives one value, and the field holds several; write a list")
	}
	if v, err = convert(v, to); err != nil {
		return core.Value{}, fmt.Errorf("the result %w", err)
	}
	return v, nil
}

// holds runs a condition.
func (x *expression) holds(in inputs) (bool, error) {
	out, err := x.eval(in)
	if err != nil {
		return false, err
	}
	yes, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("the condition is neither true nor false on this item")
	}
	return yes, nil
}

// evalText keeps the kinds of CEL's complaint and drops values, which are content.
func evalText(err error) string {
	s := err.Error()
	for _, known := range []string{"no such overload", "no such key", "divide by zero", "index out of bounds", "bad date", "bad pattern of a date"} {
		if strings.Contains(s, known) {
			return known
		}
	}
	return "it has no result"
}
