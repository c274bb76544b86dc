package arch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// module is how imports of this repository begin. The nested module's path is below it.
const module = "duplex"

// row says what a package may import of ours. In both columns "a/*" is any package directly below a, and "a/..." is a
// and everything below it.
type row struct {
	packages string
	may      []string
	pure     bool // of others: the standard library only
}

// table is the direction of imports. The first row that matches a package counts.
var table = []row{
	{packages: "core", pure: true},
	{packages: "core/merge", may: []string{"core"}, pure: true},
	{packages: "core/blame", may: []string{"core"}, pure: true},
	{packages: "core/erasure", may: []string{"core"}, pure: true},
	{packages: "core/richtext"},
	{packages: "core/mapping", may: []string{"core", "core/richtext", "schemas"}},
	{packages: "core/draft", may: []string{"core", "core/mapping"}},
	{packages: "schemas", pure: true},
	{packages: "examples", pure: true},
	{packages: "store", may: []string{"core", "core/erasure"}},
	{packages: "store/storetest", may: []string{"core", "store"}},
	{packages: "connectors", may: []string{"core"}},
	{packages: "connectors/conformance", may: []string{"core", "core/richtext", "connectors"}},
	{packages: "connectors/all", may: []string{"connectors/*"}},
	{packages: "connectors/rest", may: []string{"core", "core/richtext", "core/mapping", "connectors", "schemas", "internal/cache", "internal/signature", "internal/httpx"}},
	{packages: "connectors/*", may: []string{"core", "core/richtext", "connectors", "schemas", "internal/cache", "internal/signature", "internal/httpx", "internal/freshworks"}},
	{packages: "emulators/harness/...", may: []string{"emulators/harness/..."}},
	{packages: "emulators/process", may: []string{"emulators/..."}},
	{packages: "emulators/*", may: []string{"emulators/harness/..."}},
	{packages: "activities", may: []string{"core/...", "connectors"}},
	{packages: "workflows", may: []string{"core", "activities"}},
	{packages: "stuck", may: []string{"core", "workflows"}},
	{packages: "gateway", may: []string{"core/...", "connectors", "schemas", "store", "workflows", "internal/config"}},
	{packages: "internal/arch"},
	{packages: "internal/cache", pure: true},
	{packages: "internal/signature", pure: true},
	{packages: "internal/freshworks", may: []string{"core", "core/richtext", "connectors", "internal/cache", "internal/signature", "internal/httpx"}},
	{packages: "internal/freshworks/freshtest", may: []string{"core", "core/richtext", "connectors", "connectors/conformance", "emulators/harness/..."}},
	{packages: "internal/testreport"},
	{packages: "internal/gate", may: []string{"core", "connectors", "internal/httpx"}},
	{packages: "internal/httpx", may: []string{"core", "connectors"}},
	{packages: "internal/config", may: []string{"core", "core/mapping", "connectors"}},
	{packages: "internal/service", may: []string{"..."}},
	{packages: "cli", may: []string{"..."}},
	{packages: "cmd/*", may: []string{"..."}},
	{packages: "standalone/...", may: []string{"..."}},
}

// never are imports that would tie a workflow to something that differs when its history is replayed.
var never = map[string][]string{
	"workflows": {"os", "os/exec", "net", "net/http", "database/sql", "math/rand", "math/rand/v2", "crypto/rand"},
}

// Imports holds every file that is not a test against the table.
func Imports(files []File) []string {
	var wrong []string
	unlisted := map[string]bool{}
	for _, f := range files {
		if f.Go == nil || f.Test() {
			continue
		}
		r := find(f.Package())
		if r == nil {
			if !unlisted[f.Package()] {
				wrong = append(wrong, fmt.Sprintf("%s: package %s is not in the import table: add it to internal/arch/imports.go "+
					"with what it may import", f.Path, f.Package()))
			}
			unlisted[f.Package()] = true
			continue
		}
		for _, spec := range f.Go.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the compiler says so
			}
			if text := r.refuses(f.Package(), name); text != "" {
				wrong = append(wrong, fmt.Sprintf("%s:%d: %s", f.Path, f.line(spec.Pos()), text))
			}
		}
	}
	return wrong
}

// refuses tells why a package of the row may not import name, or nothing.
func (r row) refuses(pkg, name string) string {
	ours, isOurs := strings.CutPrefix(name, module+"/")
	first, _, _ := strings.Cut(name, "/")
	switch {
	case isOurs && !slices.ContainsFunc(r.may, func(p string) bool { return matches(p, ours) }):
		return fmt.Sprintf("%s may not import %s; of ours it may import: %s", pkg, ours, listed(r.may))
	case isOurs:
		return ""
	case r.pure && strings.Contains(first, "."):
		return fmt.Sprintf("%s may import the standard library only, not %s", pkg, name)
	case slices.Contains(never[pkg], name):
		return fmt.Sprintf("%s may not import %s: a replay would see another answer; do it in an activity", pkg, name)
	}
	return ""
}

func find(pkg string) *row {
	for i := range table {
		if matches(table[i].packages, pkg) {
			return &table[i]
		}
	}
	return nil
}

func matches(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(pkg+"/", base)
	}
	if base, ok := strings.CutSuffix(pattern, "*"); ok {
		rest, below := strings.CutPrefix(pkg, base)
		return below && !strings.Contains(rest, "/")
	}
	return pattern == pkg
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
