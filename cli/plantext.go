package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"duplex/core"
)

// planWidth is how many characters a line of a test run has at most.
const planWidth = 100

func showTried(t *table, p tried) {
	t.line("%s", headed(t, p.Begun))
	for i := range p.Items {
		t.line("")
		showTriedItem(t, p, &p.Items[i])
	}
	t.line("")
	for _, line := range wrapped(summed(p), planWidth) {
		t.line("%s", line)
	}
	for _, text := range footed(p) {
		t.line("%s", text)
	}
}

// headed says what is tried and how.
func headed(t *table, b core.TrialBegun) string {
	text := fmt.Sprintf("%s, %s", b.Connection, b.Version)
	if b.Against != "" {
		text += " against " + b.Against
	}
	if b.Recorded {
		text += ", on what is recorded"
	} else {
		text += ", on items as they are now"
	}
	return text + ", " + t.at(b.At)
}

var outcomeWords = map[core.TrialOutcome]string{
	core.TrialFailed: "not found out", core.TrialParked: "with something parked", core.TrialCreates: "to get a new twin", core.TrialMatches: "to be paired",
	core.TrialWrites: "to write", core.TrialNothing: "with nothing to do", core.TrialRefused: "not taken", core.TrialGone: "with an item missing",
	core.TrialUnknown: "no longer recorded",
}

// outcomeOrder is the order in which outcomes are told.
var outcomeOrder = []core.TrialOutcome{core.TrialCreates, core.TrialMatches, core.TrialWrites, core.TrialNothing, core.TrialParked, core.TrialFailed,
	core.TrialGone, core.TrialRefused, core.TrialUnknown}

// summed is what a test run came to, in a sentence.
func summed(p tried) string {
	if p.Stopped != "" {
		return fmt.Sprintf("stopped after telling of %s", counted(len(p.Items), "item"))
	}
	text := counted(p.Done.Items, "item") + " looked at"
	if p.Begun.Of > p.Begun.Total {
		text = fmt.Sprintf("%s of %s pairs looked at", grouped(p.Begun.Total), grouped(p.Begun.Of))
	}
	if s := p.Done.Took.Round(time.Second); s > 0 {
		text += fmt.Sprintf(" in %v", s)
	}
	if parts := outcomeCounts(p); len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// outcomeCounts are how many items came to what.
func outcomeCounts(p tried) (parts []string) {
	if compared(p) {
		parts = append(parts, grouped(p.Done.Differ)+" differ")
	}
	for _, o := range outcomeOrder {
		if n := p.Done.Outcomes[o]; n > 0 {
			parts = append(parts, grouped(n)+" "+outcomeWords[o])
		}
	}
	return parts
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// compared tells a run in which something is held against something else.
func compared(p tried) bool { return p.Begun.Against != "" || p.Begun.Recorded }

// footed is what else is to be known about a test run.
func footed(p tried) []string {
	var out []string
	d := p.Done
	for _, x := range []struct {
		n    int
		text string
	}{{d.Conflicts, "with a conflict"}, {d.Lossy, "of which a text cannot be carried whole"},
		{d.Unlike, "whose sides do not mean the same; nothing is written to them before one side changes"},
		{d.NotWhole, "of which comments and files were not read; --whole reads them"}} {
		if x.n > 0 {
			out = append(out, fmt.Sprintf("  %s %s", grouped(x.n), x.text))
		}
	}
	for _, why := range slices.Sorted(maps.Keys(d.Refusals)) {
		out = append(out, fmt.Sprintf("  %s not taken: %s", grouped(d.Refusals[why]), why))
	}
	var reads []string
	for _, system := range slices.Sorted(maps.Keys(d.Reads)) {
		reads = append(reads, fmt.Sprintf("%s was asked %s times", system, grouped(d.Reads[system])))
	}
	if p.Begun.Recorded {
		out = append(out, "no system was called; nothing was written")
	} else if len(reads) > 0 {
		out = append(out, strings.Join(reads, ", ")+"; nothing was written")
	}
	return out
}

func showTriedItem(t *table, p tried, it *core.TrialItem) {
	t.line("%s", clipped(itemName(it), planWidth))
	for _, l := range itemLines(p, it) {
		sign := "  "
		if l.sign != "" {
			sign = l.sign + " "
		}
		for i, line := range wrapped(l.text, planWidth-4) {
			if i > 0 {
				sign = "    "
			}
			t.line("  %s%s", sign, line)
		}
	}
}

// itemName is both items and the title people know them by.
func itemName(it *core.TrialItem) string {
	var names []string
	title := ""
	for _, s := range it.Sides {
		switch {
		case s.Ref.ID != "":
			names = append(names, s.Name+" "+cmp.Or(s.Ref.Key, s.Ref.ID))
		case it.Creates == s.Name:
			names = append(names, s.Name+" (new)")
		}
		title = cmp.Or(title, s.Title)
	}
	if len(names) == 0 {
		names = append(names, it.Pair)
	}
	text := strings.Join(names, " ↔ ")
	if title != "" {
		text += "   " + title
	}
	return text
}

// planLine is one thing that is told about an item. The sign is - for what the other version does or what was done then, + for what
// is tried, ! for what needs a person.
type planLine struct {
	sign, class, text string
}

func itemLines(p tried, it *core.TrialItem) []planLine {
	if it.Before != nil {
		return differingLines(it, it.Before)
	}
	var out []planLine
	if it.Text != "" {
		out = append(out, planLine{sign: "!", class: "note", text: it.Text})
	}
	if len(it.Fields)+len(it.Entries) == 0 && it.Text == "" {
		out = append(out, planLine{class: "quiet", text: "nothing to do"})
	}
	for _, f := range it.Fields {
		sign, class := "", "write"
		switch {
		case f.Problem != nil:
			sign, class = "!", "parked"
		case f.Conflict:
			sign, class = "!", "conflict"
		case f.Unlike:
			class = "unlike"
		}
		out = append(out, planLine{sign, class, fieldText(it, f)})
	}
	for _, e := range it.Entries {
		sign, class := "", "entry"
		if e.Problem != nil {
			sign, class = "!", "parked"
		}
		out = append(out, planLine{sign, class, entryText(e)})
	}
	if it.NotRead != "" {
		out = append(out, planLine{class: "quiet", text: it.NotRead})
	}
	return out
}

// differingLines tells what the two would not do alike. Where one of them does not take the item at all, that the other's rules
// leave it alone goes without saying.
func differingLines(it, before *core.TrialItem) (out []planLine) {
	whole := before.Outcome == core.TrialRefused || it.Outcome == core.TrialRefused
	if before.Creates != it.Creates || whole {
		out = append(out, planLine{"-", "before", outcomeText(before)}, planLine{"+", "now", outcomeText(it)})
	}
	left := func(sign, class string, fs []core.TrialField) {
		if !whole && slices.ContainsFunc(fs, func(f core.TrialField) bool { return f.Differs && !f.Unlike }) {
			out = append(out, planLine{sign, class, nameOf(it, fs[0]) + ": left alone"})
		}
	}
	for _, rule := range rulesOf(it, before) {
		was, is := fieldsOf(before, rule), fieldsOf(it, rule)
		if len(was) == 0 {
			left("-", "before", is)
		}
		for _, f := range was {
			if f.Differs {
				out = append(out, planLine{"-", "before", fieldText(before, f)})
			}
		}
		for _, f := range is {
			if f.Differs {
				out = append(out, planLine{"+", "now", fieldText(it, f)})
			}
		}
		if len(is) == 0 {
			left("+", "now", was)
		}
	}
	for _, e := range before.Entries {
		if e.Differs {
			out = append(out, planLine{"-", "before", entryText(e)})
		}
	}
	for _, e := range it.Entries {
		if e.Differs {
			out = append(out, planLine{"+", "now", entryText(e)})
		}
	}
	if len(out) == 0 { // what is parked may be the same, and why it comes to something else too
		out = append(out, planLine{"-", "before", outcomeText(before)}, planLine{"+", "now", outcomeText(it)})
	}
	return out
}

func outcomeText(it *core.TrialItem) string {
	switch it.Outcome {
	case core.TrialCreates:
		return "a new item is created in " + it.Creates
	case core.TrialRefused:
		return "it does not enter the sync: " + it.Text
	case core.TrialParked:
		return "something is parked"
	case core.TrialNothing:
		return "nothing is written"
	case core.TrialWrites:
		return "something is written"
	case core.TrialMatches:
		return "it is paired with an item that is there"
	case core.TrialGone:
		return "an item is missing"
	}
	return string(it.Outcome)
}

// rulesOf are the rules of both, in their order.
func rulesOf(items ...*core.TrialItem) []string {
	var rules []string
	for _, it := range items {
		for _, f := range it.Fields {
			if !slices.Contains(rules, f.Rule) {
				rules = append(rules, f.Rule)
			}
		}
	}
	return rules
}

func fieldsOf(it *core.TrialItem, rule string) (out []core.TrialField) {
	for _, f := range it.Fields {
		if f.Rule == rule {
			out = append(out, f)
		}
	}
	return out
}
