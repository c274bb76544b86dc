package jira

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

type searchInput struct {
	JQL             string   `json:"jql"`
	Fields          []string `json:"fields"`
	Expand          string   `json:"expand"`
	Properties      []string `json:"properties"`
	MaxResults      *int     `json:"maxResults"`
	NextPageToken   *string  `json:"nextPageToken"`
	ReconcileIssues []int64  `json:"reconcileIssues"`
	FieldsByKeys    bool     `json:"fieldsByKeys"`
	FailFast        bool     `json:"failFast"`
}

// pageToken is where the next page starts: after the issue with these sort keys. It is bound to its query.
type pageToken struct {
	JQL  string   `json:"q"`
	Keys []string `json:"k"`
}

const (
	pageOfFields = 100  // issues per page with fields
	pageOfIDs    = 5000 // issues per page where only ids and keys are asked for
)

func (c *call) postSearch() (reply, error) {
	var in searchInput
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	return c.search(in)
}

func (c *call) getSearch() (reply, error) {
	in := searchInput{JQL: c.query.Get("jql"), Fields: list(c.query["fields"]...), Expand: c.query.Get("expand"), Properties: list(c.query["properties"]...)}
	if c.query.Has("maxResults") {
		n := c.number("maxResults", 50)
		in.MaxResults = &n
	}
	if t := c.query.Get("nextPageToken"); t != "" {
		in.NextPageToken = &t
	}
	for _, id := range list(c.query["reconcileIssues"]...) {
		in.ReconcileIssues = append(in.ReconcileIssues, number(id))
	}
	return c.search(in)
}

// search answers one page of an enhanced JQL search over the index.
func (c *call) search(in searchInput) (reply, error) {
	if len(in.ReconcileIssues) > 50 {
		return reply{}, fail(http.StatusBadRequest, "The maximum number of issues to reconcile is 50.")
	}
	q, err := c.bounded(in.JQL)
	if err != nil {
		return reply{}, err
	}
	hits, err := c.hits(q, in.ReconcileIssues)
	if err != nil {
		return reply{}, err
	}
	if in.NextPageToken != nil && *in.NextPageToken != "" {
		if hits, err = after(q, hits, in.JQL, *in.NextPageToken); err != nil {
			return reply{}, err
		}
	}
	wn := wanted{fields: in.Fields, expand: list(in.Expand), properties: in.Properties}
	if len(wn.fields) == 0 {
		wn.fields = []string{"id"}
	}
	size, most := 50, pageOfFields
	if wn.bare() {
		most = pageOfIDs
	}
	if in.MaxResults != nil {
		if *in.MaxResults < 1 || *in.MaxResults > pageOfIDs {
			return reply{}, fail(http.StatusBadRequest, "maxResults must be between 1 and 5000.")
		}
		size = *in.MaxResults
	}
	size = min(size, most)
	body := object{"isLast": len(hits) <= size}
	if len(hits) > size {
		keys, _ := sortKeys(q.order, hits[size-1])
		raw, _ := json.Marshal(pageToken{in.JQL, keys})
		body["nextPageToken"] = base64.RawURLEncoding.EncodeToString(raw)
		hits = hits[:size]
	}
	shown := []object{}
	for _, i := range hits {
		shown = append(shown, c.renderIssue(i, wn))
	}
	body["issues"] = shown
	return ok(body)
}

// bounded parses a query and refuses one that restricts nothing.
func (c *call) bounded(jql string) (*query, error) {
	q, err := parseJQL(jql)
	if err != nil {
		return nil, err
	}
	if q.where == nil {
		return nil, fail(http.StatusBadRequest, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	}
	return q, c.known(q.where)
}

// known refuses values that do not exist on the site and operators that a field does not have, as the vendor does.
func (c *call) known(cl *clause) error {
	for _, part := range cl.parts {
		if err := c.known(part); err != nil {
			return err
		}
	}
	if cl.op != "" {
		return nil
	}
	if err := cl.supported(); err != nil {
		return err
	}
	for _, v := range cl.values {
		if v.empty || v.call != "" {
			continue
		}
		exists := true
		switch cl.field {
		case "project":
			exists = slices.ContainsFunc(projects, func(p *project) bool { return v.text == p.ID || v.text == p.Key || v.text == p.Name })
		case "status":
			exists = isNamed(statuses, v.text)
		case "issuetype", "type":
			exists = isNamed(issueTypes, v.text)
		case "priority":
			exists = isNamed(priorities, v.text)
		case "id", "key", "issuekey", "issue":
			if cl.cmp == "=" || cl.cmp == "in" {
				exists = c.state.find(v.text) != nil
			}
		}
		if !exists {
			return fail(http.StatusBadRequest, "The value '%s' does not exist for the field '%s'.", v.text, cl.field)
		}
	}
	return nil
}

func isNamed(list []*named, text string) bool {
	return findNamed(list, text, "") != nil || findNamed(list, "", text) != nil
}

// hits are the matching issues of the index in the query's order.
func (c *call) hits(q *query, fresh []int64) ([]*issue, error) {
	m := matcher{state: c.state, user: c.user, now: c.now}
	type hit struct {
		issue *issue
		keys  []string
	}
	var found []hit
	for _, i := range c.index.visible(c.now, c.state.Issues, fresh) {
		yes := q.where == nil
		if !yes {
			var err error
			if yes, err = m.matches(q.where, i); err != nil {
				return nil, err
			}
		}
		if !yes {
			continue
		}
		keys, err := sortKeys(q.order, i)
		if err != nil {
			return nil, err
		}
		found = append(found, hit{i, keys})
	}
	order := q.order
	if len(order) == 0 {
		order = []ordering{{field: "id", desc: true}} // newest first, where nothing else is asked
	}
	slices.SortFunc(found, func(a, b hit) int { return compareKeys(order, a.keys, b.keys) })
	out := []*issue{}
	for _, h := range found {
		out = append(out, h.issue)
	}
	return out, nil
}

// after drops what came on earlier pages.
func after(q *query, hits []*issue, jql, token string) ([]*issue, error) {
	var t pageToken
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(raw, &t) != nil || t.JQL != jql {
		return nil, fail(http.StatusBadRequest, "The provided next page token is invalid or expired.")
	}
	order := q.order
	if len(order) == 0 {
		order = []ordering{{field: "id", desc: true}}
	}
	return slices.DeleteFunc(hits, func(i *issue) bool {
		keys, err := sortKeys(q.order, i)
		return err != nil || len(keys) != len(t.Keys) || compareKeys(order, keys, t.Keys) <= 0
	}), nil
}

func (c *call) approximateCount() (reply, error) {
	var in struct {
		JQL string `json:"jql"`
	}
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	q, err := c.bounded(in.JQL)
	if err != nil {
		return reply{}, err
	}
	hits, err := c.hits(q, nil)
	if err != nil {
		return reply{}, err
	}
	return ok(object{"count": len(hits)})
}

func (c *call) oldSearch() (reply, error) {
	return reply{}, fail(http.StatusGone, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")
}

func (c *call) matchJQL() (reply, error) {
	var in struct {
		IssueIDs []int64  `json:"issueIds"`
		JQLs     []string `json:"jqls"`
	}
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	m := matcher{state: c.state, user: c.user, now: c.now}
	out := []object{}
	for _, text := range in.JQLs {
		matched, problems := []int64{}, []string{}
		q, err := parseJQL(text)
		for _, id := range in.IssueIDs {
			i := c.state.Issues[strconv.FormatInt(id, 10)]
			if err != nil || i == nil {
				continue
			}
			yes := q.where == nil
			if !yes {
				yes, err = m.matches(q.where, i)
			}
			if yes && err == nil {
				matched = append(matched, id)
			}
		}
		if err != nil {
			problems = messagesOf(err)
		}
		out = append(out, object{"matchedIssues": matched, "errors": problems})
	}
	return ok(object{"matches": out})
}
