package arch

import (
	"fmt"
	"go/ast"
	"strings"
)

// Capabilities holds that a connector's capability is asked for with connectors.As: of a connector that has them by its configuration a type
// assertion says too much. Within connectors the capability is known.
func Capabilities(files []File) []string {
	var wrong []string
	for _, f := range files {
		if f.Go == nil || f.Test() || strings.HasPrefix(f.Path, "connectors/") || strings.HasPrefix(f.Path, "standalone/") {
			continue
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			// A result that is taken with ok asks; one that is taken without it follows an answer.
			set, ok := n.(*ast.AssignStmt)
			if !ok || len(set.Lhs) != 2 || len(set.Rhs) != 1 {
				return true
			}
			as, ok := set.Rhs[0].(*ast.TypeAssertExpr)
			if !ok {
				return true
			}
			if sel, ok := as.Type.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "connectors" {
					wrong = append(wrong, fmt.Sprintf("%s:%d: ask with connectors.As[connectors.%s]", f.Path, f.line(n.Pos()), sel.Sel.Name))
				}
			}
			return true
		})
	}
	return wrong
}
