package mapping

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// longestDate bounds the text of a date and of its pattern.
const longestDate = 100

// furthest bounds what can be added to a day.
const furthest = 400_000

// dates are functions over times and days. A time is a timestamp, a day a text like 2026-03-01; a zone is asked for
// wherever the two meet. There is no now.
func dates() cel.EnvOption {
	text, instant, whole := cel.StringType, cel.TimestampType, cel.IntType
	fn := func(name string, result *cel.Type, args []*cel.Type, f func(args ...ref.Val) (ref.Val, error)) cel.EnvOption {
		id := strings.ReplaceAll(name, ".", "_")
		for _, a := range args {
			id += "_" + strings.ToLower(a.TypeName()[strings.LastIndexByte(a.TypeName(), '.')+1:])
		}
		return cel.Function(name, cel.Overload(id, args, result, cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			out, err := f(args...)
			if err != nil {
				return types.NewErr("%s", err)
			}
			return out
		})))
	}
	return func(env *cel.Env) (*cel.Env, error) {
		for _, o := range []cel.EnvOption{
			fn("dates.parse", instant, []*cel.Type{text, text, text}, parseDate),
			fn("dates.format", text, []*cel.Type{instant, text, text}, formatDate),
			fn("dates.day", text, []*cel.Type{instant, text}, dayOf),
			fn("dates.at", instant, []*cel.Type{text, text, text}, dayAt),
			fn("dates.addDays", text, []*cel.Type{text, whole}, addDays),
			fn("dates.addDays", instant, []*cel.Type{instant, whole, text}, addDaysToTime),
			fn("dates.between", whole, []*cel.Type{text, text}, daysBetween),
			fn("dates.weekday", text, []*cel.Type{text}, weekday),
		} {
			var err error
			if env, err = o(env); err != nil {
				return nil, err
			}
		}
		return env, nil
	}
}

// parseDate reads a text as a time: dates.parse("01.03.2026 14:30", "dd.MM.yyyy HH:mm", "Europe/Berlin").
func parseDate(args ...ref.Val) (ref.Val, error) {
	layout, zone, err := layoutAndZone(args[1], args[2])
	if err != nil {
		return nil, err
	}
	s := string(args[0].(types.String))
	if len(s) > longestDate {
		return nil, fmt.Errorf("bad date: the text does not fit the pattern")
	}
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil {
		return nil, fmt.Errorf("bad date: the text does not fit the pattern")
	}
	return types.Timestamp{Time: t.UTC()}, nil
}

// formatDate writes a time as people of a zone read it: dates.format(item.due_at, "dd.MM.yyyy", "Europe/Berlin").
func formatDate(args ...ref.Val) (ref.Val, error) {
	layout, zone, err := layoutAndZone(args[1], args[2])
	if err != nil {
		return nil, err
	}
	return types.String(args[0].(types.Timestamp).In(zone).Format(layout)), nil
}

// dayOf is the day a time is on in a zone: dates.day(item.created_at, "Europe/Berlin").
func dayOf(args ...ref.Val) (ref.Val, error) {
	zone, err := zoneOf(args[1])
	if err != nil {
		return nil, err
	}
	return types.String(args[0].(types.Timestamp).In(zone).Format(time.DateOnly)), nil
}

// dayAt is a time of a day in a zone: dates.at(item.duedate, "17:00", "Europe/Berlin").
func dayAt(args ...ref.Val) (ref.Val, error) {
	day, err := dayFrom(args[0])
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(args[2])
	if err != nil {
		return nil, err
	}
	at, err := time.Parse("15:04", string(args[1].(types.String)))
	if err != nil {
		return nil, fmt.Errorf("bad date: a time of day is written like 17:00")
	}
	return types.Timestamp{Time: time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, zone).UTC()}, nil
}

// addDays is a day some days later, or earlier with a number below 0: dates.addDays(item.duedate, 3).
func addDays(args ...ref.Val) (ref.Val, error) {
	day, err := dayFrom(args[0])
	if err != nil {
		return nil, err
	}
	n, err := daysOf(args[1])
	if err != nil {
		return nil, err
	}
	return types.String(day.AddDate(0, 0, n).Format(time.DateOnly)), nil
}

// addDaysToTime is the same time of day in a zone some days later, also over a change of the clocks.
func addDaysToTime(args ...ref.Val) (ref.Val, error) {
	zone, err := zoneOf(args[2])
	if err != nil {
		return nil, err
	}
	n, err := daysOf(args[1])
	if err != nil {
		return nil, err
	}
	return types.Timestamp{Time: args[0].(types.Timestamp).In(zone).AddDate(0, 0, n).UTC()}, nil
}

// daysBetween is how many days the second day is after the first: dates.between(item.start, item.duedate).
func daysBetween(args ...ref.Val) (ref.Val, error) {
	from, err := dayFrom(args[0])
	if err != nil {
		return nil, err
	}
	to, err := dayFrom(args[1])
	if err != nil {
		return nil, err
	}
	return types.Int((to.Unix() - from.Unix()) / (24 * 60 * 60)), nil
}

// weekday is a day's name as windows of maintenance write it: mon … sun.
func weekday(args ...ref.Val) (ref.Val, error) {
	day, err := dayFrom(args[0])
	if err != nil {
		return nil, err
	}
	return types.String(strings.ToLower(day.Weekday().String()[:3])), nil
}

func dayFrom(v ref.Val) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, string(v.(types.String)))
	if err != nil {
		return day, fmt.Errorf("bad date: a day is written like 2026-03-01")
	}
	return day, nil
}

func daysOf(v ref.Val) (int, error) {
	n := int64(v.(types.Int))
	if n < -furthest || n > furthest {
		return 0, fmt.Errorf("bad date: too many days")
	}
	return int(n), nil
}

func zoneOf(v ref.Val) (*time.Location, error) {
	name := string(v.(types.String))
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("bad date: no time zone")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("bad date: no time zone")
	}
	return zone, nil
}

func layoutAndZone(pattern, zone ref.Val) (string, *time.Location, error) {
	layout, err := layoutOf(string(pattern.(types.String)))
	if err != nil {
		return "", nil, err
	}
	z, err := zoneOf(zone)
	return layout, z, err
}

// letters are the parts of a date's pattern, longest first, and how Go writes them.
var letters = []struct{ pattern, layout string }{
	{"yyyy", "2006"}, {"yy", "06"}, {"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"}, {"dd", "02"}, {"d", "2"},
	{"EEEE", "Monday"}, {"EEE", "Mon"}, {"HH", "15"}, {"hh", "03"}, {"h", "3"}, {"mm", "04"}, {"m", "4"}, {"ss", "05"}, {"s", "5"},
	{"SSS", "000"}, {"a", "PM"}, {"XXX", "Z07:00"},
}

// layoutOf reads a pattern like dd.MM.yyyy HH:mm. Other letters stand in single quotes: yyyy-MM-dd'T'HH:mm.
func layoutOf(pattern string) (string, error) {
	if len(pattern) > longestDate {
		return "", fmt.Errorf("bad pattern of a date: it is too long")
	}
	var out strings.Builder
	for rest := pattern; rest != ""; {
		if rest[0] == '\'' {
			quoted, after, ok := strings.Cut(rest[1:], "'")
			if !ok || strings.ContainsAny(quoted, "0123456789") {
				return "", fmt.Errorf("bad pattern of a date: a quote is not closed")
			}
			out.WriteString(quoted)
			rest = after
			continue
		}
		known := false
		for _, l := range letters {
			if after, ok := strings.CutPrefix(rest, l.pattern); ok {
				if l.pattern == "SSS" && !strings.HasSuffix(out.String(), ".") {
					return "", fmt.Errorf("bad pattern of a date: SSS follows a dot")
				}
				out.WriteString(l.layout)
				rest, known = after, true
				break
			}
		}
		if known {
			continue
		}
		if c := rest[0]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' {
			return "", fmt.Errorf("bad pattern of a date: %q means nothing; there are yyyy MM dd HH mm ss", c)
		}
		out.WriteByte(rest[0])
		rest = rest[1:]
	}
	return out.String(), nil
}
