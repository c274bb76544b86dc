package mapping

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"

	"duplex/core"
)

// costLimit bounds one evaluation: a few milliseconds at most, whatever the expression and the item.
const costLimit = 200_000

// item is the one variable of expressions: the fields of a work item.
const item = "item"

// celEnv is CEL with strings, sets and lists, without a clock, network or presence tests: a field that is not shown or
// holds nothing is null, so item.x != null asks whether there is a value.
var celEnv = sync.OnceValue(func() *cel.Env {
	env, err := cel.NewCustomEnv(
		cel.StdLib(),
		cel.ClearMacros(),
		cel.Macros(cel.AllMacro, cel.ExistsMacro, cel.ExistsOneMacro, cel.MapMacro, cel.MapFilterMacro, cel.FilterMacro),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserRecursionLimit(60),
		cel.ParserExpressionSizeLimit(8_000),
		ext.Strings(ext.StringsVersion(4)), ext.Sets(), ext.Lists(ext.ListsMaxRangeSize(1_000)),
		cel.Variable(item, cel.MapType(cel.StringType, cel.DynType)),
	)
	if err != nil {
		panic("mapping: CEL: " + err.Error())
	}
	return env
})

// expression is a compiled CEL expression over an item.
type expression struct {
	program cel.Program
	out     *cel.Type
	fields  []string        // the item's fields it reads, sorted
	many    map[string]bool // those that are sets or lists: shown as an empty list where the item has none
	results []literalAt     // texts the expression may give as its value or as an element of it
}

type literalAt struct {
	text string
	at   *node
}

// compileExpression type-checks the text of n and checks every item.field against the description, where there is one.
// It returns nil after reporting what is wrong.
func compileExpression(r, facts *report, n *node, d *Description, owner string) *expression {
	checked, issues := celEnv().Compile(n.text)
	if issues != nil && issues.Err() != nil {
		for _, e := range issues.Errors() {
			r.at(n.inside(e.Location.Line(), e.Location.Column()), celText(e.Message))
			r.code(CodeExpression)
		}
		return nil
	}
	x := &expression{out: checked.OutputType(), many: map[string]bool{}}
	native := checked.NativeRep()
	place := func(e ast.Expr) *node {
		l := native.SourceInfo().GetStartLocation(e.ID())
		return n.inside(l.Line(), l.Column())
	}
	bad := len(r.all)
	x.readFields(r, facts, native, place, d, owner)
	x.readResults(native.Expr(), place)
	if len(r.all) > bad {
		return nil
	}
	program, err := celEnv().Program(checked, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		r.at(n, celText(err.Error()))
		r.code(CodeExpression)
		return nil
	}
	x.program = program
	return x
}

// readFields finds every item.field and item["field"].
func (x *expression) readFields(r, facts *report, a *ast.AST, place func(ast.Expr) *node, d *Description, owner string) {
	seen := map[string]bool{}
	hidden := false
	owned := map[int64]bool{} // uses of item that name a field
	use := func(operand ast.Expr, at ast.Expr, field string) {
		owned[operand.ID()] = true
		f, ok := d.find(field)
		if d != nil && !ok {
			facts.suggest(place(at), fmt.Sprintf("%s has no field %q", owner, field), Nearest(field, d.names()))
			facts.code(CodeUnknownField)
		}
		x.many[field] = f.isMany()
		seen[field] = true
	}
	isItem := func(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == item }
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.SelectKind:
			if s := e.AsSelect(); isItem(s.Operand()) {
				use(s.Operand(), s.Operand(), s.FieldName())
			}
		case ast.CallKind:
			c := e.AsCall()
			if c.FunctionName() == operators.Index && isItem(c.Args()[0]) && c.Args()[1].Kind() == ast.LiteralKind {
				if s, ok := c.Args()[1].AsLiteral().(types.String); ok {
					use(c.Args()[0], c.Args()[1], string(s))
				}
			}
		case ast.ComprehensionKind:
			if c := e.AsComprehension(); c.IterVar() == item || c.IterVar2() == item {
				hidden = true
				r.at(place(e), "item is the work item; give the element another name")
				r.code(CodeExpression)
			}
		case ast.IdentKind:
			if e.AsIdent() == item && !owned[e.ID()] && !hidden {
				r.at(place(e), `item can only be read field by field: item.subject or item["Story points"]`)
				r.code(CodeExpression)
			}
		}
	}))
	for f := range seen {
		x.fields = append(x.fields, f)
	}
	sort.Strings(x.fields)
}

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

// celText makes CEL's words fit a mapping's author.
func celText(s string) string {
	s = strings.SplitN(s, "\n", 2)[0]
	s = strings.TrimPrefix(s, "Syntax error: ")
	if strings.Contains(s, "undeclared reference to 'has'") {
		return "has is not known here; ask item.x != null"
	}
	s = strings.TrimSuffix(s, " (in container '')")
	if name, ok := strings.CutPrefix(s, "undeclared reference to "); ok {
		return name + " is not known; an expression knows item and its fields"
	}
	if strings.Contains(s, "'<EOF>'") {
		return "the expression ends too early"
	}
	s, _, _ = strings.Cut(s, " expecting ")
	return "the expression cannot be read: " + s
}

// eval runs the expression on an item. An error names no content of the item.
func (x *expression) eval(o *core.Observation) (ref.Val, error) {
	vars := make(map[string]any, len(x.fields))
	for _, f := range x.fields {
		vars[f] = celValue(o.Field(f), x.many[f])
	}
	out, _, err := x.program.Eval(map[string]any{item: vars})
	if err != nil {
		if strings.Contains(err.Error(), "cost limit") {
			return nil, fmt.Errorf("the expression takes too many steps on this item")
		}
		return nil, fmt.Errorf("the expression fails on this item: %s; a field without a value is null, ask item.x != null first", evalText(err))
	}
	return out, nil
}

// evalText keeps the kinds of CEL's complaint and drops values, which are content.
func evalText(err error) string {
	s := err.Error()
	for _, known := range []string{"no such overload", "no such key", "divide by zero", "index out of bounds"} {
		if strings.Contains(s, known) {
			return known
		}
	}
	return "it has no result"
}

// celValue shows a value to expressions: options by name, users as {id, email, name}, texts as plain text, sets and
// lists as lists of texts, numbers as doubles, datetimes as timestamps, dates as text; null where there is no value.
func celValue(v core.Value, many bool) any {
	if v.IsAbsent() || v.IsEmpty() {
		if many || v.Kind() == core.KindSet || v.Kind() == core.KindList {
			return []string{}
		}
		return nil
	}
	switch v.Kind() {
	case core.KindNumber:
		f, _ := strconv.ParseFloat(v.Source(), 64)
		return f
	case core.KindBool:
		return v.Source() == "true"
	case core.KindDateTime:
		return v.Time()
	case core.KindUser:
		return map[string]string{"id": v.ID(), "email": v.Email(), "name": v.Name()}
	case core.KindSet, core.KindList:
		texts := make([]string, len(v.Items()))
		for i, it := range v.Items() {
			texts[i] = wordsOf(it)
		}
		return texts
	}
	return wordsOf(v)
}

// fromCEL reads a result back. null is an empty value.
func fromCEL(out ref.Val, to Field) (core.Value, error) {
	switch v := out.(type) {
	case types.Null:
		if to.Kind == "" {
			return core.Empty(core.KindString), nil
		}
		return core.Empty(to.Kind), nil
	case types.Bool:
		return core.Bool(bool(v)), nil
	case types.String:
		return core.String(string(v)), nil
	case types.Int:
		return core.Int(int64(v)), nil
	case types.Uint:
		return core.Number(strconv.FormatUint(uint64(v), 10))
	case types.Double:
		f := float64(v)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return core.Value{}, fmt.Errorf("the expression gives no finite number")
		}
		return core.Number(strconv.FormatFloat(f, 'f', -1, 64))
	case types.Timestamp:
		return core.DateTime(v.Time.UTC().Round(time.Microsecond)), nil
	case traits.Lister:
		var items []core.Value
		for it := v.Iterator(); it.HasNext() == types.True; {
			e, err := fromCEL(it.Next(), to.element())
			if err != nil {
				return core.Value{}, err
			}
			if !e.IsEmpty() {
				items = append(items, e)
			}
		}
		if to.Kind == core.KindList {
			return core.List(items...), nil
		}
		return core.Set(items...), nil
	case traits.Mapper:
		text := func(key string) string {
			got, ok := v.Find(types.String(key))
			if s, is := got.(types.String); ok && is {
				return string(s)
			}
			return ""
		}
		return core.Person("", text("email"), text("name")), nil
	}
	return core.Value{}, fmt.Errorf("the expression gives a %s, which no field holds", out.Type().TypeName())
}
