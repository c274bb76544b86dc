package mapping

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// mostNodes bounds an expression after its functions were written out.
const mostNodes = 4_000

// function is one entry of functions: a name for a piece of an expression. Calls are written out where they stand, so that
// types are checked with what each call gives, and nothing can call itself.
type function struct {
	name   string
	params []string
	body   *ast.AST
	at     *node // of the body
}

// call is where a piece of an expression comes from.
type call struct {
	name string
	at   *node // the place in the function's body
}

var signature = regexp.MustCompile(`^([a-z][A-Za-z0-9_]*)\( *([a-z][A-Za-z0-9_]*(?: *, *[a-z][A-Za-z0-9_]*)*)? *\)$`)

// function reads one entry of functions.
func (c *compiler) function(e entry) {
	m := signature.FindStringSubmatch(e.key)
	if m == nil {
		c.r.key(e, fmt.Sprintf("%q is no head of a function; write a name and what it takes, like severity(priority)", e.key), "")
		c.r.code(CodeWrongValue)
		return
	}
	f := function{name: m[1], at: e.value}
	for _, p := range strings.Split(m[2], ",") {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if contains(f.params, p) {
			c.r.key(e, fmt.Sprintf("%s takes %s twice", f.name, p), "")
			c.r.code(CodeTwice)
			return
		}
		f.params = append(f.params, p)
	}
	if first, ok := c.functionNamed(f.name); ok {
		c.r.key(e, fmt.Sprintf("there is a function %s already, in %s", f.name, first.at.where()), "")
		c.r.code(CodeTwice)
		return
	}
	if builtin(f.name) {
		c.r.key(e, fmt.Sprintf("%s is known to every expression already; give the function another name", f.name), "")
		c.r.code(CodeWrongValue)
		return
	}
	vars := make([]variable, len(f.params))
	for i, p := range f.params {
		vars[i] = variable{name: p}
	}
	d := &draft{c: c, n: e.value, vars: vars, head: f.name}
	if !d.parse() || !d.closed(f) || d.check(environment(vars), c.r) == nil {
		return
	}
	f.body = d.parsed.NativeRep()
	c.functions = append(c.functions, f)
}

// closed checks that a function's body names nothing but what it takes.
func (d *draft) closed(f function) bool {
	ok := true
	ast.PreOrderVisit(d.parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.IdentKind || !ok {
			return
		}
		if name := e.AsIdent(); name == item || name == twin || name == value {
			if !contains(f.params, name) {
				ok = false
				d.c.r.atf(d.place(e), "a function knows only what it takes; let it take %s's field and hand that over in the call", name)
				d.c.r.code(CodeExpression)
			}
		}
	}))
	return ok
}

func (c *compiler) functionNamed(name string) (function, bool) {
	for _, f := range c.functions {
		if f.name == name {
			return f, true
		}
	}
	return function{}, false
}

// builtin reports a name that means something in every expression.
func builtin(name string) bool {
	if celEnv().HasFunction(name) || contains([]string{"all", "exists", "exists_one", "map", "filter", "has", "in", "dates", "math", "regex", "sets", "lists"}, name) {
		return true
	}
	_, ok := celEnv().CELTypeProvider().FindIdent(name)
	return ok
}

// callable are the names of functions, to suggest one.
func (c *compiler) callable() []string {
	var names []string
	for _, f := range c.functions {
		names = append(names, f.name)
	}
	for name := range celEnv().Functions() {
		if simpleKey.MatchString(name) && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "@") {
			names = append(names, name)
		}
	}
	return names
}

// inline writes the calls of named functions out; false after reporting what is wrong with one.
func (d *draft) inline() bool {
	a := d.parsed.NativeRep()
	if len(d.c.functions) == 0 {
		return true
	}
	w := &writer{draft: d, make: ast.NewExprFactory(), nextID: ast.MaxID(a)}
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(w.visit))
	if w.nodes > mostNodes {
		d.c.r.at(d.n, "the expression becomes too large when its functions are written out")
		d.c.r.code(CodeExpression)
		return false
	}
	return !w.wrong
}

type writer struct {
	*draft
	make   ast.ExprFactory
	nextID int64
	nodes  int
	renew  int // comprehensions that were given names of their own
	wrong  bool
}

func (w *writer) visit(e ast.Expr) {
	if w.nodes++; w.wrong || w.nodes > mostNodes || e.Kind() != ast.CallKind {
		return
	}
	c := e.AsCall()
	f, ok := w.c.functionNamed(c.FunctionName())
	if !ok || c.IsMemberFunction() {
		return
	}
	if len(c.Args()) != len(f.params) {
		w.wrong = true
		w.draft.c.r.atf(w.place(e), "%s takes %s (%s), given %s %d", f.name, counted(len(f.params), "value"), strings.Join(f.params, ", "), map[bool]string{true: "is", false: "are"}[len(c.Args()) == 1], len(c.Args()))
		w.draft.c.r.code(CodeExpression)
		return
	}
	given := map[string]ast.Expr{}
	for i, p := range f.params {
		given[p] = c.Args()[i]
	}
	at, _ := w.parsed.NativeRep().SourceInfo().GetOffsetRange(e.ID())
	body := w.copied(f, f.body.Expr(), given, at)
	e.SetKindCase(body)
	w.from(e.ID(), f, f.body.Expr())
}

// from notes which body a node comes from.
func (w *writer) from(id int64, f function, e ast.Expr) {
	if w.called == nil {
		w.called = map[int64]call{}
	}
	l := f.body.SourceInfo().GetStartLocation(e.ID())
	w.called[id] = call{name: f.name, at: f.at.inside(l.Line(), l.Column())}
}

// copied is a part of a function's body with what the call gives in place of what it takes. The names that the body gives
// to elements of lists become names of this copy, so that they hide nothing of what the call gives.
func (w *writer) copied(f function, e ast.Expr, given map[string]ast.Expr, at ast.OffsetRange) ast.Expr {
	if w.nodes++; w.nodes > mostNodes {
		return w.make.NewLiteral(w.id(at), types.NullValue)
	}
	if e.Kind() == ast.IdentKind {
		if v, ok := given[e.AsIdent()]; ok {
			return w.renumbered(v)
		}
	}
	id := w.id(at)
	w.from(id, f, e)
	part := func(e ast.Expr) ast.Expr { return w.copied(f, e, given, at) }
	parts := func(es []ast.Expr) []ast.Expr {
		out := make([]ast.Expr, len(es))
		for i, e := range es {
			out[i] = part(e)
		}
		return out
	}
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return w.make.NewMemberCall(id, c.FunctionName(), part(c.Target()), parts(c.Args())...)
		}
		return w.make.NewCall(id, c.FunctionName(), parts(c.Args())...)
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		w.renew++
		inner := map[string]ast.Expr{}
		for k, v := range given {
			inner[k] = v
		}
		name := fmt.Sprintf("%s_%d_", c.IterVar(), w.renew)
		inner[c.IterVar()] = w.make.NewIdent(0, name)
		step := func(e ast.Expr) ast.Expr { return w.copied(f, e, inner, at) }
		return w.make.NewComprehension(id, part(c.IterRange()), name, c.AccuVar(), step(c.AccuInit()), step(c.LoopCondition()), step(c.LoopStep()), step(c.Result()))
	case ast.ListKind:
		l := e.AsList()
		return w.make.NewList(id, parts(l.Elements()), l.OptionalIndices())
	case ast.MapKind:
		var entries []ast.EntryExpr
		for _, en := range e.AsMap().Entries() {
			m := en.AsMapEntry()
			entries = append(entries, w.make.NewMapEntry(w.id(at), part(m.Key()), part(m.Value()), m.IsOptional()))
		}
		return w.make.NewMap(id, entries)
	case ast.SelectKind:
		s := e.AsSelect()
		return w.make.NewSelect(id, part(s.Operand()), s.FieldName())
	case ast.IdentKind:
		return w.make.NewIdent(id, e.AsIdent())
	case ast.LiteralKind:
		return w.make.NewLiteral(id, e.AsLiteral())
	}
	return w.make.NewUnspecifiedExpr(id)
}

// renumbered is a copy of what a call gives, at its own place.
func (w *writer) renumbered(e ast.Expr) ast.Expr {
	copied := w.make.CopyExpr(e)
	copied.RenumberIDs(func(old int64) int64 {
		w.nodes++
		at, _ := w.parsed.NativeRep().SourceInfo().GetOffsetRange(old)
		id := w.id(at)
		if from, ok := w.called[old]; ok {
			w.called[id] = from
		}
		return id
	})
	return copied
}

func (w *writer) id(at ast.OffsetRange) int64 {
	w.nextID++
	w.parsed.NativeRep().SourceInfo().SetOffsetRange(w.nextID, at)
	return w.nextID
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// constants checks what is written out in calls that would fail on every item: patterns and zones of dates.
func (d *draft) constants(e ast.Expr) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		c := e.AsCall()
		args := c.Args()
		text := func(i int) (types.String, bool) {
			if i < 0 || i >= len(args) || args[i].Kind() != ast.LiteralKind {
				return "", false
			}
			s, ok := args[i].AsLiteral().(types.String)
			return s, ok
		}
		pattern, zone := -1, -1
		switch c.FunctionName() {
		case "dates.parse", "dates.format":
			pattern, zone = 1, 2
		case "dates.day":
			zone = 1
		case "dates.at":
			zone = 2
		case "dates.addDays":
			zone = 2
		case "matches", "regex.extract", "regex.extractAll", "regex.replace":
			i := 1
			if c.IsMemberFunction() {
				i = 0
			}
			if s, ok := text(i); ok {
				if _, err := regexp.Compile(string(s)); err != nil {
					d.c.r.atf(d.place(args[i]), "is no pattern: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
					d.c.r.code(CodeExpression)
				}
			}
		}
		if s, ok := text(pattern); ok {
			if _, err := layoutOf(string(s)); err != nil {
				d.c.r.at(d.place(args[pattern]), err.Error())
				d.c.r.code(CodeExpression)
			}
		}
		if s, ok := text(zone); ok {
			if _, err := zoneOf(s); err != nil {
				d.c.r.atf(d.place(args[zone]), "%q is no IANA time zone; write one like Europe/Berlin or UTC", string(s))
				d.c.r.code(CodeExpression)
			}
		}
	}))
}

var _ cel.Activation = (*inputs)(nil)
