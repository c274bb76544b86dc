package zendesk

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// auditNames are the fields that audits name otherwise than this connector.
var auditNames = map[string]string{"assignee_id": "assignee", "requester_id": "requester", "group_id": "group", "organization_id": "organization"}

// History reads the ticket's audits (vendor page "Ticket Audits"). Their times are whole seconds, so a change in the second of
// the create is put right after it.
func (c *Connector) History(ctx context.Context, id string) (map[string]time.Time, []string, error) {
	n, err := number(id)
	if err != nil {
		return nil, nil, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, err := c.schema(ctx)
	if err != nil {
		return nil, nil, err
	}
	changed, ours := map[string]time.Time{}, map[string]bool{}
	var made time.Time
	err = pages(ctx, c, ticketPath(n)+"/audits", "audits", url.Values{"page[size]": {"100"}, "sort": {"created_at"}}, func(page []audit) bool {
		for _, a := range page {
			at := instant(a.CreatedAt)
			if made.IsZero() {
				made = at
			}
			if !at.After(made) {
				at = made.Add(time.Millisecond)
			}
			for _, e := range a.Events {
				if name := s.audited(e.Field); e.Type == "Change" && name != "" {
					changed[name], ours[name] = at, strconv.FormatInt(a.AuthorID, 10) == self.ID()
				}
			}
		}
		return false
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: reading the history of #%s: %w", c.name, id, err)
	}
	maps.DeleteFunc(ours, func(_ string, own bool) bool { return !own })
	return changed, slices.Sorted(maps.Keys(ours)), nil
}

// audited is the field that an audit is about, "" for one that is not known here.
func (s *schema) audited(field any) string {
	name := fmt.Sprint(field)
	if id, err := strconv.ParseInt(name, 10, 64); err == nil {
		for _, f := range s.fields {
			if f.id == id {
				return f.name
			}
		}
		return ""
	}
	if field == nil {
		return ""
	}
	if other, ok := auditNames[name]; ok {
		return other
	}
	return name
}
