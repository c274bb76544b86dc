package pairs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"duplex/core"
	"duplex/standalone/kinds"
)

const tableFile = "../../docs/pairs.md"

const tableHead = `# Any two kinds

Written by ` + "`go test ./pairs -update`" + ` in standalone/, from a run of the real workflows, activities and connectors over HTTP against the emulators.
Each row is one life of two items: one is created on the first system and gets its twin on the second; every field is set on the
first and must arrive on the second, then the other way round (back); both sides comment and attach; the status
moves; the first item is deleted. Webhooks are the only thing that tells of an edit, or the feed of changes where a system sends none. A comment or file may never be seen by a wider audience than its
original, unless the connection says so in words.

- **ok**: it arrives, once, and means the same.
- **deleted**, **closed**, **unlinked**: what became of the twin; the most that its system allows.
- **narrower**: a public comment arrives, for fewer people; **published**: the connection says in words that internal comments are published there,
  because neither system tells the two apart.
- **a number**: it cannot be, for the vendor's reason below; where something must then stay, it was seen to stay.
- **FAILS**: it should be and is not.
`

// tabulate writes the table, or compares it with the one in the docs.
func tabulate(t *testing.T, all []kinds.Profile, results map[[2]string]map[string][]error) {
	var table strings.Builder
	notes := &notes{number: map[string]int{}}
	fmt.Fprintf(&table, "| from | to | %s |\n|---|---|%s\n", strings.Join(features, " | "), strings.Repeat("---|", len(features)))
	count := map[string]int{}
	for _, a := range all {
		for _, b := range all {
			var cells []string
			for _, f := range features {
				cells = append(cells, cell(f, a, b, results[[2]string{a.Kind, b.Kind}], notes, count))
			}
			fmt.Fprintf(&table, "| %s | %s | %s |\n", a.Kind, b.Kind, strings.Join(cells, " | "))
		}
	}
	sum := fmt.Sprintf("%d kinds, %d ordered pairs, %d features each: %d hold, %d cannot be, %d fail.\n", len(all), len(all)*len(all), len(features), count["ok"], count["cannot"], count["fails"])
	text := tableHead + "\n" + sum + "\n" + table.String() + "\n" + notes.String()
	t.Log(sum)
	if *update {
		if err := os.WriteFile(tableFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have, err := os.ReadFile(tableFile); err != nil || string(have) != text {
		t.Errorf("docs/pairs.md is not what the run came to (%v): go test ./pairs -update", err)
	}
}

func cell(feature string, a, b kinds.Profile, got map[string][]error, notes *notes, count map[string]int) string {
	why := reason(feature, a, b)
	switch {
	case len(got[feature]) > 0:
		count["fails"]++
		return "FAILS"
	case why != "":
		count["cannot"]++
		return notes.add(why)
	}
	count["ok"]++
	if feature == "delete" {
		return map[core.DeletePolicy]string{core.DeleteDelete: "deleted", core.DeleteClose: "closed", core.DeleteUnlink: "unlinked"}[kinds.Deletes(b).DeletePolicy]
	}
	if feature == "description" && (a.Description.Once != "" || b.Description.Once != "") {
		once := a.Kind + ": " + a.Description.Once
		if a.Description.Once == "" {
			once = b.Kind + ": " + b.Description.Once
		}
		return "at creation " + notes.add(once)
	}
	if feature == "public comment" && b.Comments.Public != "" {
		return "narrower " + notes.add(b.Kind+": "+b.Comments.Public)
	}
	if most, _ := kinds.Reach(core.Internal, a.Comments, b.Comments); feature == "internal comment" && most == core.Public {
		return "published " + notes.add(b.Kind+": "+b.Comments.Internal)
	}
	return "ok"
}

// notes are the vendors' reasons, each with a number.
type notes struct {
	strings.Builder
	number map[string]int
}

func (n *notes) add(text string) string {
	if n.number[text] == 0 {
		n.number[text] = len(n.number) + 1
		fmt.Fprintf(n, "%d. %s\n", n.number[text], text)
	}
	return fmt.Sprint(n.number[text])
}
