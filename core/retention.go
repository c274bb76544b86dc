package core

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Retention says how long the rows of each table of RetainedTables are kept, counted from the moment the table names.
// Zero keeps them for ever. Whatever is needed to go on is kept however old it is; see the store's Retain.
type Retention [6]time.Duration

// RetainedTable is a table whose rows go after a while.
type RetainedTable struct {
	Name    string
	Default time.Duration
	Help    string // what its rows are, and what is kept however old it is
}

const day = 24 * time.Hour

// RetainedTables are the tables of a Retention, in its order.
var RetainedTables = [len(Retention{})]RetainedTable{
	{"deliveries", 30 * day, "webhook calls and other hints; those that wait are kept"},
	{"observations", 90 * day, "what was seen of items; merge bases, newest reads and what an unfinished sync needs are kept"},
	{"plans", 90 * day, "what syncs decided; the newest of a pair and those something parked or unfinished rests on are kept"},
	{"outcomes", 400 * day, "what was done: names, fields and results without values"},
	{"runs", 90 * day, "batch runs with their items; those that have not ended are kept"},
	{"gate_log", 400 * day, "when systems could not be called"},
}

// DefaultRetention is what holds where nothing else is said.
func DefaultRetention() Retention {
	var r Retention
	for i, t := range RetainedTables {
		r[i] = t.Default
	}
	return r
}

// Of is how long rows of the table are kept; 0, for ever, for a table that is not retained.
func (r Retention) Of(table string) time.Duration {
	for i, t := range RetainedTables {
		if t.Name == table {
			return r[i]
		}
	}
	return 0
}

// ParseRetention reads "observations=90d,plans=60d,outcomes=keep". What is not named has its default. A time is a whole
// number of days or weeks (30d, 8w), at least one day; 0 and keep mean for ever. The error joins everything that is wrong.
func ParseRetention(text string) (Retention, error) {
	r := DefaultRetention()
	var wrong []error
	named := map[string]bool{}
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		name, value, ok := strings.Cut(entry, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		i := slices.IndexFunc(RetainedTables[:], func(t RetainedTable) bool { return t.Name == name })
		keep, readable := keepFor(value)
		switch {
		case !ok:
			wrong = append(wrong, fmt.Errorf("%q is no entry: write table=time, like observations=90d", entry))
		case i < 0:
			wrong = append(wrong, fmt.Errorf("there is no table %q to retain; there are: %s", name, strings.Join(retainedNames(), ", ")))
		case named[name]:
			wrong = append(wrong, fmt.Errorf("%s is named twice: keep one", name))
		case !readable:
			wrong = append(wrong, fmt.Errorf("%s: %q is no time: write days or weeks, like 90d or 12w, at least 1d; 0 or keep means for ever", name, value))
		default:
			r[i] = keep
		}
		named[name] = true
	}
	if err := errors.Join(wrong...); err != nil {
		return Retention{}, err
	}
	return r, nil
}

func keepFor(value string) (time.Duration, bool) {
	if value == "0" || value == "keep" {
		return 0, true
	}
	unit := day
	number, ok := strings.CutSuffix(value, "d")
	if !ok {
		if number, ok = strings.CutSuffix(value, "w"); !ok {
			return 0, false
		}
		unit = 7 * day
	}
	n, err := strconv.Atoi(number)
	const mostDays = 36500
	if err != nil || n < 1 || time.Duration(n)*(unit/day) > mostDays {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

func retainedNames() []string {
	var names []string
	for _, t := range RetainedTables {
		names = append(names, t.Name)
	}
	return names
}

// String is the retention as ParseRetention reads it, every table named.
func (r Retention) String() string {
	var parts []string
	for i, t := range RetainedTables {
		parts = append(parts, t.Name+"="+KeptFor(r[i]))
	}
	return strings.Join(parts, ",")
}

// KeptFor is a time of a Retention for people: 90d, or keep.
func KeptFor(d time.Duration) string {
	if d == 0 {
		return "keep"
	}
	return strconv.FormatInt(int64(d/day), 10) + "d"
}

// TableUse is what a table takes up and what retention would remove from it now.
type TableUse struct {
	Table   string        `json:"table"`
	Keep    time.Duration `json:"keep"` // nanoseconds; 0: for ever
	Rows    int64         `json:"rows"`
	Bytes   int64         `json:"bytes"`           // -1 where the database cannot tell
	Oldest  time.Time     `json:"oldest,omitzero"` // UTC
	Old     int64         `json:"old"`             // rows older than Keep
	Removes int64         `json:"removes"`         // of these, those the next run removes; the rest is still needed
	Removed int64         `json:"removed"`         // by all runs so far
	RanAt   time.Time     `json:"ran_at,omitzero"` // end of the last run that finished the table, UTC
	Before  time.Time     `json:"before,omitzero"` // what is older has been removed, UTC
	Help    string        `json:"help,omitempty"`
}

// RetainMark is how far one pass over a table has come.
type RetainMark struct {
	Time time.Time `json:"time,omitzero"`
	Key  string    `json:"key,omitempty"`
}

// IsZero reports the beginning of a pass.
func (m RetainMark) IsZero() bool { return m == RetainMark{} }
