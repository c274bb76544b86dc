package servicenow

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

func (c *call) matches(t *table, r record, q search) bool {
	return slices.ContainsFunc(q.groups, func(group [][]condition) bool {
		for _, alternatives := range group {
			if !slices.ContainsFunc(alternatives, func(cond condition) bool { return c.holds(t, r, cond) }) {
				return false
			}
		}
		return true
	})
}

func (c *call) holds(t *table, r record, cond condition) bool {
	_, row, col := c.walk(t, r, cond.field)
	if col == nil {
		return false
	}
	have := c.stored(row, col)
	folded, want := strings.ToLower(have), strings.ToLower(cond.value)
	switch cond.op {
	case "=":
		return compare(col, have, cond.value) == 0
	case "!=":
		return compare(col, have, cond.value) != 0
	case ">", ">=", "<", "<=":
		if have == "" { // an empty value is in no range
			return false
		}
		n := compare(col, have, cond.value)
		return n > 0 && cond.op[0] == '>' || n < 0 && cond.op[0] == '<' || n == 0 && len(cond.op) == 2
	case "IN", "NOT IN":
		in := slices.ContainsFunc(strings.Split(cond.value, ","), func(v string) bool { return compare(col, have, v) == 0 })
		return in == (cond.op == "IN")
	case "LIKE":
		return strings.Contains(folded, want)
	case "NOT LIKE":
		return !strings.Contains(folded, want)
	case "STARTSWITH":
		return strings.HasPrefix(folded, want)
	case "ENDSWITH":
		return strings.HasSuffix(folded, want)
	case "ISEMPTY", "EMPTYSTRING":
		return have == ""
	case "ISNOTEMPTY":
		return have != ""
	case "BETWEEN":
		low, high, _ := strings.Cut(cond.value, "@")
		return have != "" && compare(col, have, low) >= 0 && compare(col, have, high) <= 0
	}
	return true // ANYTHING
}

// compare orders two stored values: numbers by size, everything else as text without regard to case, as the database does.
func compare(col *column, a, b string) int {
	if col.kind == "integer" || col.kind == "decimal" {
		x, errA := strconv.ParseFloat(a, 64)
		y, errB := strconv.ParseFloat(b, 64)
		if errA == nil && errB == nil {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
}
