package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// issueType is a type of issue in a project.
type issueType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Subtask bool   `json:"subtask"`
}

// status is a step of a workflow. Category is new, indeterminate or done.
type status struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Category struct {
		Key string `json:"key"`
	} `json:"statusCategory"`
}

// fieldMeta is what a screen says of a field (FieldCreateMetadata, FieldMetadata).
type fieldMeta struct {
	FieldID    string  `json:"fieldId"`
	Key        string  `json:"key"`
	Name       string  `json:"name"`
	Required   bool    `json:"required"`
	HasDefault bool    `json:"hasDefaultValue"`
	Schema     schema  `json:"schema"`
	Allowed    []thing `json:"allowedValues"`
}

// pageSize is the most that the create metadata hands out at once.
const pageSize = 200

// issueTypes lists the types of a project.
func (c *Connector) issueTypes(ctx context.Context, project string) ([]issueType, error) {
	if ts, ok := c.types.Get(project); ok {
		return ts, nil
	}
	path := c.api + "/issue/createmeta/" + url.PathEscape(project) + "/issuetypes"
	var all []issueType
	for {
		var page struct {
			IssueTypes []issueType `json:"issueTypes"`
			Values     []issueType `json:"values"` // Data Center
			Total      int         `json:"total"`
		}
		if err := c.get(ctx, path, slice(len(all), pageSize), &page); err != nil {
			return nil, err
		}
		part := append(page.IssueTypes, page.Values...)
		all = append(all, part...)
		if len(part) == 0 || len(all) >= page.Total {
			break
		}
	}
	c.types.Put(project, all)
	return all, nil
}

// hidden tells that Jira shows an account no create screens: there is no such project, or no right to create in it. Data Center calls that invalid.
func hidden(err error) bool {
	return errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) || connectors.Class(err) == "invalid"
}

// issueTypeNamed finds a type of a project by name, else by id.
func (c *Connector) issueTypeNamed(ctx context.Context, project, name string) (issueType, error) {
	all, err := c.issueTypes(ctx, project)
	if errors.Is(err, connectors.ErrNotFound) || connectors.Class(err) == "invalid" {
		return issueType{}, connectors.Invalid(c.system, "project",
			fmt.Sprintf("there is no project %q, or the account may not create issues in it", project))
	}
	if err != nil {
		return issueType{}, err
	}
	for _, match := range []func(issueType) bool{
		func(t issueType) bool { return t.Name == name },
		func(t issueType) bool { return strings.EqualFold(t.Name, name) },
		func(t issueType) bool { return t.ID == name },
	} {
		for _, t := range all {
			if match(t) {
				return t, nil
			}
		}
	}
	var known []string
	for _, t := range all {
		known = append(known, t.Name)
	}
	return issueType{}, connectors.Invalid(c.system, "issuetype",
		fmt.Sprintf("project %s has no issue type %q that may be created; it has: %s", project, name, strings.Join(known, ", ")))
}

// meta is the create screen of an issue type in a project, by field id.
func (c *Connector) meta(ctx context.Context, project, typeID string) (map[string]fieldMeta, error) {
	return c.metaYoungerThan(ctx, project, typeID, fresh)
}

func (c *Connector) metaYoungerThan(ctx context.Context, project, typeID string, age time.Duration) (map[string]fieldMeta, error) {
	key := project + "/" + typeID
	if m, ok := c.metas.Younger(key, age); ok {
		return m, nil
	}
	path := c.api + "/issue/createmeta/" + url.PathEscape(project) + "/issuetypes/" + url.PathEscape(typeID)
	m := map[string]fieldMeta{}
	for seen := 0; ; {
		var page struct {
			Fields  []fieldMeta `json:"fields"`
			Results []fieldMeta `json:"results"`
			Values  []fieldMeta `json:"values"` // Data Center
			Total   int         `json:"total"`
		}
		if err := c.get(ctx, path, slice(seen, pageSize), &page); err != nil {
			return nil, err
		}
		fields := slices.Concat(page.Fields, page.Results, page.Values)
		for _, f := range fields {
			m[cmp.Or(f.FieldID, f.Key)] = f
		}
		seen += len(fields)
		if len(fields) == 0 || seen >= page.Total {
			break
		}
	}
	c.metas.Put(key, m)
	return m, nil
}

// editMeta is the edit screen of one issue, by field id.
func (c *Connector) editMeta(ctx context.Context, issueID string) (map[string]fieldMeta, error) {
	var out struct {
		Fields map[string]fieldMeta `json:"fields"`
	}
	err := c.get(ctx, c.issuePath(issueID, "editmeta"), nil, &out)
	return out.Fields, err
}

// statusesOf lists the statuses of every issue type of a project, by the type's id.
func (c *Connector) statusesOf(ctx context.Context, project string) (map[string][]status, error) {
	if m, ok := c.statuses.Get(project); ok {
		return m, nil
	}
	var types []struct {
		ID       string   `json:"id"`
		Statuses []status `json:"statuses"`
	}
	if err := c.get(ctx, c.api+"/project/"+url.PathEscape(project)+"/statuses", nil, &types); err != nil {
		return nil, err
	}
	m := map[string][]status{}
	for _, t := range types {
		m[t.ID] = t.Statuses
	}
	c.statuses.Put(project, m)
	return m, nil
}

// allResolutions lists the site's resolutions ("Search resolutions"), none where the account may not see them.
func (c *Connector) allResolutions(ctx context.Context) ([]core.Value, error) {
	if all, ok := c.resolutions.Get(""); ok {
		return all, nil
	}
	if c.on == dataCenter { // the screens of transitions list them
		return nil, nil
	}
	var all []core.Value
	err := pages(ctx, c, c.api+"/resolution/search", url.Values{}, func(t thing) error {
		all = append(all, core.Option(t.ID, t.Name))
		return nil
	})
	if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) {
		all, err = nil, nil
	}
	if err == nil {
		c.resolutions.Put("", all)
	}
	return all, err
}

// slice asks for a part of a list.
func slice(startAt, maxResults int) url.Values {
	return url.Values{"startAt": {fmt.Sprint(startAt)}, "maxResults": {fmt.Sprint(maxResults)}}
}

// UnmarshalJSON reads the metadata. Allowed values of a form that is not understood are left out.
func (m *fieldMeta) UnmarshalJSON(b []byte) error {
	type plain fieldMeta
	var w struct {
		plain
		Allowed []json.RawMessage `json:"allowedValues"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*m = fieldMeta(w.plain)
	for _, raw := range w.Allowed {
		var t thing
		if json.Unmarshal(raw, &t) == nil {
			m.Allowed = append(m.Allowed, t)
		}
	}
	return nil
}
