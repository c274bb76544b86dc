package asana

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"duplex/emulators/harness"
)

const (
	heartbeatEvery = 8 * time.Hour
	// failedFor is how long deliveries may fail before a webhook is deleted.
	failedFor = 24 * time.Hour
)

type filter struct {
	Type    string   `json:"resource_type"`
	Subtype string   `json:"resource_subtype,omitempty"`
	Action  string   `json:"action,omitempty"`
	Fields  []string `json:"fields,omitempty"`
}

type webhook struct {
	GID, Resource, ResourceType, Target, Secret, User string
	Created, Beat, Success, Failure, FailingSince     time.Time
	FailureText                                       string
	Retries                                           int
	Filters                                           []filter
	Deliveries                                        int64
}

func (f *filter) takes(ev *event) bool {
	return f.Type == ev.Resource.Type && (f.Subtype == "" || f.Subtype == ev.Resource.Subtype) && (f.Action == "" || f.Action == ev.Action) &&
		(len(f.Fields) == 0 || ev.Change != nil && slices.Contains(f.Fields, ev.Change.Field))
}

// hooks are the webhooks in the order in which they were made.
func (e *Emulator) hooks() []*webhook {
	var out []*webhook
	for _, h := range e.st.Webhooks {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b *webhook) int { return strings.Compare(a.GID, b.GID) })
	return out
}

// deliver sends what of the events concerns the webhook, in one call. Webhooks of a workspace get no task or story events.
func (e *Emulator) deliver(h *webhook, events []event) {
	list, kind, item := []any{}, "heartbeat", ""
	for i := range events {
		ev := &events[i]
		if h.ResourceType == "workspace" || !slices.Contains(ev.Scope, h.Resource) {
			continue
		}
		if len(h.Filters) > 0 && !slices.ContainsFunc(h.Filters, func(f filter) bool { return f.takes(ev) }) {
			continue
		}
		list = append(list, ev.view(false, e))
		kind, item = ev.Resource.Type+" "+ev.Action, ev.Resource.GID
	}
	if len(list) == 0 && events != nil {
		return
	}
	body, err := json.Marshal(object{"events": list})
	if err != nil {
		return
	}
	h.Deliveries++
	secret := h.Secret
	e.sender.Send(harness.Delivery{ID: fmt.Sprintf("%s/%d", h.GID, h.Deliveries), URL: h.Target, Body: body, Event: kind, Item: item,
		Header: http.Header{"Content-Type": {"application/json"}},
		Sign: func(header http.Header, body []byte, _ time.Time) {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write(body)
			header.Set("X-Hook-Signature", hex.EncodeToString(mac.Sum(nil)))
		}})
}

// retryPolicy tries again with growing delay. The vendor goes on for 24 hours; this sender stops after ten attempts, and
// what fails for 24 hours of the emulator's clock ends the webhook.
func retryPolicy(unit time.Duration) harness.Retry {
	if unit == 0 {
		unit = time.Second
	}
	return func(attempt, _ int, _ time.Duration) (time.Duration, bool) {
		return unit * time.Duration(attempt), attempt < 10
	}
}

// tick does what time asks for: learns how deliveries went, deletes webhooks that failed too long, and sends heartbeats.
// The caller holds the lock.
func (e *Emulator) tick(now time.Time) {
	for _, sent := range e.sender.Report().Sent {
		if sent.Seq <= e.heard {
			continue
		}
		e.heard = sent.Seq
		gid, _, _ := strings.Cut(sent.ID, "/")
		h := e.st.Webhooks[gid]
		switch {
		case h == nil || sent.Outcome == "lost":
		case sent.Outcome == "accepted":
			h.Success, h.FailingSince, h.Retries = sent.Time, time.Time{}, 0
		default:
			h.Failure, h.FailureText = sent.Time, fmt.Sprintf("The target answered %d", sent.Status)
			h.Retries++
			if h.FailingSince.IsZero() {
				h.FailingSince = sent.Time
			}
		}
	}
	for _, h := range e.hooks() {
		switch {
		case !h.FailingSince.IsZero() && now.Sub(h.FailingSince) >= failedFor:
			delete(e.st.Webhooks, h.GID)
			_ = e.save()
		case now.Sub(h.Beat) >= heartbeatEvery:
			h.Beat = now
			e.deliver(h, nil)
		}
	}
}

func (c *call) webhookView(h *webhook) object {
	resource := object{"gid": h.Resource, "resource_type": h.ResourceType}
	if p := projectBy(h.Resource); p != nil {
		resource["name"] = p.name
	} else if t := c.e.st.Tasks[h.Resource]; t != nil {
		resource["name"] = t.Name
	}
	filters := []any{}
	for _, f := range h.Filters {
		fields := []any{}
		for _, name := range f.Fields {
			fields = append(fields, name)
		}
		one := object{"resource_type": f.Type, "fields": fields}
		if f.Subtype != "" {
			one["resource_subtype"] = f.Subtype
		}
		if f.Action != "" {
			one["action"] = f.Action
		}
		filters = append(filters, one)
	}
	out := object{"gid": h.GID, "resource_type": "webhook", "active": true, "resource": resource, "target": h.Target, "created_at": stamp(h.Created),
		"last_success_at": stamp(h.Success), "last_failure_at": stamp(h.Failure), "last_failure_content": h.FailureText, "filters": filters,
		"delivery_retry_count": h.Retries, "next_attempt_after": nil, "failure_deletion_timestamp": nil}
	if !h.FailingSince.IsZero() {
		out["failure_deletion_timestamp"], out["next_attempt_after"] = stamp(h.FailingSince.Add(failedFor)), stamp(h.Failure.Add(time.Second))
	}
	return out
}

// webhook finds one of the caller's own.
func (c *call) webhook() (*webhook, error) {
	gid := c.req.PathValue("webhook_gid")
	h := c.e.st.Webhooks[gid]
	if h == nil || h.User != c.grant.user {
		return nil, notFound("webhook", gid)
	}
	return h, nil
}

func (c *call) getWebhook() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, c.webhookView(h))
}

func (c *call) listWebhooks() error {
	if c.query("workspace") == "" {
		return bad("workspace: Missing input")
	}
	w, err := c.workspace(c.query("workspace"))
	if err != nil {
		return err
	}
	var rows []row
	for _, h := range c.e.hooks() {
		space := h.Resource
		if p := projectBy(h.Resource); p != nil {
			space = p.workspace
		} else if t := c.e.st.Tasks[h.Resource]; t != nil {
			space = t.Workspace
		}
		if h.User == c.grant.user && space == w.gid && (c.query("resource") == "" || c.query("resource") == h.Resource) {
			rows = append(rows, row{h.GID, func() object { return c.webhookView(h) }})
		}
	}
	return c.list(rows)
}

// putWebhook replaces the filters, which is all that can be changed.
func (c *call) putWebhook() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	if err := c.only("filters"); err != nil {
		return err
	}
	filters, err := c.filters(h.ResourceType)
	if err != nil {
		return err
	}
	h.Filters, c.dirty = filters, true
	return c.one(http.StatusOK, c.webhookView(h))
}

func (c *call) deleteWebhook() error {
	h, err := c.webhook()
	if err != nil {
		return err
	}
	delete(c.e.st.Webhooks, h.GID)
	c.dirty = true
	return c.nothing()
}

func (c *call) filters(resourceType string) ([]filter, error) {
	raw, _ := json.Marshal(c.data["filters"])
	var out []filter
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, bad("filters: Not an array of filters")
	}
	for _, f := range out {
		if f.Type == "" {
			return nil, bad("filters: resource_type is missing")
		}
		if len(f.Fields) > 0 && f.Action != "changed" {
			return nil, bad("filters: fields can be used with the action changed only")
		}
		if f.Action != "" && !slices.Contains([]string{"changed", "added", "removed", "deleted", "undeleted"}, f.Action) {
			return nil, bad("filters: Invalid action")
		}
		if resourceType == "workspace" && (f.Type == "task" || f.Type == "story") {
			return nil, bad("filters: " + f.Type + " events are not delivered to webhooks of a workspace")
		}
	}
	if resourceType == "workspace" && len(out) == 0 {
		return nil, bad("filters: Webhooks of a workspace need filters")
	}
	return out, nil
}

// newWebhook reads a registration without keeping it yet.
func (c *call) newWebhook() (*webhook, error) {
	resource, _, err := c.text("resource")
	if err != nil {
		return nil, err
	}
	target, _, err := c.text("target")
	if err != nil {
		return nil, err
	}
	h := &webhook{Resource: resource, Target: target, User: c.grant.user, Created: c.now, Beat: c.now, ResourceType: "task"}
	switch {
	case resource == "":
		return nil, bad("resource: Missing input")
	case projectBy(resource) != nil:
		h.ResourceType = "project"
		_, err = c.project(resource)
	case workspaceBy(resource) != nil:
		h.ResourceType = "workspace"
		_, err = c.workspace(resource)
	default:
		_, err = c.task(resource)
	}
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, bad("target: Not a valid URL")
	}
	if u.Hostname() == "localhost" {
		return nil, forbidden("target: Invalid host name")
	}
	if h.Filters, err = c.filters(h.ResourceType); err != nil {
		return nil, err
	}
	return h, c.e.duplicate(h)
}

func (e *Emulator) duplicate(h *webhook) error {
	for _, other := range e.st.Webhooks {
		if other.User == h.User && other.Resource == h.Resource && other.Target == h.Target {
			return forbidden("Duplicated webhook: the same user, resource and target")
		}
	}
	return nil
}
