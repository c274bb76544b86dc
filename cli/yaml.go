package cli

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"duplex/core"
	"duplex/core/draft"
)

const widest = 120 // columns of a file that is written for people

// connectionYAML writes a draft as a connection file.
func connectionYAML(name string, d draft.Draft, schema string) []byte {
	y := &yamlFile{}
	if schema != "" {
		y.line("# yaml-language-server: $schema=%s", schema)
	}
	y.comment("", fmt.Sprintf("Drafted by duplex new connection from what %s and %s say of themselves. Every guess has its reason above it: read them, "+
		"correct them, then run duplex validate on this file. Nothing is in force before duplex apply.", d.Sides[0].System, d.Sides[1].System))
	y.line("connection: %s", name)
	y.line("sides:")
	for s, side := range d.Sides {
		if s == 0 {
			y.comment("  ", d.StartReason)
		} else {
			y.comment("  ", fmt.Sprintf("items of %s never start a pair; to let them, give it a start as well", side.Name))
		}
		parts := []string{"system: " + word(side.System), "type: " + word(side.Type)}
		if len(side.Scope) > 0 {
			var scope []string
			for _, k := range sortedKeys(side.Scope) {
				scope = append(scope, word(k)+": "+word(side.Scope[k]))
			}
			parts = append(parts, "scope: {"+strings.Join(scope, ", ")+"}")
		}
		if c := d.Starts[s]; c == "true" {
			parts = append(parts, "start: true")
		} else if c != "" {
			parts = append(parts, "start: "+single(c))
		}
		y.block("  "+side.Name+": ", "    ", parts)
	}
	y.comment("", "who wins when a field was changed on both sides: latest, the name of a side, or park (a person decides)")
	y.line("conflicts: latest")
	y.rules(d)
	y.policies(d)
	y.left(d)
	return []byte(y.b.String())
}

type yamlFile struct{ b strings.Builder }

func (y *yamlFile) line(format string, args ...any) { fmt.Fprintf(&y.b, format+"\n", args...) }

// comment writes words as comment lines that are not too long.
func (y *yamlFile) comment(indent, text string) { y.wrapped(indent+"# ", indent+"# ", text) }

// item writes words as an entry of a list in comments.
func (y *yamlFile) item(text string) { y.wrapped("# - ", "#   ", text) }

func (y *yamlFile) wrapped(first, next, text string) {
	line := ""
	for _, w := range strings.Fields(clean(text)) {
		if line != "" && len([]rune(first+line))+1+len([]rune(w)) > widest {
			y.line("%s%s", first, line)
			first, line = next, ""
		}
		line += " " + w
		line = strings.TrimPrefix(line, " ")
	}
	y.line("%s", strings.TrimRight(first+line, " "))
}

// block writes keys in braces where they fit into a line, else one below the other.
func (y *yamlFile) block(head, indent string, parts []string) {
	if one := head + "{" + strings.Join(parts, ", ") + "}"; len([]rune(one)) <= widest && !strings.Contains(one, "\n") {
		y.line("%s", one)
		return
	}
	if strings.HasSuffix(head, "- ") {
		y.line("%s%s", head, parts[0])
		parts = parts[1:]
	} else {
		y.line("%s", strings.TrimRight(head, " "))
	}
	for _, p := range parts {
		y.line("%s%s", indent, strings.ReplaceAll(p, "\n", "\n"+indent))
	}
}

func (y *yamlFile) rules(d draft.Draft) {
	y.comment("", "a field that no rule names never crosses")
	y.line("rules:")
	for _, u := range d.Unfed {
		y.comment("  ", "FILL IN: "+u.Text)
	}
	for _, r := range d.Rules {
		var names []string
		for s, side := range d.Sides {
			if r.Fields[s] != "" {
				names = append(names, side.Name+": "+word(r.Fields[s]))
			}
		}
		parts := append(names, ruleParts(r, d)...)
		why := strings.Join(r.Reasons, "; ")
		if r.Doubt == "" {
			y.comment("  ", why)
			y.block("  - ", "    ", parts)
			continue
		}
		y.comment("  ", why+"; IN DOUBT: "+r.Doubt)
		in := &yamlFile{}
		in.block("- ", "  ", parts)
		for _, l := range strings.Split(strings.TrimRight(in.b.String(), "\n"), "\n") {
			y.line("  # %s", l)
		}
	}
}

// ruleParts are the keys of a rule after its fields.
func ruleParts(r draft.Rule, d draft.Draft) (parts []string) {
	to := "to-" + d.Sides[core.A].Name
	if r.Flow == core.FlowToB {
		to = "to-" + d.Sides[core.B].Name
	}
	if r.Flow != core.FlowBoth && r.Set+r.Value == "" {
		parts = append(parts, "flow: "+to)
	}
	if r.When != core.WhenAlways {
		parts = append(parts, "when: "+string(r.When))
	}
	if r.AsSet {
		parts = append(parts, "as: set")
	}
	if r.Link {
		parts = append(parts, "as: link")
	}
	if r.Set != "" {
		parts = append(parts, "set: "+single(r.Set))
	}
	switch {
	case r.Value != "" && r.Many:
		parts = append(parts, "value: ["+word(r.Value)+"]")
	case r.Value != "":
		parts = append(parts, "value: "+word(r.Value))
	}
	if len(r.Table) > 0 {
		parts = append(parts, "values: "+rowsYAML(r.Table))
	}
	var tables, defaults []string
	for s, side := range d.Sides {
		if len(r.Tables[s]) > 0 {
			tables = append(tables, side.Name+": "+rowsYAML(r.Tables[s]))
		}
		switch {
		case r.Default[s] != "":
			defaults = append(defaults, side.Name+": "+word(r.Default[s]))
		case r.Alone[s]:
			defaults = append(defaults, side.Name+": ~")
		}
	}
	switch {
	case len(tables) == 1:
		parts = append(parts, "values: {"+tables[0]+"}")
	case len(tables) == 2:
		parts = append(parts, "values:\n  "+tables[0]+"\n  "+tables[1])
	}
	if len(defaults) > 0 {
		parts = append(parts, "default: {"+strings.Join(defaults, ", ")+"}")
	}
	return parts
}

func rowsYAML(rows []draft.Row) string {
	var out []string
	for _, r := range rows {
		out = append(out, word(r.From)+": "+word(r.To))
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// policies writes the blocks beside the rules, with the careful choices.
func (y *yamlFile) policies(d draft.Draft) {
	flow := func(can [2]bool) string {
		switch {
		case can[0] && can[1]:
			return "both"
		case can[0]:
			return "to-" + d.Sides[0].Name
		case can[1]:
			return "to-" + d.Sides[1].Name
		}
		return ""
	}
	comments := [2]bool{d.Sides[0].Comments, d.Sides[1].Comments}
	if f := flow(comments); f != "" {
		y.comment("", "comments that are not public stay private, and none becomes public: that takes publish, in words")
		y.line("comments: {flow: %s, private: keep}", f)
	}
	if f := flow([2]bool{d.Sides[0].Files, d.Sides[1].Files}); f != "" {
		y.line("attachments: {flow: %s, max_size: 25MB}", f)
	}
	y.comment("", "what happens to an item when its twin is deleted; nothing is deleted because of it")
	var deletes []string
	for s, side := range d.Sides {
		if comments[s] {
			deletes = append(deletes, side.Name+": note")
		} else {
			deletes = append(deletes, side.Name+": unlink")
		}
	}
	y.line("deletes: {%s}", strings.Join(deletes, ", "))
	y.comment("", "how often both systems are asked what changed, as a net under lost webhooks")
	y.line("sweep: 15m")
}

// left lists what no rule names.
func (y *yamlFile) left(d draft.Draft) {
	for s, side := range d.Sides {
		if len(d.Left[s]) == 0 {
			continue
		}
		y.line("")
		y.comment("", fmt.Sprintf("Fields of %s that no rule names:", side.Name))
		for _, l := range d.Left[s] {
			text := l.Field.Name
			if l.Field.Label != "" && l.Field.Label != l.Field.Name {
				text += " (" + l.Field.Label + ")"
			}
			text += ": " + kindOfDraft(l.Field)
			if l.Reason != "" {
				text += "; " + l.Reason
			}
			y.item(text)
		}
	}
}

var (
	plainWord = regexp.MustCompile(`^[\pL_][\pL\pN_ ./()+-]*$`)
	// readOtherwise are words that YAML, in one of its versions, reads as something else than text.
	readOtherwise = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|nan|inf)$`)
)

// word writes a text in YAML: plainly where it can be read in one way only.
func word(s string) string {
	if plainWord.MatchString(s) && !readOtherwise.MatchString(s) && s == strings.TrimSpace(s) {
		return s
	}
	return single(s)
}

// single writes a text in quotes.
func single(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\ufeff' || r == '\u2028' || r == '\u2029' }) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case unicode.IsControl(r) || r == '\ufeff' || r == '\u2028' || r == '\u2029':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
