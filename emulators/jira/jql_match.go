package jira

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// matcher decides whether an issue meets a clause, as one person sees it at one moment.
type matcher struct {
	state *state
	user  *User
	now   time.Time
}

func (m matcher) matches(c *clause, i *issue) (bool, error) {
	switch c.op {
	case "and", "or":
		for _, part := range c.parts {
			ok, err := m.matches(part, i)
			if err != nil {
				return false, err
			}
			if ok == (c.op == "or") {
				return ok, nil
			}
		}
		return c.op == "and", nil
	case "not":
		ok, err := m.matches(c.parts[0], i)
		return !ok, err
	}
	switch c.field {
	case "updated", "updateddate":
		return m.when(c, i.Updated)
	case "created", "createddate":
		return m.when(c, i.Created)
	case "resolved", "resolutiondate":
		return m.when(c, i.Resolved)
	case "id", "key", "issuekey", "issue":
		return m.byKey(c, i)
	}
	if c.field == "sprint" || c.field == "cf[10020]" {
		return m.compare(m.state.sprintClause(c), m.state.sprintWords(i))
	}
	if isText(c.field) {
		return m.text(c, i)
	}
	have, err := m.words(c.field, i)
	if err != nil {
		return false, err
	}
	return m.compare(c, have)
}

// words are the names and ids an issue answers to in a field.
func (m matcher) words(name string, i *issue) ([]string, error) {
	both := func(list []*named, ids ...string) []string {
		var out []string
		for _, id := range ids {
			if n := findNamed(list, id, ""); id != "" && n != nil {
				out = append(out, n.ID, n.Name)
			}
		}
		return out
	}
	person := func(id string) []string {
		if u := findUser(id); u != nil {
			return []string{u.AccountID, u.Login(), u.Key(), u.Name, u.Email}
		}
		return nil
	}
	switch name {
	case "project":
		p := i.project()
		return []string{p.ID, p.Key, p.Name}, nil
	case "issuetype", "type":
		return both(issueTypes, i.TypeID), nil
	case "status":
		return both(statuses, i.StatusID), nil
	case "statuscategory":
		c := categoryOf(i.StatusID)
		return []string{c, categories[c]["name"].(string), strconv.Itoa(categories[c]["id"].(int))}, nil
	case "priority":
		return both(priorities, i.Values["priority"].Text), nil
	case "resolution":
		return both(resolutions, i.Values["resolution"].Text), nil
	case "labels":
		return i.Values["labels"].List, nil
	case "component", "components":
		return both(components, i.Values["components"].List...), nil
	case "fixversion":
		return both(versions, i.Values["fixVersions"].List...), nil
	case "assignee", "reporter":
		return person(i.Values[name].Text), nil
	case "creator":
		return person(i.CreatorID), nil
	case "parent":
		if parent := m.state.Issues[i.Values["parent"].Text]; parent != nil {
			return []string{parent.ID, parent.Key}, nil
		}
		return nil, nil
	}
	if strings.HasPrefix(name, "issue.property") {
		return nil, nil // no app indexes properties here, so they match nothing
	}
	if f := customField(name); f != nil {
		v := i.Values[f.ID]
		switch {
		case f.Kind == kindOption:
			return both(f.Options, v.Text), nil
		case f.Kind == kindCascade:
			out := both(f.Options, v.Text)
			if n := findNamed(f.Options, v.Text, ""); n != nil {
				out = append(out, both(n.Children, v.List...)...)
			}
			return out, nil
		case f.Kind == kindEpic:
			if epic := m.state.Issues[v.Text]; epic != nil {
				return []string{epic.ID, epic.Key}, nil
			}
			return nil, nil
		case f.Kind == kindLabels:
			return v.List, nil
		case f.Kind == kindUsers:
			var out []string
			for _, id := range v.List {
				out = append(out, person(id)...)
			}
			return out, nil
		case f.Kind == kindUser:
			return person(v.Text), nil
		case f.Kind == kindOptions:
			return both(f.Options, v.List...), nil
		case v.Number != nil:
			return []string{strconv.FormatFloat(*v.Number, 'f', -1, 64)}, nil
		case v.Text != "":
			return []string{v.Text}, nil
		}
		return nil, nil
	}
	return nil, jqlError("Field '%s' does not exist or you do not have permission to view it.", name)
}

var cfName = regexp.MustCompile(`^cf\[(\d+)\]$`)

// customField finds a custom field by cf[id], its id or its name.
func customField(name string) *field {
	if m := cfName.FindStringSubmatch(name); m != nil {
		name = "customfield_" + m[1]
	}
	for _, f := range fields {
		if f.Custom != "" && (f.ID == name || strings.EqualFold(f.Name, name)) {
			return f
		}
	}
	return nil
}

func (m matcher) compare(c *clause, have []string) (bool, error) {
	some := func(test func(string, operand) bool) bool {
		return slices.ContainsFunc(c.values, func(v operand) bool {
			if v.empty {
				return len(have) == 0
			}
			return slices.ContainsFunc(have, func(h string) bool { return test(h, m.resolved(v)) })
		})
	}
	equal := func(h string, v operand) bool { return strings.EqualFold(h, v.text) }
	switch c.cmp {
	case "=", "in", "is":
		return some(equal), nil
	case "!=", "not in":
		// As at the vendor, an empty field is no match for "not this value".
		return len(have) > 0 && !some(equal), nil
	case "is not":
		return len(have) > 0, nil
	}
	return some(func(h string, v operand) bool {
		a, errA := strconv.ParseFloat(h, 64)
		b, errB := strconv.ParseFloat(v.text, 64)
		return errA == nil && errB == nil && ordered(c.cmp, cmp.Compare(a, b))
	}), nil
}

func (m matcher) resolved(v operand) operand {
	if v.call == "currentuser" && m.user != nil {
		v.text = m.user.AccountID
	}
	return v
}

func ordered(sign string, c int) bool {
	switch sign {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	case ">=":
		return c >= 0
	case "=":
		return c == 0
	}
	return c != 0
}

// when compares a moment. A quoted date has minutes and is read in the caller's time zone: "=" then
// means within that minute.
func (m matcher) when(c *clause, at time.Time) (bool, error) {
	v := c.values[0]
	if v.empty {
		return at.IsZero() == (c.cmp == "is" || c.cmp == "="), nil
	}
	limit, err := m.moment(v)
	if err != nil {
		return false, err
	}
	if at.IsZero() {
		return false, nil
	}
	if !slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, c.cmp) {
		return false, jqlError("The operator '%s' is not supported by the '%s' field.", c.cmp, c.field)
	}
	return ordered(c.cmp, at.Compare(limit)), nil
}

var relative = regexp.MustCompile(`^([-+]?)(\d+)([wdhm])$`)

func (m matcher) moment(v operand) (time.Time, error) {
	if v.call == "now" {
		return m.now, nil
	}
	if ms, err := strconv.ParseInt(v.text, 10, 64); err == nil && !v.quoted {
		return time.UnixMilli(ms).UTC(), nil
	}
	if r := relative.FindStringSubmatch(v.text); r != nil {
		n, _ := strconv.Atoi(r[2])
		d := time.Duration(n) * map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}[r[3]]
		if r[1] == "-" {
			d = -d
		}
		return m.now.Add(d), nil
	}
	for _, layout := range []string{"2006/01/02 15:04", "2006-01-02 15:04", "2006/01/02", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, v.text, m.user.zone()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, jqlError("Date value '%s' for field is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.", v.text)
}

// byKey compares ids and keys, also with < and > as the vendor allows within a project.
func (m matcher) byKey(c *clause, i *issue) (bool, error) {
	if slices.Contains([]string{"<", "<=", ">", ">="}, c.cmp) {
		return ordered(c.cmp, cmp.Compare(number(i.ID), number(c.values[0].text))), nil
	}
	have := []string{i.ID, i.Key}
	for old, id := range m.state.Moved {
		if id == i.ID {
			have = append(have, old)
		}
	}
	return m.compare(c, have)
}

// sortKeys are the texts an issue is ordered by: one per ORDER BY field, then its id, so that the
// order is total.
func sortKeys(order []ordering, i *issue) ([]string, error) {
	var keys []string
	for _, o := range order {
		var k string
		switch o.field {
		case "updated", "updateddate":
			k = fmt.Sprintf("%020d", i.Updated.UnixMilli())
		case "created", "createddate":
			k = fmt.Sprintf("%020d", i.Created.UnixMilli())
		case "id", "key", "issuekey":
			k = fmt.Sprintf("%020d", number(i.ID))
		case "priority":
			k = i.Values["priority"].Text
		case "summary":
			k = strings.ToLower(i.Values["summary"].Text)
		case "status":
			k = findNamed(statuses, i.StatusID, "").Name
		case "project":
			k = i.project().Name
		case "rank":
			k = fmt.Sprintf("%020d", number(i.ID))
		default:
			return nil, jqlError("Not able to sort using field '%s'.", o.field)
		}
		keys = append(keys, k)
	}
	return append(keys, fmt.Sprintf("%020d", number(i.ID))), nil
}

// compareKeys orders two lists of sort keys.
func compareKeys(order []ordering, a, b []string) int {
	for n := range a {
		c := cmp.Compare(a[n], b[n])
		if n < len(order) && order[n].desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func parseMoment(text string) (time.Time, error) { return time.Parse(timeLayout, text) }
