package github

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	mostFound = 1000 // results of one search that can be reached
	mostQuery = 256  // characters
	mostWords = 5    // AND, OR, NOT
)

// searchIssues plays the vendor's search: behind by the index lag, whole words without hidden comments, at most 1,000
// results, and a flag incomplete_results beside fewer of them (POST /_control/incomplete).
func (c *call) searchIssues() error {
	q := c.query("q")
	operators := 0
	for _, word := range strings.Fields(q) {
		if word == "AND" || word == "OR" || word == "NOT" {
			operators++
		}
	}
	switch {
	case strings.TrimSpace(q) == "":
		return invalid(problem("Search", "q", "missing", ""))
	case length(q) > mostQuery:
		return invalid(problem("Search", "q", "invalid", "The search is longer than 256 characters."))
	case operators > mostWords:
		return invalid(problem("Search", "q", "invalid", "More than five AND / OR / NOT operators were used."))
	}
	terms := parseSearch(q)
	if c.actor.app() && !slices.ContainsFunc(terms, func(t term) bool {
		return (t.key == "is" || t.key == "type") && slices.Contains([]string{"issue", "pr", "pull-request"}, t.value)
	}) {
		return invalid(problem("Search", "q", "invalid", "Query must include 'is:issue' or 'is:pull-request'"))
	}
	for _, t := range terms {
		if t.key == "repo" && !t.not {
			if r := c.e.repoNamed(t.value); r == nil || c.role(r) == roleNone {
				return invalid(problem("Search", "q", "invalid", "The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them."))
			}
		}
	}
	rows := slices.DeleteFunc(c.e.index.seen(c.e.skew.Now().Add(-c.e.lag)), func(i *issue) bool {
		r := c.e.st.Repos[i.Repo]
		return c.role(r) == roleNone || !r.HasIssues || !c.matches(i, terms)
	})
	c.sort(rows, cmp.Or(c.query("sort"), "created"), cmp.Or(c.query("order"), "desc"))
	if c.e.incomplete {
		rows = rows[:len(rows)/2]
	}
	out := []object{}
	for _, i := range rows {
		view := c.rendered(c.issueView(i), i.text())
		view["score"] = 1.0
		out = append(out, view)
	}
	return c.searchPage(out, object{"search_type": "lexical"})
}

func (c *call) searchPage(rows []object, beside object) error {
	total := len(rows)
	size, number := usualPage, 1
	if n, err := strconv.Atoi(c.query("per_page")); err == nil && n > 0 {
		size = min(n, mostPage)
	}
	if n, err := strconv.Atoi(c.query("page")); err == nil {
		number = max(n, 1)
	}
	if number > 1 && (number-1)*size >= mostFound {
		return refuse(http.StatusUnprocessableEntity, "Only the first 1000 search results are available")
	}
	some, err := paged(c, rows[:min(total, mostFound)])
	if err != nil {
		return err
	}
	out := object{"total_count": total, "incomplete_results": c.e.incomplete, "items": some}
	for k, v := range beside {
		out[k] = v
	}
	return c.answer(http.StatusOK, out)
}

// term is one part of a query: a word (key "") or a qualifier.
type term struct {
	key, value string
	not, or    bool // or: stands in one group with the term before it
}

var termForm = regexp.MustCompile(`(-?)(?:([a-z-]+):)?("[^"]*"|\S+)`)

func parseSearch(q string) []term {
	var out []term
	not, or := false, false
	for _, m := range termForm.FindAllStringSubmatch(q, -1) {
		switch {
		case m[0] == "AND":
			continue
		case m[0] == "OR":
			or = true
			continue
		case m[0] == "NOT":
			not = true
			continue
		}
		quoted := strings.HasPrefix(m[3], `"`)
		value := strings.Trim(m[3], `"`)
		if m[2] != "" || quoted && m[2] == "" && !strings.ContainsAny(value, "-_ .") {
			out = append(out, term{m[2], value, not != (m[1] == "-"), or})
		} else {
			// Words that are not alphanumeric are cut at every other sign and all have to be there, quoted or not.
			for n, word := range words(value) {
				out = append(out, term{"", word, not != (m[1] == "-"), or && n == 0})
			}
		}
		not, or = false, false
	}
	return out
}

var wordForm = regexp.MustCompile(`[\p{L}\p{N}]+`)

func words(text string) []string { return wordForm.FindAllString(strings.ToLower(text), -1) }

func (c *call) matches(i *issue, terms []term) bool {
	in := "title body"
	for _, t := range terms {
		if t.key == "in" {
			in = t.value
		}
	}
	result := true
	for n := 0; n < len(terms); {
		group := c.fits(i, terms[n], in)
		for n++; n < len(terms) && terms[n].or; n++ {
			group = c.fits(i, terms[n], in) || group
		}
		result = result && group
	}
	return result
}

func (c *call) fits(i *issue, t term, in string) bool {
	return t.key == "in" || t.key == "sort" || c.holds(i, t, in) != t.not
}

func (c *call) holds(i *issue, t term, in string) bool {
	r := c.e.st.Repos[i.Repo]
	switch t.key {
	case "":
		var hay []string
		if strings.Contains(in, "title") {
			hay = append(hay, words(i.Title)...)
		}
		if strings.Contains(in, "body") && i.Body != nil {
			hay = append(hay, words(hidden.ReplaceAllString(*i.Body, ""))...)
		}
		if strings.Contains(in, "comments") {
			for _, m := range c.e.st.commentsOf(func(m *comment) bool { return m.Issue == i.ID }) {
				hay = append(hay, words(hidden.ReplaceAllString(m.Body, ""))...)
			}
		}
		return slices.Contains(hay, strings.ToLower(t.value))
	case "repo":
		return strings.EqualFold(r.full(), t.value)
	case "org", "user":
		return strings.EqualFold(r.Owner, t.value)
	case "is", "type", "state":
		switch t.value {
		case "issue":
			return !i.Pull
		case "pr", "pull-request":
			return i.Pull
		case "open", "closed":
			return i.State == t.value
		case "locked":
			return i.Locked
		case "public", "private":
			return r.Private == (t.value == "private")
		}
		of := typeByID(i.Type)
		return of != nil && strings.EqualFold(of.name, t.value)
	case "author", "assignee":
		u := c.e.st.userByLogin(strings.TrimPrefix(t.value, "app/"))
		if strings.HasPrefix(t.value, "app/") {
			u = c.e.st.userByLogin(strings.TrimPrefix(t.value, "app/") + "[bot]")
		}
		return u != nil && (t.key == "author" && i.Author == u.ID || t.key == "assignee" && slices.Contains(i.Assignees, u.ID))
	case "label":
		l := r.label(t.value)
		return l != nil && slices.Contains(i.Labels, l.ID)
	case "milestone":
		m := r.milestone(i.Milestone)
		return m != nil && strings.EqualFold(m.Title, t.value)
	case "no":
		return t.value == "assignee" && len(i.Assignees) == 0 || t.value == "label" && len(i.Labels) == 0 || t.value == "milestone" && i.Milestone == 0
	case "reason":
		return strings.ReplaceAll(i.Reason, "_", " ") == strings.ReplaceAll(t.value, "_", " ")
	case "created":
		return inRange(i.Created, t.value)
	case "updated":
		return inRange(i.Updated, t.value)
	case "closed":
		return i.Closed != nil && inRange(*i.Closed, t.value)
	}
	return false
}

// inRange reads >, >=, <, <=, a..b and a day.
func inRange(at time.Time, text string) bool {
	parse := func(s string) (time.Time, bool) {
		for _, form := range []string{time.RFC3339, time.DateOnly} {
			if t, err := time.Parse(form, s); err == nil {
				return t, form == time.DateOnly
			}
		}
		return time.Time{}, false
	}
	if from, to, ok := strings.Cut(text, ".."); ok {
		return (from == "*" || inRange(at, ">="+from)) && (to == "*" || inRange(at, "<="+to))
	}
	value := strings.TrimLeft(text, "<>=")
	sign := text[:len(text)-len(value)]
	t, day := parse(value)
	end := t
	if day {
		end = t.Add(24*time.Hour - time.Second)
	}
	switch sign {
	case ">":
		return at.After(end)
	case ">=":
		return !at.Before(t)
	case "<":
		return at.Before(t)
	case "<=":
		return !at.After(end)
	}
	return !at.Before(t) && !at.After(end)
}
