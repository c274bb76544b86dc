package arch

import (
	"fmt"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// painsPage lists what users of two-way sync suffer from, and which tests hold that it has ended.
const painsPage = "docs/pains.md"

// mustEnd are the rows of the page that need a test named after them.
var mustEnd = []string{"01", "02", "03", "04", "05", "07", "08", "11", "12", "13", "14", "15", "16", "17", "18", "20"}

var (
	painTest = regexp.MustCompile(`^TestPain([0-9]{2})[A-Z]`)
	testRow  = regexp.MustCompile("^\\| ([0-9]{1,2}) \\| (`TestPain.*) \\|$")
	named    = regexp.MustCompile("`(TestPain[A-Za-z0-9]+)` in `([a-z0-9/]+)`")
)

// Pains holds the page against the tests: every row that must end names tests, those tests exist in the package that is
// named beside them, and no test named after a row is missing on the page.
func Pains(files []File) []string {
	exist := map[string]bool{} // test and package
	var page []byte
	for _, f := range files {
		if f.Path == painsPage {
			page = f.Text
		}
		if f.Go == nil || !f.Test() {
			continue
		}
		for _, d := range f.Go.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && painTest.MatchString(fn.Name.Name) {
				exist[fn.Name.Name+" in "+f.Package()] = true
			}
		}
	}
	var wrong []string
	held, listed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(page)) {
		row := testRow.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			continue
		}
		number := fmt.Sprintf("%02s", row[1])
		for _, m := range named.FindAllStringSubmatch(row[2], -1) {
			test := m[1] + " in " + m[2]
			listed[test] = true
			switch {
			case !exist[test]:
				wrong = append(wrong, fmt.Sprintf("%s: row %s names %s, which does not exist", painsPage, row[1], test))
			case painTest.FindStringSubmatch(m[1])[1] != number:
				wrong = append(wrong, fmt.Sprintf("%s: row %s names %s, which is named after another row", painsPage, row[1], test))
			default:
				held[number] = true
			}
		}
	}
	for _, number := range mustEnd {
		if !held[number] {
			wrong = append(wrong, fmt.Sprintf("%s: row %s names no test TestPain%s… that holds it", painsPage, number, number))
		}
	}
	for _, test := range slices.Sorted(maps.Keys(exist)) {
		if !listed[test] {
			wrong = append(wrong, fmt.Sprintf("%s does not name %s: add it to the row it is named after", painsPage, test))
		}
	}
	return wrong
}
