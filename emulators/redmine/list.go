package redmine

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// page cuts a list: 25 unless asked otherwise, 100 at most; what is no number is as if it were not said.
func (c *call) page(name string, rows []any) error {
	q := c.req.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	if limit < 1 {
		limit = 25
	}
	limit = min(limit, 100)
	offset, _ := strconv.Atoi(q.Get("offset"))
	if page, _ := strconv.Atoi(q.Get("page")); page > 0 && q.Get("offset") == "" {
		offset = (page - 1) * limit
	}
	offset = max(0, offset)
	total := len(rows)
	rows = rows[min(offset, total):min(offset+limit, total)]
	return c.answer(http.StatusOK, object{name: rows, "total_count": total, "offset": offset, "limit": limit})
}

// listIssues filters by what it knows, ignores what it does not, and leaves closed issues out unless status_id says otherwise.
func (c *call) listIssues() error {
	q := c.req.URL.Query()
	project := 0
	named := q.Get("project_id")
	if id := c.req.PathValue("id"); id != "" {
		named = id
	}
	if named != "" {
		if project = projectOf(named); project == 0 {
			return empty(http.StatusNotFound)
		}
		if !c.seesProject(project) {
			return c.denied()
		}
	}
	var found []*issue
	for _, i := range c.e.st.Issues {
		if !c.sees(i) || project != 0 && i.Project != project {
			continue
		}
		ok, err := c.matches(i)
		if err != nil {
			return err
		}
		if ok {
			found = append(found, i)
		}
	}
	if _, err := c.matches(&issue{}); err != nil { // a wrong filter is wrong for an empty list too
		return err
	}
	sortIssues(found, q.Get("sort"))
	rows := make([]any, 0, len(found))
	for _, i := range found {
		out := c.issueView(i)
		c.include(out, i, "attachments", "relations")
		rows = append(rows, out)
	}
	return c.page("issues", rows)
}

// matches decides every filter, also where one of them has said no: a wrong one is refused whatever the others say.
func (c *call) matches(i *issue) (bool, error) {
	q := c.req.URL.Query()
	all := false
	switch status := q.Get("status_id"); status {
	case "*":
		all = true
	case "", "open", "o":
		all = !closed(i.Status)
	case "closed", "c":
		all = closed(i.Status)
	default:
		all = oneOf(status, i.Status)
	}
	for name, values := range q {
		v, ok := values[0], true
		switch name {
		case "issue_id":
			ok = oneOf(strings.ReplaceAll(v, ",", "|"), i.ID)
		case "tracker_id":
			ok = oneOf(v, i.Tracker)
		case "priority_id":
			ok = oneOf(v, i.Priority)
		case "parent_id":
			ok = oneOf(v, i.Parent)
		case "author_id":
			ok = c.person(v, i.Author)
		case "assigned_to_id":
			ok = c.person(v, i.Assigned)
		case "subject":
			ok = matchText(i.Subject, v)
		case "updated_on", "created_on", "closed_on", "start_date", "due_date":
			var err error
			if ok, err = matchTime(i.timeOf(name), v); err != nil {
				return false, invalid(dateFilters[name] + " is invalid")
			}
		default:
			id, isField := strings.CutPrefix(name, "cf_")
			f := fieldBy(number(id))
			if isField && f != nil && f.filter {
				ok = slices.ContainsFunc(append(slices.Clone(i.Values[f.id]), ""), func(have string) bool { return have != "" && matchText(have, v) })
			}
		}
		all = all && ok
	}
	return all, nil
}

// dateFilters are the filters that take a time or a day, as messages name them.
var dateFilters = map[string]string{"updated_on": "Updated", "created_on": "Created", "closed_on": "Closed", "start_date": "Start date", "due_date": "Due date"}

// timeOf is what such a filter looks at; the zero time where there is nothing.
func (i *issue) timeOf(name string) time.Time {
	day := func(s string) time.Time { t, _ := time.Parse(time.DateOnly, s); return t }
	return map[string]time.Time{"updated_on": i.Updated, "created_on": i.Created, "closed_on": i.Closed, "start_date": day(i.Start), "due_date": day(i.Due)}[name]
}

// oneOf reads "1|2", "!3" and "*".
func oneOf(v string, id int) bool {
	if v == "*" {
		return id != 0
	}
	if v == "!*" {
		return id == 0
	}
	list, not := strings.CutPrefix(v, "!")
	return slices.Contains(strings.Split(list, "|"), strconv.Itoa(id)) != not
}

func (c *call) person(v string, id int) bool {
	if c.user != nil {
		v = strings.ReplaceAll(v, "me", strconv.Itoa(c.user.id))
	}
	return oneOf(v, id)
}

// matchText reads "~part", "^beginning", "$end" and "=whole"; a plain value is the whole.
func matchText(have, v string) bool {
	for op, holds := range map[string]func(s, part string) bool{"~": strings.Contains, "^": strings.HasPrefix, "$": strings.HasSuffix} {
		if part, ok := strings.CutPrefix(v, op); ok {
			return holds(strings.ToLower(have), strings.ToLower(part))
		}
	}
	return strings.EqualFold(have, strings.TrimPrefix(v, "="))
}

// matchTime reads ">=T", "<=T", "><T|T" and "T", where T is a time in UTC or a day. Times are compared with their fraction, although
// they are shown without.
func matchTime(at time.Time, v string) (bool, error) {
	op := ""
	for _, o := range []string{"><", ">=", "<="} {
		if rest, ok := strings.CutPrefix(v, o); ok {
			op, v = o, rest
			break
		}
	}
	parse := func(s string) (from, to time.Time, err error) {
		if from, err = time.Parse("2006-01-02T15:04:05Z", s); err == nil {
			return from, from, nil
		}
		from, err = time.Parse(time.DateOnly, s)
		return from, from.Add(24*time.Hour - time.Nanosecond), err
	}
	first, second, two := strings.Cut(v, "|")
	from, to, err := parse(first)
	if err != nil {
		return false, err
	}
	if two {
		if _, to, err = parse(second); err != nil {
			return false, err
		}
	}
	if at.IsZero() {
		return false, nil
	}
	switch op {
	case ">=":
		return !at.Before(from), nil
	case "<=":
		return !at.After(to), nil
	}
	return !at.Before(from) && !at.After(to), nil
}

// sortIssues orders by "field:desc,other"; fields it does not know do nothing, and the newest issue is first where nothing else decides.
func sortIssues(list []*issue, by string) {
	keys := map[string]func(a, b *issue) int{
		"id": func(a, b *issue) int { return a.ID - b.ID }, "updated_on": func(a, b *issue) int { return a.Updated.Compare(b.Updated) },
		"created_on": func(a, b *issue) int { return a.Created.Compare(b.Created) }, "priority": func(a, b *issue) int { return a.Priority - b.Priority },
		"status": func(a, b *issue) int { return a.Status - b.Status }, "subject": func(a, b *issue) int { return strings.Compare(a.Subject, b.Subject) },
	}
	slices.SortFunc(list, func(a, b *issue) int {
		for _, part := range strings.Split(by, ",") {
			name, dir, _ := strings.Cut(part, ":")
			cmp, ok := keys[name]
			if !ok {
				continue
			}
			if n := cmp(a, b); n != 0 {
				if dir == "desc" {
					return -n
				}
				return n
			}
		}
		return b.ID - a.ID
	})
}
