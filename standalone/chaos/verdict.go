package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// verdict is what the judge found. The last five counts have to be zero.
type verdict struct {
	Seed        uint64         `json:"seed"`
	Seconds     float64        `json:"seconds"`
	Store       string         `json:"store"`
	Kinds       string         `json:"kinds,omitempty"` // of the two systems, where they are not Zendesk and Jira
	Edits       int            `json:"edits"`           // acts of people that were acknowledged
	Acts        map[string]int `json:"acts"`            // by kind
	Kills       map[string]int `json:"kills"`
	Restarted   map[string]int `json:"restarted"` // parts that ended with an error, such as no database, and were started again
	Faults      map[string]int `json:"faults"`
	Items       int            `json:"items"`
	Comments    int            `json:"comments"`
	Attachments int            `json:"attachments"`
	Calls       int            `json:"calls"` // of the sync, but for those that list changes
	Writes      int            `json:"writes"`
	Conflicts   int            `json:"conflicts"`       // last edits that lost by policy and are in the ledger
	Excused     int            `json:"excused"`         // documented weaknesses that showed
	Arrived     float64        `json:"arrived_seconds"` // from the last act of a person to the last write of the sync
	Quiet       float64        `json:"quiet_seconds"`   // from the end of the storm until everything had come to rest
	Duplicates  int            `json:"duplicates"`
	LostEdits   int            `json:"lost_edits"`
	Loops       int            `json:"loops"`
	Leaks       int            `json:"leaks"`
	Unconverged int            `json:"unconverged"`

	findings []string
	excuses  []string
}

func (v *verdict) clean() bool {
	return v.Duplicates+v.LostEdits+v.Loops+v.Leaks+v.Unconverged == 0
}

// find notes a finding under its count, with all that is known about the item.
func (v *verdict) find(count *int, c *matter, format string, args ...any) {
	*count++
	text := fmt.Sprintf(format, args...)
	if c != nil {
		text = c.describe(text)
	}
	v.findings = append(v.findings, text)
}

func (v *verdict) excuse(c *matter, format string, args ...any) {
	v.Excused++
	v.excuses = append(v.excuses, c.item.token+": "+fmt.Sprintf(format, args...))
}

// print writes the findings in words, then the line of counts.
func (v *verdict) print(out io.Writer) {
	for _, e := range v.excuses {
		fmt.Fprintln(out, "excused:", e)
	}
	for _, f := range v.findings {
		fmt.Fprintln(out, "FOUND:", f)
	}
	line, _ := json.Marshal(v)
	fmt.Fprintln(out, string(line))
}

// describe is a finding with what people did and what each side shows.
func (c *matter) describe(text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n  pair %s (%s), ticket %s, issue %s\n", c.item.token, text, c.pair.ID, c.pair.Status, c.item.ids[support], c.item.ids[engineering])
	for _, p := range c.parks {
		fmt.Fprintf(&b, "  %s\n", p)
	}
	for _, a := range c.item.acts {
		fmt.Fprintf(&b, "  %s  %4d %s in %s: %s", a.Ended.UTC().Format("15:04:05.000"), a.Seq, a.Who, a.Side, a.What)
		if a.Refused+a.Unsure != "" {
			fmt.Fprintf(&b, " [%s%s]", a.Refused, a.Unsure)
		}
		b.WriteString("\n")
	}
	for _, s := range []side{support, engineering} {
		v := c.seen[s]
		if v == nil {
			fmt.Fprintf(&b, "  %s shows nothing\n", s)
			continue
		}
		fmt.Fprintf(&b, "  %s shows", s)
		for _, f := range slices.Sorted(maps.Keys(v.values)) {
			fmt.Fprintf(&b, " %s=%q", f, v.values[f])
		}
		fmt.Fprintf(&b, ", %d comments, %d files; its history:\n", len(v.comments), len(v.files))
		for _, h := range v.history {
			who := "people"
			if h.own {
				who = "the sync"
			}
			fmt.Fprintf(&b, "    %s (by its clock %s) %s: %s from %q to %q\n", c.real(s, h.at).UTC().Format("15:04:05.000"), h.at.UTC().Format("15:04:05.000"), who, h.field, h.from, h.to)
		}
	}
	return b.String()
}
