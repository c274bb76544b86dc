package azuredevops

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// event is one thing that happened to an item, before it is known who listens.
type event struct {
	kind   string
	it     *item
	update *update
	rev    *revision
	by     string
	at     time.Time
}

// happened notes an event about the item's newest revision.
func (c *call) happened(kind string, it *item) {
	c.events = append(c.events, event{kind: kind, it: it, update: it.Updates[len(it.Updates)-1], rev: it.latest(), by: c.user.mail, at: c.now})
}

// send gives each event to the subscriptions that want it. The event's id is the same for all of them.
func (e *Emulator) send(events []event) {
	for _, ev := range events {
		e.st.NextNotification++
		id := guid("event", e.st.NextNotification)
		for _, s := range e.subscriptions() {
			if s.EventType == ev.kind && e.wanted(s, ev) {
				e.notify(s, ev, id)
			}
		}
	}
}

// wanted applies the subscription's filters and its state.
func (e *Emulator) wanted(s *subscription, ev event) bool {
	f := ev.rev.Fields
	if id := s.Publisher["projectId"]; id != "" && projectBy(id) != projectBy(f[fieldProject].(string)) {
		return false
	}
	if area := s.Publisher["areaPath"]; area != "" && f[fieldArea] != area && !begins(f[fieldArea].(string), area+`\`) {
		return false
	}
	if kind := s.Publisher["workItemType"]; kind != "" && f[fieldType] != kind {
		return false
	}
	if changed := s.Publisher["changedFields"]; changed != "" && ev.kind == "workitem.updated" {
		if _, ok := e.deltas(ev.it, ev.rev.Rev)[changed]; !ok {
			return false
		}
	}
	return true
}

func (e *Emulator) notify(s *subscription, ev event, id string) {
	n := &notification{ID: s.LastNotification + 1, EventID: id, Result: "pending", EventType: s.EventType, At: tick(ev.at)}
	s.LastNotification++
	s.Notifications = append(s.Notifications, n)
	if over := len(s.Notifications) - 200; over > 0 {
		s.Notifications = s.Notifications[over:]
	}
	if s.Status == "onProbation" && e.skew.Now().Before(s.ProbationUntil) || strings.HasPrefix(s.Status, "disabled") {
		n.Result, n.Done, n.Problem = "failed", tick(ev.at), "The subscription is "+s.Status+"." // lost for good
		return
	}
	body, err := json.Marshal(e.payload(s, ev, id, n.ID))
	if err != nil {
		n.Result, n.Problem = "failed", err.Error()
		return
	}
	e.sender.Send(harness.Delivery{ID: id + "/" + s.ID, URL: s.Consumer["url"], Header: s.header(n.ID), Body: body, Event: ev.kind, Item: strconv.Itoa(ev.it.ID)})
}

// header is what the subscription's consumer inputs ask for.
func (s *subscription) header(notification int) http.Header {
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"VSServices/19.0"}}
	h.Set(headerSubscription, s.ID)
	h.Set(headerNotification, strconv.Itoa(notification))
	if user, password := s.Consumer["basicAuthUsername"], s.Consumer["basicAuthPassword"]; user != "" || password != "" {
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	}
	for _, line := range strings.Split(s.Consumer["httpHeaders"], "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			h.Set(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return h
}

// payload is the body of one delivery.
func (e *Emulator) payload(s *subscription, ev event, id string, number int) object {
	out := object{"subscriptionId": s.ID, "notificationId": number, "id": id, "eventType": ev.kind, "publisherId": "tfs",
		"resource": e.resource(s, ev), "resourceVersion": s.Version, "resourceContainers": e.containers(ev.rev), "createdDate": ev.at.UTC().Format("2006-01-02T15:04:05.0000000Z")}
	plain, marked := e.message(ev)
	out["message"] = chosen(s.Consumer["messagesToSend"], plain, marked)
	out["detailedMessage"] = chosen(s.Consumer["detailedMessagesToSend"], plain+"\r\n\r\n- State: "+ev.rev.Fields[fieldState].(string)+"\r\n", marked)
	return out
}

func chosen(which, plain, marked string) any {
	all := object{"text": plain, "html": html.EscapeString(plain), "markdown": marked}
	switch which = strings.ToLower(which); which {
	case "none":
		return nil
	case "", "all":
		return all
	}
	return object{which: all[which]}
}

func (e *Emulator) message(ev event) (plain, marked string) {
	f := ev.rev.Fields
	verb := map[string]string{"workitem.created": "created", "workitem.updated": "updated", "workitem.commented": "commented on", "workitem.deleted": "deleted", "workitem.restored": "restored"}[ev.kind]
	what := fmt.Sprintf("%s #%d", f[fieldType], ev.it.ID)
	rest := fmt.Sprintf(" (%s) %s by %s", f["System.Title"], verb, accountBy(ev.by).name)
	return what + rest + "\r\n(" + e.page(ev.it.ID, f[fieldProject].(string)) + ")", "[" + what + "](" + e.page(ev.it.ID, f[fieldProject].(string)) + ")" + rest
}

func (e *Emulator) containers(r *revision) object {
	base := e.base + e.Root() + "/"
	entry := func(id string) object { return object{"id": id, "baseUrl": base} }
	account := "account"
	if e.onPremises() {
		account = "server"
	}
	return object{"collection": entry(guid("collection", 0)), account: entry(guid("account", 0)), "project": entry(projectBy(r.Fields[fieldProject].(string)).id)}
}

// resource is what the event is about: of workitem.updated an update, else the item. Its identities are strings in version
// 1.0, whoever revised an update is an object.
func (e *Emulator) resource(s *subscription, ev event) any {
	r, id, project := ev.rev, strconv.Itoa(ev.it.ID), ev.rev.Fields[fieldProject].(string)
	as := shape{expand: "none", strings: s.Version == "1.0"}
	fields := e.fieldViews(ev.it, r, as)
	address := e.itemURL(project, id)
	var out object
	switch ev.kind {
	case "workitem.updated":
		out = e.updateView(ev.it, ev.update)
		out["revisedDate"] = never
		delete(out, "fields")
		if ev.update.Revised {
			out["fields"] = e.deltas(ev.it, ev.update.Rev)
		}
		revision := e.itemURL(project, id, "revisions", strconv.Itoa(r.Rev))
		shown := object{"id": ev.it.ID, "rev": r.Rev, "fields": fields, "url": revision, "_links": object{"self": object{"href": revision}, "parent": object{"href": address}}}
		if len(r.Relations) > 0 {
			shown["relations"] = e.relationViews(r.Relations)
		}
		out["revision"] = shown
		out["_links"] = object{"self": object{"href": out["url"]}, "parent": object{"href": address}}
	case "workitem.deleted":
		out = object{"id": ev.it.ID, "rev": r.Rev, "fields": fields, "url": e.api(projectBy(project).id, "_apis", "wit", "recyclebin", id)}
	default:
		out = object{"id": ev.it.ID, "rev": r.Rev, "fields": fields, "url": address, "_links": object{"self": object{"href": address}}}
		if r.CommentID != 0 {
			out["commentVersionRef"] = e.commentRef(ev.it, r)
		}
	}
	switch strings.ToLower(s.Consumer["resourceDetailsToSend"]) {
	case "none":
		return nil
	case "minimal":
		return object{"id": out["id"], "url": out["url"]}
	}
	return out
}

// postTest sends a notification with made-up content: the item is 0 in an update and 5 elsewhere.
func (c *call) postTest() error {
	var in struct {
		SubscriptionID string `json:"subscriptionId"`
		Details        struct {
			EventType      string            `json:"eventType"`
			ConsumerInputs map[string]string `json:"consumerInputs"`
		} `json:"details"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	if err := c.mayHook(); err != nil {
		return err
	}
	s := c.e.st.Subscriptions[in.SubscriptionID]
	if s == nil {
		s = &subscription{ID: "00000000-0000-0000-0000-000000000000", EventType: in.Details.EventType, Consumer: in.Details.ConsumerInputs, Version: "1.0"}
	}
	if !slices.ContainsFunc(eventTypes, func(t struct{ id, name string }) bool { return t.id == s.EventType }) || s.Consumer["url"] == "" {
		return bad("SubscriptionInputException", "The notification names neither a subscription nor an event type with a url.")
	}
	it, at := &item{ID: 5}, tick(c.now)
	it.Revs = []*revision{{Rev: 1, By: c.user.mail, At: at, Fields: object{fieldProject: projects[0].name, fieldType: "Bug", fieldState: "New", fieldReason: "New defect reported",
		fieldArea: projects[0].name, fieldIteration: projects[0].name, "System.Title": "Some great new idea!", "System.CreatedDate": stamp(at), "System.ChangedDate": stamp(at),
		"System.CreatedBy": c.user.mail, "System.ChangedBy": c.user.mail}}}
	it.Updates = []*update{{ID: 1, Rev: 1, Revised: true, By: c.user.mail, At: at}}
	if s.EventType == "workitem.updated" {
		it.ID = 0
	}
	c.e.st.NextNotification++
	ev := event{kind: s.EventType, it: it, update: it.Updates[0], rev: it.Revs[0], by: c.user.mail, at: c.now}
	id := guid("event", c.e.st.NextNotification)
	body, err := json.Marshal(c.e.payload(s, ev, id, 0))
	if err != nil {
		return err
	}
	c.e.sender.Send(harness.Delivery{ID: id, URL: s.Consumer["url"], Header: s.header(0), Body: body, Event: s.EventType})
	return c.answer(object{"id": 0, "subscriptionId": s.ID, "eventId": id, "status": "queued", "result": "pending", "createdDate": stamp(at), "modifiedDate": stamp(at)})
}
