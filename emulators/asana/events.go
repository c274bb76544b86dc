package asana

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

const (
	// syncLife is how long a sync token is good for (vendor page "Events": 24 hours or sooner).
	syncLife = 24 * time.Hour
	// perSync is how many events one answer shows.
	perSync = 100
	// keptEvents bounds the feed; a token whose next event is gone is too old.
	keptEvents = 50_000
)

// thing is a resource as an event names it.
type thing struct{ GID, Type, Subtype string }

func (t *thing) view() any {
	if t == nil {
		return nil
	}
	out := object{"gid": t.GID, "resource_type": t.Type}
	if t.Subtype != "" {
		out["resource_subtype"] = t.Subtype
	}
	return out
}

type change struct {
	Field, Action string
	Value         *thing // new, added or removed, by Action
}

// event is one entry of the feed. Scope are the gids it bubbles up to: whoever watches one of them gets it.
type event struct {
	Seq      int64
	At       time.Time
	User     string // "" for the system
	Action   string
	Resource thing
	Parent   *thing
	Change   *change
	Scope    []string
}

func (ev *event) view(names bool, e *Emulator) object {
	out := object{"user": nil, "created_at": stamp(ev.At), "action": ev.Action, "resource": ev.Resource.view(), "parent": ev.Parent.view()}
	if ev.User != "" {
		out["user"] = (&thing{ev.User, "user", ""}).view()
	}
	if ev.Change != nil {
		ch := object{"field": ev.Change.Field, "action": ev.Change.Action}
		if ev.Change.Value != nil {
			ch[map[string]string{"changed": "new_value", "added": "added_value", "removed": "removed_value"}[ev.Change.Action]] = ev.Change.Value.view()
		}
		out["change"] = ch
	}
	if names { // the feed shows names and the old type field, webhooks do not
		out["type"] = ev.Resource.Type
		if u := userBy(ev.User); u != nil {
			out["user"].(object)["name"] = u.name
		}
		if t := e.st.Tasks[ev.Resource.GID]; t != nil {
			out["resource"].(object)["name"] = t.Name
		}
	}
	return out
}

// emit notes an event of this call.
func (c *call) emit(ev event) {
	c.e.st.Seq++
	ev.Seq, ev.At, ev.User = c.e.st.Seq, c.now, c.grant.user
	c.events = append(c.events, ev)
	c.dirty = true
}

// scope is what events of a task bubble up to: itself, the tasks above it, and the projects of all of them.
func (e *Emulator) scope(t *task) []string {
	var out []string
	for ; t != nil; t = e.st.Tasks[t.Parent] {
		out = append(out, t.GID)
		for _, m := range t.Memberships {
			if !slices.Contains(out, m.Project) {
				out = append(out, m.Project)
			}
		}
	}
	return out
}

// publish puts a call's events into the feed and on the way to the webhooks. The caller holds the lock.
func (e *Emulator) publish(events []event) {
	if len(events) == 0 {
		return
	}
	e.st.Events = append(e.st.Events, events...)
	if len(e.st.Events) > 2*keptEvents {
		e.st.Events = append([]event(nil), e.st.Events[len(e.st.Events)-keptEvents:]...)
	}
	for _, h := range e.hooks() {
		e.deliver(h, events)
	}
}

// syncToken is what a token holds.
type syncToken struct {
	Resource string `json:"r"`
	Seq      int64  `json:"s"`
	Given    int64  `json:"t"`
}

func (e *Emulator) newSync(resource string, seq int64, now time.Time) string {
	raw, _ := json.Marshal(syncToken{resource, seq, now.UnixMilli()})
	return base64.RawURLEncoding.EncodeToString(raw)
}

// getEvents serves the feed of one project or task. Without a token, and with one that is too old, it answers 412 with a
// fresh token: the client has to read everything anew.
func (c *call) getEvents() error {
	resource := c.query("resource")
	if resource == "" {
		return bad("resource: Missing input")
	}
	if projectBy(resource) != nil {
		if _, err := c.project(resource); err != nil {
			return err
		}
	} else if _, err := c.task(resource); err != nil {
		return err
	}
	visible := c.now.Add(-c.e.opts.EventDelay)
	newest := c.e.st.Seq
	for i := len(c.e.st.Events) - 1; i >= 0 && c.e.st.Events[i].At.After(visible); i-- {
		newest = c.e.st.Events[i].Seq - 1
	}
	at, ok := c.readSync(resource)
	if !ok {
		return &apiError{http.StatusPreconditionFailed, object{"sync": c.e.newSync(resource, newest, c.now), "errors": []any{object{
			"message": "Sync token invalid or too old. If you are attempting to keep resources in sync, you must fetch the full dataset for this query now and use the new sync token for the next sync."}}}}
	}
	data, more, last := []any{}, false, at.Seq
	for i := range c.e.st.Events {
		ev := &c.e.st.Events[i]
		if ev.Seq <= at.Seq || ev.Seq > newest {
			continue
		}
		if !slices.Contains(ev.Scope, resource) {
			if !more {
				last = ev.Seq
			}
			continue
		}
		if len(data) == perSync {
			more = true
			break
		}
		last = ev.Seq
		full := ev.view(true, c.e)
		if c.fields != nil {
			full = pick(full, c.fields)
		}
		data = append(data, full)
	}
	c.status, c.out = http.StatusOK, object{"data": data, "sync": c.e.newSync(resource, last, c.now), "has_more": more}
	return nil
}

func (c *call) readSync(resource string) (at syncToken, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(c.query("sync"))
	if err == nil {
		err = json.Unmarshal(raw, &at)
	}
	given := time.UnixMilli(at.Given)
	if err != nil || at.Resource != resource || c.now.Sub(given) >= syncLife || !given.After(c.e.st.SyncFloor) && !c.e.st.SyncFloor.IsZero() {
		return at, false
	}
	return at, len(c.e.st.Events) == 0 || c.e.st.Events[0].Seq <= at.Seq+1 || at.Seq == c.e.st.Seq
}

// workspaceEvents is for service accounts, of which there is none here; the vendor does not say who may use it.
func (c *call) workspaceEvents() error {
	if _, err := c.workspace(c.req.PathValue("workspace_gid")); err != nil {
		return err
	}
	return forbidden("Only service accounts can read the events of a workspace")
}
