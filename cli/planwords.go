package cli

import (
	"cmp"
	"fmt"
	"strings"

	"duplex/core"
	"duplex/core/richtext"
)

// nameOf is the field that a decision is about, with its side.
func nameOf(it *core.TrialItem, f core.TrialField) string {
	side := sideOf(it, f.To)
	if f.Fields[side] == "" {
		side = 1 - side
	}
	return it.Sides[side].Name + "." + f.Fields[side]
}

func sideOf(it *core.TrialItem, name string) int {
	if it.Sides[1].Name == name {
		return 1
	}
	return 0
}

// fieldText tells of one rule: old → new (reason), and what comes with it.
func fieldText(it *core.TrialItem, f core.TrialField) string {
	side := sideOf(it, f.To)
	text := nameOf(it, f) + ": "
	old := f.Now[side]
	switch {
	case f.Problem != nil:
		text += fmt.Sprintf("parked, %s: %s", f.Problem.Class, f.Problem.Text)
		for s, v := range f.Now {
			if f.Fields[s] != "" && !v.IsAbsent() {
				text += fmt.Sprintf("; %s shows %s", it.Sides[s].Name, shownValue(v))
			}
		}
		return text
	case len(f.Add.Items())+len(f.Remove.Items()) > 0:
		var parts []string
		for _, v := range f.Add.Items() {
			parts = append(parts, "+"+shownValue(v))
		}
		for _, v := range f.Remove.Items() {
			parts = append(parts, "−"+shownValue(v))
		}
		text += strings.Join(parts, ", ")
	case f.Action == core.ActionWait:
		return text + "waits: " + f.Reason
	case f.Action == core.ActionKeep:
		text += "stays " + shownValue(old)
	case f.Unlike:
		text += fmt.Sprintf("shows %s, and would be %s", shownValue(old), shownValue(f.New))
	case old.IsAbsent() || !it.Sides[side].There:
		text += shownValue(f.New)
	default:
		text += shownValue(old) + " → " + shownValue(f.New)
	}
	text += " (" + f.Reason + ")"
	if f.Conflict {
		text += fmt.Sprintf("; conflict: %s wins, %s is kept in the ledger", f.Winner, shownValue(f.Loser))
		if f.Posted {
			text += " and posted as an internal comment"
		}
	}
	if len(f.Losses) > 0 {
		text += "; lost: " + strings.Join(f.Losses, ", ")
	}
	return text
}

// entryText tells of one comment or file.
func entryText(e core.TrialEntry) string {
	text := fmt.Sprintf("%s of %s to %s", entryActs[e.Action], entryNoun(e.Kind), e.To)
	if e.Author != "" && e.Author != "(not shown)" {
		text += " by " + e.Author
	}
	if e.Visibility != "" {
		text += ", " + e.Visibility + " there"
	}
	switch {
	case e.Problem != nil:
		return text + fmt.Sprintf(": parked, %s: %s", e.Problem.Class, e.Problem.Text)
	case e.Name != "":
		text += fmt.Sprintf(": %s, %s", e.Name, bytesText(e.Size))
	case !e.Body.IsAbsent() && !e.Body.IsEmpty():
		text += ": " + shownValue(e.Body)
	}
	if len(e.Losses) > 0 {
		text += "; lost: " + strings.Join(e.Losses, ", ")
	}
	return text
}

// entryNoun is a comment, a file, or what else travels beside the fields.
func entryNoun(k core.EntryKind) string {
	if k == core.EntryAttachment {
		return "a file"
	}
	return "a " + string(k)
}

var entryActs = map[core.EntryAction]string{core.EntryAdd: "copy", core.EntryEdit: "edit", core.EntryDelete: "deletion", core.EntryForget: "letting go",
	core.EntryNarrow: "showing to fewer", core.EntryWithdraw: "taking back",
	core.EntryPark: "copy", core.EntrySkip: "leaving out"}

func bytesText(n int64) string {
	switch {
	case n < 0:
		return "size not known"
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

const longestValue = 70

// shownValue is a value in a line of a test run: rich text as plain text, long ones cut.
func shownValue(v core.Value) string { return clipped(wholeValue(v), longestValue) }

func wholeValue(v core.Value) string {
	if v.Kind() == core.KindText && !v.IsEmpty() {
		return fmt.Sprintf("“%s”", oneLine(richtext.PlainText(richtext.Format(cmp.Or(v.Format(), "plain")), v.Source())))
	}
	return oneLine(v.String())
}

// wholeText is a value with its lines.
func wholeText(v core.Value) string {
	if v.Kind() == core.KindText {
		return clean(richtext.PlainText(richtext.Format(cmp.Or(v.Format(), "plain")), v.Source()))
	}
	return clean(v.String())
}

func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

func clipped(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// wrapped breaks text between words into lines of at most so many characters.
func wrapped(text string, width int) []string {
	var lines []string
	line, n := "", 0
	for _, word := range strings.Fields(text) {
		w := len([]rune(word))
		if n > 0 && n+1+w > width {
			lines, line, n = append(lines, line), "", 0
			width = min(width, planWidth-6)
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+w
	}
	return append(lines, line)
}
