package salesforce

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// History reads the object's field history (CaseHistory, Incident__History): of the fields that an admin tracks, and of no others. Its times
// are whole seconds, so a change in the second of the create is put right after it. A lookup has two rows for a change, which say the same.
// An object of which nothing is tracked has no history, and tells nothing.
func (c *Connector) History(ctx context.Context, id string) (map[string]time.Time, []string, error) {
	s, err := c.schemaOf(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, nil, err
	}
	object, parent := s.object+"History", s.object+"Id"
	if base, ok := strings.CutSuffix(s.object, "__c"); ok {
		object, parent = base+"__History", "ParentId"
	}
	list, err := c.rows(ctx, "query history", "SELECT Field, CreatedById, CreatedDate FROM "+object+" WHERE "+parent+" = "+literal(long(id))+" ORDER BY CreatedDate")
	if codeOf(err) == "INVALID_TYPE" {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, c.fail("reading the history of "+id, err)
	}
	changed, ours := map[string]time.Time{}, map[string]bool{}
	var made time.Time
	for _, r := range list {
		if r.text("Field") == "created" {
			made = instant(r.text("CreatedDate"))
		}
	}
	for _, r := range list {
		name := s.tracked(r.text("Field"))
		if name == "" {
			continue
		}
		at := instant(r.text("CreatedDate"))
		if !at.After(made) {
			at = made.Add(time.Millisecond)
		}
		changed[name], ours[name] = at, sameID(r.text("CreatedById"), self.ID())
	}
	maps.DeleteFunc(ours, func(_ string, own bool) bool { return !own })
	return changed, slices.Sorted(maps.Keys(ours)), nil
}

// tracked is the field that a row of the history is about, "" for a row about none: the creation, or a case that a queue's member took.
func (s *schema) tracked(name string) string {
	switch name {
	case "ownerAssignment", "ownerAccepted", "Owner":
		name = "OwnerId"
	}
	if f, ok := s.byAPI(name); ok {
		return f.name
	}
	if f, ok := s.byName(name); ok { // lookups go by their relationship
		return f.name
	}
	return ""
}
