package servicenow

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// condition is one part of an encoded query (vendor page "Operators available for filters and queries").
type condition struct {
	field, op, value string
}

// search is a compiled encoded query: groups joined by ^NQ, each of clauses joined by ^, each of conditions joined by ^OR.
type search struct {
	groups [][][]condition
	orders []order
	broken bool // a part was not understood, and left out
}

type order struct {
	field string
	down  bool
}

var operators = []string{"ISNOTEMPTY", "ISEMPTY", "EMPTYSTRING", "ANYTHING", "NOT IN", "NOT LIKE", "STARTSWITH", "ENDSWITH", "BETWEEN", "LIKE", "IN", "!=", ">=", "<=", "=", ">", "<"}

var fieldName = regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)*`)

// escaped stands for ^^, the escape of ^ in values, while a query is split.
const escaped = "\x00"

// compile reads an encoded query. Parts that name no field of the table are left out, which widens the result.
func (c *call) compile(t *table, text string) search {
	out := search{groups: [][][]condition{nil}}
	for _, part := range strings.Split(strings.ReplaceAll(text, "^^", escaped), "^") {
		part = strings.ReplaceAll(part, escaped, "^")
		last := len(out.groups) - 1
		switch {
		case part == "" || part == "EQ":
			continue
		case strings.HasPrefix(part, "ORDERBYDESC"):
			out.order(c, t, strings.TrimPrefix(part, "ORDERBYDESC"), true)
			continue
		case strings.HasPrefix(part, "ORDERBY"):
			out.order(c, t, strings.TrimPrefix(part, "ORDERBY"), false)
			continue
		case strings.HasPrefix(part, "NQ"):
			out.groups = append(out.groups, nil)
			last++
			part = strings.TrimPrefix(part, "NQ")
		}
		alternative := strings.HasPrefix(part, "OR")
		cond, ok := c.condition(t, strings.TrimPrefix(part, "OR"))
		if !ok {
			out.broken = true
			continue
		}
		if group := out.groups[last]; alternative && len(group) > 0 {
			group[len(group)-1] = append(group[len(group)-1], cond)
		} else {
			out.groups[last] = append(group, []condition{cond})
		}
	}
	return out
}

func (s *search) order(c *call, t *table, field string, down bool) {
	if _, _, col := c.walk(t, record{}, field); col == nil {
		s.broken = true
		return
	}
	s.orders = append(s.orders, order{field, down})
}

func (c *call) condition(t *table, text string) (condition, bool) {
	field := fieldName.FindString(text)
	rest := text[len(field):]
	if _, _, col := c.walk(t, record{}, field); col == nil {
		return condition{}, false
	}
	i := slices.IndexFunc(operators, func(op string) bool { return strings.HasPrefix(rest, op) })
	if i < 0 {
		return condition{}, false
	}
	cond := condition{field, operators[i], rest[len(operators[i]):]}
	if _, _, col := c.walk(t, record{}, field); col.kind == "glide_date_time" && cond.value != "" {
		return c.inUTC(cond)
	}
	return cond, true
}

var dateGenerate = regexp.MustCompile(`^javascript:\s*gs\.dateGenerate\(\s*['"](\d{4}-\d\d-\d\d)['"]\s*,\s*['"](\d\d:\d\d:\d\d)['"]\s*\)\s*;?$`)

// inUTC turns the dates of a condition, which are in the caller's time zone, into UTC (vendor page "GlideSystem").
func (c *call) inUTC(cond condition) (condition, bool) {
	parts := []string{cond.value}
	if cond.op == "BETWEEN" {
		parts = strings.Split(cond.value, "@")
	}
	for i, p := range parts {
		if m := dateGenerate.FindStringSubmatch(p); m != nil {
			p = m[1] + " " + m[2]
		}
		at, err := time.ParseInLocation(stampLayout, p, c.zone)
		if err != nil {
			if at, err = time.ParseInLocation(time.DateOnly, p, c.zone); err != nil {
				return cond, false
			}
		}
		parts[i] = stamp(at)
	}
	cond.value = strings.Join(parts, "@")
	return cond, true
}

// rowsFor gives all rows that the query matches, in order, whether the account sees them or not.
func (c *call) rowsFor(t *table) []record {
	q := c.compile(t, c.query("sysparm_query"))
	if q.broken && c.e.st.Props["glide.invalid_query.returns_no_rows"] == "true" {
		return nil
	}
	out := slices.DeleteFunc(c.e.rows(t), func(r record) bool { return !c.matches(t, r, q) })
	slices.SortStableFunc(out, func(a, b record) int {
		for _, o := range q.orders {
			_, ra, col := c.walk(t, a, o.field)
			_, rb, _ := c.walk(t, b, o.field)
			n := compare(col, c.stored(ra, col), c.stored(rb, col))
			if o.down {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	return out
}
