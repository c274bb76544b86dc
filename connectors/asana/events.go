package asana

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// event is one entry of the feed, and of a webhook.
type event struct {
	User      *user      `json:"user"`
	CreatedAt *time.Time `json:"created_at"`
	Action    string     `json:"action"`
	Resource  resource   `json:"resource"`
	Parent    *resource  `json:"parent"`
}

type resource struct {
	GID  string `json:"gid"`
	Type string `json:"resource_type"`
}

// taskOf is the gid of the task an event is about, "" for none: its own, or that of the task a story or a file belongs to. A deleted one
// names no task; it is known where the task's comments and files were read before.
func (c *Connector) taskOf(e event) string {
	switch {
	case e.Resource.Type == "task":
		return e.Resource.GID
	case (e.Resource.Type == "story" || e.Resource.Type == "attachment") && e.Parent != nil && e.Parent.Type == "task":
		return e.Parent.GID
	case e.Resource.Type == "story" || e.Resource.Type == "attachment":
		gid, _ := c.owners.Get(e.Resource.GID)
		return gid
	}
	return ""
}

func (e event) at() time.Time {
	if e.CreatedAt == nil {
		return time.Time{}
	}
	return e.CreatedAt.UTC()
}

// feed is an answer of the events API. With 412 it has only the place to go on from ("Get events on a resource").
type feed struct {
	Data []event `json:"data"`
	Sync string  `json:"sync"`
	More bool    `json:"has_more"`
}

// listen reads the events since the cursor's place. Without a place the feed gives one. A place that expired has the whole project listed.
func (c *Connector) listen(ctx context.Context, project string, at *position) error {
	for range mostEvents {
		q := optFields("user.gid", "action", "created_at", "resource.gid", "resource.resource_type", "parent.gid", "parent.resource_type")
		q.Set("resource", project)
		if at.Sync != "" {
			q.Set("sync", at.Sync)
		}
		told, expired, err := c.events(ctx, q)
		if err != nil {
			return err
		}
		if told.Sync == "" {
			return connectors.Busy(c.system+": read events", "the answer has no place to go on from", 0)
		}
		if expired && at.Sync != "" {
			at.From, at.Seen, at.Waiting, at.Quiet = 0, map[string]string{}, map[string]int64{}, map[string]bool{}
		}
		at.Sync = told.Sync
		for _, e := range told.Data {
			if gid := c.taskOf(e); gid != "" {
				at.Waiting[gid] = max(at.Waiting[gid], e.at().UnixMilli())
				if e.Resource.Type != "task" && e.Action != "added" {
					at.Quiet[gid] = true
				}
			}
		}
		if len(at.Waiting) > mostWaiting {
			at.From, at.Seen, at.Waiting, at.Quiet = 0, map[string]string{}, map[string]int64{}, map[string]bool{}
		}
		if expired || !told.More {
			return nil
		}
	}
	return nil // the next pass goes on
}

// events makes one call to the feed; expired tells that the place is none or too old.
func (c *Connector) events(ctx context.Context, q url.Values) (told feed, expired bool, err error) {
	resp, err := c.http.JSON(ctx, http.MethodGet, api+"/events", nil, &told, httpx.Accept(http.StatusPreconditionFailed), httpx.Query(q))
	if err != nil {
		return told, false, fmt.Errorf("%s: %w", c.system, err)
	}
	return told, resp.Status == http.StatusPreconditionFailed, nil
}
