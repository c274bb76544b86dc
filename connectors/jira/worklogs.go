package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"

	"duplex/connectors"
	"duplex/core"
	"duplex/internal/httpx"
)

// worklog is a worklog as the API shows it (vendor page "Issue worklogs").
type worklog struct {
	ID         string          `json:"id"`
	Author     *user           `json:"author"`
	Comment    json.RawMessage `json:"comment"` // a document; left out where there is no text
	Created    string          `json:"created"`
	Updated    string          `json:"updated"`
	Started    string          `json:"started"`
	Seconds    int64           `json:"timeSpentSeconds"`
	Visibility *restriction    `json:"visibility"`
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

// worklogPage is a page of worklogs, also the one inside an issue.
type worklogPage struct {
	Worklogs []worklog `json:"worklogs"`
	Total    int       `json:"total"`
}

func (c *Connector) worklog(w worklog, self string) core.Worklog {
	out := core.Worklog{ID: w.ID, Author: w.Author.value(), Seconds: w.Seconds, Body: core.Empty(core.KindText),
		Visibility: c.visibility(comment{Visibility: w.Visibility}, false)}
	if len(w.Comment) > 0 {
		out.Body = c.on.text(w.Comment)
	}
	if t, ok := parseTime(w.Started); ok {
		out.Started = t.UTC()
	}
	if t, ok := parseTime(w.Created); ok {
		out.CreatedAt, out.UpdatedAt = t.UTC(), t.UTC()
	}
	if t, ok := parseTime(w.Updated); ok {
		out.UpdatedAt = t.UTC()
	}
	out.Own = self != "" && out.Author.ID() == self
	for _, p := range w.Properties {
		if p.Key == markProperty {
			out.Mark = readMark(p.Value)
		}
	}
	return out
}

// worklogs are those of an issue that was just read, and the rest of them where it shows only some.
func (c *Connector) worklogs(ctx context.Context, is issue, self string) ([]core.Worklog, error) {
	var page worklogPage
	if err := is.decode("worklog", &page); err != nil {
		return nil, connectors.Busy(c.system+": read issue", "the answer shows no worklogs", 0)
	}
	all := page.Worklogs
	if page.Total > len(all) {
		var err error
		if all, err = c.allWorklogs(ctx, is.ID, ""); err != nil {
			return nil, err
		}
	}
	out := make([]core.Worklog, 0, len(all))
	for _, w := range all {
		out = append(out, c.worklog(w, self))
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].CreatedAt.Before(out[j].CreatedAt) })
	return out, nil
}

// allWorklogs pages through the worklogs ("Get issue worklogs"). One deleted meanwhile can move another over the edge of a page, so
// the list is read again until it holds as many as it says.
func (c *Connector) allWorklogs(ctx context.Context, issueID, expand string) ([]worklog, error) {
	for range 3 {
		seen, total := map[string]bool{}, 0
		var all []worklog
		for startAt := 0; ; {
			q := slice(startAt, 1000)
			if expand != "" {
				q.Set("expand", expand)
			}
			var page worklogPage
			if err := c.get(ctx, c.issuePath(issueID, "worklog"), q, &page); err != nil {
				return nil, err
			}
			for _, w := range page.Worklogs {
				if !seen[w.ID] {
					seen[w.ID] = true
					all = append(all, w)
				}
			}
			startAt, total = startAt+len(page.Worklogs), page.Total
			if len(page.Worklogs) == 0 || startAt >= total {
				break
			}
		}
		if len(all) >= total {
			return all, nil
		}
	}
	return nil, connectors.Busy(c.system+": read worklogs", "they change faster than they can be read", 0)
}

// noEstimate leaves the issue's remaining estimate alone: time that is copied says nothing of what is left to do here.
var noEstimate = httpx.Query(url.Values{"adjustEstimate": {"leave"}})

func (c *Connector) worklogBody(d core.WorklogDraft) map[string]any {
	body := map[string]any{"started": d.Started.UTC().Format(stamp), "timeSpentSeconds": d.Seconds}
	if !d.Body.IsAbsent() {
		body["comment"] = c.on.send(d.Body)
	}
	return body
}

// AddWorklog adds a worklog with the mark in an entity property ("Add worklog").
func (c *Connector) AddWorklog(ctx context.Context, itemID string, draft core.WorklogDraft) (core.Worklog, error) {
	body := c.worklogBody(draft)
	if draft.Body.IsEmpty() {
		delete(body, "comment")
	}
	if draft.Mark != "" {
		body["properties"] = []property{markOf(draft.Mark)}
	}
	return c.sendWorklog(ctx, http.MethodPost, c.issuePath(itemID, "worklog"), body)
}

// EditWorklog replaces what a worklog says ("Update worklog").
func (c *Connector) EditWorklog(ctx context.Context, itemID, worklogID string, draft core.WorklogDraft) (core.Worklog, error) {
	return c.sendWorklog(ctx, http.MethodPut, c.issuePath(itemID, "worklog", worklogID), c.worklogBody(draft))
}

func (c *Connector) sendWorklog(ctx context.Context, method, path string, body map[string]any) (core.Worklog, error) {
	var w worklog
	if err := c.do(ctx, method, path, body, &w, noEstimate); err != nil {
		return core.Worklog{}, err
	}
	if w.ID == "" {
		return core.Worklog{}, connectors.Busy(c.system+": write worklog", "the answer holds no worklog", 0)
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return core.Worklog{}, err
	}
	return c.worklog(w, self), nil
}

// DeleteWorklog deletes a worklog ("Delete worklog").
func (c *Connector) DeleteWorklog(ctx context.Context, itemID, worklogID string) error {
	return c.do(ctx, http.MethodDelete, c.issuePath(itemID, "worklog", worklogID), nil, nil, noEstimate)
}

// FindWorklog reads the issue's worklogs with their properties, newest first.
func (c *Connector) FindWorklog(ctx context.Context, itemID, mark string) (core.Worklog, error) {
	all, err := c.allWorklogs(ctx, itemID, "properties")
	if err != nil {
		return core.Worklog{}, err
	}
	self, err := c.selfID(ctx)
	if err != nil {
		return core.Worklog{}, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if w := c.worklog(all[i], self); mark != "" && w.Mark == mark {
			return w, nil
		}
	}
	return core.Worklog{}, fmt.Errorf("%s: worklog with that mark: %w", c.system, connectors.ErrNotFound)
}
