package cli

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"strings"
	"time"

	"duplex/core"
)

//go:embed planpage.html
var planPageSource string

// planPage is a test run as a page that needs nothing but itself: it can be sent, opened without a network, and printed.
var planPage = template.Must(template.New("plan").Parse(planPageSource))

// pageData is what the page shows. Contents are escaped by html/template.
type pageData struct {
	Title, Version, Against, Made, By, How, Stopped string
	Counts, Notes                                   []string
	Sides                                           [2]string
	Filters                                         []pageFilter
	Items                                           []pageItem
	Empty                                           string
}

// pageFilter shows only the items of a class.
type pageFilter struct {
	Class template.CSS // one of our own words
	Label string
	N     int
}

type pageItem struct {
	Title, Outcome, Class, Note string
	Sides                       []pageSide
	Parts                       []pagePart
	NotRead                     string
}

type pageSide struct{ Name, Item, URL string }

// pagePart is what one version does about an item: one, or two that are compared.
type pagePart struct {
	Caption, Class string
	Rows           []pageRow
}

type pageRow struct {
	Field, Class string
	Now          [2]pageValue
	To           string
	Written      pageValue
	Add, Remove  []string
	Why          string
	Notes        []pageNote
}

// pageValue is a value; Rest is what of a long one is folded away.
type pageValue struct {
	Text, Rest string
	None       bool
}

type pageNote struct{ Class, Text string }

func (e *env) writePage(path string, p tried) error {
	var out bytes.Buffer
	if err := planPage.Execute(&out, e.page(p)); err != nil {
		return fail(ExitRefused, "the page cannot be made: %v", err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		return fail(ExitUsage, "the page cannot be written: %v", err)
	}
	return nil
}

func (e *env) page(p tried) pageData {
	b := p.Begun
	d := pageData{Title: b.Connection, Version: b.Version, Against: b.Against, Made: b.At.In(e.zone).Format("2 January 2006, 15:04 MST"), By: e.user(), Sides: b.Sides,
		Counts: outcomeCounts(p), Stopped: p.Stopped, How: "on items as they were then, read from " + b.Systems[0] + " and " + b.Systems[1]}
	switch {
	case b.Recorded && b.Against == "":
		d.How, d.Against = "on what is recorded of pairs, without a call to either system", "the plan of that time"
	case b.Recorded:
		d.How = "on what is recorded of pairs, without a call to either system"
	}
	for _, n := range footed(p) {
		d.Notes = append(d.Notes, strings.TrimSpace(n))
	}
	looked := counted(p.Done.Items, "item") + " looked at"
	if b.Of > b.Total {
		looked = fmt.Sprintf("%s of %s pairs looked at", grouped(b.Total), grouped(b.Of))
	}
	if s := p.Done.Took.Round(time.Second); s > 0 {
		looked += fmt.Sprintf(" in %v", s)
	}
	d.Counts = append([]string{looked}, d.Counts...)
	n := map[string]int{}
	for i := range p.Items {
		it := pagedItem(p, &p.Items[i])
		for _, class := range strings.Fields(it.Class) {
			n[class]++
		}
		d.Items = append(d.Items, it)
	}
	for _, f := range []pageFilter{{Class: "parked", Label: "parked"}, {Class: "conflict", Label: "conflicts"}, {Class: "lossy", Label: "losses"}, {Class: "creates", Label: "new twins"},
		{Class: "entries", Label: "comments and files"}, {Class: "unlike", Label: "not the same, at rest"}} {
		if f.N = n[string(f.Class)]; f.N > 0 {
			d.Filters = append(d.Filters, f)
		}
	}
	if len(d.Items) == 0 {
		d.Empty = "Nothing would be written, and nothing waits."
		if compared(p) {
			d.Empty = "Both would do the same with every item that was looked at."
		}
	}
	return d
}

func pagedItem(p tried, it *core.TrialItem) pageItem {
	out := pageItem{Title: it.Pair, Outcome: outcomeText(it), NotRead: it.NotRead}
	for _, s := range it.Sides {
		side := pageSide{Name: s.Name, Item: "none"}
		if strings.HasPrefix(s.Ref.URL, "https://") || strings.HasPrefix(s.Ref.URL, "http://") {
			side.URL = s.Ref.URL
		}
		if s.Ref.ID != "" {
			if side.Item = s.Ref.Key; side.Item == "" {
				side.Item = s.Ref.ID
			}
		} else if it.Creates == s.Name {
			side.Item = "to be created"
		}
		out.Sides = append(out.Sides, side)
		if s.Title != "" && (out.Title == it.Pair || out.Title == "") {
			out.Title = s.Title
		}
	}
	if out.Title == "" {
		out.Title = "An item in no pair"
	}
	if it.Outcome != core.TrialRefused {
		out.Note = it.Text
	}
	classes := []string{string(it.Outcome)}
	mark := func(class string, is bool) {
		if is && !strings.Contains(" "+strings.Join(classes, " ")+" ", " "+class+" ") {
			classes = append(classes, class)
		}
	}
	for _, f := range it.Fields {
		mark("conflict", f.Conflict)
		mark("lossy", len(f.Losses) > 0)
		mark("unlike", f.Unlike)
		mark("parked", f.Problem != nil)
	}
	for _, en := range it.Entries {
		mark("lossy", len(en.Losses) > 0)
		mark("entries", true)
	}
	mark("creates", it.Creates != "")
	out.Class = strings.Join(classes, " ")
	if it.Before == nil {
		out.Parts = []pagePart{pagedPart(it, "what would be done", "", false)}
		return out
	}
	was, now := p.Begun.Against, p.Begun.Version
	if was == "" {
		was = "the plan of that time"
	}
	if before := outcomeText(it.Before); before != out.Outcome {
		out.Outcome = fmt.Sprintf("%s: %s; %s: %s", was, before, now, out.Outcome)
	}
	out.Parts = []pagePart{pagedPart(it.Before, was, "before", true), pagedPart(it, now, "now", true)}
	return out
}

// pagedPart is a table of what is done about an item; of a comparison only what differs.
func pagedPart(it *core.TrialItem, caption, class string, differing bool) pagePart {
	part := pagePart{Caption: caption, Class: class}
	for _, f := range it.Fields {
		if differing && !f.Differs {
			continue
		}
		row := pageRow{Field: fieldsText(it, f), To: f.To, Why: f.Reason}
		for s := range f.Now {
			row.Now[s] = paged(f.Now[s])
		}
		switch {
		case f.Problem != nil:
			row.Class, row.To, row.Written.None, row.Why = "parked", "", true, ""
			row.Notes = append(row.Notes, pageNote{"parked", fmt.Sprintf("Parked, %s: %s", f.Problem.Class, f.Problem.Text)})
		case len(f.Add.Items())+len(f.Remove.Items()) > 0:
			for _, v := range f.Add.Items() {
				row.Add = append(row.Add, wholeValue(v))
			}
			for _, v := range f.Remove.Items() {
				row.Remove = append(row.Remove, wholeValue(v))
			}
		default:
			row.Written = paged(f.New)
		}
		switch f.Action {
		case core.ActionWait:
			row.To, row.Written.None, row.Written.Text, row.Why = "", true, "waits", f.Reason
		case core.ActionKeep:
			row.Written.None, row.Written.Text = true, "stays as it is"
		}
		if f.Unlike {
			row.Class = "unlike"
			row.Why = "The sides do not mean the same. Nothing is written now; this is what the next edit would bring."
		}
		if f.Conflict && f.Winner != "" {
			kept := "kept in the ledger"
			if f.Posted {
				kept += " and posted as an internal comment"
			}
			row.Notes = append(row.Notes, pageNote{"conflict", fmt.Sprintf("Conflict: %s wins; “%s” is %s.", f.Winner, wholeValue(f.Loser), kept)})
		}
		for _, l := range f.Losses {
			row.Notes = append(row.Notes, pageNote{"lossy", "Lost: " + l})
		}
		part.Rows = append(part.Rows, row)
	}
	for _, en := range it.Entries {
		if differing && !en.Differs {
			continue
		}
		row := pageRow{Field: entryWord(en.Kind), To: en.To, Why: entryWhy(en), Written: paged(en.Body)}
		if en.Name != "" {
			row.Written = pageValue{Text: en.Name + ", " + bytesText(en.Size)}
		}
		for s := range row.Now {
			row.Now[s].None = true
		}
		if en.Problem != nil {
			row.Class, row.Why = "parked", ""
			row.Notes = append(row.Notes, pageNote{"parked", fmt.Sprintf("Parked, %s: %s", en.Problem.Class, en.Problem.Text)})
		}
		for _, l := range en.Losses {
			row.Notes = append(row.Notes, pageNote{"lossy", "Lost: " + l})
		}
		part.Rows = append(part.Rows, row)
	}
	return part
}

func entryWord(k core.EntryKind) string {
	if k == core.EntryAttachment {
		return "file"
	}
	return string(k)
}

func entryWhy(en core.TrialEntry) string {
	why := map[core.EntryAction]string{core.EntryAdd: "is copied", core.EntryEdit: "the copy is edited", core.EntryDelete: "the copy is deleted", core.EntryForget: "the copy is let go",
		core.EntryNarrow: "the copy is shown to fewer", core.EntryWithdraw: "the copy is taken back",
		core.EntrySkip: "is left out"}[en.Action]
	if en.Author != "" && en.Author != "(not shown)" {
		why += ", by " + en.Author
	}
	if en.Visibility != "" {
		why += ", " + en.Visibility + " there"
	}
	return why
}

// fieldsText names the field on both sides, once where they are called the same.
func fieldsText(it *core.TrialItem, f core.TrialField) string {
	a, b := f.Fields[core.A], f.Fields[core.B]
	switch {
	case a == b || b == "":
		return a
	case a == "":
		return b
	}
	return a + " ↔ " + b
}

const shortValue = 280

// paged is a value for a cell: of a long one the rest is folded away.
func paged(v core.Value) pageValue {
	switch {
	case v.IsAbsent():
		return pageValue{None: true}
	case v.IsEmpty():
		return pageValue{Text: "empty", None: true}
	}
	text := wholeText(v)
	if r := []rune(text); len(r) > shortValue+40 {
		return pageValue{Text: string(r[:shortValue]), Rest: string(r[shortValue:])}
	}
	return pageValue{Text: text}
}
