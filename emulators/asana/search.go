package asana

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// search is paid, behind by the index lag, has no offsets, and its order holds only where it is sorted by created_at.
func (c *call) search() error {
	w, err := c.workspace(c.req.PathValue("workspace_gid"))
	if err != nil {
		return err
	}
	if !w.paid {
		return payment("Search")
	}
	q := c.req.URL.Query()
	limit := 20
	if text := q.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			return bad("limit: Must be between 1 and 100")
		}
	}
	if _, err := c.matches(&task{GID: "0"}); err != nil { // what cannot be read is refused, whatever there is to find
		return err
	}
	var found []*task
	for gid, versions := range c.e.index {
		seen := indexed(versions, c.now.Add(-c.e.lag))
		if seen == nil || seen.Workspace != w.gid || !seen.Deleted.IsZero() || !c.visible(c.e.st.Tasks[gid]) {
			continue
		}
		ok, err := c.matches(seen)
		if err != nil {
			return err
		}
		if ok {
			found = append(found, seen)
		}
	}
	slices.SortFunc(found, func(a, b *task) int { return strings.Compare(a.GID, b.GID) })
	c.order(found)
	data := []any{}
	for _, t := range found[:min(len(found), limit)] {
		data = append(data, c.shown(c.taskView(t), true))
	}
	c.status, c.out = http.StatusOK, object{"data": data}
	return nil
}

// indexed is what the index knows of a task at that time.
func indexed(versions []version, at time.Time) *task {
	for i := len(versions) - 1; i >= 0; i-- {
		if !versions[i].at.After(at) {
			return &versions[i].t
		}
	}
	return nil
}

func (c *call) order(found []*task) {
	by := func(t *task) time.Time { return t.Created }
	switch c.query("sort_by") {
	case "created_at":
	case "completed_at":
		by = func(t *task) time.Time { return t.CompletedAt }
	default: // modified_at, and not stable
		by = func(t *task) time.Time { return t.Modified }
		rand.New(rand.NewPCG(c.e.opts.Seed, uint64(c.e.st.Seq))).Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	}
	slices.SortStableFunc(found, func(a, b *task) int {
		if c.query("sort_ascending") == "true" {
			return by(a).Compare(by(b))
		}
		return by(b).Compare(by(a))
	})
}

// matches decides the filters of the query. What this emulator does not play is refused, not ignored.
func (c *call) matches(t *task) (bool, error) {
	all := true
	for name, values := range c.req.URL.Query() {
		v := values[0]
		ok, err := true, error(nil)
		head, op, _ := strings.Cut(name, ".")
		switch {
		case slices.Contains([]string{"opt_fields", "limit", "sort_by", "sort_ascending", "opt_pretty"}, name):
		case name == "text":
			text := strings.ToLower(t.Name + "\n" + plainOf(t.HTML))
			for _, word := range strings.Fields(strings.ToLower(v)) {
				ok = ok && strings.Contains(text, word)
			}
		case name == "completed":
			ok = strconv.FormatBool(t.Completed) == v
		case name == "is_subtask":
			ok = strconv.FormatBool(t.Parent != "") == v
		case name == "resource_subtype":
			ok = t.Subtype == v
		case head == "custom_fields":
			ok, err = c.matchField(t, op, v)
		case op == "any" || op == "not" || op == "all":
			ok, err = c.matchAny(t, head, op, strings.Split(v, ","))
		case op == "before" || op == "after" || strings.HasSuffix(name, "_on"):
			ok, err = c.matchTime(t, head, op, v)
		default:
			err = bad(name + ": Unknown search parameter")
		}
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

func (c *call) matchAny(t *task, what, op string, list []string) (bool, error) {
	var have []string
	switch what {
	case "projects":
		for _, m := range t.Memberships {
			have = append(have, m.Project)
		}
	case "sections":
		for _, m := range t.Memberships {
			have = append(have, m.Section)
		}
	case "tags":
		have = t.Tags
	case "assignee", "created_by", "followers":
		have = map[string][]string{"assignee": {t.Assignee}, "created_by": {t.Creator}, "followers": t.Followers}[what]
		for i, who := range list {
			if who == "null" {
				list[i] = ""
				continue
			}
			u, err := c.someone(what, who)
			if err != nil {
				return false, err
			}
			list[i] = u.gid
		}
	default:
		return false, bad(what + "." + op + ": Unknown search parameter")
	}
	hits := 0
	for _, want := range list {
		if slices.Contains(have, want) {
			hits++
		}
	}
	return op == "any" && hits > 0 || op == "not" && hits == 0 || op == "all" && hits == len(list), nil
}

func (c *call) matchTime(t *task, what, op, v string) (bool, error) {
	kind, _, _ := strings.Cut(what, "_")
	var at time.Time
	switch kind {
	case "modified":
		at = t.Modified
	case "created":
		at = t.Created
	case "completed":
		at = t.CompletedAt
	case "due":
		if t.DueAt != "" {
			at, _ = time.Parse(time.RFC3339, t.DueAt)
		} else if t.DueOn != "" {
			at, _ = time.Parse(time.DateOnly, t.DueOn)
		}
	default:
		return false, bad(what + ": Unknown search parameter")
	}
	layout := time.RFC3339
	if strings.HasSuffix(what, "_on") {
		layout, at = time.DateOnly, at.Truncate(24*time.Hour)
	}
	bound, err := time.Parse(layout, v)
	if err != nil {
		return false, bad(what + ": Not a valid date: " + v)
	}
	if at.IsZero() || at.Year() == 1 {
		return false, nil
	}
	return op == "before" && at.Before(bound) || op == "after" && at.After(bound) || op == "" && at.Equal(bound), nil
}

func (c *call) matchField(t *task, op, v string) (bool, error) {
	gid, how, _ := strings.Cut(op, ".")
	f := fieldBy(gid)
	if f == nil {
		return false, bad("custom_fields: Unknown custom field: " + gid)
	}
	have := t.Values[gid]
	text := have.Text
	switch f.kind {
	case "enum":
		text = strings.Join(have.GIDs, "")
	case "date":
		text = have.Date
	}
	switch how {
	case "is_set":
		return strconv.FormatBool(!have.empty()) == v, nil
	case "value":
		if f.kind == "number" {
			n, err := strconv.ParseFloat(v, 64)
			return err == nil && have.Number != nil && *have.Number == n, nil
		}
		if f.kind == "multi_enum" || f.kind == "people" {
			return false, bad("custom_fields." + op + ": Not supported for this type")
		}
		return text == v, nil
	case "starts_with":
		return strings.HasPrefix(text, v), nil
	case "ends_with":
		return strings.HasSuffix(text, v), nil
	case "contains":
		return strings.Contains(text, v), nil
	}
	return false, bad("custom_fields." + op + ": Unknown search parameter")
}
