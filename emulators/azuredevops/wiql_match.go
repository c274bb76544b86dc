package azuredevops

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// postQuery runs a WIQL query. It sees items as the index knows them, and none in the recycle bin. It answers ids only.
func (c *call) postQuery() error {
	var in struct {
		Query string `json:"query"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	precise := c.flag("timePrecision")
	q, err := c.parseQuery(in.Query, precise)
	if err != nil {
		return err
	}
	top, err := c.number("$top", 0)
	if err != nil {
		return err
	}
	moment := c.now
	if c.e.lag > 0 {
		moment = c.now.Add(-c.e.lag)
	}
	if !q.asOf.IsZero() && q.asOf.Before(moment) {
		moment = q.asOf
	}
	type found struct {
		it *item
		r  *revision
	}
	var rows []found
	for _, it := range c.e.sorted() {
		r := it.latest()
		if c.e.lag > 0 || !q.asOf.IsZero() {
			r = it.at(moment)
		}
		if it.Gone || r == nil || r.Deleted || it.Deleted != nil && q.asOf.IsZero() || q.where != nil && !q.where.holds(c.e, it, r, precise) {
			continue
		}
		rows = append(rows, found{it, r})
	}
	if len(rows) > c.e.limits.Results {
		return bad("WorkItemTrackingQueryResultSizeLimitExceededException", fmt.Sprintf("VS402337: The number of work items returned exceeds the size limit of %d. Change the query to return fewer items.", c.e.limits.Results))
	}
	slices.SortStableFunc(rows, func(a, b found) int {
		for _, o := range q.order {
			n := compare(c.e.plain(a.it, a.r, o.by), c.e.plain(b.it, b.r, o.by))
			if o.descending {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	if top > 0 && len(rows) > top {
		rows = rows[:top]
	}
	refs := []any{}
	for _, row := range rows {
		refs = append(refs, object{"id": row.it.ID, "url": c.e.api("_apis", "wit", "workItems", strconv.Itoa(row.it.ID))})
	}
	order := []any{}
	for _, o := range q.order {
		order = append(order, object{"field": object{"referenceName": o.by.ref, "name": o.by.name, "url": c.e.api("_apis", "wit", "fields", o.by.ref)}, "descending": o.descending})
	}
	return c.answer(object{"queryType": "flat", "queryResultType": "workItem", "asOf": stamp(tick(moment)), "columns": q.names(c.e), "sortColumns": order, "workItems": refs})
}

// plain is a value for comparing: identities by address, times as times.
func (e *Emulator) plain(it *item, r *revision, f *field) any {
	v := r.Fields[f.ref]
	if f.computed {
		v = e.value(it, r, f, false)
	}
	switch v := v.(type) {
	case int:
		return float64(v)
	case string:
		if f.kind == "dateTime" {
			at, _ := readTime(v, time.UTC)
			return at
		}
	}
	return v
}

// compare orders two values of one kind; nothing comes first.
func compare(a, b any) int {
	switch a := a.(type) {
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return a.Compare(b)
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(strings.ToLower(a), strings.ToLower(b))
		}
	case bool:
		if b, ok := b.(bool); ok && a == b {
			return 0
		}
	}
	if a == nil && b != nil {
		return -1
	}
	if a == nil {
		return 0
	}
	return 1
}

func (c *condition) holds(e *Emulator, it *item, r *revision, precise bool) bool {
	each := func(p *condition) bool { return p.holds(e, it, r, precise) }
	switch c.join {
	case "AND":
		return !slices.ContainsFunc(c.parts, func(p *condition) bool { return !each(p) })
	case "OR":
		return slices.ContainsFunc(c.parts, each)
	case "NOT":
		return !each(c.parts[0])
	}
	if strings.HasPrefix(c.op, "EVER") || c.op == "WAS EVER" {
		once := *c
		once.op = strings.TrimPrefix(strings.Replace(c.op, "WAS EVER", "=", 1), "EVER")
		return slices.ContainsFunc(it.Revs[:r.Rev], func(old *revision) bool { return once.holds(e, it, old, precise) })
	}
	v := e.plain(it, r, c.field)
	text, _ := v.(string)
	switch c.op {
	case "IS EMPTY":
		return v == nil || text == "" && c.field.kind == "html"
	case "IS NOT EMPTY":
		return v != nil
	case "IN":
		return slices.ContainsFunc(c.value, func(w any) bool { return c.equal(v, w, precise) })
	case "NOT IN":
		return !slices.ContainsFunc(c.value, func(w any) bool { return c.equal(v, w, precise) })
	}
	want := c.value[0]
	word, _ := want.(string)
	switch c.op {
	case "=":
		return c.equal(v, want, precise)
	case "<>":
		return !c.equal(v, want, precise)
	case "UNDER", "NOT UNDER":
		under := strings.EqualFold(text, word) || begins(text, word+`\`)
		return under == (c.op == "UNDER")
	case "CONTAINS", "NOT CONTAINS":
		return c.has(text, word) == (c.op == "CONTAINS")
	case "CONTAINS WORDS", "NOT CONTAINS WORDS":
		return hasWords(text, word) == (c.op == "CONTAINS WORDS")
	}
	if v == nil {
		return false
	}
	n := compare(c.day(v, precise), c.day(want, precise))
	return c.op == ">" && n > 0 || c.op == ">=" && n >= 0 || c.op == "<" && n < 0 || c.op == "<=" && n <= 0
}

// day cuts a time to its day in the caller's zone where the query counts in days.
func (c *condition) day(v any, precise bool) any {
	at, ok := v.(time.Time)
	if !ok || precise {
		return v
	}
	at = at.In(profileZone)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, profileZone)
}

func (c *condition) equal(v, want any, precise bool) bool {
	if want == "" {
		return v == nil
	}
	if c.field.ref == fieldTags {
		text, _ := v.(string)
		word, _ := want.(string)
		return c.has(text, word)
	}
	return v != nil && compare(c.day(v, precise), c.day(want, precise)) == 0
}

// has: tags are compared whole, other texts by parts.
func (c *condition) has(text, word string) bool {
	if c.field.ref == fieldTags {
		return contains(strings.Split(text, ";"), word)
	}
	return word != "" && strings.Contains(strings.ToLower(text), strings.ToLower(word))
}

// hasWords looks for whole words: what the index of words knows. Marks between words are not in it.
func hasWords(text, words string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzäöüß0123456789_", r) })
	}
	have := split(text)
	for _, w := range split(words) {
		if !slices.Contains(have, w) {
			return false
		}
	}
	return true
}

// postArtifacts finds the items that have an artifact link with that address.
func (c *call) postArtifacts() error {
	var in struct {
		URIs []string `json:"artifactUris"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	out := object{}
	for _, uri := range in.URIs {
		if !strings.HasPrefix(uri, "vstfs:///") {
			return refuse(http.StatusBadRequest, "ArtifactUriException", "VS403311: The artifact "+uri+" is not of a registered kind.")
		}
		refs := []any{}
		for _, it := range c.e.sorted() {
			if !it.Gone && it.Deleted == nil && slices.ContainsFunc(it.latest().Relations, func(r relation) bool { return r.Rel == "ArtifactLink" && r.URL == uri }) {
				refs = append(refs, object{"id": it.ID, "url": c.e.api("_apis", "wit", "workItems", strconv.Itoa(it.ID))})
			}
		}
		out[uri] = refs
	}
	return c.answer(object{"artifactUrisQueryResult": out})
}
