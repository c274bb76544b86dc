package rest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"

	"duplex/connectors"
)

// costLimit bounds one evaluation. An expression looks at one answer or one item, which may have hundreds of comments.
const costLimit = 2_000_000

// Expr is a CEL expression over an answer or a part of it. It knows no clock and no network. What is not there is null, and a path
// through what is not there is null as a whole.
type Expr struct {
	source  string
	program cel.Program
}

// UnmarshalJSON reads the source. A number or a word that is no text is a constant.
func (e *Expr) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &e.source) != nil {
		e.source = string(b)
	}
	return nil
}

var baseEnv = sync.OnceValue(func() *cel.Env {
	env, err := cel.NewCustomEnv(
		cel.StdLib(), cel.OptionalTypes(), cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.ParserRecursionLimit(60), cel.ParserExpressionSizeLimit(8_000),
		ext.Strings(ext.StringsVersion(4)), ext.Sets(), ext.Lists(ext.ListsMaxRangeSize(1_000)), ext.Math(), ext.Regex(), ext.Encoders(),
	)
	if err != nil {
		panic("rest: CEL: " + err.Error())
	}
	return env
})

var envs sync.Map // the names an expression knows, with spaces between -> *cel.Env

func envFor(names string) *cel.Env {
	if e, ok := envs.Load(names); ok {
		return e.(*cel.Env)
	}
	var opts []cel.EnvOption
	for _, n := range strings.Fields(names) {
		opts = append(opts, cel.Variable(n, cel.DynType))
	}
	env, err := baseEnv().Extend(opts...)
	if err != nil {
		panic("rest: CEL: " + err.Error())
	}
	envs.Store(names, env)
	return env
}

// compile readies the expression; the text says what is wrong with it, "" for nothing.
func (e *Expr) compile(names string) string {
	env := envFor(names)
	ast, issues := env.Compile(e.source)
	if issues.Err() != nil {
		text := issues.Errors()[0].Message
		if name, ok := strings.CutPrefix(text, "undeclared reference to '"); ok {
			name, _, _ = strings.Cut(name, "'")
			return fmt.Sprintf("%s is not known here; an expression here knows %s", name, strings.ReplaceAll(names, " ", ", "))
		}
		if strings.Contains(text, "'<EOF>'") {
			return "the expression ends too early"
		}
		return "the expression cannot be read: " + strings.TrimPrefix(text, "Syntax error: ")
	}
	p, err := env.Program(ast, cel.CostLimit(costLimit))
	if err != nil {
		return "the expression cannot be used: " + err.Error()
	}
	e.program = p
	return ""
}

// vars are what expressions and templates can name.
type vars map[string]any

// with is a copy that knows one thing more.
func (v vars) with(pairs ...any) vars {
	out := make(vars, len(v)+len(pairs)/2)
	for k, x := range v {
		out[k] = x
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

// eval gives plain Go values: nil, bool, int64, float64, string, []any, map[string]any, time.Time. A nil expression is nil.
func (e *Expr) eval(v vars) (any, error) {
	if e == nil {
		return nil, nil
	}
	out, _, err := e.program.Eval(map[string]any(v))
	if err != nil {
		if s := err.Error(); strings.Contains(s, "no such key") || strings.Contains(s, "no such overload") || strings.Contains(s, "no such attribute") ||
			strings.Contains(s, "index out of bounds") || strings.Contains(s, "unsupported index") {
			return nil, nil
		}
		return nil, fmt.Errorf("the manifest's expression %q: %w: it cannot be evaluated on this answer", e.source, connectors.ErrUnsupported)
	}
	return native(out), nil
}

// text is the result as text; "" for null.
func (e *Expr) text(v vars) (string, error) {
	x, err := e.eval(v)
	return textOf(x), err
}

// truth is the result as true or false; null is false. Anything else is an error: what is private must not pass for public because it is
// shown as 1.
func (e *Expr) truth(v vars) (bool, error) {
	x, err := e.eval(v)
	b, ok := x.(bool)
	if err == nil && x != nil && !ok {
		err = fmt.Errorf("the manifest's expression %q: %w: it gives neither true nor false: compare it with a value", e.source, connectors.ErrUnsupported)
	}
	return b, err
}

// list is the result as a list; ok is false when it is none.
func (e *Expr) list(v vars) (items []any, ok bool, err error) {
	x, err := e.eval(v)
	items, ok = x.([]any)
	return items, ok, err
}

func native(v ref.Val) any {
	switch v := v.(type) {
	case types.Null:
		return nil
	case types.Bool:
		return bool(v)
	case types.String:
		return string(v)
	case types.Int:
		return int64(v)
	case types.Uint:
		return int64(v)
	case types.Double:
		return float64(v)
	case types.Timestamp:
		return v.Time.UTC()
	case *types.Optional:
		if !v.HasValue() {
			return nil
		}
		return native(v.GetValue())
	case traits.Lister:
		out := []any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			out = append(out, native(it.Next()))
		}
		return out
	case traits.Mapper:
		out := map[string]any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			out[textOf(native(k))] = native(v.Get(k))
		}
		return out
	}
	return v.Value()
}

// textOf writes a plain value; "" for nil.
func textOf(x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		b, _ := json.Marshal(x)
		return string(b)
	}
	return fmt.Sprint(x)
}

// visit calls f for every expression and template below v, with its path and what may be named there.
func visit(v reflect.Value, path, knows string, f func(path, knows string, v any)) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch v.Interface().(type) {
		case *Expr, *Tree:
			f(path, knows, v.Interface())
			return
		}
		visit(v.Elem(), path, knows, f)
	case reflect.Struct:
		if t, ok := v.Interface().(Template); ok {
			if t.source != "" {
				f(path, knows, &t)
			}
			return
		}
		for i := range v.NumField() {
			sf := v.Type().Field(i)
			name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
			at := path
			if name != "" {
				at = dotted(path, name)
			}
			visit(v.Field(i), at, sf.Tag.Get("knows"), f)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			visit(v.MapIndex(k), dotted(path, k.String()), knows, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), fmt.Sprintf("%s[%d]", path, i), knows, f)
		}
	}
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
