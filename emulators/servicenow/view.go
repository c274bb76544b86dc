package servicenow

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// walk follows a dotted name to its column and the row that holds it; the row is nil where a reference on the way is empty.
// col is nil where the name leads nowhere or the account may not read it.
func (c *call) walk(t *table, r record, name string) (at *table, row record, col *column) {
	first, rest, dotted := strings.Cut(name, ".")
	col = t.columns[first]
	if col == nil || !c.mayRead(first) {
		return nil, nil, nil
	}
	if !dotted {
		return t, r, col
	}
	next := c.e.table(col.reference)
	if next == nil {
		return nil, nil, nil
	}
	class, row := c.e.find(col.reference, r[first])
	if row != nil {
		next = c.e.table(class)
		if !c.sees(next, row) {
			row = nil
		}
	}
	return c.walk(next, row, rest)
}

// view is a row as the parameters ask for it. Fields that do not exist or that an ACL hides are left out.
func (c *call) view(t *table, r record) object {
	names := t.order
	if asked := c.query("sysparm_fields"); asked != "" {
		names = strings.Split(asked, ",")
	}
	mode, plain := c.query("sysparm_display_value"), c.flag("sysparm_exclude_reference_link")
	out := object{}
	for _, name := range names {
		name = strings.TrimSpace(name)
		at, row, col := c.walk(t, r, name)
		if col == nil {
			continue
		}
		value, shown, link := c.stored(row, col), c.display(at, row, col), any(nil)
		if col.kind == "reference" && value != "" && !plain {
			link = c.e.base + "/api/now/table/" + col.reference + "/" + value
		}
		switch mode {
		case "all":
			both := object{"value": value, "display_value": shown}
			if link != nil {
				both["link"] = link
			}
			out[name] = both
		case "true":
			out[name] = shown
			if link != nil {
				out[name] = object{"display_value": shown, "link": link}
			}
		default:
			out[name] = value
			if link != nil {
				out[name] = object{"link": link, "value": value}
			}
		}
	}
	return out
}

// stored is a value as it is kept. Journal fields read empty (vendor page "Table API").
func (c *call) stored(r record, col *column) string {
	if r == nil || strings.HasPrefix(col.kind, "journal") {
		return ""
	}
	return r[col.name]
}

// display is a value as the account's people see it: labels, names, dates in the account's time zone and format.
func (c *call) display(t *table, r record, col *column) string {
	if r == nil {
		return ""
	}
	value := r[col.name]
	switch {
	case strings.HasPrefix(col.kind, "journal"):
		return c.journalText(r, col.name)
	case col.kind == "reference":
		return c.e.nameOf(col.reference, value)
	case col.kind == "glide_list":
		var names []string
		for _, id := range splitList(value) {
			names = append(names, c.e.nameOf(col.reference, id))
		}
		return strings.Join(names, ", ")
	case col.kind == "glide_date_time" && value != "":
		at, err := time.Parse(stampLayout, value)
		if err != nil {
			return value
		}
		return at.In(c.zone).Format(c.layout())
	case col.list != "" && col.list != "0":
		return t.labelOf(col.name, value)
	}
	return value
}

// nameOf is what people read for a reference; "" where it names nothing.
func (e *Emulator) nameOf(table, id string) string {
	class, r := e.find(table, id)
	if r == nil {
		return ""
	}
	return r[e.table(class).displayColumn()]
}

// layout is the account's format of dates and times, for Go.
func (c *call) layout() string {
	date, clock := c.user["date_format"], c.user["time_format"]
	if date == "" {
		date = "yyyy-MM-dd"
	}
	if clock == "" {
		clock = "HH:mm:ss"
	}
	return strings.NewReplacer("yyyy", "2006", "MM", "01", "dd", "02", "HH", "15", "mm", "04", "ss", "05").Replace(date + " " + clock)
}

// journalText is all entries as one text, newest first, as journal fields are displayed.
func (c *call) journalText(r record, element string) string {
	entries := c.e.journal(r["sys_id"])
	var out strings.Builder
	for _, j := range slices.Backward(entries) {
		if element != "comments_and_work_notes" && j["element"] != element {
			continue
		}
		at, _ := time.Parse(stampLayout, j["sys_created_on"])
		author := j["sys_created_by"]
		if u := c.e.st.userNamed(author); u != nil {
			author = u["name"]
		}
		label := map[string]string{"comments": "Additional comments", "work_notes": "Work notes"}[j["element"]]
		fmt.Fprintf(&out, "%s - %s (%s)\n%s\n\n", at.In(c.zone).Format(c.layout()), author, label, j["value"])
	}
	return out.String()
}

func splitList(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(p string) bool { return p == "" })
}
