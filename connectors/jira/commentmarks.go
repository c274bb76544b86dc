package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// FindComment lists the issue's comments, and reads the properties of those the account wrote ("Get comments by IDs").
func (c *Connector) FindComment(ctx context.Context, itemID, mark string) (core.Comment, error) {
	none := core.Comment{}
	notThere := fmt.Errorf("%s: comment with that mark: %w", c.system, connectors.ErrNotFound)
	all, err := c.allComments(ctx, itemID)
	if err != nil {
		return none, err
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return none, err
	}
	var own []json.Number
	for _, m := range all {
		if m.Author != nil && m.Author.AccountID == self {
			own = append(own, json.Number(m.ID))
		}
	}
	if mark == "" {
		return none, notThere
	}
	for len(own) > 0 {
		part := own[:min(1000, len(own))]
		own = own[len(part):]
		found, err := c.withMarks(ctx, itemID, mark, part)
		if err != nil {
			return none, err
		}
		for _, m := range found {
			for _, p := range m.Properties {
				if p.Key == markProperty && readMark(p.Value) == mark {
					desk, err := c.desk(ctx, itemID)
					if err != nil {
						return none, err
					}
					return c.comment(m, desk, self), nil
				}
			}
		}
	}
	return none, notThere
}

// withMarks reads comments with the property that holds a mark: by their ids ("Get comments by IDs"), or on Data Center one after the
// other ("Get properties") until one holds the mark.
func (c *Connector) withMarks(ctx context.Context, itemID, mark string, ids []json.Number) ([]comment, error) {
	if c.on == cloud {
		return c.commentsByID(ctx, ids)
	}
	for _, id := range slices.Backward(ids) { // the newest first: what is looked for was just written
		var p entity
		err := c.get(ctx, c.api+"/comment/"+url.PathEscape(id.String())+"/properties/"+markProperty, nil, &p)
		if errors.Is(err, connectors.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if readMark(p.Value) != mark {
			continue
		}
		var m comment
		if err := c.get(ctx, c.issuePath(itemID, "comment", id.String()), nil, &m); err != nil {
			return nil, err
		}
		m.Properties = append(m.Properties, p)
		return []comment{m}, nil
	}
	return nil, nil
}

func (c *Connector) commentsByID(ctx context.Context, ids []json.Number) ([]comment, error) {
	var page struct {
		Values []comment `json:"values"`
	}
	err := c.do(ctx, http.MethodPost, c.api+"/comment/list", map[string]any{"ids": ids}, &page,
		httpx.Query(url.Values{"expand": {"properties"}}))
	return page.Values, err
}
