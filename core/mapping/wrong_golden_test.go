package mapping

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/wrong.golden anew; read the diff")

// leastWrong is how many wrong files are shown.
const leastWrong = 80

// TestWrongFilesAsAnEditorShowsThem keeps what the author of every wrong file reads, with the line and what is meant in it, so that a
// change of any text is seen as a diff.
func TestWrongFilesAsAnEditorShowsThem(t *testing.T) {
	var page strings.Builder
	all, shown := 0, 0
	for _, table := range [][]change{wrongConnections, wrongExpressions, wrongValues, wrongLinks, wrongDisagreements} {
		for _, c := range table {
			all++
			source := c.of(t, example)
			_, ds := Compile("support.yaml", []byte(source), testEnv())
			if ds.Error() != c.want {
				continue // the case has a system of its own; its texts are held beside it
			}
			shown++
			fmt.Fprintf(&page, "# %s\n", c.reason)
			lines := strings.Split(strings.ReplaceAll(source, "\r", ""), "\n")
			for _, d := range ds {
				fmt.Fprintln(&page, d.Error())
				if d.Line < 1 || d.Line > len(lines) || len(lines[d.Line-1]) > 200 {
					continue
				}
				line := lines[d.Line-1]
				fmt.Fprintf(&page, "%6d | %s\n", d.Line, line)
				if d.Column > 0 {
					fmt.Fprintf(&page, "       | %s%s\n", strings.Repeat(" ", d.Column-1), strings.Repeat("^", Extent(line, d.Column)))
				}
			}
			page.WriteByte('\n')
		}
	}
	if t.Logf("%d wrong files, %d shown", all, shown); shown < leastWrong {
		t.Errorf("%d wrong files are shown, want %d", shown, leastWrong)
	}
	golden := filepath.Join("testdata", "wrong.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if page.String() != string(want) {
		t.Errorf("the texts differ from %s; run with -update and read the diff", golden)
	}
}
