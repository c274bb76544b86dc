package jira

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// The site's working time: durations are written in days of eight hours and weeks of five days, the
// vendor's defaults. Vendor source: "Configure time tracking".
const (
	minuteSeconds = 60
	hourSeconds   = 60 * minuteSeconds
	daySeconds    = 8 * hourSeconds
	weekSeconds   = 5 * daySeconds
)

var durationUnits = []struct {
	letter  string
	seconds int
}{{"w", weekSeconds}, {"d", daySeconds}, {"h", hourSeconds}, {"m", minuteSeconds}}

// formatDuration writes seconds as "1w 2d 3h 4m"; what is less than a minute is left out.
func formatDuration(seconds int) string {
	var parts []string
	for _, u := range durationUnits {
		if n := seconds / u.seconds; n > 0 {
			parts = append(parts, strconv.Itoa(n)+u.letter)
			seconds -= n * u.seconds
		}
	}
	if parts == nil {
		return "0m"
	}
	return strings.Join(parts, " ")
}

var durationPart = regexp.MustCompile(`^(\d+)([wdhm]?)$`)

// parseDuration reads "1w 2d 3h 4m"; a bare number is minutes.
func parseDuration(text string) (seconds int, ok bool) {
	parts := strings.Fields(strings.ToLower(text))
	for _, p := range parts {
		m := durationPart.FindStringSubmatch(p)
		if m == nil {
			return 0, false
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || n > 1e6 {
			return 0, false
		}
		unit := minuteSeconds
		for _, u := range durationUnits {
			if u.letter == m[2] {
				unit = u.seconds
			}
		}
		seconds += n * unit
	}
	return seconds, len(parts) > 0
}

// estimates are the two times a timetracking value holds, in seconds; nil where none is set.
type estimates struct{ original, remaining *int }

func (v value) estimates() estimates {
	read := func(n int) *int {
		if n >= len(v.List) || v.List[n] == "" {
			return nil
		}
		seconds, _ := strconv.Atoi(v.List[n])
		return &seconds
	}
	return estimates{read(0), read(1)}
}

func (e estimates) value() value {
	if e.original == nil && e.remaining == nil {
		return value{}
	}
	write := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	return value{List: []string{write(e.original), write(e.remaining)}}
}

// readEstimates reads {"originalEstimate": …, "remainingEstimate": …}. What is not named stays; the
// first of the two to be set sets the other too.
func readEstimates(f *field, raw json.RawMessage, now value) (value, error) {
	var in map[string]any
	if json.Unmarshal(raw, &in) != nil {
		return value{}, badField(f.ID, "data was not an object")
	}
	e := now.estimates()
	for name, to := range map[string]**int{"originalEstimate": &e.original, "remainingEstimate": &e.remaining} {
		given, named := in[name]
		if !named {
			continue
		}
		text, _ := given.(string)
		if text == "" {
			*to = nil
			continue
		}
		seconds, ok := parseDuration(text)
		if !ok {
			return value{}, badField("timetracking_"+strings.ToLower(strings.TrimSuffix(name, "Estimate"))+"estimate",
				"The %s estimate specified is not valid.", strings.TrimSuffix(name, "Estimate"))
		}
		*to = &seconds
	}
	if now.empty() && e.original == nil {
		e.original = e.remaining
	}
	if now.empty() && e.remaining == nil {
		e.remaining = e.original
	}
	return e.value(), nil
}

// estimateItems are the history items of changed estimates.
func estimateItems(old, v value) []changeItem {
	var items []changeItem
	a, b := old.estimates(), v.estimates()
	add := func(id string, from, to *int) {
		it := changeItem{Field: id, FieldType: "jira", FieldID: id}
		it.From, it.To = secondsText(from), secondsText(to)
		it.FromString, it.ToString = it.From, it.To
		if text(it.From) != text(it.To) {
			items = append(items, it)
		}
	}
	add("timeoriginalestimate", a.original, b.original)
	add("timeestimate", a.remaining, b.remaining)
	return items
}

func secondsText(n *int) *string {
	if n == nil {
		return nil
	}
	s := strconv.Itoa(*n)
	return &s
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// tracked are an issue's times as its fields show them. Spent is nil where nothing was logged.
func (i *issue) tracked() (e estimates, spent *int) {
	for _, w := range i.Worklogs {
		sum := w.Seconds
		if spent != nil {
			sum += *spent
		}
		spent = &sum
	}
	return i.Values["timetracking"].estimates(), spent
}

func (v view) timetracking(i *issue) object {
	e, spent := i.tracked()
	out := object{}
	for name, seconds := range map[string]*int{"originalEstimate": e.original, "remainingEstimate": e.remaining, "timeSpent": spent} {
		if seconds != nil {
			out[name], out[name+"Seconds"] = formatDuration(*seconds), *seconds
		}
	}
	return out
}

// trackedField renders the fields computed from an issue's estimates and worklogs; the aggregates
// count its sub-tasks too.
func (v view) trackedField(i *issue, id string) any {
	if id == "timetracking" {
		return v.timetracking(i)
	}
	e, spent := i.tracked()
	if id == "workratio" {
		if e.original == nil || *e.original == 0 {
			return -1
		}
		return 100 * orZero(spent) / *e.original
	}
	name, aggregate := strings.CutPrefix(id, "aggregate")
	if aggregate {
		for _, child := range v.state.subtasks(i.ID) {
			if isSubtask(child.TypeID) {
				ce, cs := child.tracked()
				e.original, e.remaining, spent = sum(e.original, ce.original), sum(e.remaining, ce.remaining), sum(spent, cs)
			}
		}
	}
	var seconds *int
	switch name {
	case "progress":
		out := object{"progress": orZero(spent), "total": orZero(spent) + orZero(e.remaining)}
		if total := orZero(spent) + orZero(e.remaining); total > 0 {
			out["percent"] = 100 * orZero(spent) / total
		}
		return out
	case "timespent":
		seconds = spent
	case "timeestimate":
		seconds = e.remaining
	case "timeoriginalestimate":
		seconds = e.original
	}
	if seconds == nil {
		return nil
	}
	return *seconds
}

func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

func sum(a, b *int) *int {
	if a == nil || b == nil {
		if a != nil {
			return a
		}
		return b
	}
	n := *a + *b
	return &n
}
