package kinds

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"duplex/core"
)

// End is one side of a connection between two kinds.
type End struct {
	Profile
	Name   string // of the side
	System string
	Start  string // the condition under which its items enter; "" where none do
}

// Connection is the file of a connection that keeps everything in step that both kinds have. Ends[0] is where items begin: it is
// from there that a description is carried that cannot be changed later. more are further lines of the file.
func Connection(name string, ends [2]End, more ...string) string {
	c := &file{ends: ends}
	c.line("connection: %s", name)
	c.line("sides:")
	for _, e := range ends {
		c.line("  %s: {system: %s, type: %s%s%s}", e.Name, e.System, quote(e.Type.Type), scope(e.Type.Scope), start(e.Start))
	}
	c.line("conflicts: latest")
	c.line("rules:")
	c.rule(ends[0].Title, ends[1].Title, "")
	c.description()
	c.choice(Profile.priority, Priorities)
	c.choice(Profile.status, Statuses)
	c.assignee()
	if ends[0].Labels.None == "" && ends[1].Labels.None == "" {
		c.rule(ends[0].Labels.Field, ends[1].Labels.Field, ", as: set")
	}
	c.custom()
	for side, e := range ends {
		for _, field := range slices.Sorted(keys(e.Needs)) {
			c.line("  - {%s: %s, set: %s, flow: to-%s, when: create}", e.Name, quote(field), quote(strconv.Quote(e.Needs[field])), ends[side].Name)
		}
	}
	c.entries()
	c.line("deletes: {%s: %s, %s: %s}", ends[0].Name, Deletes(ends[0].Profile).line, ends[1].Name, Deletes(ends[1].Profile).line)
	for _, m := range more {
		c.line("%s", m)
	}
	return c.String()
}

type file struct {
	strings.Builder
	ends [2]End
}

func (c *file) line(format string, args ...any) { fmt.Fprintf(c, format+"\n", args...) }

func (c *file) rule(a, b, more string) {
	c.line("  - {%s: %s, %s: %s%s}", c.ends[0].Name, quote(a), c.ends[1].Name, quote(b), more)
}

func (c *file) description() {
	a, b := c.ends[0].Description, c.ends[1].Description
	more := ""
	if a.Once != "" || b.Once != "" {
		more = ", flow: to-" + c.ends[1].Name + ", when: create"
	}
	c.rule(a.Field, b.Field, more)
}

func (p Profile) priority() Choice { return p.Priority }
func (p Profile) status() Choice   { return p.Status }

// choice is a rule with a table for each written side. A word that the written side does not have goes to the nearest that it has.
func (c *file) choice(of func(Profile) Choice, words []string) {
	a, b := of(c.ends[0].Profile), of(c.ends[1].Profile)
	if a.None != "" || b.None != "" {
		return
	}
	also := ""
	if words[0] == Statuses[0] {
		also = c.closing()
	}
	c.rule(a.Field, b.Field, fmt.Sprintf(", values: {%s: %s, %s: %s}%s", c.ends[0].Name, table(b, a, words), c.ends[1].Name, table(a, b, words), also))
}

func table(from, to Choice, words []string) string {
	var lines []string
	for _, word := range words {
		if from.Has(word) {
			lines = append(lines, quote(from.Values[word])+": "+quote(to.Values[Nearest(to, words, word)]))
		}
	}
	for _, value := range slices.Sorted(keys(from.Also)) {
		lines = append(lines, quote(value)+": "+quote(to.Values[Nearest(to, words, from.Also[value])]))
	}
	return "{" + strings.Join(lines, ", ") + "}"
}

// Nearest is the word itself, "" where it is none of the words, else the nearest before it that there is a value for, else the nearest after it.
func Nearest(c Choice, words []string, word string) string {
	at := slices.Index(words, word)
	if at < 0 {
		return ""
	}
	for i := at; i >= 0; i-- {
		if c.Has(words[i]) {
			return words[i]
		}
	}
	for _, w := range words[at:] {
		if c.Has(w) {
			return w
		}
	}
	return ""
}

// closing gives each side, together with the status that means done, the fields that it then asks for.
func (c *file) closing() string {
	var sides []string
	for _, e := range c.ends {
		var fields []string
		for _, name := range slices.Sorted(keys(e.Closing)) {
			fields = append(fields, fmt.Sprintf("%s: %s", quote(name), quote(fmt.Sprintf("value == %q ? %q : null", e.Status.Values["done"], e.Closing[name]))))
		}
		if len(fields) > 0 {
			sides = append(sides, fmt.Sprintf("%s: {%s}", e.Name, strings.Join(fields, ", ")))
		}
	}
	if len(sides) == 0 {
		return ""
	}
	return ", also: {" + strings.Join(sides, ", ") + "}"
}

func (c *file) assignee() {
	a, b := c.ends[0].Assignee, c.ends[1].Assignee
	if a.None != "" || b.None != "" {
		return
	}
	var lines []string
	for _, email := range a.People {
		if ids := [2]string{a.Hidden[email], b.Hidden[email]}; ids != [2]string{} {
			lines = append(lines, fmt.Sprintf("{%s: %s, %s: %s}", c.ends[0].Name, quote(cmp.Or(ids[0], email)), c.ends[1].Name, quote(cmp.Or(ids[1], email))))
		}
	}
	users := "[email]"
	if len(lines) > 0 {
		users = "[email, {table: [" + strings.Join(lines, ", ") + "]}]"
	}
	c.rule(a.Field, b.Field, ", users: "+users)
}

func (c *file) custom() {
	a, b := c.ends[0].Custom, c.ends[1].Custom
	switch {
	case a.None != "" || b.None != "":
	case a.Kind == core.KindString && b.Kind == core.KindString:
		c.rule(a.Field, b.Field, "")
	default:
		c.rule(a.Field, b.Field, fmt.Sprintf(", values: {%s: %s, %s: %s}", quote(a.Values[0]), quote(b.Values[0]), quote(a.Values[1]), quote(b.Values[1])))
	}
}

// entries are comments and files. Where a side has no comments but public ones, internal ones stay where they are; those of a system
// that has none but internal ones are published by a rule that says so. The same goes for files.
func (c *file) entries() {
	private, publish, files := "keep", []string{}, []string{}
	for from, e := range c.ends {
		to := c.ends[1-from]
		if to.Comments.Internal != "" && publishes(e.Comments) {
			publish = append(publish, e.Name)
		} else if to.Comments.Internal != "" {
			private = "stop"
		}
		if to.Files.Internal != "" && publishes(e.Files) {
			files = append(files, e.Name)
		}
	}
	if c.ends[0].Comments.None == "" && c.ends[1].Comments.None == "" {
		c.line("comments: {flow: both, private: %s%s}", private, published(publish))
	}
	if c.ends[0].Files.None == "" && c.ends[1].Files.None == "" {
		c.line("attachments: {flow: both, max_size: 1MB%s}", published(files))
	}
}

func published(sides []string) string {
	if len(sides) == 0 {
		return ""
	}
	return ", publish: [" + strings.Join(sides, ", ") + "]"
}

func scope(s map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(keys(s)) {
		parts = append(parts, quote(k)+": "+quote(s[k]))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", scope: {" + strings.Join(parts, ", ") + "}"
}

func start(condition string) string {
	if condition == "" {
		return ""
	}
	if condition == "true" {
		return ", start: true"
	}
	return ", start: " + quote(condition)
}

// quote writes a text that may hold anything.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
