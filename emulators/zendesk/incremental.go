package zendesk

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// exportTickets is the cursor-based incremental export: every change in order, deleted tickets
// too, but for the newest stretch of time (vendor page "Incremental Exports").
func (c *call) exportTickets() error {
	if err := c.limit("incremental", "incremental-exports", c.e.limits.Incremental, time.Minute); err != nil {
		return err
	}
	after, start, err := c.exportFrom()
	if err != nil {
		return err
	}
	hidden := c.now.Add(-max(c.e.opts.ExportDelay, 0))
	var rows []keyed[*ticket]
	for _, t := range c.e.st.Tickets {
		switch {
		case t.Change <= after || t.Generated.Unix() < start:
		case c.e.opts.ExportDelay > 0 && t.Generated.After(hidden):
		case t.deleted() && c.query("exclude_deleted") == "true":
		default:
			rows = append(rows, keyed[*ticket]{idKey(t.Change), t})
		}
	}
	size := 1000
	if n, err := strconv.Atoi(c.query("per_page")); err == nil && n > 0 {
		size = min(n, 1000)
	}
	tickets := values(sorted(rows))
	ended := len(tickets) <= size
	tickets = tickets[:min(size, len(tickets))]
	out := object{"tickets": c.views(tickets), "end_of_stream": ended, "before_cursor": nil, "before_url": nil, "after_cursor": nil, "after_url": nil}
	cursor := c.query("cursor")
	if len(tickets) > 0 {
		last := tickets[len(tickets)-1]
		cursor = base64.URLEncoding.EncodeToString([]byte(idString(last.Generated.Unix()) + ".0||" + idString(last.Change) + "|"))
	}
	if cursor != "" {
		out["after_cursor"] = cursor
		out["after_url"] = c.e.base + "/api/v2/incremental/tickets/cursor.json?cursor=" + urlName(cursor)
	}
	return c.answer(http.StatusOK, c.sideload(out, tickets...))
}

// exportFrom reads the cursor, or start_time, which must lie before the hidden stretch.
func (c *call) exportFrom() (after, start int64, err error) {
	if cursor := c.query("cursor"); cursor != "" {
		raw, err := base64.URLEncoding.DecodeString(cursor)
		parts := strings.Split(string(raw), "|")
		if err == nil && len(parts) == 4 {
			after, err = strconv.ParseInt(parts[2], 10, 64)
		}
		if err != nil || len(parts) != 4 {
			return 0, 0, badRequest("InvalidCursor", "The cursor is not valid")
		}
		return after, 0, nil
	}
	start, err = strconv.ParseInt(c.query("start_time"), 10, 64)
	if err != nil {
		return 0, 0, badRequest("InvalidStartTime", "start_time is missing or not a Unix time")
	}
	if c.e.opts.ExportDelay > 0 && start > c.now.Add(-c.e.opts.ExportDelay).Unix() {
		return 0, 0, badRequest("StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds")
	}
	return 0, start, nil
}
