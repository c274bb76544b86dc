package servicenow

import (
	"net/http"
	"slices"
	"strings"
)

// getStats counts rows that the account sees, also by groups (vendor page "Aggregate API").
func (c *call) getStats() error {
	t, err := c.tableOf(c.req.PathValue("tableName"))
	if err != nil {
		return err
	}
	seen := slices.DeleteFunc(c.rowsFor(t), func(r record) bool { return !c.sees(c.classOf(t, r), r) })
	by := c.query("sysparm_group_by")
	if by == "" {
		return c.answer(http.StatusOK, object{"result": object{"stats": c.stats(len(seen))}})
	}
	names := strings.Split(by, ",")
	counts, values := map[string]int{}, map[string][]any{}
	var order []string
	for _, r := range seen {
		var fields []any
		key := ""
		for _, name := range names {
			if _, row, col := c.walk(t, r, name); col != nil {
				value := c.stored(row, col)
				fields = append(fields, object{"field": name, "value": value})
				key += value + "\x00"
			}
		}
		if counts[key] == 0 {
			order, values[key] = append(order, key), fields
		}
		counts[key]++
	}
	slices.Sort(order)
	groups := []any{}
	for _, key := range order {
		groups = append(groups, object{"stats": c.stats(counts[key]), "groupby_fields": values[key]})
	}
	return c.answer(http.StatusOK, object{"result": groups})
}

func (c *call) stats(n int) object {
	if !c.flag("sysparm_count") {
		return object{}
	}
	return object{"count": itoa(n)}
}
