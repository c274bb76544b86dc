package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"

	"duplex/connectors"
	"duplex/core"
)

// markProperty is the entity property that holds {"mark": "dx-…"} on issues and comments ("Entity properties").
const markProperty = "duplex"

// markLabel is the form of every mark. Such labels are never part of the field labels, also not on an issue that a
// person cloned.
var markLabel = regexp.MustCompile(`^dx-[a-z2-7]{26}$`)

type property struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

func markOf(mark string) property {
	return property{markProperty, map[string]string{"mark": mark}}
}

// readMark is the mark in a property's value, "" when it holds none.
func readMark(raw json.RawMessage) string {
	var v struct {
		Mark string `json:"mark"`
	}
	_ = json.Unmarshal(raw, &v) // somebody else's value has no mark
	return v.Mark
}

// visibleLabels are the labels without marks.
func visibleLabels(labels core.Value, mark string) core.Value {
	if labels.Kind() != core.KindSet {
		return labels
	}
	var keep []core.Value
	for _, l := range labels.Items() {
		if s := l.Source(); !markLabel.MatchString(s) && (mark == "" || s != mark) {
			keep = append(keep, l)
		}
	}
	return core.Set(keep...)
}

// Find searches the label and confirms each hit by a direct read of the property, because a person's clone has the
// label too. The search index may lag behind by minutes ("Search and reconcile").
func (c *Connector) Find(ctx context.Context, t connectors.ItemType, mark string) ([]core.Ref, error) {
	if err := c.checkType(t); err != nil {
		return nil, err
	}
	if mark == "" {
		return nil, nil
	}
	var refs []core.Ref
	for token := ""; ; {
		page, err := c.search(ctx, "labels = "+quote(mark)+" ORDER BY created ASC", 50, token)
		if err != nil {
			return nil, err
		}
		for _, hit := range page.Issues {
			var is issue
			err := c.get(ctx, c.issuePath(hit.ID), url.Values{"fields": {"updated"}, "properties": {markProperty}}, &is)
			if errors.Is(err, connectors.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if readMark(is.Properties[markProperty]) == mark {
				refs = append(refs, c.ref(is.ID, is.Key))
			}
		}
		if token = page.NextPageToken; token == "" {
			return refs, nil
		}
	}
}

func unsupported(attempt, why string) error {
	return fmt.Errorf("%s: %w: %s", attempt, connectors.ErrUnsupported, why)
}
