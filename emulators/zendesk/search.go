package zendesk

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// searchIndex is what search sees: each ticket as it was some time ago. The Emulator's lock guards it.
type searchIndex struct{ versions map[int64][]version }

type version struct {
	at     time.Time
	ticket *ticket
}

func (x *searchIndex) rebuild(st *state) {
	x.versions = map[int64][]version{}
	for id, t := range st.Tickets {
		x.versions[id] = []version{{t.Generated, t}}
	}
}

// add puts in a new state, and forgets those that no search can see any more.
func (x *searchIndex) add(t *ticket, now time.Time, lag time.Duration) {
	all := append(x.versions[t.ID], version{now, t})
	for len(all) > 1 && !all[1].at.After(now.Add(-lag)) {
		all = all[1:]
	}
	x.versions[t.ID] = all
}

// visible are the tickets as the index has them now; deleted ones are left out.
func (c *call) visible() []*ticket {
	var out []*ticket
	for _, all := range c.e.index.versions {
		for _, v := range slices.Backward(all) {
			if !v.at.After(c.now.Add(-c.e.lag)) {
				if !v.ticket.deleted() {
					out = append(out, v.ticket)
				}
				break
			}
		}
	}
	return out
}

var searchTerm = regexp.MustCompile(`(-?)(?:([a-z_][a-z0-9_]*)(:|<=|>=|<|>))?("[^"]*"|\S+)`)

// found runs a query (vendor page "Search", query syntax) over the tickets in the index. Terms are
// joined by and; words are looked for in subject and comments.
func (c *call) found(query string) ([]*ticket, error) {
	out := c.visible()
	for _, m := range searchTerm.FindAllStringSubmatch(query, -1) {
		negate, key, op, value := m[1] == "-", m[2], m[3], strings.Trim(m[4], `"`)
		if key == "type" && value != "ticket" && op == ":" {
			return nil, nil
		}
		match, ok := c.term(key, op, value, strings.HasPrefix(m[4], `"`))
		if !ok {
			return nil, &apiError{http.StatusUnprocessableEntity, object{"error": "invalid", "description": "Invalid search: unknown term " + key}}
		}
		out = slices.DeleteFunc(out, func(t *ticket) bool { return match(t) == negate })
	}
	return out, nil
}

var statusOrder = []string{"new", "open", "pending", "hold", "solved", "closed"}

func (c *call) term(key, op, value string, phrase bool) (match func(*ticket) bool, ok bool) {
	person := func(id int64) bool {
		u := c.e.st.Users[id]
		return u == nil && value == "none" || u != nil && (strings.EqualFold(u.Email, value) || strings.EqualFold(u.Name, value) || idString(id) == value)
	}
	at := func(of func(*ticket) time.Time) func(*ticket) bool {
		return func(t *ticket) bool { return compareTime(of(t), op, value) }
	}
	switch key {
	case "":
		return func(t *ticket) bool { return hasWords(words(t), value, phrase) }, true
	case "type", "ticket_type":
		return func(t *ticket) bool { return value == "ticket" || t.Type == value }, true
	case "updated", "updated_at":
		return at(func(t *ticket) time.Time { return t.Updated }), true
	case "created", "created_at":
		return at(func(t *ticket) time.Time { return t.Created }), true
	case "external_id":
		return func(t *ticket) bool { return t.ExternalID == value }, true
	case "tags":
		return func(t *ticket) bool { return slices.Contains(t.Tags, strings.ToLower(value)) }, true
	case "status":
		return func(t *ticket) bool {
			return compare(slices.Index(statusOrder, t.Status), op, slices.Index(statusOrder, value))
		}, true
	case "priority":
		return func(t *ticket) bool { return t.Priority == value }, true
	case "subject":
		return func(t *ticket) bool { return hasWords(t.Subject, value, phrase) }, true
	case "assignee":
		return func(t *ticket) bool { return person(t.AssigneeID) }, true
	case "requester":
		return func(t *ticket) bool { return person(t.RequesterID) }, true
	case "organization":
		return func(t *ticket) bool { return idString(t.OrganizationID) == value }, true
	}
	if id, custom := strings.CutPrefix(key, "custom_field_"); custom {
		n, _ := strconv.ParseInt(id, 10, 64)
		return func(t *ticket) bool { return t.hasValue(n, value, phrase) }, true
	}
	return nil, false
}

func words(t *ticket) string {
	out := t.Subject
	for _, co := range t.Comments {
		out += " " + co.Body
	}
	return out
}

func compareTime(at time.Time, op, value string) bool {
	want, err := time.Parse(time.RFC3339, value)
	if err == nil {
		return compare(int(at.Unix()), op, int(want.Unix()))
	}
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return false
	}
	return compare(int(at.Truncate(24*time.Hour).Unix()), op, int(day.Unix()))
}

func compare(a int, op string, b int) bool {
	switch op {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case ">=":
		return a >= b
	}
	return a == b
}

// search gives at most 1000 results by pages of up to 100.
func (c *call) search() error {
	tickets, err := c.found(c.query("query"))
	if err != nil {
		return err
	}
	if n, _ := strconv.Atoi(c.query("page")); n > 10 {
		return &apiError{http.StatusUnprocessableEntity, object{"error": "invalid", "description": "Invalid search: Requested response size was greater than Search Response Limits"}}
	}
	var rows []keyed[*ticket]
	for _, t := range tickets {
		key := timeKey(t.Created, t.ID)
		if c.query("sort_by") == "updated_at" {
			key = timeKey(t.Updated, t.ID)
		}
		rows = append(rows, keyed[*ticket]{key, t})
	}
	hits, beside, err := page(c, rows, c.query("sort_order") != "asc", 100)
	if err != nil {
		return err
	}
	beside["results"], beside["facets"] = c.results(hits), nil
	return c.answer(http.StatusOK, beside)
}

func (c *call) searchCount() error {
	tickets, err := c.found(c.query("query"))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"count": len(tickets)})
}

// searchExport pages by cursor, oldest first; filter[type] is compulsory, and a type in the query is an error (vendor page "Search").
func (c *call) searchExport() error {
	if c.query("filter[type]") != "ticket" {
		return badRequest("invalid", "filter[type] must be ticket in this emulator")
	}
	if err := c.limit("search-export", "", 100, time.Minute); err != nil {
		return err
	}
	for _, m := range searchTerm.FindAllStringSubmatch(c.query("query"), -1) {
		if m[2] == "type" {
			return &apiError{http.StatusUnprocessableEntity, object{"error": "invalid", "description": "Invalid search: type belongs into filter[type]"}}
		}
	}
	tickets, err := c.found(c.query("query"))
	if err != nil {
		return err
	}
	var rows []keyed[*ticket]
	for _, t := range tickets {
		rows = append(rows, keyed[*ticket]{timeKey(t.Created, t.ID), t})
	}
	q := c.req.URL.Query()
	if err := c.takeCursor(q); err != nil {
		return err
	}
	hits, beside, err := cursorPage(c, sorted(rows), false, 1000, q)
	if err != nil {
		return err
	}
	c.issueCursor(beside, q)
	beside["results"], beside["facets"] = c.results(hits), nil
	return c.answer(http.StatusOK, beside)
}

func sorted[T any](rows []keyed[T]) []keyed[T] {
	slices.SortFunc(rows, func(a, b keyed[T]) int { return strings.Compare(a.key, b.key) })
	return rows
}

func (c *call) results(tickets []*ticket) []any {
	out := []any{}
	for _, t := range tickets {
		v := c.e.ticketView(t)
		v["result_type"] = "ticket"
		out = append(out, v)
	}
	return out
}
