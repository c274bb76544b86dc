package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"duplex/connectors"
	"duplex/core"
)

// Search lists the issues of the scope that a JQL query finds, oldest first whatever order the query names. The search index may lag
// behind by minutes ("Search and reconcile"). Page tokens live seven days; after that the list begins anew.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	if err := c.checkType(t); err != nil {
		return connectors.Page{}, err
	}
	where, wrong := unordered(query)
	if wrong != "" {
		return connectors.Page{}, connectors.Invalid(c.system, "", "the query cannot be read: "+wrong)
	}
	parts := scopeQuery(t.Scope)
	if where != "" {
		parts = append(parts, "("+where+")")
	}
	if c.on == dataCenter {
		return c.searchAtHome(ctx, parts, cursor)
	}
	found, err := c.resume(ctx, strings.Join(parts, " AND ")+byCreation, 100, string(cursor))
	if err != nil {
		return connectors.Page{}, err
	}
	return c.listed(found, connectors.Cursor(found.NextPageToken)), nil
}

// listed is a page of what a search found; next is "" at the end.
func (c *Connector) listed(found searchPage, next connectors.Cursor) connectors.Page {
	page := connectors.Page{Next: next, More: next != ""}
	for _, is := range found.Issues {
		ch := connectors.Change{Ref: c.ref(is.ID, is.Key)}
		if u, ok := is.time("updated"); ok {
			ch.Revision, ch.UpdatedAt = revision(u), u.UTC()
		}
		page.Items = append(page.Items, ch)
	}
	return page
}

// reached is where a search on Data Center has got to.
type reached struct {
	At   int64 `json:"at,omitempty"`   // issues created at or after are to be listed: milliseconds since the epoch, a whole second
	Skip int   `json:"skip,omitempty"` // how many of them were listed
}

// searchAtHome is Search on Data Center, whose pages are numbers in a list that moves up when an issue leaves it, as one that is closed while
// the open ones are listed. So a page begins at the second in which the last issue of the page before it was created, and numbers count within a
// second only.
func (c *Connector) searchAtHome(ctx context.Context, parts []string, cursor connectors.Cursor) (connectors.Page, error) {
	var at reached
	if connectors.DecodeCursor(cursor, &at) != nil {
		at = reached{} // begins anew
	}
	if at.At > 0 {
		parts = append(parts, fmt.Sprintf("created >= %d", at.At))
	}
	found, err := c.searchFrom(ctx, strings.Join(parts, " AND ")+byCreation, 100, strconv.Itoa(at.Skip), "created")
	if err != nil || found.NextPageToken == "" {
		return c.listed(found, ""), err
	}
	next := at
	for _, is := range found.Issues {
		t, _ := is.time("created")
		if second := t.Unix() * 1000; second > next.At {
			next = reached{At: second}
		}
		next.Skip++
	}
	return c.listed(found, connectors.EncodeCursor(next)), nil
}

// byCreation ends a query whose pages are read one after the other: the time of creation does not move meanwhile.
const byCreation = " ORDER BY created ASC, key ASC"

const (
	mostMatches    = 10   // issues with one value that are listed; two are too many already
	mostCandidates = 5000 // issues with its words that are looked at
)

// FindByField searches a field for a value. A field of text is searched for the value's words, because = is not allowed on it ("JQL
// operators"), and every issue found is shown with the field, so that one with more words in it is left out.
func (c *Connector) FindByField(ctx context.Context, t connectors.ItemType, name, value string) ([]core.Ref, error) {
	if err := c.checkType(t); err != nil {
		return nil, err
	}
	cat, err := c.catalogue(ctx, name)
	if err != nil {
		return nil, err
	}
	f, why := cat.find(name)
	if why != "" {
		return nil, connectors.Invalid(c.system, name, why)
	}
	if f.isAttribute() {
		return nil, connectors.Invalid(c.system, name, "it is no field of the issue itself, and Jira does not search by it")
	}
	clause, why := f.looksFor(value)
	if why != "" {
		return nil, connectors.Invalid(c.system, name, why)
	}
	if clause == "" {
		return nil, nil
	}
	jql := strings.Join(append(scopeQuery(t.Scope), clause), " AND ") + byCreation
	var refs []core.Ref
	for token, seen := "", 0; ; {
		page, err := c.search(ctx, jql, 100, token, f.id)
		var invalid *connectors.InvalidError
		if f.shape == shapeIssue && errors.As(err, &invalid) { // an issue that is not there is no value that Jira looks for
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, is := range page.Issues {
			if connectors.Holds(f.read(is.Fields[f.id]), value) {
				refs = append(refs, c.ref(is.ID, is.Key))
			}
		}
		seen += len(page.Issues)
		token = page.NextPageToken
		switch {
		case token == "" || len(refs) >= mostMatches:
			return refs, nil
		case seen >= mostCandidates:
			return nil, connectors.Invalid(c.system, name, fmt.Sprintf("more than %d issues have the words of the value in this field: use a field whose values are rarer", mostCandidates))
		}
	}
}

// looksFor is the clause that finds the issues whose field holds the value: "" when none can, why when it cannot be asked.
func (f field) looksFor(value string) (clause, why string) {
	in := f.id
	if id, custom := strings.CutPrefix(f.id, "customfield_"); custom {
		in = "cf[" + id + "]"
	}
	switch {
	case value == "":
		return "", ""
	case f.exact:
		return in + " = " + quote(value), ""
	case f.shape == shapeString && f.multi:
		if strings.ContainsFunc(value, unicode.IsSpace) { // a label is one word
			return "", ""
		}
		return in + " = " + quote(value), ""
	case f.shape == shapeString:
		if !hasWord(value) {
			return "", "Jira searches text by its words, and the value has no letter and no digit"
		}
		return in + " ~ " + phrase(value), ""
	case f.shape == shapeNumber && !f.multi:
		if _, err := core.Number(value); err != nil {
			return "", ""
		}
		return in + " = " + quote(value), ""
	case f.shape == shapeIssue:
		return in + " = " + quote(value), ""
	}
	return "", "a field of kind " + string(f.element()) + " cannot be searched for a value; use one line of text, labels, a number or the parent"
}

// scopeQuery are the clauses of a scope.
func scopeQuery(scope map[string]string) []string {
	var parts []string
	if p := scope["project"]; p != "" {
		parts = append(parts, "project = "+quote(p))
	}
	if t := scope["issuetype"]; t != "" {
		parts = append(parts, "issuetype = "+quote(t))
	}
	return parts
}

// searchPage is one page of issues ("Search for issues using JQL enhanced search").
type searchPage struct {
	Issues        []issue `json:"issues"`
	NextPageToken string  `json:"nextPageToken"`
}

// search asks for one page: the time of the last change, and the fields named.
func (c *Connector) search(ctx context.Context, jql string, limit int, token string, fields ...string) (searchPage, error) {
	if c.on == dataCenter {
		return c.searchFrom(ctx, jql, limit, token, fields...)
	}
	in := struct {
		JQL    string   `json:"jql"`
		Fields []string `json:"fields"`
		Max    int      `json:"maxResults"`
		Token  string   `json:"nextPageToken,omitempty"`
	}{jql, append([]string{"updated"}, fields...), limit, token}
	var page searchPage
	err := c.do(ctx, http.MethodPost, c.api+"/search/jql", in, &page)
	return page, err
}

// resume asks for the page of a token, or for the first one when Jira has forgotten its place: the query itself was read when it
// gave the token.
func (c *Connector) resume(ctx context.Context, jql string, limit int, token string) (searchPage, error) {
	found, err := c.search(ctx, jql, limit, token)
	var invalid *connectors.InvalidError
	if token != "" && errors.As(err, &invalid) { // tokens live seven days
		return c.search(ctx, jql, limit, "")
	}
	return found, err
}

// searchFrom is search on Data Center, which pages by number ("Search using search request"): a token is where the page begins.
func (c *Connector) searchFrom(ctx context.Context, jql string, limit int, token string, fields ...string) (searchPage, error) {
	at, _ := strconv.Atoi(token) // another token begins anew
	in := struct {
		JQL    string   `json:"jql"`
		Start  int      `json:"startAt"`
		Max    int      `json:"maxResults"`
		Fields []string `json:"fields"`
	}{jql, at, limit, append([]string{"updated"}, fields...)}
	var out struct {
		searchPage
		Total int `json:"total"`
	}
	if err := c.do(ctx, http.MethodPost, c.api+"/search", in, &out); err != nil {
		return searchPage{}, err
	}
	if next := at + len(out.Issues); len(out.Issues) > 0 && next < out.Total {
		out.NextPageToken = strconv.Itoa(next)
	}
	return out.searchPage, nil
}
