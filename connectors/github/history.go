package github

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// happening is an entry of an issue's events (vendor page "Issue event types").
type happening struct {
	Event     string
	Actor     *account
	CreatedAt time.Time `json:"created_at"`
}

// changedBy are the fields that an event is about.
var changedBy = map[string][]string{
	"labeled": {"labels"}, "unlabeled": {"labels"}, "assigned": {"assignees", "assignee"}, "unassigned": {"assignees", "assignee"},
	"milestoned": {"milestone"}, "demilestoned": {"milestone"}, "renamed": {"title"}, "closed": {"status"}, "reopened": {"status"},
	"issue_type_added": {"type"}, "issue_type_removed": {"type"}, "issue_type_changed": {"type"},
	"parent_issue_added": {"parent"}, "parent_issue_removed": {"parent"},
}

// History reads an issue's events. Their times are whole seconds: what the author of the issue did in the second of the create was part of it, and
// what somebody else did then is put right after it. An edit of the text leaves no event: once the issue has moved on, its text is taken for changed by
// somebody, so that nobody's words are taken for something the create left out.
func (c *Connector) History(ctx context.Context, id string) (map[string]time.Time, []string, error) {
	at, is, err := c.issueAt(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, nil, err
	}
	changed, ours := map[string]time.Time{}, map[string]bool{}
	made := is.CreatedAt.UTC()
	err = pages(ctx, c, at.path("events"), nil, func(page []happening) bool {
		for _, h := range page {
			when := h.CreatedAt.UTC()
			if !when.After(made) {
				if is.User != nil && h.Actor != nil && h.Actor.ID == is.User.ID {
					continue
				}
				when = made.Add(time.Millisecond)
			}
			for _, field := range changedBy[h.Event] {
				if !when.Before(changed[field]) {
					changed[field], ours[field] = when, h.Actor != nil && fmt.Sprint(h.Actor.ID) == self.ID()
				}
			}
		}
		return false
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: reading the history: %w", c.name, err)
	}
	if is.UpdatedAt.After(is.CreatedAt) {
		changed["body"] = is.UpdatedAt.UTC()
	}
	maps.DeleteFunc(ours, func(_ string, own bool) bool { return !own })
	return changed, slices.Sorted(maps.Keys(ours)), nil
}
