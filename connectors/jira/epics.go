package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"duplex/connectors"
	"duplex/core"
)

// On Data Center an issue names its epic by key in a custom field ("Epic Link"); on Cloud the epic is the parent. References go by
// ids, which a move leaves alone, so keys are looked up and remembered.

// nameEpics puts ids beside the keys in the fields of epics that an issue was read with.
func (c *Connector) nameEpics(ctx context.Context, is *issue) error {
	cat, ok := c.catalogues.Get("")
	if c.on == cloud || !ok {
		return nil
	}
	for id, raw := range is.Fields {
		var key string
		if cat.byID[id].shape != shapeEpic || json.Unmarshal(raw, &key) != nil || key == "" {
			continue
		}
		epic, err := c.epic(ctx, key)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // the account may not see it: nothing is known of the field
		}
		if err != nil {
			return err
		}
		if is.Fields[id], err = json.Marshal(epic); err != nil {
			return err
		}
	}
	return nil
}

// epic is an issue by its id or key.
func (c *Connector) epic(ctx context.Context, idOrKey string) (thing, error) {
	if t, ok := c.epics.Get(idOrKey); ok {
		return t, nil
	}
	var is issue
	if err := c.get(ctx, c.issuePath(idOrKey), url.Values{"fields": {"updated"}}, &is); err != nil {
		return thing{}, err
	}
	t := thing{ID: is.ID, Key: is.Key}
	c.epics.Put(idOrKey, t)
	return t, nil
}

// settleEpic finds the key that a write needs.
func (s *screen) settleEpic(ctx context.Context, v core.Value) (core.Value, string, error) {
	if v.Kind() != core.KindReference {
		return v, "an issue is needed here", nil
	}
	epic, err := s.c.epic(ctx, cmp.Or(v.ID(), v.Name()))
	if errors.Is(err, connectors.ErrNotFound) {
		return v, "there is no such issue, or the account may not see it", nil
	}
	return core.Reference(epic.ID, epic.Key), "", err
}
