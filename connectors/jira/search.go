package jira

import (
	"context"
	"regexp"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// orderBy ends a query that names its own order.
var orderBy = regexp.MustCompile(`(?i)\s+order\s+by\s+[^"']*$`)

// Search lists the issues of the scope that a JQL query finds. The search index may lag behind by minutes ("Search and
// reconcile"). Page tokens live seven days.
func (c *Connector) Search(ctx context.Context, t connectors.ItemType, query string, cursor connectors.Cursor) (connectors.Page, error) {
	if err := c.checkType(t); err != nil {
		return connectors.Page{}, err
	}
	jql := strings.Join(append(scopeQuery(t.Scope), "("+orderBy.ReplaceAllString(query, "")+")"), " AND ") + " ORDER BY created ASC, key ASC"
	found, err := c.search(ctx, jql, 100, string(cursor))
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{Next: connectors.Cursor(found.NextPageToken), More: found.NextPageToken != ""}
	for _, is := range found.Issues {
		ch := connectors.Change{Ref: c.ref(is.ID, is.Key)}
		if u, ok := is.time("updated"); ok {
			ch.Revision, ch.UpdatedAt = revision(u), u.UTC()
		}
		page.Items = append(page.Items, ch)
	}
	return page, nil
}

// mostMatches is how many issues with one value are looked at; two are too many already.
const mostMatches = 10

// FindByField searches a field for a value. Text fields are searched for its words ("JQL operators": = is not allowed on
// them), so an issue with more words in the field is listed too.
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
	in := f.id
	if id, custom := strings.CutPrefix(f.id, "customfield_"); custom {
		in = "cf[" + id + "]"
	}
	clause := in + " = " + quote(value)
	if !f.multi && (f.shape == shapeString || f.shape == shapeADF) {
		clause = in + " ~ " + quote(`"`+strings.ReplaceAll(value, `"`, " ")+`"`)
	}
	found, err := c.search(ctx, strings.Join(append(scopeQuery(t.Scope), clause), " AND ")+" ORDER BY created ASC", mostMatches, "")
	if err != nil {
		return nil, err
	}
	var refs []core.Ref
	for _, is := range found.Issues {
		refs = append(refs, c.ref(is.ID, is.Key))
	}
	return refs, nil
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
