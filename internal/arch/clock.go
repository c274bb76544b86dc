package arch

import (
	"fmt"
	"go/ast"
	"slices"
)

// timeless are packages whose results depend on their arguments alone: a workflow is replayed, a plan is made again.
var timeless = []string{"core", "core/merge", "core/mapping", "core/richtext", "workflows"}

// clocks are what the time package has beyond durations and instants.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

// Clocks finds uses of the machine's clock, and goroutines in workflows, where there may be none.
func Clocks(files []File) []string {
	var wrong []string
	for _, f := range files {
		if f.Go == nil || f.Test() || !slices.Contains(timeless, f.Package()) {
			continue
		}
		name := importedAs(f.Go, "time")
		ast.Inspect(f.Go, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && name != "" && x.Name == name && slices.Contains(clocks, n.Sel.Name) {
					wrong = append(wrong, fmt.Sprintf("%s:%d: %s reads or waits on the machine's clock (time.%s): take the time as an "+
						"argument; in a workflow use workflow.Now, Sleep or NewTimer", f.Path, f.line(n.Pos()), f.Package(), n.Sel.Name))
				}
			case *ast.GoStmt:
				if f.Package() == "workflows" {
					wrong = append(wrong, fmt.Sprintf("%s:%d: a workflow starts no goroutine: use workflow.Go", f.Path, f.line(n.Pos())))
				}
			}
			return true
		})
	}
	return wrong
}

// importedAs is the name under which a file imports a package of the standard library with a one-word path.
func importedAs(f *ast.File, pkg string) string {
	for _, spec := range f.Imports {
		switch {
		case spec.Path.Value != `"`+pkg+`"`:
		case spec.Name != nil:
			return spec.Name.Name
		default:
			return pkg
		}
	}
	return ""
}
