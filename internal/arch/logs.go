package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// logKeys are the keys of log lines, each with what it holds. A value is an id, a name, a count, a time, a reason or an
// error, never content and never a secret.
var logKeys = map[string]string{
	"pair": "a pair's id", "connection": "its name", "system": "its name", "side": "a side's name", "delivery": "number of a delivery in the store",
	"run": "a batch run's id", "plan": "a plan's id", "workflow": "a workflow's id", "schedule": "a schedule's id",
	"act": "what was done", "kind": "of a run", "by": "who asked", "version": "of a file", "table": "of the store", "route": "of the admin API",
	"state": "of a gate", "was": "a gate's state before", "since": "a time", "until": "a time", "before": "a time", "every": "a duration", "waited": "a duration",
	"class": "of an error or problem", "reason": "plain words", "result": "of an act", "done": "what was done about it", "error": "an error's text",
	"created": "whether it was new", "brake": "kind of a brake", "saw": "plain words with counts", "rows": "a count", "pairs": "a count", "listed": "a count",
	"handed-over": "a count", "known": "a count", "missing": "a count", "looked": "a count", "fields": "a count", "gone": "whether an item is gone",
	"changed": "a count", "deleted": "a count", "outside": "a count", "deliveries": "a count",
	"panic": "a fault in the program", "stack": "where it happened",
}

// tells are parts of expressions that hold content or secrets.
var tells = []string{"Body", "Source", "Value", "Fields", "Email", "Title", "Token", "Secret", "Password", "SealKey"}

// Logs holds every call of a logger: a constant message, known keys, and values that are no content.
func Logs(files []File) []string {
	var wrong []string
	for _, f := range files {
		if f.Go == nil || f.Test() || strings.HasPrefix(f.Path, "emulators/") {
			continue
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for _, text := range logCall(call) {
				wrong = append(wrong, fmt.Sprintf("%s:%d: %s", f.Path, f.line(call.Pos()), text))
			}
			return true
		})
	}
	return wrong
}

// logCall says what is wrong with a call, if it is one of a logger.
func logCall(call *ast.CallExpr) (wrong []string) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Debug", "Info", "Warn", "Error", "With"}, sel.Sel.Name) || !isLogger(sel.X) {
		return nil
	}
	args := call.Args
	if sel.Sel.Name != "With" {
		if len(args) == 0 || literal(args[0]) == "" {
			return []string{"a log line's message is a constant: what varies goes under a key"}
		}
		args = args[1:]
	}
	for i := 0; i < len(args); i += 2 {
		if call.Ellipsis != token.NoPos && i == len(args)-1 {
			break
		}
		key := literal(args[i])
		if key == "" {
			if _, isCall := args[i].(*ast.CallExpr); isCall && call.Ellipsis != token.NoPos {
				break
			}
			wrong = append(wrong, "a log line's key is a constant of internal/arch/logs.go")
			continue
		}
		if logKeys[key] == "" {
			wrong = append(wrong, fmt.Sprintf("the log key %q is not known: use one of internal/arch/logs.go, or add it with what it holds", key))
		}
		if i+1 < len(args) {
			ast.Inspect(args[i+1], func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(tells, s.Sel.Name) {
					wrong = append(wrong, fmt.Sprintf("%s under %q is content or a secret: log an id, a name or a count", s.Sel.Name, key))
					return false
				}
				return true
			})
		}
	}
	return wrong
}

// isLogger tells a logger by its name: log, Log, logger, or what GetLogger gives.
func isLogger(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "log" || x.Name == "logger"
	case *ast.SelectorExpr:
		return x.Sel.Name == "Log" || x.Sel.Name == "log"
	case *ast.CallExpr:
		s, ok := x.Fun.(*ast.SelectorExpr)
		return ok && s.Sel.Name == "GetLogger"
	}
	return false
}

func literal(x ast.Expr) string {
	b, ok := x.(*ast.BasicLit)
	if !ok || b.Kind != token.STRING {
		return ""
	}
	s, _ := strconv.Unquote(b.Value)
	return s
}
