package zendesk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// webhookEvent is one thing that happened to a ticket, before it is known who listens.
type webhookEvent struct {
	kind   string // ticket.created, …
	ticket *ticket
	actor  *user
	at     time.Time
	event  object
}

// eventsOf lists what a change brought about: one event per aspect, in a fixed order, joined by a
// sequence.
func (e *Emulator) eventsOf(actor *user, old, next *ticket, co *comment, created bool) []webhookEvent {
	var out []webhookEvent
	add := func(kind string, event object) {
		out = append(out, webhookEvent{kind: "ticket." + kind, ticket: next, actor: actor, at: e.now(), event: event})
	}
	changed := func(kind string, previous, current any) {
		if !created && !reflect.DeepEqual(previous, current) {
			add(kind, object{"current": current, "previous": previous})
		}
	}
	if created {
		add("created", object{})
	}
	changed("status_changed", upper(old.Status), upper(next.Status))
	changed("priority_changed", upper(old.Priority), upper(next.Priority))
	changed("type_changed", upper(old.Type), upper(next.Type))
	changed("subject_changed", orNull(old.Subject), orNull(next.Subject))
	changed("external_id_changed", orNull(old.ExternalID), orNull(next.ExternalID))
	changed("agent_assignment_changed", idText(old.AssigneeID), idText(next.AssigneeID))
	changed("group_assignment_changed", idText(old.GroupID), idText(next.GroupID))
	changed("organization_changed", idText(old.OrganizationID), idText(next.OrganizationID))
	changed("requester_changed", idText(old.RequesterID), idText(next.RequesterID))
	changed("problem_link_changed", idText(old.ProblemID), idText(next.ProblemID))
	if added, removed := without(next.Tags, old.Tags), without(old.Tags, next.Tags); !created && len(added)+len(removed) > 0 {
		add("tags_changed", object{"tags_added": added, "tags_removed": removed})
	}
	for _, f := range customFields() {
		if was, is := shown(old.Fields[f.id]), shown(next.Fields[f.id]); !created && !reflect.DeepEqual(was, is) {
			add("custom_field_changed", object{"current": is, "previous": was,
				"field": object{"id": idString(f.id), "title": f.title, "type": f.kind, "relationship_target_type": nil}})
		}
	}
	if co != nil {
		add("comment_added", object{"comment": e.eventComment(co)})
		for _, id := range co.Files {
			f := e.st.Files[id]
			add("attachment_linked_to_comment", object{"attachment": object{"id": idString(id), "filename": f.Name,
				"content_type": f.Type, "content_url": e.fileView(f)["content_url"], "is_public": co.Public},
				"comment": object{"id": idString(co.ID)}})
		}
	}
	return e.sequence(out)
}

// sequence joins the events of one change, as real ones are.
func (e *Emulator) sequence(events []webhookEvent) []webhookEvent {
	id := e.uuid()
	for i := range events {
		events[i].event["meta"] = object{"sequence": object{"id": id, "position": i + 1}}
	}
	return events
}

func (e *Emulator) plainEvent(actor *user, t *ticket, kind string) []webhookEvent {
	return e.sequence([]webhookEvent{{"ticket." + kind, t, actor, e.now(), object{}}})
}

func (e *Emulator) commentEvent(actor *user, t *ticket, co *comment, kind string) []webhookEvent {
	return e.sequence([]webhookEvent{{"ticket." + kind, t, actor, e.now(), object{"comment": e.eventComment(co)}}})
}

func (e *Emulator) eventComment(co *comment) object {
	u := e.st.Users[co.AuthorID]
	return object{"id": idString(co.ID), "body": co.Body, "is_public": co.Public,
		"author": object{"id": idString(u.ID), "is_staff": u.staff(), "name": u.Name}}
}

// send hands every event to the webhooks that subscribed to it. The caller holds the lock, so that
// deliveries leave in the order of the changes.
func (e *Emulator) send(events []webhookEvent) {
	hooks := sortedValues(e.st.Webhooks, func(h *webhook) string { return h.ID })
	for _, ev := range events {
		id := e.uuid()
		for _, h := range hooks {
			if h.Status != "active" || !slices.Contains(h.Subscriptions, eventPrefix+ev.kind) {
				continue
			}
			e.sender.Send(e.delivery(h, ev, id))
		}
	}
}

func (e *Emulator) delivery(h *webhook, ev webhookEvent, id string) harness.Delivery {
	body, _ := json.Marshal(object{
		"account_id": AccountID, "id": id, "type": eventPrefix + ev.kind, "time": ev.at.Format(time.RFC3339Nano),
		"subject": "zen:ticket:" + idString(ev.ticket.ID), "zendesk_event_version": "2022-11-06",
		"detail": e.eventDetail(ev), "event": ev.event,
	})
	head := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"Zendesk Webhook"}}
	for name, value := range h.Headers {
		head.Set(name, value)
	}
	h.authorize(head)
	invocation := strconv.FormatInt(e.st.id(), 10)
	head.Set("X-Zendesk-Account-Id", strconv.Itoa(AccountID))
	head.Set("X-Zendesk-Webhook-Id", h.ID)
	head.Set("X-Zendesk-Webhook-Invocation-Id", invocation)
	secret := h.Secret
	return harness.Delivery{ID: invocation, URL: h.Endpoint, Header: head, Body: body, Event: ev.kind, Item: idString(ev.ticket.ID),
		Sign: func(head http.Header, body []byte, at time.Time) {
			stamp := at.UTC().Format(time.RFC3339)
			head.Set("X-Zendesk-Webhook-Signature-Timestamp", stamp)
			head.Set("X-Zendesk-Webhook-Signature", Sign(secret, stamp, body))
		}}
}

// Sign is the signature of a delivery: base64 of HMAC-SHA256 over timestamp and raw body, keyed by
// the secret as it is written (vendor page "Verifying Webhook Authenticity").
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (h *webhook) authorize(head http.Header) {
	data, _ := h.Auth["data"].(map[string]any)
	switch h.Auth["type"] {
	case "bearer_token":
		head.Set("Authorization", "Bearer "+text(data["token"]))
	case "basic_auth":
		req := http.Request{Header: head}
		req.SetBasicAuth(text(data["username"]), text(data["password"]))
	case "api_key":
		head.Set(text(data["name"]), text(data["value"]))
	}
}

// eventDetail is the ticket as webhooks show it: ids are text, enumerations upper case.
func (e *Emulator) eventDetail(ev webhookEvent) object {
	t := ev.ticket
	public := len(t.Comments) > 0 && slices.ContainsFunc(t.Comments, func(c *comment) bool { return c.Public })
	channel := t.Channel
	if channel == "api" {
		channel = "web_service"
	}
	return object{
		"actor_id": idString(ev.actor.ID), "assignee_id": idText(t.AssigneeID), "brand_id": strconv.Itoa(BrandID),
		"created_at": stamp(t.Created), "custom_status": idText(t.CustomStatusID), "description": t.description(),
		"external_id": orNull(t.ExternalID), "form_id": idString(t.form().id), "group_id": idText(t.GroupID), "id": idString(t.ID),
		"is_public": public, "organization_id": idText(t.OrganizationID), "priority": upper(t.Priority),
		"requester_id": idText(t.RequesterID), "status": upper(t.Status), "subject": t.Subject,
		"submitter_id": idText(t.SubmitterID), "tags": list(t.Tags), "type": upper(t.Type), "updated_at": stamp(t.Updated),
		"via": object{"channel": channel},
	}
}

// retryPolicy is the vendor's: no answer up to 5 times more, 409 up to 3 times more, 429 and 503
// where Retry-After is given and below a minute; other refusals are final.
func retryPolicy(unit time.Duration) harness.Retry {
	if unit == 0 {
		unit = time.Second
	}
	return func(attempt, status int, after time.Duration) (time.Duration, bool) {
		pause := time.Duration(attempt) * unit
		switch {
		case status == 0:
			return pause, attempt <= 5
		case status == http.StatusConflict:
			return pause, attempt <= 3
		case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
			return after, after > 0 && after < time.Minute && attempt <= 5
		}
		return 0, false
	}
}

func upper(s string) any { return orNull(strings.ToUpper(s)) }

func without(in, gone []string) []string {
	return list(slices.DeleteFunc(slices.Clone(in), func(s string) bool { return slices.Contains(gone, s) }))
}

// uuid is unique within the account and looks like the vendor's ids.
func (e *Emulator) uuid() string {
	s := e.secret("event")
	return fmt.Sprintf("%s-%s-4%s-a%s-%s", s[:8], s[8:12], s[13:16], s[17:20], s[20:32])
}
