package jira

import "net/http"

// pageMost is the most issues one page of a search has, whatever is asked for.
const pageMost = 1000

type pageSearch struct {
	JQL           string   `json:"jql"`
	StartAt       int      `json:"startAt"`
	MaxResults    *int     `json:"maxResults"`
	Fields        []string `json:"fields"`
	Expand        []string `json:"expand"`
	ValidateQuery *bool    `json:"validateQuery"`
}

func (c *call) postSearchPage() (reply, error) {
	var in pageSearch
	if err := c.decode(&in, true); err != nil {
		return reply{}, err
	}
	return c.searchPage(in)
}

func (c *call) getSearchPage() (reply, error) {
	in := pageSearch{JQL: c.query.Get("jql"), StartAt: c.number("startAt", 0), Fields: list(c.query["fields"]...), Expand: list(c.query["expand"]...)}
	if c.query.Has("maxResults") {
		n := c.number("maxResults", 50)
		in.MaxResults = &n
	}
	validate := c.query.Get("validateQuery") != "false"
	in.ValidateQuery = &validate
	return c.searchPage(in)
}

// searchPage answers one page by its offset. A query without restriction finds everything. It runs over
// the same index as Cloud's search: a node of the cluster may be behind.
func (c *call) searchPage(in pageSearch) (reply, error) {
	q, err := parseJQL(in.JQL)
	if err != nil {
		return reply{}, err
	}
	if q.where != nil && (in.ValidateQuery == nil || *in.ValidateQuery) {
		if err := c.known(q.where); err != nil {
			return reply{}, err
		}
	}
	hits, err := c.hits(q, nil)
	if err != nil {
		return reply{}, err
	}
	size := 50
	if in.MaxResults != nil {
		size = min(max(*in.MaxResults, 0), pageMost)
	}
	if in.StartAt < 0 {
		return reply{}, fail(http.StatusBadRequest, "The value of startAt must not be negative.")
	}
	from := min(in.StartAt, len(hits))
	shown := []object{}
	for _, i := range hits[from:min(from+size, len(hits))] {
		shown = append(shown, c.renderIssue(i, wanted{fields: in.Fields, expand: in.Expand}))
	}
	return ok(object{"expand": "schema,names", "startAt": in.StartAt, "maxResults": size, "total": len(hits), "issues": shown})
}
