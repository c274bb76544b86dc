package salesforce

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// follow goes along a path such as Owner.Name to the field at its end, and to the record that holds it: nil where a
// reference on the way is empty. The field is checked even where there is no record.
func (c *call) follow(o *object, r *record, path string) (*record, *object, *field, error) {
	parts := strings.Split(path, ".")
	for len(parts) > 1 {
		f := o.related(parts[0])
		if f == nil && strings.EqualFold(parts[0], o.name) { // Case.Subject FROM Case
			parts = parts[1:]
			continue
		}
		if f == nil || !c.sees(o, f) {
			return nil, nil, nil, refuse(400, "INVALID_FIELD", "Didn't understand relationship '"+parts[0]+"' in field path.")
		}
		if r != nil {
			r = c.e.st.live(r.text(f.name))
		}
		target := f.refs[0]
		if r != nil {
			target = r.Object
		}
		o, parts = c.e.schema[lower(target)], parts[1:]
	}
	f := o.field(parts[0])
	if f == nil || !c.sees(o, f) {
		return nil, nil, nil, noColumn(o, parts[0])
	}
	return r, o, f, nil
}

// matches says whether the record fulfils the condition.
func (c *call) matches(o *object, r *record, cond *condition) (bool, error) {
	switch {
	case cond == nil:
		return true, nil
	case cond.op == "not":
		ok, err := c.matches(o, r, cond.parts[0])
		return !ok, err
	case cond.op == "and" || cond.op == "or":
		for _, part := range cond.parts {
			ok, err := c.matches(o, r, part)
			if err != nil || ok == (cond.op == "or") {
				return ok, err
			}
		}
		return cond.op == "and", nil
	}
	at, _, f, err := c.follow(o, r, cond.path)
	if err != nil {
		return false, err
	}
	var v any
	if at != nil {
		v = c.value(at, f)
	}
	return c.compare(f, v, cond)
}

// prepare checks a condition against the schema before any row is looked at, and runs its subqueries.
func (c *call) prepare(o *object, cond *condition) error {
	if cond == nil {
		return nil
	}
	for _, part := range cond.parts {
		if err := c.prepare(o, part); err != nil {
			return err
		}
	}
	if cond.path == "" {
		return nil
	}
	_, _, f, err := c.follow(o, nil, cond.path)
	if err != nil {
		return err
	}
	if !f.filterable() {
		return refuse(400, "INVALID_FIELD", "field '"+f.name+"' can not be filtered in a query call")
	}
	if cond.sub != nil {
		rows, err := c.selectRows(cond.sub, false)
		if err != nil || len(cond.sub.fields) != 1 {
			return cmp.Or(err, error(malformed("a subquery of IN needs exactly one field")))
		}
		from := c.e.schema[lower(cond.sub.from)]
		for _, r := range rows {
			if at, _, g, _ := c.follow(from, r, cond.sub.fields[0]); at != nil {
				if id := at.text(g.name); id != "" {
					cond.values = append(cond.values, literal{"text", id})
				}
			}
		}
	}
	for _, l := range cond.values {
		if err := fits(f, l); err != nil {
			return err
		}
	}
	return nil
}

// fits holds the literal's type against the field's: dates are never in quotes, texts always.
func fits(f *field, l literal) error {
	want := []string{"text"}
	switch f.kind {
	case "datetime":
		want = []string{"datetime", "span"}
	case "date":
		want = []string{"date", "span"}
	case "boolean":
		want = []string{"boolean"}
	case "double", "currency", "percent", "int":
		want = []string{"number"}
	}
	if l.kind == "null" || slices.Contains(want, l.kind) {
		return nil
	}
	text := "should be enclosed in quotes"
	if l.kind == "text" {
		text = "should not be enclosed in quotes"
	}
	return refuse(400, "INVALID_FIELD", "value of filter criterion for field '"+f.name+"' must be of type "+f.kind+" and "+text)
}

func (c *call) compare(f *field, v any, cond *condition) (bool, error) {
	any := func(eq func(literal) bool) bool { return slices.ContainsFunc(cond.values, eq) }
	equal := func(l literal) bool { return c.order(f, v, l) == 0 }
	switch cond.op {
	case "=", "in":
		return any(equal), nil
	case "!=", "not in":
		return !any(equal), nil
	case "like":
		text, ok := v.(string)
		return ok && like(cond.values[0].text).MatchString(text), nil
	case "includes", "excludes":
		text, _ := v.(string)
		have := strings.Split(text, ";")
		hit := any(func(l literal) bool {
			for _, part := range strings.Split(l.text, ";") {
				if !slices.Contains(have, part) {
					return false
				}
			}
			return true
		})
		return hit == (cond.op == "includes"), nil
	}
	if v == nil || cond.values[0].kind == "null" {
		return false, nil
	}
	n := c.order(f, v, cond.values[0])
	switch cond.op {
	case "<":
		return n < 0, nil
	case "<=":
		return n <= 0, nil
	case ">":
		return n > 0, nil
	}
	return n >= 0, nil
}

// order compares a stored value with a literal: below, equal, above. null equals null alone.
func (c *call) order(f *field, v any, l literal) int {
	if l.kind == "null" || v == nil {
		if l.kind == "null" && v == nil || v == nil && l.kind == "text" && l.text == "" {
			return 0
		}
		return 1
	}
	switch v := v.(type) {
	case bool:
		return strings.Compare(strconv.FormatBool(v), l.text)
	case float64:
		n, _ := strconv.ParseFloat(l.text, 64)
		return cmp.Compare(v, n)
	}
	text := v.(string)
	switch f.kind {
	case "datetime":
		at, ok := parseTime(l.text)
		if l.kind == "span" || !ok {
			at = c.span(l.text)
			if text >= stamp(at) && text < stamp(at.Add(24*time.Hour)) {
				return 0
			}
		}
		return strings.Compare(text, at.UTC().Format(stampLayout))
	case "date":
		if l.kind == "span" {
			return strings.Compare(text, c.span(l.text).Format(time.DateOnly))
		}
		return strings.Compare(text, l.text)
	case "id", "reference":
		if len(l.text) >= 15 && len(text) >= 15 {
			return strings.Compare(text[:15], l.text[:15])
		}
	}
	if same(f, text, l.text) {
		return 0
	}
	return strings.Compare(strings.ToLower(text), strings.ToLower(l.text))
}

// span is the first moment of a date literal.
func (c *call) span(text string) time.Time {
	day := c.now.UTC().Truncate(24 * time.Hour)
	name, n, _ := strings.Cut(text, ":")
	days, _ := strconv.Atoi(n)
	if name == "YESTERDAY" {
		days = 1
	}
	return day.AddDate(0, 0, -days)
}

// like is the pattern of LIKE: % and _ stand for any text and one character, case does not matter.
func like(pattern string) *regexp.Regexp {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch ch := pattern[i]; {
		case ch == '\\' && i+1 < len(pattern):
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case ch == '%':
			b.WriteString(`.*`)
		case ch == '_':
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	return regexp.MustCompile(`(?is)^` + b.String() + `$`)
}
