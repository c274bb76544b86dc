package mapping

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// rewriter makes an expression as people write it one that can be type-checked: item["Story points"] becomes a field, 3
// becomes 3.0 beside a number field, and null beside a value of another type is any value.
type rewriter struct {
	ast    *ast.AST
	make   ast.ExprFactory
	vars   []variable
	nextID int64
}

func rewrite(a *ast.AST, vars []variable) {
	r := &rewriter{ast: a, make: ast.NewExprFactory(), vars: vars, nextID: ast.MaxID(a)}
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(r.visit))
}

func (r *rewriter) visit(e ast.Expr) {
	if e.Kind() != ast.CallKind {
		return
	}
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.Index:
		if field, of, ok := step(e); ok && (r.isItem(of) || r.kind(of) == types.StructKind) {
			if at, ok := r.ast.SourceInfo().GetOffsetRange(args[1].ID()); ok {
				r.ast.SourceInfo().SetOffsetRange(of.ID(), at) // what is wrong with the field is wrong there
			}
			e.SetKindCase(r.make.NewSelect(e.ID(), of, field))
		}
	case operators.Equals, operators.NotEquals, operators.Add, operators.Subtract, operators.Multiply, operators.Divide:
		if call.IsMemberFunction() || len(args) != 2 {
			return
		}
		r.match(args[0], args[1])
	case operators.Conditional:
		r.match(args[1], args[2])
		r.orNull(args[1], args[2])
		r.orNull(args[2], args[1])
	case operators.In:
		if args[1].Kind() == ast.ListKind && r.kind(args[0]) == types.DoubleKind {
			for _, el := range args[1].AsList().Elements() {
				r.double(el)
			}
		}
	}
}

// match makes a whole number beside a number a number.
func (r *rewriter) match(a, b ast.Expr) {
	if r.kind(a) == types.DoubleKind {
		r.double(b)
	}
	if r.kind(b) == types.DoubleKind {
		r.double(a)
	}
}

func (r *rewriter) double(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		if n, ok := e.AsLiteral().(types.Int); ok {
			e.SetKindCase(r.make.NewLiteral(e.ID(), types.Double(n)))
		}
	case ast.CallKind:
		switch call := e.AsCall(); call.FunctionName() {
		case operators.Negate:
			r.double(call.Args()[0])
		case operators.Conditional:
			r.double(call.Args()[1])
			r.double(call.Args()[2])
		}
	}
}

// orNull makes a null that stands for no value beside something else fit it.
func (r *rewriter) orNull(e, other ast.Expr) {
	if e.Kind() != ast.LiteralKind || e.AsLiteral() != types.NullValue {
		return
	}
	if other.Kind() == ast.LiteralKind && other.AsLiteral() == types.NullValue {
		return
	}
	r.nextID++
	if at, ok := r.ast.SourceInfo().GetOffsetRange(e.ID()); ok {
		r.ast.SourceInfo().SetOffsetRange(r.nextID, at)
	}
	e.SetKindCase(r.make.NewCall(e.ID(), "dyn", r.make.NewLiteral(r.nextID, types.NullValue)))
}

func (r *rewriter) isItem(e ast.Expr) bool {
	if e.Kind() != ast.IdentKind {
		return false
	}
	v, ok := find(r.vars, e.AsIdent())
	return ok && v.isItem()
}

// kind is the kind of an expression as far as it can be told before it is checked.
func (r *rewriter) kind(e ast.Expr) types.Kind {
	switch e.Kind() {
	case ast.LiteralKind:
		if _, ok := e.AsLiteral().(types.Double); ok {
			return types.DoubleKind
		}
	case ast.IdentKind:
		if v, ok := find(r.vars, e.AsIdent()); ok && !v.isItem() {
			return v.typ().Kind()
		}
	case ast.SelectKind:
		s := e.AsSelect()
		if s.Operand().Kind() == ast.IdentKind {
			if v, ok := find(r.vars, s.Operand().AsIdent()); ok && v.isItem() {
				f, _ := v.desc.find(s.FieldName())
				return typeOf(f).Kind()
			}
		}
	case ast.CallKind:
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case "double":
			return types.DoubleKind
		case operators.Negate:
			return r.kind(args[0])
		case operators.Add, operators.Subtract, operators.Multiply, operators.Divide:
			if r.kind(args[0]) == types.DoubleKind || r.kind(args[1]) == types.DoubleKind {
				return types.DoubleKind
			}
		case operators.Conditional:
			if r.kind(args[1]) == types.DoubleKind || r.kind(args[2]) == types.DoubleKind {
				return types.DoubleKind
			}
		}
	}
	return types.UnspecifiedKind
}

func find(vars []variable, name string) (variable, bool) {
	for _, v := range vars {
		if v.name == name {
			return v, true
		}
	}
	return variable{}, false
}
